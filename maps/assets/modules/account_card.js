import { el, facts } from "./dom.js";

/**
 * The card of one account: what it is, whose it is and why, and when it is visited next.
 * @param {HTMLElement} card
 * @param {any} plan see plan_data.js
 * @param {{close: () => void, showDay: (route: number, stop: number) => void, step: (row: number) => void}} actions
 * @param {number} row
 * @param {number[]} here all accounts at this place
 */
export function fillCard(card, plan, actions, row, here) {
  const account = plan.account(row);
  const { t } = plan;
  const [next] = plan.visits(row);
  const zone = plan.zones[account.zone];
  const owner = zone && el("span", {}, el("span", { class: `badge tone-${zone.color}`, text: account.zone + 1 }), ` ${account.rep}`);
  const position = here.indexOf(row);
  const known = (/** @type {number} */ value) => (Number.isFinite(value) ? value : null);
  card.setAttribute("aria-label", account.name);
  card.replaceChildren(
    el("h2", { text: account.name }),
    el("button", { type: "button", class: "close", "aria-label": t("close"), text: "×", onclick: actions.close }),
    account.address ? el("p", { class: "small", text: account.address }) : "",
    account.drawn ? "" : el("p", { class: "off-map", text: t("not_on_map") }),
    facts([
      [t("id"), account.id],
      [t("rep"), owner || account.rep],
      [t("visits_a_year"), known(account.visits) !== null ? plan.number(account.visits, 1) : ""],
      [t("minutes"), known(account.minutes) !== null ? t("minutes_value", { minutes: plan.number(account.minutes) }) : ""],
      [t("value"), known(account.value) !== null ? plan.number(account.value) : ""],
      [t("next_visit"), account.drawn ? (next ? visit(plan, actions, next) : t("no_visit")) : ""],
    ]),
    el("p", { class: "why" }, el("b", { text: account.drawn ? t("why") : t("why_not") }), account.why),
  );
  if (here.length > 1) {
    const move = (/** @type {number} */ by) => actions.step(here[(position + by + here.length) % here.length]);
    card.append(
      el("div", { class: "steps" },
        el("button", { type: "button", class: "button", "aria-label": t("previous"), text: "‹", onclick: () => move(-1) }),
        el("button", { type: "button", class: "button", "aria-label": t("next"), text: "›", onclick: () => move(1) }),
        el("span", { text: t("more_here", { position: position + 1, count: here.length }) }),
      ),
    );
  }
}

/** @param {any} plan @param {any} actions @param {[number, number]} next */
function visit(plan, actions, [route, stop]) {
  const arrive = plan.routes[route].stops[stop][2];
  const text = [plan.day(plan.routes[route].date), arrive].filter(Boolean).join(", ");
  return el("button", { type: "button", class: "link", title: plan.t("show_day"), text, onclick: () => actions.showDay(route, stop) });
}
