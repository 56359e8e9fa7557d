import { byId, el } from "./dom.js";
import { number, t } from "./live_words.js";
import { dayText, momentText } from "./record_days.js";
import { draft } from "./visit_policies_draft.js";
import { ask, facts, labelOf } from "./record_page.js";

/** The policies of visits: the one in force, those to come, those that are over; and the next one. */

/** @typedef {{segment: string, contract: boolean, visits_per_year: number | null, service_min: number | null}} Row */

/** Whom a row counts for. @param {Row} row @param {Row[]} rows all of the policy */
function whom({ segment, contract }, rows) {
  const name = segment ? labelOf("segment", segment) : rows.some((row) => row.segment) ? t("every other segment") : t("every segment");
  return contract ? t("{segment}, with a contract", { segment: name }) : name;
}

/** Every policy counts until the next one begins; of two that begin on one day, the later one. */
function inOrder() {
  const begun = facts.policies.filter((/** @type {any} */ one) => one.valid_from <= facts.today);
  const now = begun.at(-1) || null;
  return { now, next: facts.policies.filter((/** @type {any} */ one) => one.valid_from > facts.today), past: begun.slice(0, -1).reverse() };
}

/** @param {Row[]} rows */
function table(rows) {
  if (!rows.length) return el("p", { class: "nothing-yet", text: t("No row: only what is said of clients themselves counts.") });
  const head = [t("Segment"), t("Visits a year"), t("Minutes of a visit")];
  const figure = (/** @type {number | null} */ value, /** @type {string} */ name) => el("td", { class: "figure", "data-name": name, text: value === null ? "–" : number(value, 1) });
  const ordered = [...rows].sort((a, b) => Number(b.contract) - Number(a.contract) || Number(!a.segment) - Number(!b.segment) || a.segment.localeCompare(b.segment));
  return el("div", { class: "wide" }, el("table", { class: "list" },
    el("thead", {}, el("tr", {}, ...head.map((text, at) => el("th", { scope: "col", class: at ? "figure" : "", text })))),
    el("tbody", {}, ...ordered.map((row) => el("tr", {}, el("th", { scope: "row", dir: "auto", text: whom(row, rows) }), figure(row.visits_per_year, head[1]), figure(row.service_min, head[2]))))));
}

/** @param {any} one @param {string} title @param {string} [badge] @param {string} [kind] */
function policy(one, title, badge, kind = "") {
  return el("section", { class: "policy", "data-policy": one.id },
    el("h2", {}, title, badge ? el("span", { class: `badge ${kind}`, text: badge }) : null),
    el("p", { class: "small", dir: "auto", text: [one.why, t("made by {name}, {moment}", { name: one.made_by, moment: momentText(one.made_at) })].filter(Boolean).join(" · ") }),
    table(one.rows));
}

function draw() {
  const { now, next, past } = inOrder();
  const since = (/** @type {any} */ one) => t("Since {day}", { day: dayText(one.valid_from) });
  byId("policies").replaceChildren(
    now ? policy(now, since(now), t("in force")) : el("p", { class: "nothing-yet", text: t("No policy is in force: only what is said of clients themselves counts.") }),
    ...next.map((/** @type {any} */ one) => policy(one, t("From {day}", { day: dayText(one.valid_from) }), t("to come"), "is-next")),
    past.length ? el("details", { class: "past-policies" }, el("summary", { text: t("Earlier policies ({count})", { count: past.length }) }), ...past.map((/** @type {any} */ one) => policy(one, since(one)))) : "");
}

/** The policies as the server has them now. */
async function refresh() {
  facts.policies = (await ask("GET", "/api/visit-policies")).items;
  draw();
}

byId("begin").addEventListener("click", () => {
  const { now, next } = inOrder();
  draft((next.at(-1) || now)?.rows || [], refresh);
});
draw();
document.documentElement.dataset.page = "ready";
