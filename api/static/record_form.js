import { Refused } from "./asker.js";
import { el, shield } from "./dom.js";
import { t } from "./live_words.js";

/**
 * A form in a dialog that is sent while it is open: what the server refuses stands at the fields that it names, or above
 * them, and nothing that was written is lost.
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {"text" | "long" | "number" | "date" | "time" | "select" | "tick" | "share"} kind share: 0–1, written as percent
 * @property {any} [value]
 * @property {Array<[any, string]>} [options]
 * @property {string} [note]
 * @property {boolean} [required]
 * @property {boolean} [fixed] shown only
 * @property {number} [most] characters
 * @property {string} [list] id of a datalist
 */

/**
 * @param {string} title
 * @param {Field[]} fields
 * @param {{go: string, why?: string, text?: Node | string | null, danger?: boolean, below?: Node | null, send: (given: Record<string, any>, dialog: {fault: (text: string, names?: string[]) => void, put: (values: Record<string, any>) => void}) => Promise<any>}} ways
 * `send` resolves with what the dialog answers, or with undefined to stay open
 * @returns {Promise<any>} null when it was left
 */
export function formDialog(title, fields, ways) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const inputs = new Map(fields.map((field) => [field.name, input(field)]));
  const faults = new Map(fields.map((field) => [field.name, el("span", { class: "fault", id: `fault-${field.name}`, hidden: true })]));
  const fault = el("p", { class: "fault", role: "alert", hidden: !ways.why, text: ways.why || "" });
  const go = /** @type {HTMLButtonElement} */ (el("button", { class: `main${ways.danger ? " danger" : ""}`, text: ways.go }));
  const form = /** @type {HTMLFormElement} */ (el("form", { method: "dialog", class: "sheet", novalidate: true },
    el("h2", { id: "form-title", text: title }),
    ways.text || null,
    fault,
    ...fields.map((field) => el("label", { class: field.kind === "tick" ? "tick" : "" }, el("span", { text: field.label }, field.required ? el("i", { class: "asked", text: ` ${t("needed")}` }) : null), inputs.get(field.name), field.note ? el("span", { class: "small", text: field.note }) : null, faults.get(field.name))),
    ways.below || null,
    el("p", { class: "ends" }, el("button", { type: "button", text: t("Cancel"), onclick: () => dialog.close() }), go),
  ));
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { "aria-labelledby": "form-title" }, form));

  /** @param {string} text @param {string[]} names */
  function tell(text, names = []) {
    for (const [name, place] of faults) {
      const hit = names.includes(name);
      const at = /** @type {HTMLElement} */ (inputs.get(name));
      place.hidden = !hit;
      place.textContent = hit ? text : "";
      if (hit) at.setAttribute("aria-describedby", place.id);
      at.toggleAttribute("aria-invalid", hit);
    }
    const known = names.some((name) => faults.has(name));
    fault.hidden = !text || known;
    fault.textContent = known ? "" : text;
    const first = names.map((name) => inputs.get(name)).find(Boolean);
    first?.focus();
  }

  /** Other values than were read, in fields that nobody touched. @param {Record<string, any>} values */
  function put(values) {
    for (const field of fields) {
      if (!(field.name in values)) continue;
      const fresh = input({ ...field, value: values[field.name] });
      const old = /** @type {any} */ (inputs.get(field.name));
      if (field.kind === "tick") old.checked = fresh.checked;
      else old.value = fresh.value;
    }
  }

  /** @param {any} error */
  function refused(error) {
    if (!(error instanceof Refused)) throw error;
    const named = /** @type {Array<{field: string, expected: string}>} */ (error.body.errors || []).map((one) => ({ name: one.field.replace(/^body\./, ""), text: one.expected }));
    const mine = named.filter(({ name }) => inputs.has(name));
    if (!mine.length) return tell(error.message, fieldsIn(error.message, [...inputs.keys()]));
    tell(mine[0].text, [mine[0].name]);
  }

  return new Promise((resolve) => {
    /** @type {any} */
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const empty = fields.filter((field) => field.required && !field.fixed && !inputs.get(field.name)?.value?.trim()).map((field) => field.name);
      if (empty.length) return tell(t("Fill this in."), empty);
      tell("");
      go.disabled = true;
      try {
        const said = await ways.send(read(fields, inputs), { fault: tell, put });
        if (said === undefined) return;
        answer = said;
        shield();
        dialog.close();
      } catch (error) {
        refused(error);
      } finally {
        go.disabled = false;
      }
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = /** @type {HTMLElement | null} */ (form.querySelector("input:not([type=checkbox]), select, textarea"));
    (first || go).focus();
  });
}

/** Names of fields that a sentence of the server speaks of. @param {string} text @param {string[]} names */
export function fieldsIn(text, names) {
  return names.filter((name) => new RegExp(`(^|[^\\w.])${name.replace(".", "\\.")}($|[^\\w])`).test(text));
}

/** @param {Field} field @returns {any} */
function input({ name, kind, value, options, required, fixed, most, list }) {
  const given = value === null || value === undefined ? "" : value;
  const same = { name, required, disabled: fixed };
  if (kind === "select") return el("select", same, ...(options || []).map(([key, text]) => el("option", { value: key, text, selected: String(key) === String(given) })));
  if (kind === "long") {
    const area = /** @type {HTMLTextAreaElement} */ (el("textarea", { ...same, rows: 3, maxlength: most || 10_000 }));
    area.value = given;
    return area;
  }
  if (kind === "tick") return el("input", { ...same, type: "checkbox", checked: !!value });
  const number = kind === "number" || kind === "share";
  const made = /** @type {HTMLInputElement} */ (el("input", { ...same, type: number ? "text" : kind, inputmode: number ? "decimal" : undefined, autocomplete: "off", maxlength: kind === "text" ? most || 300 : undefined, list }));
  made.value = kind === "share" && given !== "" ? String(Math.round(given * 1000) / 10) : String(given);
  return made;
}

/** What was filled in: null where a number or a day is empty. @param {Field[]} fields @param {Map<string, any>} inputs */
function read(fields, inputs) {
  /** @type {Record<string, any>} */
  const given = {};
  for (const { name, kind, fixed } of fields) {
    if (fixed) continue;
    const { value, checked } = inputs.get(name);
    if (kind === "tick") given[name] = checked;
    else if (kind === "number" || kind === "share") given[name] = value.trim() === "" ? null : readNumber(value, kind === "share");
    else if (kind === "date") given[name] = value || null;
    else given[name] = kind === "long" ? value : value.trim();
  }
  return given;
}

/** A number as people write it; what is none goes on as it is, and the server says so. @param {string} text @param {boolean} share */
function readNumber(text, share) {
  const plain = text.replace(/[\s\u00a0\u202f']/g, "").replace(/,(?=\d{1,2}$)/, ".").replace(/,/g, "");
  const value = Number(plain);
  if (!Number.isFinite(value)) return text;
  return share ? Math.round(value * 10) / 1000 : value;
}

/** Only what differs. @param {Record<string, any>} before @param {Record<string, any>} after */
export function changed(before, after) {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => (value ?? "") !== (before[name] ?? "")));
}
