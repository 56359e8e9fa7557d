import { memberList } from "./account_lists.js";
import { el } from "./dom.js";

/** One territory in the panel: its days, and the stops of the chosen day. */

/**
 * @param {HTMLElement} place
 * @param {any} plan
 * @param {{back: () => void, showDay: (route: number) => void, showStop: (route: number, stop: number) => void, showAccount: (row: number) => void}} actions
 * @param {{zone: number, route: number, stop: number}} state
 */
export function fillRep(place, plan, actions, state) {
  const zone = plan.zones[state.zone];
  const { t } = plan;
  const days = plan.days(state.zone);
  const heading = el("h2", { tabindex: "-1" }, el("span", { class: `badge tone-${zone.color}`, text: state.zone + 1 }), el("span", { text: zone.rep || zone.name }));
  place.replaceChildren(el("button", { type: "button", class: "button back", text: `‹ ${t("all_reps")}`, onclick: actions.back }), heading);
  if (zone.name && ![zone.rep, String(state.zone + 1)].includes(zone.name)) place.append(el("p", { class: "small", text: zone.name }));
  const row = document.querySelector(`#plan-workload tr[data-zone="${state.zone}"]`);
  if (row) place.append(summary(row));
  if (days.length) place.append(...calendar(plan, actions, days, state));
  if (state.route >= 0) place.append(...dayStops(plan, actions, days, state));
  else place.append(memberList(plan, state.zone, actions.showAccount));
}

/** The rep's row of the table, again. @param {Element} row */
function summary(row) {
  const table = el("table", { class: "workload" });
  const copy = /** @type {HTMLElement} */ (row.cloneNode(true));
  copy.classList.remove("chosen");
  const first = /** @type {HTMLElement} */ (copy.querySelector("th"));
  first.querySelector(".rep")?.remove();
  first.querySelector(".small")?.classList.add("counts");
  const body = el("tbody");
  body.append(copy);
  table.append(body);
  return table;
}

/** @param {any} plan @param {any} actions @param {number[]} days @param {any} state */
function calendar(plan, actions, days, state) {
  /** @type {Map<string, number[]>} */
  const weeks = new Map();
  for (const day of days) {
    const monday = plan.monday(plan.routes[day].date);
    weeks.set(monday, [...(weeks.get(monday) || []), day]);
  }
  return [...weeks].flatMap(([monday, members]) => [
    el("h3", { text: plan.t("week_of", { day: plan.day(monday) }) }),
    el("div", { class: "week" }, ...members.map((day) => dayButton(plan, actions, day, state.route === day))),
  ]);
}

/** @param {any} plan @param {any} actions @param {number} day @param {boolean} pressed */
function dayButton(plan, actions, day, pressed) {
  const route = plan.routes[day];
  const visits = plan.t("visits_count", { count: route.stops.length });
  return el(
    "button",
    { type: "button", class: "day", "data-route": day, "aria-pressed": String(pressed), "aria-label": `${plan.day(route.date)}, ${visits}`, onclick: () => actions.showDay(day) },
    el("b", { text: plan.weekday(route.date) }),
    el("span", { class: "small", text: visits }),
  );
}

/** @param {any} plan @param {any} actions @param {number[]} days @param {any} state */
function dayStops(plan, actions, days, state) {
  const { t } = plan;
  const route = plan.routes[state.route];
  const at = days.indexOf(state.route);
  const list = el("ol", { class: "stops", "aria-label": t("stops") });
  if (route.starts) list.append(pause(t("starts_at", { time: route.starts })));
  const lunchFrom = route.lunch.slice(0, 5);
  let eaten = !route.lunch;
  route.stops.forEach((/** @type {any[]} */ stop, /** @type {number} */ k) => {
    if (!eaten && stop[2] >= lunchFrom) {
      list.append(pause(t("lunch", { time: route.lunch })));
      eaten = true;
    }
    list.append(stopRow(plan, actions, state, stop, k));
  });
  if (!eaten) list.append(pause(t("lunch", { time: route.lunch })));
  if (route.ends) list.append(pause(t("leg_home", { time: route.ends })));
  const step = (/** @type {number} */ to, /** @type {string} */ text) =>
    el("button", { type: "button", class: "button", text, disabled: days[to] === undefined, onclick: () => actions.showDay(days[to]) });
  return [
    el("h3", { class: "day-title", text: plan.day(route.date) }),
    el("p", { class: "small", text: t("day_total", { visits: t("visits_count", { count: route.stops.length }), minutes: plan.number(route.drive) }) }),
    el("div", { class: "day-steps" }, step(at - 1, `‹ ${t("previous")}`), step(at + 1, `${t("next")} ›`)),
    list,
  ];
}

/** @param {any} plan @param {any} actions @param {any} state @param {any[]} stop @param {number} k */
function stopRow(plan, actions, state, [account, sequence, arrive, depart, drive], k) {
  const { t } = plan;
  const record = plan.account(account);
  const tone = plan.zones[state.zone].color;
  const about = [drive ? t("drive_to", { minutes: plan.number(drive) }) : "", record.address].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: state.stop === k ? "chosen" : "", "data-stop": k },
    el("span", { class: `stop tone-${tone}`, text: sequence }),
    el("div", {}, el("button", { type: "button", class: "link", text: record.name, onclick: () => actions.showStop(state.route, k) }), el("span", { class: "small", text: about })),
    el("div", { class: "time" }, el("b", { text: arrive }), el("span", { class: "small", text: depart })),
  );
}

/** @param {string} text */
function pause(text) {
  return el("li", {}, el("span", { class: "pause small", text }));
}
