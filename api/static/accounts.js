import { byId, el } from "./dom.js";
import { number, t } from "./live_words.js";
import { stateName } from "./account_about.js";
import { formDialog } from "./record_form.js";
import { ask, change, facts, labelOf, query, sayDone, sayRefused } from "./record_page.js";

/** The accounts as a list, page by page: by words, by filters, or as a kept view has them. */

const PAGE = 50;
const FILTERS = ["state", "segment", "territory", "rep", "region"];
const asked = new URLSearchParams(location.search);
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement & HTMLSelectElement} */ (byId(name));

/** A sum of a year, without what is beside the point. @param {number | null} value */
function whole(value) {
  return value === null ? "" : number(value);
}

/** @type {Array<{key: string, name: string, says: (one: any) => string, figure?: boolean}>} */
const COLUMNS = [
  { key: "number", name: t("Number"), says: (one) => one.external_id },
  { key: "state", name: t("State"), says: (one) => stateName(one.state) },
  { key: "segment", name: t("Segment"), says: (one) => labelOf("segment", one.segment) },
  { key: "industry", name: t("Industry"), says: (one) => labelOf("industry", one.industry) },
  { key: "place", name: t("Address"), says: (one) => (one.sites[0] ? [one.sites[0].line, [one.sites[0].postcode, one.sites[0].city].filter(Boolean).join(" ")].filter(Boolean).join(", ") : "") },
  { key: "territory", name: t("Territory"), says: (one) => one.sites[0]?.territory || t("none") },
  { key: "rep", name: t("Rep"), says: (one) => one.sites[0]?.rep || t("nobody") },
  { key: "value", name: t("Value a year"), says: (one) => whole(one.value), figure: true },
  { key: "potential", name: t("Potential"), says: (one) => whole(one.potential), figure: true },
  { key: "visits", name: t("Visits a year"), says: (one) => (one.sites[0] ? number(one.sites.reduce((/** @type {number} */ sum, /** @type {any} */ site) => sum + site.visits_per_year, 0), 1) : ""), figure: true },
];
let shown = (asked.get("columns") || "number,state,segment,place,territory,value").split(",");
/** @type {string | null} */
let next = null;
let turn = 0;
/** @type {any[]} */
let views = [];

/** @param {string} name @param {Array<[any, string]>} options */
function fill(name, options) {
  const chosen = asked.get(name) || "";
  field(name).replaceChildren(el("option", { value: "", text: t("All") }), ...options.map(([value, text]) => el("option", { value, text, selected: String(value) === chosen })));
}

/** One page of what is asked for. @param {string | null} cursor */
function page(cursor) {
  const words = field("words").value.trim();
  return ask("GET", `${words ? "/api/accounts-by-words" : "/api/accounts"}${query({ words, ...filters(), cursor, limit: PAGE })}`);
}

const filters = () => Object.fromEntries(FILTERS.map((name) => [name, field(name).value]));

async function show() {
  const mine = ++turn;
  history.replaceState(null, "", query({ words: field("words").value.trim(), ...filters(), columns: shown.join(",") }) || location.pathname);
  try {
    const found = await page(null);
    if (mine !== turn) return;
    const columns = COLUMNS.filter(({ key }) => shown.includes(key));
    const body = el("tbody", {}, ...found.items.map((/** @type {any} */ one) => row(one, columns)));
    const more = el("button", { type: "button", class: "quiet", text: t("Show more"), hidden: !found.next, onclick: () => further() });
    next = found.next;
    const further = async () => {
      if (!next) return;
      const cursor = next;
      next = null;
      try {
        const following = await page(cursor);
        if (mine !== turn) return;
        body.append(...following.items.map((/** @type {any} */ one) => row(one, columns)));
        next = following.next;
        more.hidden = !next;
      } catch (error) {
        next = cursor;
        sayRefused(error);
      }
    };
    const head = el("tr", {}, el("th", { scope: "col", text: t("Account") }), ...columns.map(({ name, figure }) => el("th", { scope: "col", class: figure ? "figure" : "", text: name })));
    byId("rows").replaceChildren(found.items.length ? el("div", { class: "wide" }, el("table", { class: "list" }, el("thead", {}, head), body)) : el("p", { class: "nothing-yet", text: t("No account is like this.") }), more);
    new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && further()).observe(more);
  } catch (error) {
    sayRefused(error);
  }
  document.documentElement.dataset.page = "ready";
}

/** @param {any} one @param {typeof COLUMNS} columns */
function row(one, columns) {
  return el("tr", {}, el("th", { scope: "row" }, el("a", { href: `${facts.root}/accounts/${one.id}`, dir: "auto", text: one.name })), ...columns.map(({ name, says, figure }) => el("td", { class: figure ? "figure" : "", "data-name": name, dir: "auto", text: says(one) })));
}

function columnsToChoose() {
  byId("columns").replaceChildren(...COLUMNS.map(({ key, name }) => el("label", { class: "tick" }, el("input", { type: "checkbox", checked: shown.includes(key), onchange: (/** @type {Event} */ event) => {
    const on = /** @type {HTMLInputElement} */ (event.target).checked;
    shown = COLUMNS.map((one) => one.key).filter((one) => (one === key ? on : shown.includes(one)));
    show();
  } }), name)));
}

async function listViews() {
  const found = await ask("GET", "/api/views").catch(() => ({ items: [] }));
  views = found.items.filter((/** @type {any} */ one) => one.of === "accounts");
  field("view").replaceChildren(el("option", { value: "", text: views.length ? t("Choose …") : t("None is kept yet") }), ...views.map((one) => el("option", { value: one.id, text: one.name })));
}

async function keep() {
  const query = Object.fromEntries(Object.entries(filters()).filter(([, value]) => value));
  const made = await formDialog(t("Keep this view"), [
    { name: "name", label: t("Name"), kind: "text", required: true, most: 100 },
    { name: "shared", label: t("For everybody"), kind: "tick" },
  ], { go: t("Keep it"), text: el("p", { class: "small", text: t("The filters are kept; words are not.") }), send: (given) => change("POST", "/api/views", { of: "accounts", ...given, query }) });
  if (!made) return;
  await listViews();
  field("view").value = String(made.said.id);
  sayDone(t("Kept"), made.act, listViews);
}

/** Regions with accounts in them, level by level; read once the list is there. */
async function listRegions() {
  const kept = field("region").value;
  const groups = await Promise.all(facts.levels.map(async (/** @type {[string, number]} */ [level, edition]) => {
    const { items } = await ask("GET", `/api/admin-regions/${edition}`);
    const some = items.filter((/** @type {any} */ one) => one.sites).map((/** @type {any} */ one) => /** @type {[string, string]} */ ([`${level}:${one.code}`, one.name || one.code]));
    some.sort((/** @type {string[]} */ a, /** @type {string[]} */ b) => a[1].localeCompare(b[1]));
    return el("optgroup", { label: level }, ...[...some, [`${level}:`, t("outside of all regions")]].map(([value, text]) => el("option", { value, text })));
  }));
  field("region").replaceChildren(el("option", { value: "", text: t("All") }), ...groups);
  choose("region", kept);
}

/** Choose a value of a filter, also one that is not listed. @param {string} name @param {string} value */
function choose(name, value) {
  field(name).value = value;
  if (field(name).value === value) return;
  field(name).append(el("option", { value, text: value }));
  field(name).value = value;
}

let wait = 0;
field("words").value = asked.get("words") || "";
field("words").addEventListener("input", () => {
  clearTimeout(wait);
  wait = window.setTimeout(show, 250);
});
fill("state", ["prospect", "active", "dormant", "closed"].map((one) => [one, stateName(one)]));
const segment = asked.get("segment") || "";
fill("segment", [...facts.codes.segment, ...(segment && !facts.codes.segment.some((/** @type {any} */ one) => one[0] === segment) ? [[segment, segment]] : [])]);
/** @type {HTMLElement} */ (field("segment").parentElement).hidden = !facts.codes.segment.length && !segment;
fill("territory", facts.territories);
fill("rep", facts.reps);
fill("region", []);
choose("region", asked.get("region") || "");
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("filters").addEventListener("change", (event) => {
  const select = /** @type {HTMLSelectElement} */ (event.target);
  if (select.id === "view") {
    const view = views.find((one) => String(one.id) === select.value);
    for (const name of FILTERS) choose(name, view?.query[name] || "");
    field("words").value = "";
  }
  if (select.id !== "words") show();
});
byId("keep").addEventListener("click", () => keep().catch(sayRefused));
columnsToChoose();
listViews();
show().then(() => facts.levels.length && listRegions()).catch(sayRefused);
