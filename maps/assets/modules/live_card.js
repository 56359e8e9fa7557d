import { el, facts } from "./dom.js";
import { changeTable } from "./live_change.js";
import { openDeals } from "./live_deals.js";
import { NEVER, NOBODY } from "./live_plan.js";
import { day, hours, isoDay, number, share, t } from "./live_words.js";

/** The card of one account, read from the record when it is opened, and of accounts that were chosen together. */

/**
 * @param {{card: HTMLElement, plan: import("./live_plan.js").LivePlan, store: import("./live_store.js").LiveStore, names: () => Promise<any>, act: (body: any) => Promise<any>, closed: () => void, pin: (row: number) => void}} parts
 */
export function cards({ card, plan, store, names, act, closed, pin }) {
  let turn = 0;
  /** @type {HTMLElement | null} */
  let opener = null;

  /** @param {string} label @param {Array<Node | string | null>} parts */
  function open(label, ...parts) {
    if (card.hidden) opener = /** @type {HTMLElement} */ (document.activeElement);
    card.setAttribute("aria-label", label);
    card.replaceChildren(el("button", { type: "button", class: "close", "aria-label": t("Close"), text: "×", onclick: close }), ...parts.filter((part) => part !== null));
    card.hidden = false;
    card.focus({ preventScroll: true });
  }

  function close() {
    turn++;
    card.hidden = true;
    closed();
    opener?.isConnected && opener.focus({ preventScroll: true });
  }

  /** One account; `here` are all at its place. @param {number} row @param {number[]} [here] */
  async function account(row, here = []) {
    const mine = ++turn;
    const known = await names();
    if (mine !== turn) return;
    const name = known.name[row];
    const found = await store.ask("GET", `/api/accounts/${plan.arrays.account[row]}/overview`).catch((/** @type {any} */ error) => error);
    if (mine !== turn) return;
    if (found instanceof Error) return open(name, el("h2", { text: name }), el("p", { class: "fault", text: found.message }));
    const site = found.account.sites.find((/** @type {any} */ one) => one.id === plan.arrays.site[row]) || found.account.sites[0];
    const at = here.indexOf(row);
    open(name,
      el("h2", { text: found.account.name }),
      el("p", { class: "small", text: [site.line, site.postcode, site.city].filter(Boolean).join(", ") }),
      facts([
        [t("Number"), found.account.external_id],
        [t("Territory"), owner(row)],
        ...plan.levels.map((one) => /** @type {[string, string]} */ ([t("Region: {level}", { level: one.level }), one.words[one.of[row]]])),
        [t("Segment"), found.account.segment],
        [t("Value a year"), found.account.value === null ? "" : number(found.account.value)],
        [t("Visits"), t("{visits} a year, {minutes} min each", { visits: number(site.visits_per_year, 1), minutes: number(site.service_s / 60) })],
        [t("Last visit"), plan.arrays.last[row] === NEVER ? t("never") : day(plan.arrays.last[row])],
        [t("Next visit"), found.next_visit ? t("{day} by {rep}", { day: isoDay(found.next_visit.day), rep: found.next_visit.rep }) : t("none planned")],
      ]),
      why(row, site),
      el("p", {}, el("a", { href: `${store.facts.root}/accounts/${found.account.id}`, text: t("All about this account") })),
      actions([row]),
      here.length > 1 ? el("div", { class: "steps" }, stepButton("‹", t("Previous"), () => account(here[(at + here.length - 1) % here.length], here)), stepButton("›", t("Next"), () => account(here[(at + 1) % here.length], here)), el("span", { text: t("{at} of {count} at this place", { at: at + 1, count: here.length }) })) : null,
    );
  }

  /** @param {number} row @param {any} site */
  function why(row, site) {
    const moved = plan.zone[row] !== plan.arrays.zone[row];
    const now = plan.territory(plan.zone[row])?.name;
    const said = moved && store.scenario ? t("In “{scenario}” it goes to {name}; in the plan: {why}", { scenario: store.scenario.name, name: now || t("nobody"), why: site.reason || t("in no territory") }) : site.reason || site.why || t("in no territory");
    return el("p", { class: "why" }, el("b", { text: plan.zone[row] === NOBODY ? t("Why not in a territory") : t("Why here") }), said);
  }

  /** @param {number} row */
  function owner(row) {
    const one = plan.territory(plan.zone[row]);
    const lock = plan.locked[row] ? ` · ${t("locked")}` : "";
    return one ? el("span", {}, el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: (plan.place.get(one.key) || 0) + 1 }), ` ${one.name}${lock}`) : t("none");
  }

  /** Accounts chosen together. @param {number[]} rows */
  function chosen(rows) {
    turn++;
    const sum = (/** @type {(row: number) => number} */ of) => rows.reduce((total, row) => total + (of(row) || 0), 0);
    const value = sum((row) => plan.arrays.value[row]);
    open(t("Chosen accounts"),
      el("h2", { text: rows.length === 1 ? t("1 account chosen") : t("{count} accounts chosen", { count: number(rows.length) }) }),
      facts([
        [t("Visits a year"), number(sum((row) => plan.arrays.visits[row]))],
        [t("Hours a year"), hours(sum((row) => plan.hours(row)))],
        [t("Value a year"), value ? number(value) : ""],
        [t("Open deals"), rows.length ? openDeals(store, rows.map((row) => plan.arrays.account[row])) : ""],
        [t("Locked"), number(sum((row) => plan.locked[row]))],
      ]),
      owners(rows),
      rows.length ? actions(rows) : null,
    );
  }

  /** @param {number[]} rows */
  function owners(rows) {
    const counts = new Map();
    for (const row of rows) counts.set(plan.zone[row], (counts.get(plan.zone[row]) || 0) + 1);
    return el("ul", { class: "owners" }, ...[...counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => {
      const one = plan.territory(key);
      return el("li", {}, one ? el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: (plan.place.get(key) || 0) + 1 }) : null, el("span", { text: one ? one.name : t("in no territory") }), el("b", { text: number(count) }));
    }));
  }

  /** Move, lock, pin. @param {number[]} rows */
  function actions(rows) {
    if (!store.open) return null;
    const sites = rows.map((row) => plan.arrays.site[row]);
    const to = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("Move to") }, el("option", { value: "", text: t("Move to …") }), ...destinations(rows).map((one) => el("option", { value: one.key, text: `${one.name} (${share(one.load.deviation)})` }))));
    const go = /** @type {HTMLButtonElement} */ (el("button", { type: "button", class: "button main", text: t("Move"), disabled: true, onclick: () => done(act({ kind: "move", sites, territory: Number(to.value) }), rows) }));
    const change = el("div", { "aria-live": "polite" });
    to.addEventListener("change", () => {
      go.disabled = to.value === "";
      change.replaceChildren(...(go.disabled ? [] : [changeTable(plan, store.facts.plan.weeks, rows, Number(to.value))]));
    });
    const locked = rows.every((row) => plan.locked[row]);
    const lock = el("button", { type: "button", class: "button", text: locked ? t("Unlock") : t("Lock"), onclick: () => done(act({ kind: "lock", sites, locked: !locked }), rows) });
    const place = rows.length === 1 && el("button", { type: "button", class: "button", text: Number.isFinite(plan.arrays.lat[rows[0]]) ? t("Move its pin") : t("Drop a pin"), onclick: () => pin(rows[0]) });
    return el("div", { class: "doing" }, el("div", { class: "move" }, to, go), change, el("div", { class: "more" }, lock, place || null));
  }

  /** @param {Promise<any>} work @param {number[]} rows */
  async function done(work, rows) {
    if (await work) {
      if (rows.length === 1) account(rows[0]);
      else chosen(rows);
    }
  }

  /** Territories, those nearest to the accounts first. @param {number[]} rows */
  function destinations(rows) {
    const some = rows.filter((row) => Number.isFinite(plan.arrays.lat[row])).slice(0, 200);
    const middle = some.reduce(([lat, lon], row) => [lat + plan.arrays.lat[row] / some.length, lon + plan.arrays.lon[row] / some.length], [0, 0]);
    const away = (/** @type {any} */ one) => (one.label && some.length ? Math.hypot(one.label[0] - middle[0], (one.label[1] - middle[1]) * 0.65) : 0);
    const only = new Set(rows.map((row) => plan.zone[row]));
    return plan.territories.filter((one) => only.size > 1 || !only.has(one.key)).sort((a, b) => away(a) - away(b));
  }

  return { account, chosen, close, open };
}

/** @param {string} text @param {string} name @param {() => void} go */
function stepButton(text, name, go) {
  return el("button", { type: "button", class: "button", "aria-label": name, text, onclick: go });
}
