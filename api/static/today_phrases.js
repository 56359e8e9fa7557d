/** Texts with values in them, and keys. */

/**
 * Fill {name} in a text.
 * @param {string} text
 * @param {Record<string, any>} values
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** A key nobody else has, also where the page is not on a secure address. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Ask again where the server says that it is busy: the first question loads its solvers.
 * @param {string} url
 */
export async function fetchPatiently(url) {
  for (let tried = 0; ; tried++) {
    const answer = await fetch(url);
    if (answer.status !== 503 || tried === 5) return answer;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("Retry-After") || 3)));
  }
}

/** A day of the calendar, short. @param {string} date */
export function shortDay(date) {
  const { lang } = document.documentElement;
  return new Date(`${date}T00:00:00Z`).toLocaleDateString(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "short", timeZone: "UTC" });
}
