import { el } from "./dom.js";
import { hours, number, share, short, t } from "./live_words.js";
import { bar, lean } from "./svg.js";

/** The workload table, which is the legend of the map: as many rows as territories, in their colours, sorted. */

/** @typedef {import("./live_plan.js").Territory} Territory */

const COLUMNS = /** @type {Array<{key: string, name: () => string, of: (one: Territory) => number | string}>} */ ([
  { key: "name", name: () => t("Territory"), of: (one) => one.name },
  { key: "hours", name: () => t("Hours of capacity"), of: (one) => one.load.workload_h },
  { key: "value", name: () => t("Value"), of: (one) => one.load.value },
  { key: "difference", name: () => t("Difference"), of: (one) => one.load.deviation },
]);

/**
 * @param {HTMLElement} place @param {any} facts of the page @param {(key: number) => void} choose
 */
export function workloadTable(place, facts, choose) {
  let [sorted, down] = ["name", false];
  /** @type {import("./live_plan.js").LivePlan} */
  let shown;
  let chosen = -1;

  /** @param {import("./live_plan.js").LivePlan} plan @param {number} key the territory that is looked at, -1 for none */
  function draw(plan, key) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.focus;
    shown = plan;
    chosen = key;
    const rows = ordered(plan.territories);
    const most_h = Math.max(1, ...rows.flatMap((one) => [one.load.workload_h, one.load.capacity_h, one.was ? one.was.workload_h : 0]));
    const widest = Math.max(0.1, ...rows.flatMap((one) => [Math.abs(one.load.deviation), one.was ? Math.abs(one.was.deviation) : 0]).filter((x) => x < 1));
    place.replaceChildren(
      el("table", { class: "workload" }, el("caption", { class: "hidden-text", text: t("Workload by territory") }), head(), el("tbody", {}, ...rows.map((one) => line(one, most_h, widest))), foot(rows)),
    );
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  }

  /** @param {Territory[]} territories */
  function ordered(territories) {
    const { of } = COLUMNS.find((column) => column.key === sorted) || COLUMNS[0];
    const compare = (/** @type {any} */ a, /** @type {any} */ b) => (typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
    return [...territories].sort((a, b) => (down ? -1 : 1) * compare(of(a), of(b)) || a.key - b.key);
  }

  function head() {
    return el("thead", {}, el("tr", {}, ...COLUMNS.map(({ key, name }) =>
      el("th", { scope: "col", class: key, "aria-sort": key === sorted ? (down ? "descending" : "ascending") : "none" },
        el("button", { type: "button", class: "sort", "data-focus": `sort-${key}`, text: name(), onclick: () => {
          down = key === sorted ? !down : key !== "name";
          sorted = key;
          draw(shown, chosen);
        } })),
    )));
  }

  /** @param {Territory} one @param {number} most_h @param {number} widest */
  function line(one, most_h, widest) {
    const { load, was } = one;
    const changed = was && Math.abs(was.workload_h - load.workload_h) > 0.05;
    return el("tr", { class: one.key === chosen ? "chosen" : "", "data-key": one.key },
      el("th", { scope: "row" },
        el("button", { type: "button", class: "rep", "data-focus": `territory-${one.key}`, "aria-pressed": String(one.key === chosen), onclick: () => choose(one.key) },
          el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: (shown.place.get(one.key) || 0) + 1 }), el("span", { class: "rep-name", text: one.name })),
        el("span", { class: "small", text: `${one.rep && one.rep !== one.name ? `${one.rep} · ` : one.rep ? "" : `${t("vacant")} · `}${t("{accounts} accounts, {visits} visits", { accounts: number(load.accounts), visits: number(load.visits) })}` })),
      el("td", {}, bar(load, changed || !was ? was : null, most_h),
        el("span", { class: "small" }, el("b", { text: hours(load.workload_h) }), ` / ${t("{hours} h", { hours: hours(load.capacity_h) })}`, changed ? el("span", { class: "was", text: t("was {hours} h", { hours: hours(was.workload_h) }) }) : null)),
      el("td", { class: "number", title: load.value ? number(load.value) : null, text: load.value ? short(load.value) : "–" }),
      el("td", { class: "number" }, lean(load.deviation, changed && was ? was.deviation : null, facts.plan.tolerance, widest),
        el("span", { class: "small" }, el("b", { text: share(load.deviation) }), changed && was ? el("span", { class: "was", text: t("was {share}", { share: share(was.deviation) }) }) : null)));
  }

  /** @param {Territory[]} rows */
  function foot(rows) {
    const sum = (/** @type {(one: Territory) => number} */ of) => rows.reduce((total, one) => total + of(one), 0);
    const largest = rows.reduce((most, one) => (Math.abs(one.load.deviation) > Math.abs(most) ? one.load.deviation : most), 0);
    return el("tfoot", {}, el("tr", {},
      el("th", { scope: "row" }, t("All"), el("span", { class: "small", text: t("{accounts} accounts, {visits} visits", { accounts: number(sum((one) => one.load.accounts)), visits: number(sum((one) => one.load.visits)) }) })),
      el("td", {}, el("span", { class: "small" }, el("b", { text: hours(sum((one) => one.load.workload_h)) }), ` / ${t("{hours} h", { hours: hours(sum((one) => one.load.capacity_h)) })}`)),
      el("td", { class: "number", text: short(sum((one) => one.load.value)) }),
      el("td", { class: "number" }, el("span", { class: "small" }, t("largest"), el("b", { text: ` ${share(largest)}` }))),
    ));
  }

  return { draw };
}
