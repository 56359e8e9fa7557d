import { byId, el } from "./dom.js";
import { t } from "./live_words.js";
import { about, stateName } from "./account_about.js";
import { people } from "./account_people.js";
import { owners } from "./account_owners.js";
import { sites } from "./account_sites.js";
import { newActivity } from "./account_contact.js";
import { timeline } from "./account_timeline.js";
import { facts, sayRefused } from "./record_page.js";
import { accountSales } from "./account_sales.js";
import { newSale } from "./sales_card.js";
import { newTask, taskList } from "./sales_tasks.js";
import { tabs } from "./tabs.js";

/** The card of an account: its parts are drawn from what came with the page, and anew when something was changed. */

const id = facts.account.account.id;
const place = (/** @type {string} */ name) => /** @type {HTMLElement} */ (byId(`part-${name}`).querySelector(".body"));
const of = { account_id: id };

/** Everything anew, as the server has it now. */
async function refresh() {
  try {
    const text = await (await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("facts");
    if (!fresh) return location.reload();
    Object.assign(facts, JSON.parse(fresh.textContent || "{}"));
  } catch {
    return;
  }
  draw();
  show(views.now);
}

function draw() {
  const { account } = facts.account;
  byId("name").textContent = account.name;
  const [home] = account.sites;
  byId("line").replaceChildren(el("span", { class: `state is-${account.state}`, text: stateName(account.state) }), ` ${home ? [home.line, [home.postcode, home.city].filter(Boolean).join(" ")].filter(Boolean).join(", ") : ""}`);
  about(place("about"), facts, refresh);
  sites(place("sites"), facts, refresh);
  people(place("people"), facts, refresh);
  accountSales(place("sales"), facts, refresh);
  taskList({ account: id }, { add: of, changed: refreshTimeline, sales: true }).then((box) => place("tasks").replaceChildren(box), sayRefused);
}

function refreshTimeline() {
  if (views.now === "timeline") show("timeline");
}

/** @param {string} name */
function show(name) {
  const box = byId(`tab-${name}`);
  const drawn = { timeline: () => timeline(box, id, refresh), owners: () => owners(box, facts) }[name];
  Promise.resolve(drawn?.()).catch(sayRefused).then(() => (document.documentElement.dataset.page = "ready"));
}

const views = tabs(byId("tabs"), show);
const open = facts.pipelines.filter((/** @type {any} */ one) => !one.retired);
byId("acts").replaceChildren(
  el("button", { type: "button", class: "main", text: t("Note"), onclick: () => newActivity("note", facts, refresh) }),
  el("button", { type: "button", text: t("Call"), onclick: () => newActivity("phone_call", facts, refresh) }),
  el("button", { type: "button", text: t("Task"), onclick: () => newTask(of, refresh) }),
  ...(open.length ? [el("button", { type: "button", text: t("Sale"), onclick: () => newSale(open[0], refresh, facts.account.account) })] : []),
);
draw();
show("timeline");
