import { Refused } from "./asker.js";
import { byId, el } from "./dom.js";
import { number, t } from "./live_words.js";
import { dayText } from "./record_days.js";
import { ask, change, facts, labelOf, sayDone } from "./record_page.js";

/** The next policy of visits: its rows, from when and why, what it would do, and keeping it. */

/** A number as people write it, with a comma or a point; null where nothing stands. @param {string} text */
const figure = (text) => (text.trim() === "" ? null : Number(text.replace(",", ".")));

/** @param {import("./visit_policies.js").Row[]} rows that it begins with @param {() => Promise<any>} kept */
export function draft(rows, kept) {
  const place = byId("draft");
  const begin = /** @type {HTMLButtonElement} */ (byId("begin"));
  const from = /** @type {HTMLInputElement} */ (el("input", { type: "date", value: facts.today, min: facts.today, required: true, name: "valid_from" }));
  const why = /** @type {HTMLInputElement} */ (el("input", { type: "text", maxlength: 300, autocomplete: "off", name: "why" }));
  const list = el("ul", { class: "policy-rows" }, ...(rows.length ? rows : [undefined]).map((row) => policyRow(row)));
  const fault = el("p", { class: "fault", role: "alert", hidden: true });
  const effects = el("div", { "aria-live": "polite" });
  const look = /** @type {HTMLButtonElement} */ (el("button", { type: "submit", text: t("See what it does") }));
  const keep = /** @type {HTMLButtonElement} */ (el("button", { type: "button", class: "main", text: t("Keep it"), hidden: true, onclick: () => send(keep, save) }));
  const more = el("button", { type: "button", class: "quiet", text: t("Add a row"), onclick: () => { const row = policyRow(); list.append(row); stale(); /** @type {HTMLElement} */ (row.querySelector("select, input")).focus(); } });
  const form = /** @type {HTMLFormElement} */ (el("form", { novalidate: true },
    el("h2", { id: "h-draft", text: t("New policy") }),
    el("div", { class: "given" }, el("label", {}, t("From"), from), el("label", { class: "why" }, t("Why"), why)),
    list, el("p", { class: "acts" }, more), fault, effects,
    el("p", { class: "acts" }, look, keep, el("button", { type: "button", class: "quiet", text: t("Cancel"), onclick: close }))));

  /** What was seen is of other rows now. */
  function stale() {
    keep.hidden = true;
    look.classList.add("main");
    effects.replaceChildren();
  }

  function close() {
    place.hidden = true;
    place.replaceChildren();
    begin.hidden = false;
    begin.focus();
  }

  function given() {
    return { valid_from: from.value || null, why: why.value.trim(), rows: [...list.children].map((row) => rowOf(/** @type {HTMLElement} */ (row))) };
  }

  /** @param {HTMLButtonElement} button @param {() => Promise<any>} act */
  async function send(button, act) {
    told(form, fault, null);
    if (!figures(form)) return;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      told(form, fault, error);
    } finally {
      button.disabled = false;
    }
  }

  async function preview() {
    const found = await ask("POST", "/api/visit-policies/dry-runs", given());
    effects.replaceChildren(table(found.items, from.value));
    keep.textContent = from.value && from.value > facts.today ? t("Keep it from {day} on", { day: dayText(from.value) }) : t("Keep it from today on");
    keep.hidden = false;
    look.classList.remove("main");
  }

  async function save() {
    if (!why.value.trim()) {
      tell(why, fault, t("Say why it changes."));
      return why.focus();
    }
    const { act } = await change("POST", "/api/visit-policies", given());
    close();
    await kept();
    sayDone(t("Kept"), act, kept);
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); send(look, preview); });
  form.addEventListener("input", (event) => event.target !== why && stale());
  form.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest(".take-away") && stale());
  place.replaceChildren(form);
  place.hidden = false;
  begin.hidden = true;
  stale();
  from.focus();
}

/** The fields of a row. @param {import("./visit_policies.js").Row} [row] */
function policyRow(row) {
  const codes = /** @type {Array<[string, string]>} */ (facts.codes.segment);
  const now = row?.segment ?? codes[0]?.[0] ?? "";
  const options = [...codes, ...(now && !codes.some(([code]) => code === now) ? [[now, now]] : []), ["", t("every other segment")]];
  const segment = codes.length
    ? el("select", { name: "segment" }, ...options.map(([code, text]) => el("option", { value: code, text, selected: code === now })))
    : el("input", { type: "text", name: "segment", value: now, maxlength: 300, autocomplete: "off", placeholder: t("every other segment") });
  const field = (/** @type {string} */ name, /** @type {number | null | undefined} */ value) => el("input", { type: "text", inputmode: "decimal", autocomplete: "off", name, value: value ?? "" });
  const box = el("li", { class: "policy-row" },
    el("label", {}, t("Segment"), segment),
    el("label", { class: "tick" }, el("input", { type: "checkbox", name: "contract", checked: !!row?.contract }), t("only with a contract")),
    el("label", {}, t("Visits a year"), field("visits_per_year", row?.visits_per_year)),
    el("label", {}, t("Minutes of a visit"), field("service_min", row?.service_min)),
    el("button", { type: "button", class: "quiet take-away", text: t("Remove"), "aria-label": t("Remove this row"), onclick: () => { const beside = box.nextElementSibling || box.previousElementSibling; box.remove(); /** @type {HTMLElement | null} */ (beside?.querySelector("select, input"))?.focus(); } }),
    el("span", { class: "fault", hidden: true }));
  return box;
}

/** What stands in the fields of a row. @param {HTMLElement} box */
function rowOf(box) {
  const at = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (box.querySelector(`[name=${name}]`));
  return { segment: at("segment").value.trim(), contract: at("contract").checked, visits_per_year: figure(at("visits_per_year").value), service_min: figure(at("service_min").value) };
}

/** Whether every figure is a number; the first that is none says so. @param {HTMLElement} form */
function figures(form) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[inputmode=decimal]")]);
  const wrong = inputs.find(({ value }) => Number.isNaN(figure(value) ?? 0));
  if (!wrong) return true;
  tell(wrong, /** @type {HTMLElement} */ (wrong.closest(".policy-row")?.querySelector(".fault")), t("A number is needed here, such as 12; got {text}.", { text: wrong.value }));
  wrong.focus();
  return false;
}

/** @param {HTMLElement | null | undefined} input @param {HTMLElement} place @param {string} text */
function tell(input, place, text) {
  input?.setAttribute("aria-invalid", "true");
  place.textContent = text;
  place.hidden = false;
}

/** What was refused, at the rows and fields that it names, or above the buttons. @param {HTMLElement} form @param {HTMLElement} fault @param {any} error */
function told(form, fault, error) {
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".policy-row .fault"))) one.hidden = true;
  fault.hidden = true;
  if (!error) return;
  if (!(error instanceof Refused)) throw error;
  const rows = form.querySelectorAll(".policy-row");
  let first = null;
  for (const { field, expected } of error.body.errors || []) {
    const [, at, name] = /rows\.(\d+)\.(\w+)/.exec(field) || [];
    const row = at === undefined ? null : rows[Number(at)];
    const input = /** @type {HTMLElement | null | undefined} */ (row ? row.querySelector(`[name=${name}]`) : form.querySelector(`[name=${field.replace(/^body\./, "")}]`));
    const place = /** @type {HTMLElement} */ (row ? row.querySelector(".fault") : fault);
    tell(input, place, place.hidden ? expected : `${place.textContent}; ${expected}`);
    first ||= input;
  }
  if (fault.hidden && !first) tell(null, fault, error.message);
  first?.focus();
}

/** Visits and hours a year by segment, before and after. @param {any[]} items @param {string} day */
function table(items, day) {
  const head = [t("Segment"), t("Sites"), t("by this policy"), t("Visits a year"), t("Hours a year")];
  const whole = (/** @type {string} */ name) => items.reduce((sum, one) => sum + one[name], 0);
  const row = (/** @type {string} */ name, /** @type {any} */ one) => el("tr", {},
    el("th", { scope: "row", dir: "auto", text: name }),
    ...["sites", "by_policy"].map((field, at) => el("td", { class: "figure", "data-name": head[at + 1], text: number(one[field]) })),
    ...["visits_per_year", "hours_per_year"].map((field, at) => el("td", { class: "figure", "data-name": head[at + 3] }, moved(one[`${field}_before`], one[field]))));
  const names = ["sites", "by_policy", "visits_per_year", "visits_per_year_before", "hours_per_year", "hours_per_year_before"];
  return el("div", { class: "wide" }, el("table", { class: "list" },
    el("caption", { class: "small", text: t("What it does from {day} on, beside what holds now. Driving is not counted.", { day: dayText(day || facts.today) }) }),
    el("thead", {}, el("tr", {}, ...head.map((text, at) => el("th", { scope: "col", class: at ? "figure" : "", text })))),
    el("tbody", {}, ...items.map((one) => row(group(one), one)), items.length > 1 ? row(t("All"), Object.fromEntries(names.map((name) => [name, whole(name)]))) : null)));
}

/** @param {{segment: string, contract: boolean}} one */
function group({ segment, contract }) {
  const name = segment ? labelOf("segment", segment) : t("no segment");
  return contract ? t("{segment}, with a contract", { segment: name }) : name;
}

/** @param {number} before @param {number} after */
function moved(before, after) {
  if (Math.round(before) === Math.round(after)) return number(after);
  const difference = `${after > before ? "+" : "−"}${number(Math.abs(after - before))}`;
  return el("span", {}, `${number(before)} → ${number(after)} `, el("b", { text: `(${difference})` }));
}
