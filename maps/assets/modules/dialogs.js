import { el, shield } from "./dom.js";
import { t } from "./live_words.js";

/** Small questions: a form in a dialog that answers with what was filled in, or with null. */

/** @typedef {{name: string, label: string, kind: string, value?: any, options?: Array<[any, string]>, note?: string, required?: boolean, min?: string, max?: string}} Question */

/**
 * @param {string} title @param {Question[]} questions @param {{go: string, text?: string, danger?: boolean, check?: (given: Record<string, string>) => string}} words
 * check: what is wrong with what was filled in, or nothing; the dialog stays open until nothing is
 * @returns {Promise<Record<string, string> | null>}
 */
export function ask(title, questions, words) {
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { class: "ask", "aria-label": title }));
  const fields = questions.map(field);
  const error = el("p", { class: "fault", role: "alert", hidden: true });
  const form = /** @type {HTMLFormElement} */ (el("form", { method: "dialog" },
    el("h2", { text: title }), words.text ? el("p", { text: words.text }) : null, ...fields, error,
    el("div", { class: "actions" }, el("button", { type: "button", class: "button", text: t("Cancel"), onclick: () => dialog.close() }), el("button", { class: `button main${words.danger ? " danger" : ""}`, value: "go", text: words.go })),
  ));
  dialog.append(form);
  document.body.append(dialog);
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const read = () => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  form.addEventListener("submit", (event) => {
    const fault = words.check?.(read());
    error.hidden = !fault;
    error.textContent = fault || "";
    if (fault) event.preventDefault();
    else shield();
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "go" ? read() : null;
      dialog.remove();
      opener?.focus();
      resolve(given);
    });
    dialog.showModal();
    /** @type {HTMLElement | null} */ (form.querySelector("input, select, textarea, .main"))?.focus();
  });
}

/** @param {Question} question */
function field({ name, label, kind, value, options, note, required, min, max }) {
  const input = kind === "select"
    ? el("select", { name, required }, ...(options || []).map(([key, text]) => el("option", { value: key, text, selected: String(key) === String(value) })))
    : el("input", { name, type: kind, value, required, min, max, autocomplete: "off", maxlength: kind === "text" ? 100 : undefined });
  return el("label", {}, label, input, note ? el("span", { class: "small", text: note }) : null);
}
