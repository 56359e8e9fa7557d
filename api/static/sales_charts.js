import { el } from "./dom.js";
import { number, short, t } from "./live_words.js";
import { ask, daysText, facts, query } from "./record_page.js";
import { svg } from "./svg.js";

/** The funnel (how many came to each stage) and the flow (how many came and went, month by month), drawn. */

const DAY_S = 86_400;

/** @param {HTMLElement} place @param {{pipeline: any, among: any}} parts */
export async function showFunnel(place, { pipeline, among }) {
  const asked = query(among);
  const [found, flow] = await Promise.all([
    ask("GET", `/api/pipelines/${pipeline.id}/funnel${asked}`),
    ask("GET", `/api/pipelines/${pipeline.id}/flow${query({ ...among, period: "month" })}`),
  ]);
  place.replaceChildren(el("section", { class: "chart" }, el("h2", { text: t("How far sales come") }), funnelTable(found)), el("section", { class: "chart" }, el("h2", { text: t("Month by month") }), ...flowCharts(flow.items)));
}

/** @param {any} found */
function funnelTable(found) {
  const most = Math.max(1, ...found.stages.map((/** @type {any} */ one) => one.entered));
  const percent = (/** @type {number | null} */ share) => (share === null ? "–" : `${number(share * 100)} %`);
  const rows = found.stages.map((/** @type {any} */ one, /** @type {number} */ k) => {
    const wide = (200 * one.entered) / most;
    const inside = (200 * one.present) / most;
    const bar = svg("svg", { class: `funnel is-${one.kind}`, viewBox: "0 0 200 26", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "came", x: 100 - wide / 2, y: 0, width: wide, height: 26, rx: 2 }), svg("rect", { class: "here", x: 100 - inside / 2, y: 7, width: inside, height: 12, rx: 1 }));
    const stay = one.ended.count ? daysText(one.ended.median_s / DAY_S) : "–";
    return el("tr", {}, el("th", { scope: "row", dir: "auto", text: one.name }), el("td", { class: "drawn" }, bar),
      el("td", { class: "figure", "data-name": t("Came"), text: number(one.entered) }), el("td", { class: "figure", "data-name": t("Of all"), text: percent(one.reached_share) }), el("td", { class: "figure", "data-name": t("There now"), text: number(one.present) }),
      el("td", { class: "figure", "data-name": t("Stay (median)"), text: stay }), el("td", { class: "figure", "data-name": t("Won, of those closed"), text: one.kind === "open" ? percent(one.won_share) : "–" }));
  });
  const head = [t("Stage"), "", t("Came"), t("Of all"), t("There now"), t("Stay (median)"), t("Won, of those closed")];
  return el("div", { class: "wide" }, el("table", { class: "list" }, el("caption", { class: "small" }, t("{count} sales; the pale bar is how many came to a stage, the dark one how many are there.", { count: number(found.deals) }), found.cycle.count ? ` ${t("From the first move to won: {days} (median).", { days: daysText(found.cycle.median_s / DAY_S) })}` : ""),
    el("thead", {}, el("tr", {}, ...head.map((text, k) => el("th", { scope: "col", class: k > 1 ? "figure" : "", text })))), el("tbody", {}, ...rows)));
}

/** A small drawing per stage: bars up for those that came, down for those that left, a line for those there. @param {any[]} items */
function flowCharts(items) {
  const stages = [...new Map(items.map((one) => [one.stage_id, one])).values()];
  const most = Math.max(1, ...items.flatMap((one) => [one.entered, one.left]));
  return [el("p", { class: "small", text: t("Up: came to the stage; down: left it; the number: there at the end of the month, with their value.") }), el("div", { class: "flows" }, ...stages.map((stage) => {
    const own = items.filter((one) => one.stage_id === stage.stage_id);
    const step = 240 / own.length;
    const bars = own.flatMap((one, k) => {
      const [up, down] = [(40 * one.entered) / most, (40 * one.left) / most];
      const title = svg("title", {});
      title.textContent = t("{month}: {entered} came, {left} left, {present} there", { month: month(one.first), entered: one.entered, left: one.left, present: one.present });
      return [svg("g", {}, title, svg("rect", { class: "reach", x: k * step, y: 0, width: step, height: 96 }), svg("rect", { class: "came", x: k * step + 1.5, y: 44 - up, width: step - 3, height: up }), svg("rect", { class: "left", x: k * step + 1.5, y: 46, width: step - 3, height: down }))];
    });
    const last = own[own.length - 1];
    const drawing = svg("svg", { class: `flow is-${stage.kind}`, viewBox: "0 0 240 96", role: "img", "aria-label": t("{stage}: {entered} came and {left} left in the last month", { stage: stage.stage, entered: last.entered, left: last.left }) }, svg("line", { class: "zero", x1: 0, x2: 240, y1: 45, y2: 45 }), ...bars);
    return el("figure", {}, el("figcaption", {}, el("b", { dir: "auto", text: stage.stage }), el("span", { text: `${number(last.present)} · ${short(last.value)}` })), drawing, el("p", { class: "ends small" }, el("span", { text: month(own[0].first) }), el("span", { text: month(last.first) })));
  }))];
}

/** @param {string} first */
function month(first) {
  return new Date(`${first}T00:00:00Z`).toLocaleDateString(facts.language === "en" ? "en-GB" : facts.language, { month: "short", year: "2-digit", timeZone: "UTC" });
}
