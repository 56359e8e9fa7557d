import { el } from "./dom.js";
import { t } from "./live_words.js";
import { codeField } from "./account_about.js";
import { momentText, dayText } from "./record_days.js";
import { formDialog } from "./record_form.js";
import { ask, change, facts as page, labelOf, query, sayDone, sayRefused } from "./record_page.js";

/** What was done with an account, the newest first, further back as one scrolls; and something new. */

const PAGE = 20;

/** @returns {Array<[string, string]>} */
const kinds = () => [["", t("Everything")], ["visit", t("Visits")], ["phone_call", t("Calls")], ["mail", t("Mail")], ["meeting", t("Meetings")], ["note", t("Notes")]];

let chosen = "";

/** @param {HTMLElement} place @param {number} account */
export async function timeline(place, account) {
  /** @type {string | null} */
  let next = null;
  let busy = false;
  const list = el("ol", { class: "timeline" });
  const more = el("button", { type: "button", class: "quiet", text: t("Further back"), hidden: true, onclick: () => load().catch(sayRefused) });
  const filter = el("div", { class: "chips", role: "group", "aria-label": t("Which") }, ...kinds().map(([kind, text]) => el("button", { type: "button", "aria-pressed": String(kind === chosen), text, onclick: () => { chosen = kind; timeline(place, account).then(() => /** @type {HTMLElement | null} */ (place.querySelector("[aria-pressed=true]"))?.focus(), sayRefused); } })));

  async function load() {
    if (busy) return;
    busy = true;
    try {
      const found = await ask("GET", `/api/activities${query({ account, kind: chosen, cursor: next, limit: PAGE })}`);
      list.append(...found.items.map(item));
      next = found.next;
      more.hidden = !next;
      if (!list.children.length) list.append(el("li", { class: "small is-none", text: t("Nothing yet.") }));
    } finally {
      busy = false;
    }
  }

  await load();
  place.replaceChildren(filter, list, more);
  new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && load().catch(sayRefused)).observe(more);
}

/** @param {any} one */
function item(one) {
  const name = { visit: t("Visit"), phone_call: t("Call"), mail: t("Mail"), meeting: t("Meeting"), note: t("Note") }[/** @type {string} */ (one.kind)] || one.kind;
  const about = [momentText(one.at), one.rep || one.made_by, one.person && t("with {name}", { name: one.person }), one.duration_s && t("{count} min", { count: Math.round(one.duration_s / 60) })];
  return el("li", { class: `is-${one.kind}` },
    el("p", {}, el("b", { text: name }), one.outcome ? el("span", { class: "outcome", dir: "auto", text: labelOf("outcome", one.outcome) }) : null),
    el("p", { class: "small", dir: "auto", text: about.filter(Boolean).join(" · ") }),
    one.text ? el("p", { class: "said", dir: "auto", text: one.text }) : null,
    one.next_contact_on ? el("p", { class: "small", text: t("next contact {day}", { day: dayText(one.next_contact_on) }) }) : null);
}

/** A note, or a call with what came of it. @param {string} kind @param {any} facts @param {() => any} refresh */
export async function newActivity(kind, facts, refresh) {
  const { account, people, opportunities } = facts.account;
  const call = kind !== "note";
  /** @type {Array<[any, string]>} */
  const persons = [["", "–"], ...people.map((/** @type {any} */ one) => [one.id, one.name])];
  /** @type {Array<[any, string]>} */
  const sales = [["", "–"], ...opportunities.filter((/** @type {any} */ one) => one.kind === "open").map((/** @type {any} */ one) => [one.id, one.title])];
  const done = await formDialog(call ? t("A call") : t("A note"), [
    { name: "text", label: call ? t("What was said") : t("Note"), kind: "long", required: !call },
    ...(call ? [{ ...codeField("outcome", t("What came of it"), ""), required: true }] : []),
    ...(persons.length > 1 ? [{ name: "person_id", label: t("With"), kind: /** @type {"select"} */ ("select"), options: persons }] : []),
    ...(sales.length > 1 ? [{ name: "opportunity_id", label: t("About the sale"), kind: /** @type {"select"} */ ("select"), options: sales }] : []),
    { name: "next_contact_on", label: t("Next contact"), kind: "date" },
  ], {
    go: t("Write down"),
    send: ({ person_id, opportunity_id, ...given }) => change("POST", "/api/activities", { ...given, kind, account_id: account.id, ...(person_id ? { person_id: Number(person_id) } : {}), ...(opportunity_id ? { opportunity_id: Number(opportunity_id) } : {}), ...(page.rep ? { rep_id: page.rep } : {}) }),
  });
  if (!done) return;
  await refresh();
  sayDone(t("Written down"), done.act, refresh);
}
