import { el } from "./dom.js";
import { t } from "./live_words.js";
import { span } from "./record_days.js";

/** Whose an account was, from when until when, and why. */

/** @param {string[]} head @param {Array<Array<Node | string>>} rows @param {string} nothing */
function table(head, rows, nothing) {
  if (!rows.length) return el("p", { class: "small", text: nothing });
  const cells = (/** @type {Array<Node | string>} */ row) => row.map((cell, k) => (k ? el("td", { "data-name": head[k], dir: "auto" }, cell) : el("th", { scope: "row", dir: "auto" }, cell)));
  return el("div", { class: "wide" }, el("table", { class: "list" }, el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row))))));
}

/** @param {HTMLElement} place @param {any} facts */
export function owners(place, facts) {
  const several = facts.account.account.sites.length > 1;
  const lines = new Map(facts.account.account.sites.map((/** @type {any} */ site) => [site.id, site.line || site.city]));
  const rows = facts.account.ownership.map((/** @type {any} */ one) => [one.territory, one.rep || t("nobody"), span(one), one.reason, ...(several ? [lines.get(one.site_id) || ""] : [])]);
  place.replaceChildren(table([t("Territory"), t("Rep"), t("When"), t("Why"), ...(several ? [t("Site")] : [])], rows, t("It has not been in a territory yet.")));
}
