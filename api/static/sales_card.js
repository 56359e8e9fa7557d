import { el, facts as list } from "./dom.js";
import { t } from "./live_words.js";
import { accountPicker } from "./record_picker.js";
import { momentText } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { formDialog } from "./record_form.js";
import { amount, ask, change, daysText, facts, sayDone } from "./record_page.js";
import { asSale, fieldLabel, saleField, saleValue } from "./sales_fields.js";
import { ways } from "./sales_move.js";
import { taskList } from "./sales_tasks.js";

/** One sale in a dialog: its step, where it may go, its tasks and the way it has come. */

const DAY_S = 86_400;

/**
 * @param {number} id
 * @param {{changed: () => any, move: (id: number, to: number) => Promise<boolean>}} parts
 */
export async function openSale(id, { changed, move }) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const body = el("div", { class: "sheet sale-sheet" });
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { class: "broad", "aria-labelledby": "sale-title" }, body));
  const draw = async () => body.replaceChildren(...(await contents(id, { redraw, go, close: () => dialog.close() })));

  async function redraw() {
    await draw();
    await changed();
  }

  /** @param {number} to */
  async function go(to) {
    await move(id, to);
    if (dialog.isConnected) await draw();
    /** @type {HTMLElement | null} */ (body.querySelector(".ways button"))?.focus();
  }

  await draw();
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      const card = /** @type {HTMLElement | null} */ (document.querySelector(`[data-sale="${id}"] .sale-open`));
      (card?.offsetParent ? card : opener?.isConnected ? opener : null)?.focus({ preventScroll: true });
      resolve(undefined);
    });
  });
}

/** @param {number} id @param {{redraw: () => any, go: (to: number) => any, close: () => void}} acts */
async function contents(id, { redraw, go, close }) {
  const [sale, form, moves, tasks] = await Promise.all([
    ask("GET", `/api/opportunities/${id}`), ask("GET", `/api/opportunities/${id}/form`), ask("GET", `/api/opportunities/${id}/moves`),
    taskList({ opportunity: id }, { add: { opportunity_id: id }, changed: redraw }),
  ]);
  const editable = form.fields.filter((/** @type {any} */ one) => one.edit && one.field !== "account_id");
  const shown = form.fields.filter((/** @type {any} */ one) => !["title", "account_id", "currency"].includes(one.field));
  const edit = async () => {
    const fields = editable.map((/** @type {any} */ one) => saleField(one.field, one.value));
    const done = await editDialog(t("Change the sale"), fields, { path: `/api/opportunities/${id}`, version: form.version, fresh: () => ask("GET", `/api/opportunities/${id}`).then(withOwnChance), as: asSale, says: saleValue });
    if (!done) return;
    await redraw();
    sayDone(t("Saved"), done.act, redraw);
  };
  const values = shown.map((/** @type {any} */ one) => /** @type {[string, any]} */ ([fieldLabel(one.field), one.field === "value" ? amount(one.value, sale.currency) : one.missing ? (one.required ? el("b", { class: "stuck", text: t("missing") }) : "") : saleValue(one.field, one.value)]));
  return [
    el("button", { type: "button", class: "close quiet", "aria-label": t("Close"), text: "×", onclick: close }),
    el("h2", { id: "sale-title", dir: "auto", text: sale.title }),
    el("p", { class: "small" }, sale.account_id ? el("a", { href: `${facts.root}/accounts/${sale.account_id}`, dir: "auto", text: sale.account }) : t("no account yet"), ` · ${sale.stage} · ${sale.pipeline}`),
    list(values),
    editable.length ? el("p", { class: "acts" }, el("button", { type: "button", text: t("Change"), onclick: edit })) : null,
    el("h3", { text: t("Where it may go") }), ways(form, go),
    el("h3", { text: t("Tasks") }), tasks,
    el("h3", { text: t("The way so far") }),
    el("ol", { class: "moves" }, ...moves.items.map((/** @type {any} */ one) => el("li", {}, el("b", { dir: "auto", text: one.to_stage }), el("span", { class: "small", dir: "auto", text: [momentText(one.moved_at), one.moved_by, one.stayed_s === null ? "" : t("stayed {days}", { days: daysText(one.stayed_s / DAY_S) }), one.reason].filter(Boolean).join(" · ") })))),
  ].filter((part) => part !== null);
}

/** The chance that stands in a sale itself, for a form: that of its stage is none of its own. @param {any} sale */
async function withOwnChance(sale) {
  const form = await ask("GET", `/api/opportunities/${sale.id}/form`);
  const own = form.fields.find((/** @type {any} */ one) => one.field === "probability");
  return { ...sale, probability: own ? own.value : null, version: form.version };
}

/**
 * Open a sale, with an account that is known or chosen here.
 * @param {any} pipeline @param {(made: any) => any} after @param {{id: number, name: string} | null} [account]
 */
export async function newSale(pipeline, after, account = null) {
  const picker = account ? null : accountPicker();
  const stages = pipeline.stages.filter((/** @type {any} */ one) => one.kind === "open").map((/** @type {any} */ one) => [one.id, one.name]);
  const made = await formDialog(account ? t("New sale to {name}", { name: account.name }) : t("New sale"), [
    { name: "title", label: t("Title"), kind: "text", required: true },
    { name: "stage_id", label: t("Stage"), kind: "select", options: stages },
    { ...saleField("product", ""), name: "product" }, saleField("value", null), { ...saleField("currency", "EUR") }, saleField("expected_on", null),
  ], {
    go: t("Open it"),
    text: picker && el("div", { class: "picker-place" }, picker.box),
    async send(given) {
      const { product, currency, ...rest } = given;
      const { said, act } = await change("POST", "/api/opportunities", { ...rest, ...(product ? { product } : {}), ...(given.value === null ? {} : { currency }), stage_id: Number(given.stage_id), account_id: account?.id ?? picker?.chosen() ?? null });
      return { ...said, act };
    },
  });
  if (!made) return;
  await after(made);
  sayDone(t("“{title}” is open", { title: made.title.slice(0, 60) }), made.act, () => after(made));
}
