/** The words of live pages: the source's own, or those of a catalogue sent with the page; numbers and days. */

/** @type {Record<string, string>} */
let catalogue = {};
let language = "en";

/** @param {string} code @param {Record<string, string>} words */
export function speak(code, words) {
  language = code;
  catalogue = words;
}

/** @param {string} text @param {Record<string, any>} [values] */
export function t(text, values = {}) {
  return (catalogue[text] || text).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {number} value @param {number} [digits] */
export function number(value, digits = 0) {
  return value.toLocaleString(language, { maximumFractionDigits: digits });
}

/** Large amounts, short: 7.95M. @param {number} value */
export function short(value) {
  return value.toLocaleString(language, { notation: "compact", maximumSignificantDigits: 3 });
}

/** Hours, short. @param {number} value */
export function hours(value) {
  return number(value, Math.abs(value) < 10 ? 1 : 0);
}

/** A share with its sign: +3.1 %. @param {number} value */
export function share(value) {
  const text = `${number(Math.abs(value) * 100, 1)} %`;
  return Math.abs(value) < 0.0005 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

/** A day from days since 1970. @param {number} day */
export function day(day) {
  return date(new Date(day * 86_400_000));
}

/** @param {string} iso */
export function isoDay(iso) {
  return date(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
}

/** @param {string} iso */
export function moment(iso) {
  return new Date(iso).toLocaleString(language === "en" ? "en-GB" : language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** @param {Date} at */
function date(at) {
  return at.toLocaleDateString(language === "en" ? "en-GB" : language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}
