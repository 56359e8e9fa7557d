import { t } from "./live_words.js";
import { dayText } from "./record_days.js";
import { facts, labelOf } from "./record_page.js";

/** The fields of a sale as a form asks for them. */

/** @param {string} name */
export function fieldLabel(name) {
  return (/** @type {Record<string, string>} */ ({
    title: t("Title"), product: t("Product"), value: t("Amount"), currency: t("Currency"), probability: t("Chance"), expected_on: t("Expected on"),
    source: t("Source"), rep_id: t("Rep"), account_id: t("Account"), "account.segment": t("Segment of the account"), "account.industry": t("Industry of the account"),
    "account.value": t("Value of the account"), "account.potential": t("Potential of the account"), "account.contact": t("Somebody to talk to at the account"),
  }))[name] || name;
}

/** @param {string} name @param {any} value @returns {import("./record_form.js").Field} */
export function saleField(name, value) {
  const label = fieldLabel(name);
  /** @param {Array<[any, string]>} options */
  const choice = (options) => ({ name, label, kind: /** @type {"select"} */ ("select"), value, options: /** @type {Array<[any, string]>} */ ([["", "–"], ...options]) });
  if (name === "product" && facts.codes.product.length) return choice(kept(facts.codes.product, value));
  if (name === "rep_id") return choice(kept(facts.reps, value));
  if (name === "value") return { name, label, kind: "number", value };
  if (name === "probability") return { name, label, kind: "share", value, note: t("in percent; empty: as the stage says") };
  if (name === "expected_on") return { name, label, kind: "date", value };
  return { name, label, kind: "text", value, most: name === "currency" ? 10 : 300 };
}

/** The options, and what is there already though it can no longer be chosen. @param {Array<[any, string]>} options @param {any} value @returns {Array<[any, string]>} */
function kept(options, value) {
  return value && !options.some(([key]) => String(key) === String(value)) ? [...options, [value, String(value)]] : options;
}

/** What was filled in as the server takes it: ids are numbers. @param {Record<string, any>} given */
export function asSale(given) {
  return { ...given, ...("rep_id" in given ? { rep_id: given.rep_id === "" ? null : Number(given.rep_id) } : {}) };
}

/** @param {string} name @param {any} value */
export function saleValue(name, value) {
  if (value === null || value === undefined || value === "") return "";
  if (name === "product") return labelOf("product", value);
  if (name === "rep_id") return facts.reps.find((/** @type {any} */ one) => one[0] === value)?.[1] || String(value);
  if (name === "expected_on") return dayText(String(value));
  if (name === "probability") return `${Math.round(value * 100)} %`;
  return String(value);
}
