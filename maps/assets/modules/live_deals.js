import { el } from "./dom.js";
import { number, t } from "./live_words.js";

/** What is expected of accounts: their open deals, summed up by the server for whoever asks. */

/**
 * A place in a list of facts that fills itself.
 * @param {import("./live_store.js").LiveStore} store @param {number[]} accounts ids, each as often as it has sites
 */
export function openDeals(store, accounts) {
  const place = el("span", { class: "deals", "aria-live": "polite", text: "…" });
  store.ask("POST", "/api/rollups/pipeline", { account_ids: [...new Set(accounts)] }).then(
    ({ totals }) => place.replaceChildren(...(totals.length ? totals.map(line) : [t("none")])),
    (/** @type {Error} */ error) => place.replaceChildren(error.message),
  );
  return place;
}

/** @param {{currency: string, opportunities: number, amount: number, weighted: number}} total */
function line({ currency, opportunities, amount, weighted }) {
  return el("span", {}, el("b", { text: t("{count} · {amount} {currency}", { count: number(opportunities), amount: number(amount), currency }) }), ` ${t("weighted {amount}", { amount: number(weighted) })}`);
}
