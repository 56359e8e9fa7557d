import { asker, Refused } from "./asker.js";
import { byId, el } from "./dom.js";
import { speak, t } from "./live_words.js";
import { freshKey } from "./today_phrases.js";

/** What the pages of the record share: facts and words, changes that happen once, and a notice that offers to undo. */

export const facts = JSON.parse(byId("facts").textContent || "{}");
speak(facts.language, facts.words);
export const ask = asker(facts.root);

/**
 * Change something: once, also where the network lost the answer, and on the version that was read.
 * @param {string} method @param {string} path @param {any} body @param {number} [version]
 * @returns {Promise<{said: any, act: string | null}>} act: what can be undone
 */
export async function change(method, path, body, version) {
  /** @type {string | null} */
  let act = null;
  const once = asker(facts.root, (answer) => (act = answer.headers.get("Bailiwick-Act")));
  const headers = { "Idempotency-Key": freshKey(), ...(version ? { "If-Match": `"${version}"` } : {}) };
  const go = () => once(method, path, body, headers);
  const said = await go().catch(async (error) => {
    if (!(error instanceof Refused) || error.status) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return go();
  });
  return { said, act };
}

/** Say something, with a button or two. @param {string} text @param {Array<[string, () => any]>} [buttons] @param {string} [kind] good, bad */
export function say(text, buttons = [], kind = "good") {
  const bar = el("p", { class: `notice ${kind}` }, el("span", { text }));
  for (const [name, go] of buttons) bar.append(el("button", { type: "button", class: "quiet", text: name, onclick: () => { bar.remove(); go(); } }));
  bar.append(el("button", { type: "button", class: "quiet", "aria-label": t("Close"), text: "×", onclick: () => bar.remove() }));
  byId("notices").replaceChildren(bar);
}

/** Say what was refused. @param {any} error */
export function sayRefused(error) {
  if (!(error instanceof Refused)) throw error;
  say(error.message, error.status === 401 ? [[t("Sign in"), () => location.reload()]] : [], "bad");
}

/** Say what was done, and offer to take it back. @param {string} text @param {string | null} act @param {() => any} after */
export function sayDone(text, act, after) {
  say(text, act ? [[t("Undo"), () => undo(act, after)]] : []);
}

/** Take an act back. @param {string | number} act @param {() => any} after */
export async function undo(act, after) {
  try {
    await change("POST", `/api/batches/${act}/undo`, {});
    say(t("Taken back"));
    await after();
  } catch (error) {
    sayRefused(error);
  }
}

/** @param {number | null} value @param {string} [currency] */
export function amount(value, currency = "") {
  if (value === null || value === undefined) return "";
  const digits = Number.isInteger(value) ? 0 : 2;
  const text = value.toLocaleString(facts.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return currency ? `${text} ${currency}` : text;
}

/** Days and moments as this page writes them, with nothing that breaks. @param {number} days */
export function daysText(days) {
  const whole = Math.floor(days);
  return whole === 1 ? t("1 day") : t("{count} days", { count: whole });
}

/** The label of a code; the code where the list has none. @param {string} list @param {string} code */
export function labelOf(list, code) {
  return (facts.codes[list] || []).find((/** @type {string[]} */ one) => one[0] === code)?.[1] || code;
}

/** @param {Record<string, any>} values */
export function query(values) {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined && value !== "") made.set(name, String(value));
  return made.size ? `?${made}` : "";
}
