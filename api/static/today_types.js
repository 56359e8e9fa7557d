import { el } from "./dom.js";
import { choices } from "./today_dialogs.js";

/** What kind of visit it was, and what may come of it: both as the office keeps them. */

/** @typedef {{code: string, label: string, channel: string, outcomes: string[], colour: string, open: boolean}} Kind */

/**
 * The kinds of visit to choose from, the planned one first chosen; where there are none, nothing is asked.
 * @param {HTMLElement} stop
 * @param {any} facts
 * @returns {{kinds: Kind[], planned: string | undefined}}
 */
export function kindsOf(stop, facts) {
  const channel = stop.dataset.phone === undefined ? "visit" : "phone_call";
  const planned = stop.dataset.type || undefined;
  const kinds = /** @type {Kind[]} */ (facts.types).filter((one) => one.channel === channel && (one.open || one.code === planned));
  return { kinds, planned: kinds.some((one) => one.code === planned) ? planned : undefined };
}

/**
 * Fields for the kind and the outcome; another kind may permit other outcomes.
 * @param {{kinds: Kind[], planned: string | undefined}} asked
 * @param {Array<[string, string]>} outcomes value, label
 * @param {Record<string, string>} words
 * @returns {Array<HTMLElement>}
 */
export function kindAndOutcome({ kinds, planned }, outcomes, words) {
  const permitted = (/** @type {string | undefined} */ code) => {
    const names = kinds.find((one) => one.code === code)?.outcomes || [];
    return names.length ? outcomes.filter(([name]) => names.includes(name)) : outcomes;
  };
  const asked = (/** @type {string | undefined} */ code) => {
    const some = permitted(code);
    return choices("outcome", words.outcome, some, some.length === 1 ? some[0][0] : undefined);
  };
  const result = asked(planned);
  if (!kinds.length) return [result];
  const kind = choices("type", words.kind, kinds.map((one) => [one.code, one.label]), planned);
  kind.querySelectorAll("label").forEach((label, place) => {
    const pill = label.querySelector("span");
    if (!pill || !kinds[place].colour) return;
    const dot = el("i", { class: "kind", "aria-hidden": "true" });
    dot.style.background = kinds[place].colour;
    pill.prepend(dot);
  });
  kind.addEventListener("change", (event) => {
    const said = /** @type {HTMLInputElement | null} */ (result.querySelector("input:checked"))?.value;
    const fresh = asked(/** @type {HTMLInputElement} */ (event.target).value);
    result.replaceChildren(...fresh.children);
    const again = /** @type {HTMLInputElement | null} */ (said ? result.querySelector(`input[value="${CSS.escape(said)}"]`) : null);
    if (again) again.checked = true;
  });
  return [kind, result];
}
