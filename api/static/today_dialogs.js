import { el, shield } from "./dom.js";
import { filled } from "./today_phrases.js";

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
 * What came of a visit.
 * @param {string} name
 * @param {any} facts
 */
export function askDone(name, facts) {
  const words = facts.words;
  const known = facts.outcomes.length ? facts.outcomes : ["met", "ordered", "nobody"].map((key) => [words[key], words[key]]);
  const soon = /** @type {Array<[string, string]>} */ ([["", words.none], ["1", words.week], ["2", filled(words.weeks, { count: 2 })], ["4", filled(words.weeks, { count: 4 })]]);
  const date = /** @type {HTMLInputElement} */ (el("input", { type: "date", name: "date", min: facts.today, "aria-label": words.next }));
  const near = choices("soon", words.next, soon, "");
  near.addEventListener("change", (event) => {
    if (event.target === date) return;
    const weeks = Number(/** @type {HTMLInputElement} */ (event.target).value);
    date.value = weeks ? later(facts.today, 7 * weeks) : "";
  });
  date.addEventListener("input", () => {
    for (const one of /** @type {NodeListOf<HTMLInputElement>} */ (near.querySelectorAll("input[type=radio]"))) one.checked = !date.value && !one.value;
  });
  near.append(date);
  const note = el("label", { text: words.note }, el("textarea", { name: "text", maxlength: 2000, rows: 3 }));
  return ask(`${words.done}: ${name}`, [choices("outcome", words.outcome, known), near, note], words, (form) => {
    const said = new FormData(form);
    const body = { outcome: said.get("outcome"), text: said.get("text"), next_contact_on: date.value || null };
    return body;
  });
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
