import { freshKey } from "./today_phrases.js";

/** Writing days away down and taking them back; the page is read anew afterwards, the focus comes back. */

const facts = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("facts")).textContent || "{}");
const form = /** @type {HTMLFormElement} */ (document.getElementById("away-form"));
const fault = /** @type {HTMLElement} */ (document.getElementById("away-fault"));
const [first, last] = ["first_on", "last_on"].map((name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)));
let busy = false;

/** @param {string} path @param {object} body @param {Record<string, string>} headers */
async function send(path, body, headers) {
  if (busy) return;
  busy = true;
  fault.hidden = true;
  try {
    const answer = await fetch(path, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", Accept: "application/json", ...headers }, body: JSON.stringify(body) });
    if (answer.ok) return location.reload();
    const said = await answer.json().catch(() => ({}));
    say(said.detail || `${answer.status}`);
  } catch {
    say(facts.words.offline);
  } finally {
    busy = false;
  }
}

/** @param {string} text */
function say(text) {
  fault.textContent = text;
  fault.hidden = false;
  fault.scrollIntoView({ block: "nearest" });
}

first.addEventListener("change", () => {
  last.min = first.value;
  if (first.value && (!last.value || last.value < first.value)) last.value = first.value;
});

// One key for what the form says: pressed twice on a bad line it is written down once.
let key = freshKey();
form.addEventListener("input", () => (key = freshKey()));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = /** @type {HTMLInputElement} */ (form.elements.namedItem("reason")).value.trim();
  send(form.dataset.source || "", { first_on: first.value, last_on: last.value, reason }, { "Idempotency-Key": key });
});

for (const button of document.querySelectorAll("[data-remove]")) {
  const { remove, version } = /** @type {HTMLElement} */ (button).dataset;
  button.addEventListener("click", () => send(remove || "", {}, { "If-Match": `"${version}"` }));
}
