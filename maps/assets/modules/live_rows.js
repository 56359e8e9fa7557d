import { el } from "./dom.js";
import { day, number, t } from "./live_words.js";

/** The accounts that pass the filters as a table, with the columns that somebody wants to see. */

/** @typedef {import("./live_fields.js").Field} Field */
/** @typedef {{key: string, name: string, of: (row: number) => number | string, says: (row: number) => string}} Column */

const PAGE = 50;
const FIRST = ["territory", "value", "last"];

/**
 * @param {HTMLElement} place
 * @param {{plan: import("./live_plan.js").LivePlan, fields: Field[], names: () => Promise<any>, show: (row: number) => void}} parts
 */
export function accountRows(place, { plan, fields, names, show }) {
  /** @type {Column[]} */
  const columns = [
    { key: "territory", name: t("Territory"), of: (row) => plan.territory(plan.zone[row])?.name || "", says: (row) => plan.territory(plan.zone[row])?.name || t("none") },
    ...fields.map((field) => ({ key: field.key, name: field.name, of: field.words ? (/** @type {number} */ row) => /** @type {string[]} */ (field.words)[field.of(row)] : field.of, says: (/** @type {number} */ row) => said(field, row) })),
  ];
  let chosen = FIRST.filter((key) => columns.some((column) => column.key === key));
  let [sorted, down, most] = ["name", false, PAGE];
  let rows = () => /** @type {number[]} */ ([]);
  const body = el("div", { class: "rows" });
  const picker = el("div", { class: "words" });
  const box = /** @type {HTMLDetailsElement} */ (el("details", { class: "as-list" }, el("summary", { text: t("As a list") }), el("details", { class: "columns" }, el("summary", { text: t("Columns") }), picker), body));
  box.addEventListener("toggle", () => draw());
  place.append(box);

  function drawPicker() {
    picker.replaceChildren(...columns.map(({ key, name }) => {
      const tick = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: chosen.includes(key) }));
      tick.addEventListener("change", () => {
        chosen = columns.map((column) => column.key).filter((one) => (one === key ? tick.checked : chosen.includes(one)));
        draw();
      });
      return el("label", { class: "tick" }, tick, name);
    }));
  }

  async function draw() {
    if (!box.open) return;
    const known = await names();
    const title = { key: "name", name: t("Account"), of: (/** @type {number} */ row) => known.name[row], says: (/** @type {number} */ row) => known.name[row] };
    const shown = [title, ...columns.filter(({ key }) => chosen.includes(key))];
    const by = shown.find(({ key }) => key === sorted) || title;
    const order = rows().map((row) => /** @type {[any, number]} */ ([by.of(row), row])).sort(([a, i], [b, j]) => (down ? -1 : 1) * compared(a, b) || i - j);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.column;
    const head = shown.map(({ key, name }) => el("th", { scope: "col", "aria-sort": key === by.key ? (down ? "descending" : "ascending") : "none" }, el("button", { type: "button", class: "sort", "data-column": key, text: name, onclick: () => {
      down = key === sorted && !down;
      sorted = key;
      draw();
    } })));
    const lines = order.slice(0, most).map(([, row]) => el("tr", {}, ...shown.map(({ key, says }) => (key === "name" ? el("th", { scope: "row" }, el("button", { type: "button", class: "link", text: says(row), onclick: () => show(row) })) : el("td", { text: says(row) })))));
    const more = order.length > most ? el("button", { type: "button", class: "button", text: t("Show {count} more", { count: number(Math.min(PAGE, order.length - most)) }), onclick: () => { most += PAGE; draw(); } }) : "";
    body.replaceChildren(el("table", {}, el("caption", { class: "hidden-text", text: t("Accounts") }), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines)), more);
    if (focused) /** @type {HTMLElement | null} */ (body.querySelector(`[data-column="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  }

  drawPicker();
  return {
    /** @param {() => number[]} now */
    fill(now) {
      [rows, most] = [now, PAGE];
      draw();
    },
    state: () => ({ columns: chosen.join(","), sort: `${down ? "-" : ""}${sorted}` }),
    /** @param {{columns?: string, sort?: string}} kept */
    restore(kept) {
      const wanted = (kept.columns ?? FIRST.join(",")).split(",");
      chosen = columns.map(({ key }) => key).filter((key) => wanted.includes(key));
      [sorted, down] = [(kept.sort || "name").replace("-", ""), (kept.sort || "").startsWith("-")];
      drawPicker();
      draw();
    },
  };
}

/** @param {Field} field @param {number} row */
function said(field, row) {
  const value = field.of(row);
  if (field.words) return field.words[value] || t("none given");
  if (Number.isNaN(value)) return "–";
  return field.kind === "day" ? day(value) : number(value, Math.abs(value) < 100 ? 1 : 0);
}

/** What is not known comes last. @param {any} a @param {any} b */
function compared(a, b) {
  if (typeof a === "string") return a.localeCompare(b, undefined, { numeric: true });
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}
