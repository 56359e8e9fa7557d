import { el } from "./dom.js";
import { NOBODY } from "./live_plan.js";
import { moment, number, t } from "./live_words.js";

/** Accounts without a place or a territory, and the steps of a draft. */

const MOST = 200;

/**
 * @param {HTMLElement} place @param {{plan: import("./live_plan.js").LivePlan, names: () => Promise<any>, show: (row: number) => void, pin: (row: number) => void, edits: boolean}} parts
 */
export async function unplacedList(place, { plan, names, show, pin, edits }) {
  const rows = plan.unplaced();
  if (!rows.length) return place.replaceChildren(el("p", { text: t("Every account has a place and a territory.") }));
  const known = await names();
  const away = rows.filter((row) => !Number.isFinite(plan.arrays.lat[row]));
  const loose = rows.filter((row) => Number.isFinite(plan.arrays.lat[row]) && plan.zone[row] === NOBODY);
  place.replaceChildren(
    ...section(t("Without a place"), away, (row) => line(row, known.why[row] || t("no address"))),
    ...section(t("On the map, in no territory"), loose, (row) => line(row, known.line[row])),
  );

  /** @param {number} row @param {string} why */
  function line(row, why) {
    const drop = edits ? el("button", { type: "button", class: "button small-button", text: t("Drop a pin"), "aria-label": t("Drop a pin for {name}", { name: known.name[row] }), onclick: () => pin(row) }) : null;
    return el("li", {}, el("button", { type: "button", class: "link", text: known.name[row], onclick: () => show(row) }), drop, el("span", { class: "small", text: [why, known.line[row]].filter((text, k, all) => text && all.indexOf(text) === k).join(" · ") }));
  }
}

/** @param {string} title @param {number[]} rows @param {(row: number) => HTMLElement} line */
function section(title, rows, line) {
  if (!rows.length) return [];
  const more = rows.length > MOST ? [el("p", { class: "small", text: t("and {count} more; filter or search for them", { count: number(rows.length - MOST) }) })] : [];
  return [el("h3", { text: `${title} (${number(rows.length)})` }), el("ul", { class: "accounts" }, ...rows.slice(0, MOST).map(line)), ...more];
}

/** @param {HTMLElement} place @param {import("./live_store.js").LiveStore} store */
export async function stepList(place, store) {
  if (!store.scenario) return place.replaceChildren(el("p", { text: t("This is the plan itself. What is changed is kept in drafts; each tells here who did what.") }));
  const { items } = await store.steps();
  place.replaceChildren(
    el("p", { class: "small", text: t("Begun by {name}, {moment}", { name: store.scenario.made_by, moment: moment(store.scenario.made_at) }) }),
    items.length ? "" : el("p", { text: t("Nothing was changed yet.") }),
    el("ol", { class: "steps-list", reversed: true }, ...items.map((/** @type {any} */ step) => el("li", { class: step.done ? "" : "undone" }, el("span", { text: step.title }), el("span", { class: "small", text: `${step.made_by}, ${moment(step.made_at)}${step.done ? "" : ` · ${t("undone")}`}` })))),
  );
}
