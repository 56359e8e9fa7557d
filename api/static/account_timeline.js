import { el } from "./dom.js";
import { number, t } from "./live_words.js";
import { differences, rowName } from "./account_changes.js";
import { dayText, momentText } from "./record_days.js";
import { ask, change, facts as page, labelOf, say, sayRefused } from "./record_page.js";

/** All that happened with an account, the newest first, further back as one scrolls. */

const PAGE = 20;

/** What one may look for: a name, and the kinds of events it stands for. @returns {Array<[string, string[]]>} */
const choices = () => [
  [t("Everything"), []], [t("Visits"), ["visit"]], [t("Calls and mail"), ["phone_call", "mail"]], [t("Meetings"), ["meeting"]], [t("Notes"), ["note"]], [t("Documents"), ["document"]],
  [t("Sales and leads"), ["sale", "lead"]], [t("Tasks"), ["task"]], [t("Territories"), ["owner"]], [t("Changes"), ["change"]],
];

let chosen = 0;

/** @param {HTMLElement} place @param {number} account @param {() => any} refresh */
export async function timeline(place, account, refresh) {
  /** @type {string | null} */
  let next = null;
  let busy = false;
  const list = el("ol", { class: "timeline" });
  const more = el("button", { type: "button", class: "quiet", text: t("Further back"), hidden: true, onclick: () => load().catch(sayRefused) });
  const pick = (/** @type {number} */ at) => { chosen = at; timeline(place, account, refresh).then(() => /** @type {HTMLElement | null} */ (place.querySelector("[aria-pressed=true]"))?.focus(), sayRefused); };
  const filter = el("div", { class: "chips", role: "group", "aria-label": t("Which") }, ...choices().map(([text], at) => el("button", { type: "button", "aria-pressed": String(at === chosen), text, onclick: () => pick(at) })));

  async function load() {
    if (busy) return;
    busy = true;
    try {
      const asked = new URLSearchParams([["limit", String(PAGE)], ...choices()[chosen][1].map((kind) => ["kind", kind]), ...(next ? [["cursor", next]] : [])]);
      const found = await ask("GET", `/api/accounts/${account}/timeline?${asked}`);
      list.append(...found.items.filter(tells).map((/** @type {any} */ one) => item(one, refresh)));
      next = found.next;
      more.hidden = !next;
      if (!list.children.length && !next) list.append(el("li", { class: "small is-none", text: t("Nothing yet.") }));
    } finally {
      busy = false;
    }
  }

  await load();
  place.replaceChildren(filter, list, more);
  new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && load().catch(sayRefused)).observe(more);
}

/** Rows count on when what hangs on them changes: that alone tells nothing. @param {any} one */
const tells = ({ change: made }) => !made || made.act !== "changed" || Object.keys(made.fields).length > 0;

/** What an event was, in words; what came of it; what was said of it. @param {any} one @returns {{what: string, state?: string, said?: string, more?: Node | null}} */
function told(one) {
  const visits = /** @type {Record<string, string>} */ ({ planned: t("planned"), skipped: t("skipped"), cancelled: t("cancelled") });
  const tasks = /** @type {Record<string, string>} */ ({ open: t("open"), done: t("done"), cancelled: t("cancelled") });
  const leads = /** @type {Record<string, string>} */ ({ new: t("new"), matched: t("matched"), qualified: t("qualified"), converted: t("converted"), rejected: t("rejected") });
  const outcome = labelOf("outcome", one.outcome);
  const type = page.types[one.what] || one.what;
  const ways = /** @type {Record<string, () => {what: string, state?: string, said?: string, more?: Node | null}>} */ ({
    visit: () => ({ what: named(t("Visit"), type), state: [visits[one.state], outcome].filter(Boolean).join(", "), said: one.text }),
    phone_call: () => ({ what: named(t("Call"), type), state: outcome, said: one.text }),
    mail: () => ({ what: named(t("Mail"), type), state: outcome, said: one.text }),
    meeting: () => ({ what: named(t("Meeting"), type), state: outcome, said: one.text }),
    note: () => ({ what: t("Note"), state: outcome, said: one.text }),
    document: () => ({ what: named(t("Document"), one.what), more: answers(one.id) }),
    lead: () => ({ what: named(t("Lead"), labelOf("lead_source", one.what)), state: leads[one.state], said: one.text }),
    sale: () => ({ what: named(t("Sale"), one.what), state: one.outcome, said: labelOf("loss_reason", one.text) }),
    task: () => ({ what: named(t("Task"), one.what), state: tasks[one.state], said: [one.text, one.outcome].filter(Boolean).join("\n") }),
    owner: () => ({ what: t("Came into the territory {name}", { name: one.what }), state: one.state, said: one.text }),
    change: () => ({ what: rowName(one.change), said: one.text }),
  });
  return (ways[one.kind] || (() => ({ what: one.what, said: one.text })))();
}

/** @param {string} kind @param {string} name */
const named = (kind, name) => (name ? t("{kind}: {name}", { kind, name }) : kind);

/** @param {any} one @param {() => any} refresh */
function item(one, refresh) {
  const { what, state, said, more } = told(one);
  const contact = one.contact || {};
  const about = [
    one.day_only ? dayText(one.at.slice(0, 10)) : momentText(one.at), one.rep || one.by, one.rep && one.by && one.by !== page.me && one.kind !== "visit" ? t("written by {name}", { name: one.by }) : "",
    contact.person && t("with {name}", { name: contact.person }), contact.duration_s && t("{count} min", { count: Math.round(contact.duration_s / 60) }),
  ];
  const lines = one.change ? differences(one.change) : null;
  const mine = one.change?.act === "changed" && lines && (page.office || one.by === page.me);
  return el("li", { class: `is-${one.kind}`, "data-event": `${one.table}-${one.id}` },
    el("p", {}, el("b", { dir: "auto", text: what }), state ? el("span", { class: "outcome", dir: "auto", text: state }) : null),
    el("p", { class: "small", dir: "auto", text: about.filter(Boolean).join(" · ") }),
    said ? el("p", { class: "said", dir: "auto", text: said }) : null,
    lines, more || null,
    contact.next_contact_on ? el("p", { class: "small", text: t("next contact {day}", { day: dayText(contact.next_contact_on) }) }) : null,
    mine ? el("button", { type: "button", class: "link", text: t("Take it back"), "aria-label": t("Take back the change of {moment}", { moment: momentText(one.at) }), onclick: () => back(one.change, refresh) }) : null);
}

/** @param {any} made @param {() => any} refresh */
async function back(made, refresh) {
  try {
    await change("POST", `/api/batches/${made.batch_id}/changes/${made.id}/undo`, {});
    await refresh();
    say(t("Taken back"));
  } catch (error) {
    sayRefused(error);
  }
}

/** What a document says, fetched when somebody opens it. @param {number} id */
function answers(id) {
  const inside = el("div", {});
  const box = /** @type {HTMLDetailsElement} */ (el("details", {}, el("summary", { text: t("What it says") }), inside));
  box.addEventListener("toggle", async () => {
    if (!box.open || inside.children.length) return;
    try {
      const found = await ask("GET", `/api/documents/${id}`);
      const rows = Object.entries(found.answers).flatMap(([name, value]) => [el("dt", { dir: "auto", text: name }), el("dd", { dir: "auto", text: value === null ? "–" : typeof value === "boolean" ? (value ? t("yes") : t("no")) : String(value) })]);
      const lines = found.lines.map((/** @type {any} */ line) => el("li", { dir: "auto", text: lineText(line) }));
      inside.append(el("dl", { class: "facts" }, ...rows), lines.length ? el("ul", {}, ...lines) : "");
    } catch (error) {
      sayRefused(error);
    }
  });
  return box;
}

/** A product, how much of it, and what else was said. @param {any} line */
function lineText({ product, quantity, answers: more }) {
  const name = labelOf("product", product);
  return [quantity === null ? name : `${number(quantity, 2)} × ${name}`, ...Object.entries(more).map(([key, value]) => t("{field}: {value}", { field: key, value: String(value ?? "–") }))].join(" · ");
}
