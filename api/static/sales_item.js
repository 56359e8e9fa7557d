import { el } from "./dom.js";
import { number, t } from "./live_words.js";
import { dayText } from "./record_days.js";
import { amount, daysText, facts } from "./record_page.js";

/** A sale as a card on the board: what it is worth, how long it has been there, what is due next. */

/** @param {any} card @param {any} stage @param {{open: (id: number) => any, menu: (id: number) => any}} parts */
export function saleItem(card, stage, { open, menu }) {
  const late = card.next_task?.due_on && card.next_task.due_on < facts.today;
  const stuck = card.overdue_days !== null;
  const time = stuck ? t("stuck: {days} here, {expected} expected", { days: daysText(card.days), expected: number(card.expected_days) }) : stage.kind === "open" ? t("{days} here", { days: daysText(card.days) }) : dayText(card.since);
  const button = el("button", { type: "button", class: "sale-open", tabindex: -1, onclick: () => open(card.id), "aria-describedby": "keys" }, el("b", { dir: "auto", text: card.title }));
  const box = el("li", { class: `sale${stuck ? " is-stuck" : ""}`, "data-sale": card.id, draggable: "true" },
    button,
    card.account_id === null ? el("p", { class: "small", text: t("no account yet") }) : card.title.startsWith(card.account) ? null : el("p", { class: "small whose", dir: "auto", text: card.account }),
    el("p", { class: "worth" }, el("b", { text: card.value === null ? t("no amount") : amount(card.value, card.currency) }), facts.reps.length > 1 && card.rep ? el("span", { class: "small", dir: "auto", text: card.rep }) : null),
    el("p", { class: stuck ? "time stuck" : "time", text: time }),
    card.next_task ? el("p", { class: `task${late ? " is-late" : ""}` }, el("span", { dir: "auto", text: card.next_task.title }), card.next_task.due_on ? el("span", { text: dayText(card.next_task.due_on) }) : null) : null,
    el("button", { type: "button", class: "sale-move quiet", tabindex: -1, "aria-label": t("Move {title}", { title: card.title }), title: t("Move"), text: "⇄", onclick: () => menu(card.id) }),
  );
  box.addEventListener("dragstart", (event) => {
    event.dataTransfer?.setData("text/plain", String(card.id));
    box.classList.add("is-dragged");
  });
  box.addEventListener("dragend", () => box.classList.remove("is-dragged"));
  return box;
}
