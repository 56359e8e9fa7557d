import { t } from "./live_words.js";
import { facts } from "./record_page.js";

/** Days of the calendar, short: the year only where it is another one than today's. */

/** @param {string | null} iso a day or a moment */
export function dayText(iso) {
  if (!iso) return "";
  const far = iso.slice(0, 4) !== facts.today.slice(0, 4);
  const zone = iso.length > 10 ? undefined : "UTC";
  const at = new Date(iso.length > 10 ? iso : `${iso}T00:00:00Z`);
  return at.toLocaleDateString(tongue(), { day: "numeric", month: "short", ...(far ? { year: "numeric" } : {}), timeZone: zone });
}

/** @param {string} iso a moment */
export function momentText(iso) {
  return `${dayText(iso)}, ${new Date(iso).toLocaleTimeString(tongue(), { hour: "2-digit", minute: "2-digit" })}`;
}

/** From when until when, where that is known. @param {{valid_from: string | null, valid_to: string | null}} one */
export function span({ valid_from, valid_to }) {
  if (valid_from && valid_to) return t("{from} until {to}", { from: dayText(valid_from), to: dayText(valid_to) });
  if (valid_from) return t("since {from}", { from: dayText(valid_from) });
  return valid_to ? t("until {to}", { to: dayText(valid_to) }) : "";
}

function tongue() {
  return facts.language === "en" ? "en-GB" : facts.language;
}
