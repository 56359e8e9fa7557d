import { el } from "./dom.js";
import { number, short, t } from "./live_words.js";

/** How many sales are in each stage now, and what they are worth; each leads to its column. */

/** @param {HTMLElement} place @param {any[]} items of `/counts` @param {(stage: number) => void} go */
export function showCounts(place, items, go) {
  const most = Math.max(1, ...items.map((one) => one.deals));
  const focused = /** @type {HTMLElement | null} */ (place.contains(document.activeElement) ? document.activeElement : null)?.dataset.stage;
  const current = /** @type {HTMLElement | null} */ (place.querySelector("[aria-current]"))?.dataset.stage;
  place.replaceChildren(...items.map((one) => {
    const worth = worthy(one.amounts).map((sum) => `${short(sum.value)} ${sum.currency}`.trim()).join(" + ");
    const meter = el("progress", { max: most, value: one.deals, "aria-hidden": "true", class: `is-${one.kind}` });
    return el("li", {}, el("button", { type: "button", "data-stage": one.stage_id, "aria-current": String(one.stage_id) === current ? "true" : undefined, onclick: () => go(one.stage_id) },
      el("span", { class: "name", dir: "auto", text: one.name }), el("b", { text: number(one.deals) }), el("span", { class: "small", text: worth || t("nothing") }), meter));
  }));
  if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-stage="${focused}"]`))?.focus({ preventScroll: true });
}

/** The sums that are not nothing. @param {Array<{currency: string, value: number, weighted: number}>} amounts */
export function worthy(amounts) {
  return amounts.filter(({ value }) => value);
}
