import { byId, el } from "./dom.js";

/** Find an account by name, number or address: type, arrow keys, Enter. */

const MOST = 30;

/**
 * @param {any} plan
 * @param {(row: number) => void} choose
 */
export function search(plan, choose) {
  const input = /** @type {HTMLInputElement} */ (byId("plan-search"));
  const list = byId("plan-results");
  /** @type {string[] | null} */
  let texts = null;
  /** @type {number[]} */
  let found = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (/** @type {number} */ row) => {
    close();
    choose(row);
  };
  const point = (/** @type {number} */ to) => {
    active = to;
    [...list.children].forEach((item, k) => item.setAttribute("aria-selected", String(k === to)));
    if (to >= 0) {
      input.setAttribute("aria-activedescendant", list.children[to].id);
      list.children[to].scrollIntoView({ block: "nearest" });
    }
  };
  const show = () => {
    texts ||= Array.from({ length: plan.size }, (_, row) => plain(searchText(plan.account(row))));
    const wanted = plain(input.value.trim());
    if (!wanted) return close();
    found = matches(texts, wanted);
    const items = found.map((row, k) => resultItem(plan, row, k, () => pick(row)));
    list.replaceChildren(...(items.length ? items : [el("li", { class: "nothing", text: plan.t("no_match") })]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    byId("plan-status").textContent = plan.t("results", { count: found.length });
    point(found.length ? 0 : -1);
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (list.hidden || !found.length) return;
    if (event.key === "ArrowDown") point((active + 1) % found.length);
    else if (event.key === "ArrowUp") point((active - 1 + found.length) % found.length);
    else if (event.key === "Enter") pick(found[active]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 200));
}

/** @param {any} account */
function searchText({ name, id, address }) {
  return `${name}\n${id}\n${address}`;
}

/** Names that begin with the words come first. @param {string[]} texts @param {string} wanted */
function matches(texts, wanted) {
  const first = [];
  const rest = [];
  for (let row = 0; row < texts.length && first.length < MOST; row++) {
    const at = texts[row].indexOf(wanted);
    if (at === 0) first.push(row);
    else if (at > 0 && rest.length < MOST) rest.push(row);
  }
  return [...first, ...rest].slice(0, MOST);
}

/** @param {any} plan @param {number} row @param {number} position @param {() => void} chosen */
function resultItem(plan, row, position, chosen) {
  const account = plan.account(row);
  const about = account.drawn ? [account.rep, account.address].filter(Boolean).join(" · ") : plan.t("not_on_map");
  return el("li", { id: `plan-result-${position}`, role: "option", "aria-selected": "false", onmousedown: chosen }, el("b", { text: account.name }), el("span", { class: "small", text: about }));
}

const LATIN = /** @type {Record<string, string>} */ ({
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ж: "zh", з: "z", и: "i", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p",
  р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "shch", ъ: "", ы: "i", ь: "", э: "e",
  ю: "iu", я: "ia", і: "i", є: "ie", ґ: "g", ß: "ss", ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", y: "i",
});

/** Small letters without accents, Cyrillic ones as Latin, y as i: «Motory» finds «ОАО Моторы». @param {string} text */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[ßøđłæœyа-яіїєґ]/g, (letter) => LATIN[letter] ?? letter);
}
