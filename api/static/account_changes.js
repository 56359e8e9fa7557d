import { el } from "./dom.js";
import { number, t } from "./live_words.js";
import { stateName } from "./account_about.js";
import { dayText } from "./record_days.js";
import { amount, facts as page, labelOf } from "./record_page.js";

/** What became of a row of the account: which row, and its fields as they were and are, in words. */

/** @returns {Record<string, Record<string, string>>} by table, the fields that are shown */
const fields = () => ({
  account: { name: t("Name"), external_id: t("Number"), state: t("State"), segment: t("Segment"), industry: t("Industry"), value: t("Value a year"), potential: t("Potential") },
  site: {
    account_id: t("Account"), line: t("Street and number"), postcode: t("Postcode"), city: t("Town"), region: t("Region"), country: t("Country"), lat: t("Latitude"), lon: t("Longitude"), level: t("Place"), opening_hours: t("Open"),
    visits_per_year: t("Visits a year"), service_s: t("Minutes of a visit"), visit_type: t("Type of visits"), last_visit_on: t("Last visit"), wishes: t("What was agreed"),
  },
  account_name: { kind: t("Kind"), name: t("Name"), valid_from: t("From"), valid_to: t("Until") },
  account_link: { kind: t("Kind"), share: t("Share"), valid_from: t("From"), valid_to: t("Until") },
});

/** @param {any} made a change */
export function rowName({ table, act, fields: pairs }) {
  const after = (/** @type {string} */ name) => pairs[name]?.[act === "removed" ? 0 : 1] || "";
  const row = /** @type {Record<string, string>} */ ({ account: t("Account"), site: t("Site"), account_name: t("Name"), account_link: t("Link with a firm") })[table] || table.replaceAll("_", " ");
  const which = { account: after("name"), site: [after("line"), after("city")].filter(Boolean).join(", "), account_name: after("name") }[/** @type {"site"} */ (table)] || "";
  const words = { row, name: which };
  if (act === "added") return which ? t("{row} added: {name}", words) : t("{row} added", words);
  if (act === "removed") return which ? t("{row} removed: {name}", words) : t("{row} removed", words);
  return t("{row} changed", words);
}

/** Old and new of the fields of a change that people read; none for rows that came or went. @param {any} made */
export function differences({ table, act, fields: pairs }) {
  const known = fields()[table];
  if (act !== "changed" || !known) return null;
  const lines = Object.entries(known).filter(([name]) => name in pairs).map(([name, label]) => el("li", {},
    el("span", { class: "small", text: `${label}: ` }), el("del", { dir: "auto", text: said(name, pairs[name][0]) }), " → ", el("ins", { dir: "auto", text: said(name, pairs[name][1]) })));
  return lines.length ? el("ul", { class: "differences" }, ...lines) : null;
}

/** @param {string} name @param {any} value */
function said(name, value) {
  if (value === null || value === "" || value === undefined) return "–";
  const ways = /** @type {Record<string, (value: any) => string>} */ ({
    state: stateName, segment: (code) => labelOf("segment", code), industry: (code) => labelOf("industry", code), visit_type: (code) => page.types[code] || code,
    value: amount, potential: amount, service_s: (seconds) => number(seconds / 60), visits_per_year: (visits) => number(visits, 1), share: (share) => `${number(share * 100, 1)} %`,
    lat: degrees, lon: degrees, valid_from: dayText, valid_to: dayText, last_visit_on: dayText, kind: kindName, level: levelName,
  });
  if (ways[name]) return ways[name](value);
  if (typeof value === "object") return Object.entries(value).map(([key, part]) => `${key.replaceAll("_", " ")}: ${Array.isArray(part) ? part.join(", ") : part}`).join("; ");
  return String(value);
}

/** @param {number} value */
const degrees = (value) => value.toFixed(5);

/** How well a place is known. @param {string} level */
export function levelName(level) {
  return { given: t("coordinates came with the file"), manual: t("set by hand"), rooftop: t("the house"), interpolated: t("between two houses"), street: t("the street"), postcode: t("the postcode"), city: t("the town"), none: t("no place yet") }[level] || level;
}

/** @param {string} kind of a name or of a link */
function kindName(kind) {
  return { legal: t("legal name"), brand: t("brand"), former: t("former name"), latin: t("in Latin letters"), project: t("project"), owner: t("its owner"), franchise: t("its franchiser"), supplier: t("its supplier"), payer: t("pays for it") }[kind] || kind;
}
