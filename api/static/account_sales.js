import { el } from "./dom.js";
import { t } from "./live_words.js";
import { amount, sayDone, sayRefused } from "./record_page.js";
import { openSale } from "./sales_card.js";
import { moveSale } from "./sales_move.js";

/** The sales of an account; each opens as on the board. */

/** @param {HTMLElement} place @param {any} facts @param {() => any} refresh */
export function accountSales(place, facts, refresh) {
  const order = { open: 0, won: 1, lost: 2 };
  const all = [...facts.account.opportunities].sort((a, b) => order[/** @type {"open"} */ (a.kind)] - order[/** @type {"open"} */ (b.kind)] || b.id - a.id);
  place.replaceChildren(all.length ? el("ul", { class: "rows" }, ...all.map((one) => el("li", {},
    el("button", { type: "button", class: "link", dir: "auto", text: one.title, onclick: () => openSale(one.id, { changed: refresh, move: (id, to) => move(facts, id, to, refresh) }).catch(sayRefused) }),
    el("span", { class: "small", dir: "auto", text: [one.stage, amount(one.value, one.currency), one.rep].filter(Boolean).join(" · ") })))) : el("p", { class: "small", text: t("No sale yet.") }));
}

/** @param {any} facts @param {number} id @param {number} to @param {() => any} refresh */
async function move(facts, id, to, refresh) {
  const stage = facts.pipelines.flatMap((/** @type {any} */ one) => one.stages).find((/** @type {any} */ one) => one.id === to);
  try {
    const moved = stage && (await moveSale(id, stage));
    if (!moved) return false;
    await refresh();
    sayDone(t("It is in {stage} now", { stage: stage.name }), moved.act, refresh);
    return true;
  } catch (error) {
    sayRefused(error);
    return false;
  }
}
