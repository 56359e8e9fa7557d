import { el } from "./dom.js";
import { t } from "./live_words.js";
import { momentText } from "./record_days.js";
import { ask, change, facts as page, query, say, sayRefused } from "./record_page.js";

/** Who changed what, and taking it back where one may: what one did oneself, and everything for the office. */

/** @param {HTMLElement} place @param {number} account @param {() => any} refresh */
export async function changes(place, account, refresh) {
  /** @type {string | null} */
  let next = null;
  const list = el("ol", { class: "timeline" });
  const more = el("button", { type: "button", class: "quiet", text: t("Further back"), hidden: true, onclick: () => load().catch(sayRefused) });

  async function load() {
    const found = await ask("GET", `/api/accounts/${account}/history${query({ cursor: next, limit: 20 })}`);
    list.append(...found.items.map((/** @type {any} */ one) => row(one)));
    next = found.next;
    more.hidden = !next;
  }

  /** @param {any} one */
  function row(one) {
    const may = page.office || one.made_by === page.me;
    const what = /** @type {Record<string, string>} */ ({ account: t("Account"), site: t("Site"), assignment: t("Territory") })[one.table] || one.table;
    const act = /** @type {Record<string, string>} */ ({ added: t("added"), changed: t("changed"), removed: t("removed") })[one.act] || one.act;
    const pairs = Object.entries(/** @type {Record<string, [any, any]>} */ (one.fields));
    const lines = one.act === "changed" ? pairs.map(([name, [was, is]]) => el("li", {}, el("span", { class: "small", text: `${name}: ` }), el("del", { dir: "auto", text: said(was) }), " → ", el("ins", { dir: "auto", text: said(is) }))) : [];
    return el("li", {},
      el("p", {}, el("b", { text: `${what} ${act}` })),
      el("p", { class: "small", dir: "auto", text: [momentText(one.at), one.made_by, one.why].filter(Boolean).join(" · ") }),
      lines.length ? el("ul", { class: "differences" }, ...lines) : null,
      may && lines.length ? el("button", { type: "button", class: "link", text: t("Take it back"), "aria-label": t("Take back the change of {moment}", { moment: momentText(one.at) }), onclick: () => back(one) }) : null);
  }

  /** @param {any} one */
  async function back(one) {
    try {
      await change("POST", `/api/batches/${one.batch_id}/changes/${one.id}/undo`, {});
      await refresh();
      say(t("Taken back"));
    } catch (error) {
      sayRefused(error);
    }
  }

  await load();
  place.replaceChildren(list, more);
}

/** @param {any} value */
function said(value) {
  if (value === null || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
