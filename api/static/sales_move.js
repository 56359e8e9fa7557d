import { el } from "./dom.js";
import { t } from "./live_words.js";
import { changed, fieldsIn, formDialog } from "./record_form.js";
import { ask, change, facts } from "./record_page.js";
import { asSale, saleField } from "./sales_fields.js";
import { taskList } from "./sales_tasks.js";

/** Moving a sale: what its stages ask for is asked for here, and what cannot be is explained. */

/** @typedef {{act: string | null, stage_id: number}} Moved */

/**
 * @param {number} id @param {{id: number, name: string, kind: string}} to
 * @returns {Promise<Moved | null>} null: it stays where it is
 */
export async function moveSale(id, to) {
  for (;;) {
    const form = await ask("GET", `/api/opportunities/${id}/form`);
    const way = form.next.find((/** @type {any} */ one) => one.stage_id === to.id);
    if (!way) return null;
    const said = !way.allowed ? await missing(id, to, form, way) : to.kind === "lost" ? await lost(id, to, form.version) : await go(id, to, form.version);
    if (said !== "again") return said;
  }
}

/** @param {number} id @param {any} to @param {number} version @param {string} [why] @returns {Promise<Moved>} */
async function go(id, to, version, why = "") {
  const { said, act } = await change("POST", `/api/opportunities/${id}/moves`, { stage_id: to.id, why }, version);
  return { act, stage_id: said.stage_id };
}

/** Why it is lost. @param {number} id @param {any} to @param {number} version */
function lost(id, to, version) {
  const reasons = facts.codes.loss_reason;
  const options = /** @type {Array<[any, string]>} */ ([["", "–"], ...reasons]);
  return formDialog(t("Why is it lost?"), [{ name: "why", label: t("Reason"), kind: reasons.length ? "select" : "text", options, required: true }], {
    go: t("It is lost"),
    send: ({ why }) => go(id, to, version, why),
  });
}

/**
 * What is missing, as far as it can be filled in here.
 * @param {number} id @param {any} to @param {any} form @param {any} way
 * @returns {Promise<Moved | "again" | null>}
 */
async function missing(id, to, form, way) {
  const names = fieldsIn(way.why_not, form.fields.map((/** @type {any} */ one) => one.field));
  const asked = form.fields.filter((/** @type {any} */ one) => names.includes(one.field) && one.edit);
  const fields = asked.map((/** @type {any} */ one) => ({ ...saleField(one.field, one.value), required: true }));
  const before = Object.fromEntries(asked.map((/** @type {any} */ one) => [one.field, one.value]));
  const tasks = /\btasks?\b/.test(way.why_not) ? await taskList({ opportunity: id }, { add: { opportunity_id: id } }) : null;
  const account = names.some((name) => name.startsWith("account.")) ? await accountLink(id) : null;
  let { version } = form;
  return formDialog(t("To {stage}", { stage: to.name }), fields, {
    go: fields.length ? t("Save and move") : t("Try again"),
    why: way.why_not,
    below: account || tasks ? el("div", {}, account, tasks) : null,
    async send(given) {
      const diff = changed(before, asSale(given));
      if (Object.keys(diff).length) {
        try {
          ({ said: { version } } = await change("PATCH", `/api/opportunities/${id}`, diff, version));
        } catch (/** @type {any} */ error) {
          version = error.body?.version || version;
          throw error;
        }
      }
      return "again";
    },
  });
}

/** @param {number} id */
async function accountLink(id) {
  const { account_id, account } = await ask("GET", `/api/opportunities/${id}`);
  return account_id && el("p", {}, el("a", { href: `${facts.root}/accounts/${account_id}`, text: t("Open {name}", { name: account }) }));
}

/** Ask to which stage a sale shall go; what is not possible says why. @param {number} id @returns {Promise<number | null>} */
export async function chooseStage(id) {
  const form = await ask("GET", `/api/opportunities/${id}/form`);
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  return new Promise((resolve) => {
    let chosen = /** @type {number | null} */ (null);
    const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { "aria-labelledby": "ways-title" }, el("div", { class: "sheet" },
      el("h2", { id: "ways-title", text: t("Move") }),
      el("p", { class: "small", text: t("It is in {stage}.", { stage: form.stage }) }),
      ways(form, (to) => { chosen = to; dialog.close(); }),
      el("p", { class: "ends" }, el("button", { type: "button", text: t("Cancel"), onclick: () => dialog.close() })),
    )));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      resolve(chosen);
    });
    document.body.append(dialog);
    dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector(".ways button"))?.focus();
  });
}

/** The stages as buttons. @param {any} form @param {(to: number) => void} go */
export function ways(form, go) {
  return el("ul", { class: "ways" }, ...form.next.map((/** @type {any} */ one) => el("li", {},
    el("button", { type: "button", class: `is-${one.kind}`, text: one.stage, onclick: () => go(one.stage_id) }),
    one.allowed ? null : el("span", { class: "small", text: one.why_not }))));
}
