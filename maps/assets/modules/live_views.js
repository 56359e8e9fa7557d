import { ask } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./live_words.js";

/** Views kept under a name: filters, colours, columns and the piece of the map, for oneself or for everybody. */

/**
 * @param {HTMLElement} place
 * @param {{store: import("./live_store.js").LiveStore, state: () => Record<string, string>, restore: (kept: Record<string, string>) => void, warn: (text: string) => void, tell: (text: string) => void}} parts
 */
export async function keptViews(place, { store, state, restore, warn, tell }) {
  /** @type {any[]} */
  let views = [];
  const select = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("Kept views") }));
  const keep = el("button", { type: "button", class: "button", text: t("Keep this view"), onclick: () => keepThis() });
  const remove = el("button", { type: "button", class: "link", text: t("Forget it"), hidden: true, onclick: () => forget() });
  place.replaceChildren(select, keep, remove);
  const chosen = () => views.find(({ id }) => String(id) === select.value);
  select.addEventListener("change", () => {
    const view = chosen();
    remove.hidden = !view?.own;
    if (!view) return;
    restore(view.query);
    tell(t("View {name}", { name: view.name }));
  });

  /** @param {number} [id] */
  async function list(id) {
    views = (await store.ask("GET", "/api/views?of=map")).items;
    const label = (/** @type {any} */ view) => (view.own ? view.name : t("{name} ({owner})", { name: view.name, owner: view.owner }));
    select.replaceChildren(el("option", { value: "", text: views.length ? t("Kept views …") : t("No view is kept yet") }), ...views.map((view) => el("option", { value: view.id, text: label(view), selected: view.id === id })));
    remove.hidden = !chosen()?.own;
  }

  async function keepThis() {
    const given = await ask(t("Keep this view"), [{ name: "name", label: t("Name"), kind: "text", required: true, value: chosen()?.own ? chosen().name : "" }, { name: "shared", label: t("For"), kind: "select", value: chosen()?.shared ? "yes" : "", options: [["", t("me")], ["yes", t("everybody")]] }], { go: t("Keep it"), text: t("Filters, colours, columns and the piece of the map that is in view.") });
    if (!given) return;
    const known = views.find((view) => view.own && view.name === given.name.trim());
    const body = { name: given.name, query: state(), shared: given.shared === "yes" };
    await attempt(async () => (known ? store.ask("PATCH", `/api/views/${known.id}`, body, { "If-Match": `"${known.version}"` }) : store.ask("POST", "/api/views", { of: "map", ...body })));
  }

  function forget() {
    const view = chosen();
    return view && attempt(async () => ({ id: undefined, gone: await store.ask("DELETE", `/api/views/${view.id}`, undefined, { "If-Match": `"${view.version}"` }) }));
  }

  /** @param {() => Promise<any>} work */
  async function attempt(work) {
    try {
      await list((await work()).id);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
      await list().catch(() => undefined);
    }
  }

  await list().catch(() => undefined);
}
