import { el } from "./dom.js";
import { number, t } from "./live_words.js";
import { amount, ask, query, sayDone, sayRefused } from "./record_page.js";
import { worthy } from "./sales_counts.js";
import { saleItem } from "./sales_item.js";
import { point, steer, tabStop } from "./sales_keys.js";
import { chooseStage, moveSale } from "./sales_move.js";

/** The board: a column per stage, filled page by page; cards go on by mouse, by keyboard or by their menu. */

const PAGE = 30;

/**
 * @param {HTMLElement} place
 * @param {{among: () => {territory: string, rep: string}, pipeline: () => any, counted: () => any, open: (id: number) => any}} parts
 */
export function board(place, { among, pipeline, counted, open }) {
  /** @type {Map<number, Column>} */
  const columns = new Map();
  let turn = 0;
  let shown = 0;

  /** @typedef {{stage: any, box: HTMLElement, list: HTMLElement, head: HTMLElement, more: HTMLElement, next: string | null, busy: boolean}} Column */

  async function show() {
    const mine = ++turn;
    columns.clear();
    for (const stage of pipeline().stages) columns.set(stage.id, column(stage));
    place.replaceChildren(...[...columns.values()].map(({ box }) => box));
    turnTo(columns.has(shown) ? shown : pipeline().stages[0].id, false);
    await Promise.all([...columns.values()].map((one) => load(one, mine)));
    await counted();
  }

  /** @param {any} stage @returns {Column} */
  function column(stage) {
    const head = el("p", { class: "sums" });
    const list = el("ol", { class: "cards", "aria-labelledby": `stage-${stage.id}` });
    const more = el("button", { type: "button", class: "more quiet", text: t("Show more"), hidden: true, onclick: () => load(one) });
    const box = el("section", { class: `column is-${stage.kind}`, "data-stage": stage.id, "aria-labelledby": `stage-${stage.id}` },
      el("h2", { id: `stage-${stage.id}`, dir: "auto", text: stage.name }), head, list, more);
    /** @type {Column} */
    const one = { stage, box, list, head, more, next: null, busy: false };
    takeDrops(one);
    new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && load(one)).observe(more);
    return one;
  }

  /** @param {Column} one @param {number} [mine] */
  async function load(one, mine = turn) {
    if (one.busy) return;
    one.busy = true;
    try {
      const asked = { stage: one.stage.id, ...among(), newest: one.stage.kind === "open" ? "" : "true", limit: PAGE, cursor: one.next };
      const found = await ask("GET", `/api/sales-board${query(asked)}`);
      if (mine !== turn) return;
      for (const card of found.items) if (!itemOf(card.id)) one.list.append(saleItem(card, one.stage, { open, menu }));
      one.next = found.next;
      one.more.hidden = !found.next;
      one.list.classList.toggle("is-empty", !one.list.children.length);
      tabStop(one.list);
    } catch (error) {
      sayRefused(error);
    } finally {
      one.busy = false;
    }
  }

  /** @param {number} id */
  function itemOf(id) {
    return /** @type {HTMLElement | null} */ (place.querySelector(`[data-sale="${id}"]`));
  }

  /** @param {Column} one */
  function takeDrops({ box, stage }) {
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("is-over");
    });
    box.addEventListener("dragleave", (event) => box.contains(/** @type {Node | null} */ (event.relatedTarget)) || box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("is-over");
      const id = Number(event.dataTransfer?.getData("text/plain"));
      if (itemOf(id) && stageOf(id) !== stage.id) move(id, stage.id);
    });
  }

  /** @param {number} id */
  function stageOf(id) {
    return Number(/** @type {HTMLElement | null | undefined} */ (itemOf(id)?.closest(".column"))?.dataset.stage);
  }

  /** Move a sale to a stage, with all that this asks for. @param {number} id @param {number} to @returns {Promise<boolean>} */
  async function move(id, to) {
    const stage = pipeline().stages.find((/** @type {any} */ one) => one.id === to);
    const title = itemOf(id)?.querySelector(".sale-open")?.textContent || "";
    try {
      const moved = await moveSale(id, stage);
      if (!moved) return false;
      await refresh(id);
      sayDone(t("“{title}” is in {stage} now", { title: shorter(title), stage: stage.name }), moved.act, () => refresh(id));
      return true;
    } catch (error) {
      await refresh(id);
      sayRefused(error);
      return false;
    }
  }

  /** @param {number} id */
  async function menu(id) {
    try {
      const to = await chooseStage(id);
      if (to) await move(id, to);
    } catch (error) {
      sayRefused(error);
    }
  }

  /** Show a sale where it is now, above the others. @param {number} id */
  async function refresh(id) {
    const held = itemOf(id)?.contains(document.activeElement) || document.activeElement === document.body;
    try {
      const { stage_id } = await ask("GET", `/api/opportunities/${id}`).catch((error) => (error.status === 404 ? {} : Promise.reject(error)));
      const one = columns.get(stage_id);
      const found = one ? await ask("GET", `/api/sales-board${query({ stage: stage_id, ...among(), opportunity: id })}`) : { items: [] };
      const before = itemOf(id);
      const same = before && before.parentElement === one?.list;
      if (one && found.items[0]) {
        const fresh = saleItem(found.items[0], one.stage, { open, menu });
        if (same) before.replaceWith(fresh);
        else {
          before?.remove();
          one.list.prepend(fresh);
          if (matchMedia("(max-width: 720px)").matches && shown !== one.stage.id) turnTo(one.stage.id, false);
        }
        if (held) point(fresh);
      } else before?.remove();
      for (const each of columns.values()) {
        each.list.classList.toggle("is-empty", !each.list.children.length);
        tabStop(each.list);
      }
      await counted();
    } catch (error) {
      sayRefused(error);
    }
  }

  /** Show a column: the only one on a telephone. @param {number} stage @param {boolean} [focus] */
  function turnTo(stage, focus = true) {
    shown = stage;
    for (const [id, one] of columns) one.box.classList.toggle("is-shown", id === stage);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#counts [data-stage]"))) {
      if (Number(button.dataset.stage) === stage) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (!focus) return;
    const one = columns.get(stage);
    one?.box.scrollIntoView({ block: "nearest", inline: "nearest" });
    point(one?.list.firstElementChild);
  }

  /** What each column is worth, in each currency. @param {any[]} items */
  function sums(items) {
    for (const item of items) {
      const one = columns.get(item.stage_id);
      if (!one) continue;
      one.head.replaceChildren(el("b", { text: number(item.deals) }), ...worthy(item.amounts).map((sum) => el("span", {}, amount(Math.round(sum.value), sum.currency), one.stage.kind === "open" ? el("i", { text: ` ${t("weighted {amount}", { amount: amount(Math.round(sum.weighted)) })}` }) : null)));
    }
    turnTo(shown, false);
  }

  steer(place, { lanes: () => [...columns.values()], turnTo, move, menu });
  return { show, refresh, move, turnTo, sums };
}

/** @param {string} text */
function shorter(text) {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
