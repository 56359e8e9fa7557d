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

function tongue() {
  return facts.language === "en" ? "en-GB" : facts.language;
}
