import { el, shield } from "./dom.js";
import { filled, shortDay } from "./today_phrases.js";
import { kindAndOutcome } from "./today_types.js";

/** The dialogs of the rep's page. Each resolves with what was chosen, or with null when it was left. */

/**
 * A form in a modal dialog; the focus comes back to where it was.
 * @param {string} title
 * @param {Array<Node>} fields
 * @param {{save: string, cancel: string}} words
 * @param {(form: HTMLFormElement) => any} read what the form says; undefined keeps it open
 * @returns {Promise<any>}
 */
export function ask(title, fields, words, read) {
  const heading = el("h2", { id: "dialog-title", text: title });
  const form = /** @type {HTMLFormElement} */ (el("form", { method: "dialog", class: "sheet" }, heading, ...fields));
  form.append(
    el("p", { class: "ends" }, el("button", { type: "button", text: words.cancel, onclick: () => dialog.close() }), el("button", { class: "main", text: words.save })),
  );
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { "aria-labelledby": "dialog-title" }, form));
  return new Promise((resolve) => {
    /** @type {any} */
    let found = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = read(form);
      if (said === undefined) return;
      found = said;
      shield();
      dialog.close();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(found);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Choices as large buttons, one of which can be pressed; with the keyboard they are radio buttons.
 * @param {string} name
 * @param {string} legend
 * @param {Array<[string, string]>} options value, label
 * @param {string} [chosen] without one, one has to be chosen
 */
export function choices(name, legend, options, chosen) {
  return el(
    "fieldset",
    { class: "choices" },
    el("legend", { text: legend }),
    ...options.map(([value, label]) =>
      el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen, required: chosen === undefined }), el("span", { text: label })),
    ),
  );
}

/**
 * What came of a visit. What plan, calendar and record know of it is filled in once it arrives, where the rep has not
 * said anything else before.
 * @param {string} name
 * @param {any} facts
 * @param {Promise<any>} [draft] of the report; null where there is none
 * @param {{kinds: Array<any>, planned: string | undefined}} [asked] kinds of visit
 */
export function askDone(name, facts, draft = Promise.resolve(null), asked = { kinds: [], planned: undefined }) {
  const words = facts.words;
  const known = facts.outcomes.length ? facts.outcomes : ["met", "ordered", "nobody"].map((key) => [words[key], words[key]]);
  const soon = /** @type {Array<[string, string]>} */ ([["", words.none], ["1", words.week], ["2", filled(words.weeks, { count: 2 })], ["4", filled(words.weeks, { count: 4 })]]);
  const date = /** @type {HTMLInputElement} */ (el("input", { type: "date", name: "date", min: facts.today, "aria-label": words.next }));
  const near = choices("soon", words.next, soon, "");
  let said = false;
  near.addEventListener("change", (event) => {
    said = true;
    if (event.target === date) return;
    const weeks = Number(/** @type {HTMLInputElement} */ (event.target).value);
    date.value = weeks ? later(facts.today, 7 * weeks) : "";
  });
  const weigh = () => {
    for (const one of /** @type {NodeListOf<HTMLInputElement>} */ (near.querySelectorAll("input[type=radio]"))) one.checked = !date.value && !one.value;
  };
  date.addEventListener("input", weigh);
  near.append(date);
  const ended = /** @type {HTMLInputElement} */ (el("input", { type: "time", name: "ended" }));
  const line = el("p", { class: "draft", "aria-live": "polite" });
  /** @type {any} */
  let found = null;
  draft.then((answer) => {
    found = answer;
    if (!found) return;
    line.textContent = toldOf(found, words);
    if (!ended.value && found.ended_at) ended.value = found.ended_at.slice(11, 16);
    if (said || !found.next_contact_on || found.next_contact_on < facts.today) return;
    date.value = found.next_contact_on;
    weigh();
  });
  const note = el("label", { text: words.note }, el("textarea", { name: "text", maxlength: 2000, rows: 3 }));
  const fields = [line, ...kindAndOutcome(asked, known, words), near, el("label", { text: words.ended }, ended), note];
  return ask(`${words.done}: ${name}`, fields, words, (form) => {
    const given = new FormData(form);
    const kind = given.get("type");
    return { outcome: given.get("outcome"), ...(kind ? { type: kind } : {}), text: given.get("text"), next_contact_on: date.value || null, at: endOf(found, ended.value) };
  });
}

/**
 * The moment a visit ended: as the report was filled in, with the time of day that the rep left there.
 * @param {any} draft
 * @param {string} time
 */
function endOf(draft, time) {
  const known = draft?.ended_at;
  if (!known || !time) return new Date().toISOString();
  return known.slice(11, 16) === time ? known : `${known.slice(0, 11)}${time}:00${known.slice(known.search(/(Z|[+-]\d\d:\d\d)$/))}`;
}

/**
 * What is known of the visit, in a line.
 * @param {any} draft
 * @param {Record<string, string>} words
 */
function toldOf(draft, words) {
  const at = (/** @type {string} */ moment) => moment.slice(11, 16);
  return [
    draft.planned_from && filled(words.plan_was, { from: at(draft.planned_from), to: at(draft.planned_until) }),
    draft.companions.length && filled(words.with, { names: draft.companions.join(", ") }),
    draft.person && filled(words.met_with, { name: draft.person }),
    draft.distance_m !== null && filled(words.off_site, { count: draft.distance_m }),
    draft.next_visit_on && filled(words.visit_on, { day: shortDay(draft.next_visit_on) }),
    draft.why,
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Why a visit is not made.
 * @param {string} name
 * @param {any} facts
 */
export function askSkip(name, facts) {
  const words = facts.words;
  const known = facts.reasons.length ? facts.reasons : ["closed", "no_time", "cancelled"].map((key) => [words[key], words[key]]);
  return ask(`${words.skip}: ${name}`, [choices("why", words.why, known)], { ...words, save: words.skip }, (form) => ({
    why: new FormData(form).get("why"),
  }));
}

/**
 * From where the rest is planned, and until when.
 * @param {any} facts
 */
export function askReplan(facts) {
  const words = facts.words;
  const from = choices("from", words.from, [["last", words.last], ["here", words.here]], "last");
  const times = /** @type {Array<[string, string]>} */ ([["0", words.shift], ...[30, 60, 120].map((count) => [String(60 * count), filled(words.minutes, { count })])]);
  const longer = el("label", { text: words.longer }, el("select", { name: "overtime" }, ...times.map(([value, text]) => el("option", { value, text }))));
  return ask(words.replan, [from, longer], { ...words, save: words.go }, (form) => {
    const said = new FormData(form);
    return { here: said.get("from") === "here", overtime_s: Number(said.get("overtime")) };
  });
}

/**
 * A day so many days after another.
 * @param {string} day
 * @param {number} days
 */
function later(day, days) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
