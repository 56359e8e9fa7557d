import { ask } from "./dialogs.js";
import { el, facts } from "./dom.js";
import { openDeals } from "./live_deals.js";
import { hours, number, share, t } from "./live_words.js";

/** One territory in the panel: its work, what can be done with it, and every account in it. */

const PAGE = 100;

/**
 * @param {HTMLElement} place
 * @param {{plan: import("./live_plan.js").LivePlan, store: import("./live_store.js").LiveStore, facts: any, names: () => Promise<any>, act: (body: any) => Promise<any>, back: () => void, border: (key: number) => void, draw: (key: number, mode: string) => void, showAccount: (row: number) => void, choose: (rows: number[]) => void}} parts
 */
export function territoryView(place, parts) {
  const { plan, store } = parts;
  let [sorted, most] = ["name", PAGE];
  let shownKey = -1;
  /** @type {Set<number>} rows ticked */
  let ticked = new Set();

  /** @param {number} key */
  async function draw(key) {
    if (key !== shownKey) [shownKey, most, ticked] = [key, PAGE, new Set()];
    const one = plan.territory(key);
    if (!one) return;
    const { load, was } = one;
    const title = el("h2", { tabindex: "-1" }, el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: (plan.place.get(key) || 0) + 1 }), one.name);
    const list = el("div", { class: "members" });
    const then = (/** @type {string} */ now, /** @type {string | null} */ before) => (before && before !== now ? `${now} (${t("was {before}", { before })})` : now);
    place.replaceChildren(
      el("button", { type: "button", class: "link back", text: `‹ ${t("All territories")}`, onclick: parts.back }),
      title,
      facts([
        [t("Rep"), one.rep || t("vacant")],
        [t("Accounts"), then(number(load.accounts), was && number(was.accounts))],
        [t("Hours"), `${then(hours(load.workload_h), was && hours(was.workload_h))} / ${hours(load.capacity_h)} · ${t("{service} service, {drive} driving", { service: hours(load.service_h), drive: hours(load.drive_h) })}`],
        [t("Visits"), number(load.visits)],
        [t("Value a year"), load.value ? number(load.value) : ""],
        [t("Open deals"), load.accounts ? openDeals(store, plan.members(key).map((row) => plan.arrays.account[row])) : ""],
        [t("Difference"), then(share(load.deviation), was && share(was.deviation))],
      ]),
      store.open ? actions(one) : el("p", { class: "small", text: t("Open or begin a draft to change it.") }),
      list,
    );
    await members(list, key);
  }

  /** @param {any} one */
  function actions(one) {
    const button = (/** @type {string} */ text, /** @type {() => void} */ go) => el("button", { type: "button", class: "button", text, onclick: go });
    return el("div", { class: "territory-actions" },
      button(t("Edit border"), () => parts.border(one.key)),
      button(t("Add ground"), () => parts.draw(one.key, "add")),
      button(t("Cut ground"), () => parts.draw(one.key, "cut")),
      button(t("Split"), () => split(one)),
      button(t("Merge"), () => merge(one)),
      button(t("Rep and name"), () => change(one)),
    );
  }

  /** @param {any} one */
  async function split(one) {
    const given = await ask(t("Split {name}", { name: one.name }), [{ name: "name", label: t("Name of the new territory"), kind: "text", required: true, value: `${one.name} 2` }, repQuestion(null)], { go: t("Split"), text: t("It is cut in two halves of equal work across its longer side. Locked accounts stay."), check: ({ name }) => plan.nameFault(name) });
    if (given) parts.act({ kind: "split", territory: one.key, name: given.name, rep_id: repOf(given) });
  }

  /** @param {any} one */
  async function merge(one) {
    const others = plan.territories.filter((other) => other.key !== one.key).map((other) => /** @type {[number, string]} */ ([other.key, `${other.name} (${hours(other.load.workload_h)} h)`]));
    const given = await ask(t("Merge {name} with another", { name: one.name }), [{ name: "other", label: t("Territory that {name} takes over", { name: one.name }), kind: "select", options: others }], { go: t("Merge"), text: t("All its accounts and its ground come over, locked ones too.") });
    if (given) parts.act({ kind: "merge", territory: one.key, other: Number(given.other) });
  }

  /** @param {any} one */
  async function change(one) {
    const given = await ask(t("Rep and name"), [{ name: "name", label: t("Name"), kind: "text", required: true, value: one.name }, repQuestion(one.rep_id)], { go: t("Keep it"), check: ({ name }) => plan.nameFault(name, one.key) });
    if (given) parts.act({ kind: "change", territory: one.key, name: given.name, rep_id: repOf(given) });
  }

  /** @param {number | null} now @returns {any} */
  function repQuestion(now) {
    const holds = new Map(plan.territories.map((one) => [one.rep_id, one.name]));
    const reps = parts.facts.reps.map(([id, name]) => [id, holds.has(id) && id !== now ? `${name} (${t("holds {name}", { name: holds.get(id) })})` : name]);
    return { name: "rep", label: t("Rep"), kind: "select", value: now ?? "", options: [["", t("vacant")], ...reps] };
  }

  /** @param {HTMLElement} list @param {number} key */
  async function members(list, key) {
    const known = await parts.names();
    if (key !== shownKey) return;
    const of = { name: (/** @type {number} */ row) => known.name[row], hours: (/** @type {number} */ row) => -plan.hours(row), value: (/** @type {number} */ row) => -(plan.arrays.value[row] || 0) }[sorted];
    const rows = plan.members(key).sort((a, b) => (of && of(a) < of(b) ? -1 : of && of(a) > of(b) ? 1 : a - b));
    const order = el("select", { "aria-label": t("Order") }, ...[["name", t("by name")], ["hours", t("by hours")], ["value", t("by value")]].map(([value, text]) => el("option", { value, text, selected: value === sorted })));
    order.addEventListener("change", () => {
      sorted = /** @type {HTMLSelectElement} */ (order).value;
      members(list, key);
    });
    const move = /** @type {HTMLButtonElement} */ (el("button", { type: "button", class: "button", disabled: !ticked.size, onclick: () => parts.choose([...ticked]) }));
    const count = () => {
      move.textContent = ticked.size ? t("Move or lock {count} chosen", { count: ticked.size }) : t("Tick accounts to move or lock them");
      move.disabled = !ticked.size;
    };
    count();
    list.replaceChildren(el("div", { class: "members-head" }, el("h3", { text: t("Accounts") }), order), store.open ? move : "", el("ul", { class: "accounts" }, ...rows.slice(0, most).map((row) => line(row, known, count))));
    if (rows.length > most) list.append(el("button", { type: "button", class: "button", text: t("Show {count} more", { count: Math.min(PAGE, rows.length - most) }), onclick: () => { most += PAGE; members(list, key); } }));
  }

  /** @param {number} row @param {any} known @param {() => void} count */
  function line(row, known, count) {
    const tick = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", "aria-label": known.name[row], checked: ticked.has(row) }));
    tick.addEventListener("change", () => {
      if (tick.checked) ticked.add(row);
      else ticked.delete(row);
      count();
    });
    const about = [plan.locked[row] ? t("locked") : "", t("{hours} h a year", { hours: hours(plan.hours(row)) }), plan.zone[row] !== plan.arrays.zone[row] ? t("new here") : ""].filter(Boolean).join(" · ");
    return el("li", {}, store.open ? tick : null, el("button", { type: "button", class: "link", text: known.name[row], onclick: () => parts.showAccount(row) }), el("span", { class: "small", text: about }));
  }

  return { draw, focus: () => /** @type {HTMLElement | null} */ (place.querySelector("h2"))?.focus({ preventScroll: true }) };
}

/** @param {Record<string, string>} given */
function repOf(given) {
  return given.rep === "" ? null : Number(given.rep);
}
