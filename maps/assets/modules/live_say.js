import { byId, el } from "./dom.js";
import { t } from "./live_words.js";

/** What the manager's page says: read out, as a hint over the map, or as a notice that stays until it is shut. */

/** @param {string} text */
export function tell(text) {
  byId("status").textContent = text;
}

/** @param {string} text empty for none */
export function hint(text) {
  const bar = byId("hint");
  bar.hidden = !text;
  bar.textContent = text;
}

/** Say that something was refused, where everybody sees it. @param {string} text @param {Array<[string, () => void]>} choices */
export function warn(text, choices = []) {
  const bar = byId("notice");
  const shut = () => (bar.hidden = true);
  const buttons = choices.map(([name, go]) => el("button", { type: "button", class: "button", text: name, onclick: () => { shut(); go(); } }));
  bar.replaceChildren(el("span", { text }), ...buttons, el("button", { type: "button", class: "close", "aria-label": t("Close"), text: "×", onclick: shut }));
  bar.hidden = false;
}
