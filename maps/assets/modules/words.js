/** The words of the page, numbers and days. */

/**
 * @param {Record<string, string>} words
 */
export function speaker(words) {
  const language = words.language;
  const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { weekday: "short", timeZone: "UTC" });
  const date = (/** @type {string} */ iso) => new Date(`${iso}T00:00:00Z`);
  return {
    /** @param {string} key @param {Record<string, any>} [values] */
    t(key, values = {}) {
      return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
    },
    /** @param {number} value */
    number: (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits }),
    /** @param {string} iso */
    day: (iso) => day.format(date(iso)),
    /** @param {string} iso */
    weekday: (iso) => weekday.format(date(iso)),
    /** The Monday of a day's week. @param {string} iso */
    monday(iso) {
      const at = date(iso);
      at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
      return at.toISOString().slice(0, 10);
    },
  };
}
