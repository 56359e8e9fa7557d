import { Refused } from "./asker.js";
import { el } from "./dom.js";
import { t } from "./live_words.js";
import { dayText } from "./record_days.js";
import { formDialog } from "./record_form.js";
import { ask, change, facts, query } from "./record_page.js";

/** Tasks of a sale or an account: done, cancelled with a reason, given. */

/**
 * A list that keeps itself up to date.
 * @param {{opportunity?: number, account?: number}} of
 * @param {{add: Record<string, number>, changed?: () => any, sales?: boolean}} ways add: what a new one is for; sales: say of which sale each is
 */
export async function taskList(of, { add, changed = () => undefined, sales = false }) {
  const list = el("ul", { class: "tasks" });
  const fault = el("p", { class: "fault", role: "alert", hidden: true });
  const box = el("div", { class: "task-box" }, list, fault, el("button", { type: "button", class: "link", text: t("Add a task"), onclick: () => newTask(add, draw) }));

  async function draw() {
    const { items } = await ask("GET", `/api/tasks${query({ ...of, state: "open", limit: 100 })}`);
    list.replaceChildren(...(items.length ? items.map(row) : [el("li", { class: "small", text: t("No open task.") })]));
  }

  /** @param {any} task */
  function row(task) {
    const late = task.due_on && task.due_on < facts.today;
    return el("li", {},
      el("span", { class: "what" }, el("b", { dir: "auto", text: task.title }), el("span", { class: `small${late ? " is-late" : ""}`, text: [task.kind, task.due_on && t("due {day}", { day: dayText(task.due_on) }), task.rep, sales && task.opportunity].filter(Boolean).join(" · ") })),
      el("button", { type: "button", text: t("Done"), "aria-label": t("Done: {title}", { title: task.title }), onclick: () => end(task, "done", {}) }),
      el("button", { type: "button", class: "quiet", text: t("Cancel it"), "aria-label": t("Cancel it: {title}", { title: task.title }), onclick: () => cancel(task) }));
  }

  /** @param {any} task @param {string} how @param {any} body */
  async function end(task, how, body) {
    try {
      await change("POST", `/api/tasks/${task.id}/${how}`, body, task.version);
      fault.hidden = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fault.hidden = false;
      fault.textContent = error.message;
    }
    await draw();
    await changed();
  }

  /** @param {any} task */
  async function cancel(task) {
    const given = await formDialog(t("Why is it no longer to be done?"), [{ name: "outcome", label: t("Reason"), kind: "text", required: true }], { go: t("Cancel the task"), send: async (said) => said });
    if (given) await end(task, "cancel", given);
  }

  await draw();
  return box;
}

/** @param {Record<string, number>} of @param {() => any} after */
export async function newTask(of, after) {
  const kinds = facts.codes.task_kind;
  const made = await formDialog(t("New task"), [
    { name: "title", label: t("What is to be done"), kind: "text", required: true },
    { name: "kind", label: t("Kind"), kind: kinds.length ? "select" : "text", options: kinds, value: kinds.length ? kinds[0][0] : t("call back"), required: true },
    { name: "due_on", label: t("Due"), kind: "date" },
    { name: "rep_id", label: t("For"), kind: "select", value: facts.rep || "", options: [["", t("whoever sees it")], ...facts.reps] },
    { name: "text", label: t("Note"), kind: "long" },
  ], { go: t("Give the task"), send: (given) => change("POST", "/api/tasks", { ...given, ...of, rep_id: given.rep_id ? Number(given.rep_id) : null }) });
  if (made) await after();
}
