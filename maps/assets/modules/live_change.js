import { el } from "./dom.js";
import { hours, share, t } from "./live_words.js";

/** What moving accounts would do to the work of the territories, before anything is moved. */

/** @typedef {import("./live_plan.js").LivePlan} LivePlan */
/** @typedef {import("./live_plan.js").Territory} Territory */

const WEEKS_A_YEAR = 52;

/**
 * Hours and difference of the territories that give or get, before and after; reckoned as the server does: a site takes
 * along its service, and the driving of a visit as where it lies in the plan.
 * @param {LivePlan} plan @param {number} weeks of the plan @param {number[]} rows @param {number} to key of a territory
 * @returns {Array<{one: Territory, after_h: number, deviation: number}>} the one that gets them first
 */
export function changeOfWork(plan, weeks, rows, to) {
  const change = new Map([[to, 0]]);
  const get = plan.territory(to);
  for (const row of rows) {
    const from = plan.zone[row];
    if (from === to) continue;
    const work_h = (plan.hours(row, get) * weeks) / WEEKS_A_YEAR;
    change.set(from, (change.get(from) || 0) - work_h);
    change.set(to, (change.get(to) || 0) + work_h);
  }
  const after = plan.territories.map((one) => Math.max(0, one.load.workload_h + (change.get(one.key) || 0)));
  const all_h = after.reduce((sum, work_h) => sum + work_h, 0);
  const room_h = plan.territories.reduce((sum, one) => sum + one.load.capacity_h, 0) || 1;
  return plan.territories
    .map((one, k) => ({ one, after_h: after[k], deviation: one.load.capacity_h && all_h ? after[k] / ((all_h * one.load.capacity_h) / room_h) - 1 : 0 }))
    .filter(({ one }) => change.has(one.key))
    .sort((a, b) => Number(b.one.key === to) - Number(a.one.key === to) || (change.get(a.one.key) || 0) - (change.get(b.one.key) || 0));
}

/** The same as a table. @param {LivePlan} plan @param {number} weeks @param {number[]} rows @param {number} to */
export function changeTable(plan, weeks, rows, to) {
  const lines = changeOfWork(plan, weeks, rows, to).map(({ one, after_h, deviation }) =>
    el("tr", {},
      el("th", { scope: "row" }, el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: (plan.place.get(one.key) || 0) + 1 }), ` ${one.name}`),
      el("td", { class: "number", text: `${hours(one.load.workload_h)} → ${hours(after_h)}` }),
      el("td", { class: "number", text: `${share(one.load.deviation)} → ${share(deviation)}` })));
  const head = (/** @type {string} */ text) => el("th", { scope: "col", class: "number", text });
  return el("table", { class: "change" }, el("caption", { text: t("What it would change") }),
    el("thead", { class: "hidden-text" }, el("tr", {}, el("th", { scope: "col", text: t("Territory") }), head(t("Hours")), head(t("Difference")))),
    el("tbody", {}, ...lines));
}
