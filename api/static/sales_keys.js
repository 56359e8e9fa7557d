import { t } from "./live_words.js";
import { say } from "./record_page.js";

/** The board by keyboard: arrow keys go from card to card, with Shift they move the sale, M shows where it may go. */

/** @typedef {{stage: any, list: HTMLElement}} Lane a column: its stage, and the list of its cards */

/** One card of a column is in the order of the Tab key. @param {HTMLElement} list */
export function tabStop(list) {
  if (list.querySelector(".sale-open[tabindex='0']")) return;
  const first = list.querySelector(".sale");
  if (first) reach(/** @type {HTMLElement} */ (first), 0);
}

/** @param {HTMLElement} box @param {number} index */
function reach(box, index) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("button"))) button.tabIndex = index;
}

/** Give a card the focus, and its column the way to it. @param {Element | null | undefined} box */
export function point(box) {
  if (!(box instanceof HTMLElement)) return;
  for (const other of /** @type {NodeListOf<HTMLElement>} */ (box.parentElement?.querySelectorAll(".sale") || [])) reach(other, -1);
  reach(box, 0);
  /** @type {HTMLElement} */ (box.querySelector(".sale-open")).focus();
  box.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/**
 * @param {HTMLElement} place
 * @param {{lanes: () => Lane[], turnTo: (stage: number, focus: boolean) => void, move: (id: number, to: number) => any, menu: (id: number) => any}} parts
 */
export function steer(place, { lanes, turnTo, move, menu }) {
  place.addEventListener("keydown", (event) => {
    const box = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".sale"));
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = lanes();
    const at = all.findIndex(({ list }) => list === box.parentElement);
    const row = [...(box.parentElement?.children || [])].indexOf(box);
    const id = Number(box.dataset.sale);
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (side && event.shiftKey) {
      const to = all[at + side];
      if (to) move(id, to.stage.id);
      else say(side > 0 ? t("This is the last stage.") : t("This is the first stage."), [], "bad");
    } else if (side) {
      let next = at + side;
      while (all[next] && !all[next].list.children.length) next += side;
      if (all[next]) {
        turnTo(all[next].stage.id, false);
        point(all[next].list.children[Math.min(row, all[next].list.children.length - 1)]);
      }
    } else if (event.key === "ArrowDown") point(box.nextElementSibling);
    else if (event.key === "ArrowUp") point(box.previousElementSibling);
    else if (event.key === "Home") point(box.parentElement?.firstElementChild);
    else if (event.key === "End") point(box.parentElement?.lastElementChild);
    else if (event.key === "m" || event.key === "M") menu(id);
    else return;
    event.preventDefault();
  });
}
