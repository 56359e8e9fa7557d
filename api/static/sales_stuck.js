import { el } from "./dom.js";
import { number, t } from "./live_words.js";
import { amount, ask, facts, query } from "./record_page.js";

/** Sales that have been in their stage for longer than it expects, the longest overdue first. */

const MOST = 100;

/** @param {HTMLElement} place @param {{pipeline: any, among: any, open: (id: number) => any, changed: () => any}} parts */
export async function showStuck(place, { pipeline, among, open, changed }) {
  const found = await ask("GET", `/api/stuck-opportunities${query({ ...among, pipeline: pipeline.id, limit: MOST })}`);
  if (!found.items.length) {
    place.replaceChildren(el("p", { class: "nothing-yet", text: t("Nothing is stuck: every sale is in its stage for no longer than expected.") }));
    return;
  }
  const head = [t("Sale"), t("Stage"), t("Days there"), t("Expected"), t("Overdue"), t("Amount"), t("Open tasks"), ...(facts.reps.length > 1 ? [t("Rep")] : [])];
  const rows = found.items.map((/** @type {any} */ one) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", dir: "auto", text: one.title, onclick: async () => { await open(one.opportunity_id); await changed(); await showStuck(place, { pipeline, among, open, changed }); } })),
    el("td", { "data-name": head[1], dir: "auto", text: one.stage }), el("td", { class: "figure", "data-name": head[2], text: number(Math.floor(one.days)) }), el("td", { class: "figure", "data-name": head[3], text: number(one.expected_days) }),
    el("td", { class: "figure", "data-name": head[4] }, el("b", { class: "stuck", text: `+${number(Math.max(1, Math.floor(one.overdue_days)))}` })), el("td", { class: "figure", "data-name": head[5], text: amount(one.value, one.currency) || "–" }),
    el("td", { class: "figure", "data-name": head[6], text: number(one.open_tasks) }), ...(facts.reps.length > 1 ? [el("td", { "data-name": t("Rep"), dir: "auto", text: one.rep || t("nobody") })] : [])));
  const figures = new Set([2, 3, 4, 5, 6]);
  place.replaceChildren(
    el("div", { class: "wide" }, el("table", { class: "list" }, el("caption", { class: "hidden-text", text: t("Stuck sales") }), el("thead", {}, el("tr", {}, ...head.map((text, k) => el("th", { scope: "col", class: figures.has(k) ? "figure" : "", text })))), el("tbody", {}, ...rows))),
    found.count > found.items.length ? el("p", { class: "small", text: t("{shown} of {count}, the longest overdue; choose a rep or a territory to see the others.", { shown: found.items.length, count: found.count }) }) : "",
  );
}
