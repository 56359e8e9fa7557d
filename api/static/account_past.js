import { el } from "./dom.js";
import { t } from "./live_words.js";
import { dayText, momentText, span } from "./record_days.js";
import { labelOf } from "./record_page.js";

/** Visits, whose an account was and why, and what was written down at visits. */

/** @param {string[]} head @param {Array<Array<Node | string>>} rows @param {string} nothing */
function table(head, rows, nothing) {
  if (!rows.length) return el("p", { class: "small", text: nothing });
  const cells = (/** @type {Array<Node | string>} */ row) => row.map((cell, k) => (k ? el("td", { "data-name": head[k], dir: "auto" }, cell) : el("th", { scope: "row", dir: "auto" }, cell)));
  return el("div", { class: "wide" }, el("table", { class: "list" }, el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row))))));
}

/** @param {HTMLElement} place @param {any} facts */
export function visits(place, facts) {
  const word = /** @type {Record<string, string>} */ ({ planned: t("planned"), done: t("made"), skipped: t("skipped"), cancelled: t("cancelled") });
  const rows = facts.account.visits.map((/** @type {any} */ one) => [dayText(one.day), word[one.state] || one.state, one.rep, labelOf("outcome", one.outcome)]);
  place.replaceChildren(table([t("Day"), t("State"), t("Rep"), t("What came of it")], rows, t("No visit yet, and none planned.")));
}

/** @param {HTMLElement} place @param {any} facts */
export function owners(place, facts) {
  const several = facts.account.account.sites.length > 1;
  const lines = new Map(facts.account.account.sites.map((/** @type {any} */ site) => [site.id, site.line || site.city]));
  const rows = facts.account.ownership.map((/** @type {any} */ one) => [one.territory, one.rep || t("nobody"), span(one), one.reason, ...(several ? [lines.get(one.site_id) || ""] : [])]);
  place.replaceChildren(table([t("Territory"), t("Rep"), t("When"), t("Why"), ...(several ? [t("Site")] : [])], rows, t("It has not been in a territory yet.")));
}

/** @param {HTMLElement} place @param {any} facts */
export function documents(place, facts) {
  const rows = facts.account.documents.map((/** @type {any} */ one) => [
    one.form, momentText(one.made_at), one.rep,
    el("details", {}, el("summary", { text: t("{count} answers, {lines} lines", { count: Object.keys(one.answers).length, lines: one.lines.length }) }), el("dl", { class: "facts" }, ...Object.entries(one.answers).flatMap(([name, value]) => [el("dt", { dir: "auto", text: name }), el("dd", { dir: "auto", text: value === null ? "–" : String(value) })]))),
  ]);
  place.replaceChildren(table([t("Document"), t("Written"), t("By"), t("What it says")], rows, t("Nothing was written down at visits yet.")));
}
