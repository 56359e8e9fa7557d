import { el } from "./dom.js";

/** The visits of the page: finding them, and giving them what only a script can do. */

/** @param {string} visit */
export function visitOf(visit) {
  return /** @type {HTMLElement | null} */ (document.querySelector(`.visit[data-visit="${CSS.escape(visit)}"]`));
}

/** @param {HTMLElement} visit */
export function nameOf(visit) {
  return visit.querySelector("b")?.textContent || "";
}

/** Where the page says what became of a visit. @param {HTMLElement} visit */
export function stateOf(visit) {
  const there = visit.querySelector(".state");
  if (there) return there;
  const made = el("span", { class: "state" });
  visit.querySelector("summary > span, .acts")?.append(made);
  return made;
}

/**
 * Buttons for every visit that something can be done with. They come from one template: sent for each visit they would
 * be a third of a long day, and without scripts they do nothing.
 * @param {HTMLElement} day
 */
export function addActs(day) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("acts"));
  const [done, after, next, skip] = /** @type {HTMLElement[]} */ ([...(template?.content.children || [])]);
  const { ahead, workable } = day.dataset;
  for (const visit of /** @type {NodeListOf<HTMLElement>} */ (day.querySelectorAll(".visit"))) {
    const acts = visit.querySelector(".acts");
    if (!acts) continue;
    const put = (/** @type {HTMLElement} */ button, first = false) => acts[first ? "prepend" : "append"](button.cloneNode(true));
    if (visit.classList.contains("is-planned")) {
      if (workable !== undefined) put(ahead === undefined ? after : done, true);
      if (ahead === undefined) continue;
      if (visit.dataset.visit !== day.dataset.next) put(next);
      if (workable !== undefined) put(skip);
    } else if (visit.classList.contains("is-skipped") && workable !== undefined) put(after);
  }
}

/** Links to a route planner that the device has: geo: where telephones know it, else a map on the web. */
export function pointTheWay() {
  const agent = navigator.userAgent;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[href^="geo:"]'))) {
    const place = link.href.slice(4);
    if (/Android/.test(agent)) {
      link.href = `geo:0,0?q=${place}`;
      continue;
    }
    link.href = /iPhone|iPad|Macintosh/.test(agent) ? `https://maps.apple.com/?daddr=${place}&dirflg=d` : `https://www.openstreetmap.org/directions?to=${place}`;
    link.rel = "noreferrer";
    link.target = "_blank";
  }
}
