import { el } from "./dom.js";
import { t } from "./live_words.js";
import { ask, query } from "./record_page.js";

/** Choose an account: type, arrow keys, Enter. */

let made = 0;

/** @param {(one: {id: number, name: string}) => void} [picked] @returns {{box: HTMLElement, chosen: () => number | null}} */
export function accountPicker(picked = () => undefined) {
  const id = `picker-${++made}`;
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "search", id, autocomplete: "off", role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", placeholder: t("Name, number or place") }));
  const list = el("ul", { id: `${id}-list`, class: "found", role: "listbox", "aria-label": t("Accounts found"), hidden: true });
  const box = el("div", { class: "picker" }, el("label", { for: id, text: t("Account") }), input, list);
  /** @type {any[]} */
  let found = [];
  let [active, turn] = [-1, 0];
  /** @type {number | null} */
  let chosen = null;
  let wait = 0;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (/** @type {any} */ one) => {
    chosen = one.id;
    input.value = one.name;
    close();
    picked(one);
  };
  const point = (/** @type {number} */ to) => {
    active = to;
    [...list.children].forEach((item, k) => item.setAttribute("aria-selected", String(k === to)));
    if (to >= 0) input.setAttribute("aria-activedescendant", `${id}-${to}`);
  };
  const search = async () => {
    const mine = ++turn;
    const words = input.value.trim();
    if (!words) return close();
    found = (await ask("GET", `/api/account-names${query({ words, limit: 12 })}`).catch(() => ({ items: [] }))).items;
    if (mine !== turn) return;
    list.replaceChildren(...(found.length ? found.map((one, k) => el("li", { id: `${id}-${k}`, role: "option", "aria-selected": "false", onmousedown: (/** @type {Event} */ event) => { event.preventDefault(); pick(one); } }, el("b", { dir: "auto", text: one.name }), el("span", { class: "small", dir: "auto", text: [one.external_id, one.city].filter(Boolean).join(" · ") }))) : [el("li", { class: "small", text: t("No account has these words.") })]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(found.length ? 0 : -1);
  };

  input.addEventListener("input", () => {
    chosen = null;
    clearTimeout(wait);
    wait = window.setTimeout(search, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || !found.length) return;
    if (event.key === "ArrowDown") point((active + 1) % found.length);
    else if (event.key === "ArrowUp") point((active - 1 + found.length) % found.length);
    else if (event.key === "Enter" && active >= 0) pick(found[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => setTimeout(close, 200));
  return { box, chosen: () => chosen };
}
