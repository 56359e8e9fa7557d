import { el } from "./dom.js";
import { fetchPatiently, filled, shortDay } from "./today_phrases.js";

/**
 * Accounts near the rest of the day that are due, the next best visit first, each with the driving it adds, why it
 * stands where it does, and a button that takes it in.
 * @param {any} facts
 * @param {string} day
 * @param {(item: any) => void} add
 */
export async function showNear(facts, day, add) {
  const words = facts.words;
  const body = el("div", { class: "near-body", "aria-live": "polite" }, el("p", { text: words.near_wait }));
  const close = el("button", { type: "button", text: words.close, onclick: () => dialog.close() });
  const heading = el("h2", { id: "near-title", text: words.near });
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { "aria-labelledby": "near-title" }, el("div", { class: "sheet" }, heading, body, el("p", { class: "ends" }, close))));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  try {
    const answer = await fetchPatiently(`${facts.root}/api/reps/${facts.rep}/near-and-due?day=${day}&order=best`);
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    const rows = said.items.map((/** @type {any} */ item) => row(item, words, () => (dialog.close(), add(item))));
    body.replaceChildren(rows.length ? el("ul", { class: "near" }, ...rows) : el("p", { text: words.near_none }));
  } catch (error) {
    const text = error instanceof TypeError ? words.offline : String(/** @type {Error} */ (error).message);
    body.replaceChildren(el("p", { class: "fault", role: "alert", text }));
  }
}

/**
 * @param {any} item
 * @param {Record<string, string>} words
 * @param {() => void} taken
 */
function row(item, words, taken) {
  const day = item.on ? shortDay(item.on) : "";
  return el(
    "li",
    {},
    el(
      "div",
      { class: "near-what" },
      el("b", { text: item.account }),
      el("span", { text: [item.line, item.city].filter(Boolean).join(", ") }),
      el("span", { class: `reason is-${item.reason}`, text: filled(words[item.reason], { day }), title: item.text || null }),
      terms(item, words),
    ),
    el(
      "div",
      { class: "near-cost" },
      el("b", { text: filled(words.detour, { count: Math.round(item.extra_s / 60) }) }),
      el("span", { text: filled(words.at, { time: item.starts_at.slice(11, 16) }) }),
    ),
    el("button", { type: "button", text: words.add, "aria-label": `${words.add}: ${item.account}`, onclick: taken }),
  );
}

/**
 * What the order is made of, once somebody asks.
 * @param {any} item
 * @param {Record<string, string>} words
 */
function terms({ score, rank }, words) {
  const [value, due, way] = [rank.value, rank.dueness, rank.way].map((term) => term.toFixed(2));
  return el("details", {}, el("summary", { text: filled(words.score, { score: score.toFixed(2) }) }), el("span", { text: filled(words.terms, { value, due, way }) }));
}
