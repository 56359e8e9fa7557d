import { byId, el } from "./dom.js";
import { t } from "./live_words.js";
import { ask, facts, query, sayRefused } from "./record_page.js";
import { board } from "./sales_board.js";
import { showFunnel } from "./sales_charts.js";
import { showCounts } from "./sales_counts.js";
import { newSale, openSale } from "./sales_card.js";
import { showStuck } from "./sales_stuck.js";
import { tabs } from "./tabs.js";

/** The page of sales: filters and what is shown stand in the address, so that it can be kept and sent. */

const asked = new URLSearchParams(location.search);
const pipeline = /** @type {HTMLSelectElement} */ (byId("pipeline"));
const territory = /** @type {HTMLSelectElement} */ (byId("territory"));
const rep = /** @type {HTMLSelectElement} */ (byId("rep"));

const name = (/** @type {any} */ one) => (one.edition > 1 || one.retired ? t("{name}, edition {edition}", one) : one.name);
fill(pipeline, facts.pipelines.map((/** @type {any} */ one) => [one.id, name(one)]), asked.get("pipeline"));
fill(territory, [["", t("All")], ...facts.territories], asked.get("territory"));
fill(rep, [["", t("All")], ...facts.reps], asked.get("rep"));

const among = () => ({ territory: territory.value, rep: rep.value });
const current = () => facts.pipelines.find((/** @type {any} */ one) => String(one.id) === pipeline.value) || facts.pipelines[0];
const cards = board(byId("board"), { among, pipeline: current, counted: refreshCounts, open: (id) => open(id) });

/** @param {HTMLSelectElement} select @param {Array<[any, string]>} options @param {string | null} chosen */
function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => el("option", { value, text, selected: String(value) === chosen })));
}

/** @param {number} id */
function open(id) {
  return openSale(id, { changed: () => cards.refresh(id), move: cards.move });
}

async function refreshCounts() {
  try {
    const found = await ask("GET", `/api/pipelines/${current().id}/counts${query(among())}`);
    showCounts(byId("counts"), found.items, cards.turnTo);
    cards.sums(found.items);
    const { count } = await ask("GET", `/api/stuck-opportunities${query({ ...among(), pipeline: current().id, limit: 1 })}`);
    byId("stuck-count").textContent = count ? String(count) : "";
  } catch (error) {
    sayRefused(error);
  }
}

/** @param {string} shown */
async function show(shown) {
  try {
    if (shown === "board") await cards.show();
    if (shown === "stuck") await showStuck(byId("tab-stuck"), { pipeline: current(), among: among(), open, changed: refreshCounts });
    if (shown === "funnel") await showFunnel(byId("tab-funnel"), { pipeline: current(), among: among() });
  } catch (error) {
    sayRefused(error);
  }
  document.documentElement.dataset.page = "ready";
}

const views = tabs(byId("tabs"), (shown) => {
  keep();
  show(shown);
});

function keep() {
  const address = query({ pipeline: pipeline.options.length > 1 ? pipeline.value : "", ...among(), view: views.now === "board" ? "" : views.now });
  history.replaceState(null, "", address || location.pathname);
}

byId("filters").addEventListener("change", () => {
  keep();
  refreshCounts();
  show(views.now);
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("new-sale").addEventListener("click", () => newSale(current(), (made) => cards.refresh(made.id)));

refreshCounts();
if (["stuck", "funnel"].includes(asked.get("view") || "")) views.show(/** @type {string} */ (asked.get("view")));
else show("board");
