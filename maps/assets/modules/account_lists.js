import { el } from "./dom.js";

/** Long lists, filled when they are opened and then a page at a time: accounts without a place, and transfers. */

const PAGE = 60;

/**
 * Accounts without a place, under their reasons.
 * @param {HTMLElement} details
 * @param {any} plan
 * @param {(row: number) => void} choose
 */
export function unplacedList(details, plan, choose) {
  whenOpened(details, (body) => {
    /** @type {Map<string, number[]>} */
    const reasons = new Map();
    for (const row of plan.unplaced()) {
      const { why } = plan.account(row);
      const members = reasons.get(why);
      if (members) members.push(row);
      else reasons.set(why, [row]);
    }
    const several = [...reasons].sort((a, b) => b[1].length - a[1].length);
    if (several.length > 12) {
      body.append(pages(plan, plan.unplaced(), (row) => line(plan, row, choose, plan.account(row).why)));
      return;
    }
    for (const [why, rows] of several) {
      body.append(el("h3", { text: `${why} (${plan.number(rows.length)})` }), pages(plan, rows, (row) => line(plan, row, choose, plan.account(row).address)));
    }
  });
}

/**
 * Every account of a territory, as the map shows them.
 * @param {any} plan
 * @param {number} zone
 * @param {(row: number) => void} choose
 */
export function memberList(plan, zone, choose) {
  const rows = plan.members(zone);
  const count = el("span", { class: "count", text: plan.number(rows.length) });
  const details = el("details", { class: "list members" }, el("summary", {}, `${plan.t("accounts")} `, count), el("div", { class: "list-body" }));
  const next = (/** @type {number} */ row) => {
    const [visit] = plan.visits(row);
    return visit ? `${plan.t("next_visit")}: ${plan.day(plan.routes[visit[0]].date)}` : "";
  };
  whenOpened(details, (body) => body.append(pages(plan, rows, (row) => line(plan, row, choose, plan.account(row).address, next(row)))));
  return details;
}

/**
 * Accounts that change hands; while the list is open the map shows them.
 * @param {HTMLElement} details
 * @param {any} plan
 * @param {(row: number) => void} choose
 */
export function transferList(details, plan, choose) {
  whenOpened(details, (body) =>
    body.append(
      pages(plan, plan.transfers, ([row, from, to, reason]) =>
        line(plan, row, choose, plan.t("transfer_line", { from, to }), reason),
      ),
    ),
  );
}

/** @param {HTMLElement} details @param {(body: HTMLElement) => void} fill */
function whenOpened(details, fill) {
  details.addEventListener("toggle", () => fill(/** @type {HTMLElement} */ (details.querySelector(".list-body"))), { once: true });
}

/** @param {any} plan @param {number} row @param {(row: number) => void} choose @param {string[]} about */
function line(plan, row, choose, ...about) {
  const account = plan.account(row);
  const texts = about.filter(Boolean).map((text) => el("span", { class: "small", text }));
  return el("li", {}, el("button", { type: "button", class: "link", text: account.name, onclick: () => choose(row) }), ...texts);
}

/** @param {any} plan @param {any[]} rows @param {(row: any) => HTMLElement} make */
function pages(plan, rows, make) {
  const list = el("ul");
  const place = el("div", {}, list);
  const more = el("button", { type: "button", class: "button" });
  let shown = 0;
  const next = () => {
    list.append(...rows.slice(shown, shown + PAGE).map(make));
    shown = Math.min(rows.length, shown + PAGE);
    more.textContent = plan.t("show_more", { count: plan.number(Math.min(PAGE, rows.length - shown)) });
    if (shown >= rows.length) more.remove();
  };
  more.addEventListener("click", next);
  place.append(more);
  next();
  return place;
}
