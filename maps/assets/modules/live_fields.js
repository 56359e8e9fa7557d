import { NEVER, NOBODY } from "./live_plan.js";
import { day, number, t } from "./live_words.js";

/** What is known of every account, by which the map is coloured and filtered. */

/** @typedef {import("./live_plan.js").LivePlan} LivePlan */
/**
 * @typedef {{key: string, name: string, kind: "number" | "day" | "words" | "flag", of: (row: number) => number, words?: string[], says?: (value: number) => string}} Field
 * of: a number, NaN where unknown; days count from 1970; words and flags are numbers of `words`
 * @typedef {{label: string, color: string, has: (value: number) => boolean}} Group
 */

const RAMP = ["#c8d9ec", "#8fb5d8", "#4f8cc0", "#1f5f9c", "#123d70"];
const SIX = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];
const OTHER = "#9a9a9a";

/** @param {LivePlan} plan @returns {Field[]} */
export function fieldsOf(plan) {
  const { arrays, words, today } = plan;
  const known = (/** @type {Int32Array} */ days) => (/** @type {number} */ row) => (days[row] === NEVER ? NaN : days[row]);
  const listed = (/** @type {string} */ key, /** @type {string} */ name) => ({ key, name, kind: /** @type {"words"} */ ("words"), of: (/** @type {number} */ row) => arrays[key][row], words: words[key] });
  /** @type {Field[]} */
  const fields = [
    { key: "value", name: t("Value a year"), kind: "number", of: (row) => arrays.value[row] },
    { key: "due", name: t("Due"), kind: "number", of: (row) => (plan.due(row) === NEVER ? NaN : plan.due(row) - today), says: (value) => t("{days} days", { days: number(value) }) },
    { key: "last", name: t("Last visit"), kind: "day", of: known(arrays.last) },
    { key: "audit", name: t("Last audit"), kind: "day", of: known(arrays.audit) },
    { key: "next", name: t("Next visit"), kind: "day", of: known(arrays.next) },
    { key: "visits", name: t("Visits a year"), kind: "number", of: (row) => arrays.visits[row] },
    { key: "minutes", name: t("Minutes a visit"), kind: "number", of: (row) => arrays.minutes[row] },
    listed("segment", t("Segment")),
    listed("state", t("State")),
    listed("city", t("Town")),
    listed("region", t("Region")),
    ...plan.levels.map((one) => ({ key: `area:${one.level}`, name: t("Region: {level}", { level: one.level }), kind: /** @type {"words"} */ ("words"), of: (/** @type {number} */ row) => one.of[row], words: one.words })),
    listed("postcode", t("Postcode")),
    listed("level", t("Place known to")),
    { key: "locked", name: t("Locked"), kind: "flag", of: (row) => plan.locked[row], words: [t("not locked"), t("locked")] },
    { key: "moved", name: t("Changes hands"), kind: "flag", of: (row) => Number(plan.zone[row] !== arrays.zone[row]), words: [t("stays"), t("changes hands")] },
    { key: "unassigned", name: t("In a territory"), kind: "flag", of: (row) => Number(plan.zone[row] !== NOBODY), words: [t("in none"), t("in one")] },
  ];
  return fields.filter((field) => ["moved", "locked"].includes(field.key) || differs(field, plan.n));
}

/** Whether a field says anything: at least two values. @param {Field} field @param {number} n */
function differs(field, n) {
  let first = NaN;
  for (let row = 0; row < n; row++) {
    const value = field.of(row);
    if (Number.isNaN(value)) continue;
    if (field.key === "audit") return true; // where nobody was says as much as when
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return true;
  }
  return false;
}

/** Classes to colour by. @param {Field} field @param {LivePlan} plan @returns {Group[]} */
export function groupsOf(field, plan) {
  if (field.key === "due") return dueGroups();
  if (field.key === "last" || field.key === "audit") return lastGroups(plan.today);
  const unknown = { label: t("unknown"), color: OTHER, has: (/** @type {number} */ value) => Number.isNaN(value) };
  if (field.words) return wordGroups(field, plan, field.words);
  const values = Array.from({ length: plan.n }, (_, row) => field.of(row));
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const cuts = [...new Set([0, 0.2, 0.4, 0.6, 0.8].map((part) => sorted[Math.floor(part * sorted.length)]))];
  const says = (/** @type {number} */ value) => (field.kind === "day" ? day(value) : number(value, 1));
  const groups = cuts.map((from, k) => {
    const to = k + 1 < cuts.length ? cuts[k + 1] : Infinity;
    const label = to === Infinity ? t("{from} and more", { from: says(from) }) : t("{from} up to {to}", { from: says(from), to: says(to) });
    return { label, color: RAMP[cuts.length < 2 ? 2 : Math.round((k * (RAMP.length - 1)) / (cuts.length - 1))], has: (/** @type {number} */ value) => value >= from && value < to };
  });
  return sorted.length < values.length ? [...groups, unknown] : groups;
}

/** The commonest five words, and the rest. @param {Field} field @param {LivePlan} plan @param {string[]} words @returns {Group[]} */
function wordGroups(field, plan, words) {
  const counts = new Map();
  for (let row = 0; row < plan.n; row++) counts.set(field.of(row), (counts.get(field.of(row)) || 0) + 1);
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, counts.size > SIX.length ? SIX.length - 1 : SIX.length).map(([value]) => value).sort((a, b) => a - b);
  const groups = common.map((value, k) => ({ label: words[value] || t("none given"), color: SIX[k], has: (/** @type {number} */ one) => one === value }));
  return counts.size > common.length ? [...groups, { label: t("others"), color: OTHER, has: (value) => !common.includes(value) }] : groups;
}

/** @returns {Group[]} */
function dueGroups() {
  return [
    { label: t("overdue by four weeks and more"), color: "#a50f15", has: (days) => days < -28 },
    { label: t("overdue"), color: "#D55E00", has: (days) => days >= -28 && days < 0 },
    { label: t("due within four weeks"), color: "#E69F00", has: (days) => days >= 0 && days <= 28 },
    { label: t("later"), color: "#0072B2", has: (days) => days > 28 },
    { label: t("never visited"), color: OTHER, has: (days) => Number.isNaN(days) },
  ];
}

/** @param {number} today @returns {Group[]} */
function lastGroups(today) {
  const ago = (/** @type {number} */ value) => today - value;
  return [
    { label: t("in the last four weeks"), color: RAMP[4], has: (value) => ago(value) <= 28 },
    { label: t("in the last quarter"), color: RAMP[3], has: (value) => ago(value) > 28 && ago(value) <= 91 },
    { label: t("in the last half year"), color: RAMP[2], has: (value) => ago(value) > 91 && ago(value) <= 182 },
    { label: t("longer ago"), color: "#D55E00", has: (value) => ago(value) > 182 },
    { label: t("never"), color: OTHER, has: (value) => Number.isNaN(value) },
  ];
}
