import { fillCard } from "./account_card.js";
import { transferList, unplacedList } from "./account_lists.js";
import { colorBy } from "./color_by.js";
import { byId, el } from "./dom.js";
import { readPlan } from "./plan_data.js";
import { fillRep } from "./rep_view.js";
import { search } from "./search.js";
import { selection } from "./selection.js";
import { sheet } from "./sheet.js";

/**
 * Ties the map, its layers and the panel together. What is shown follows from one small state: the territory, the
 * day, the stop and the account chosen.
 */

/** @typedef {{map: any, cloud: any, zones: any, routes: any, moves: any, data: string}} Parts */

/** @param {Parts} parts */
export async function planPage({ map, cloud, zones, routes, moves, data }) {
  const [plan] = await Promise.all([readPlan(data), cloud.ready, zones.ready, routes.ready, moves.ready]);
  const panel = /** @type {HTMLElement} */ (document.querySelector(".plan-panel"));
  const overview = /** @type {HTMLElement} */ (panel.querySelector(".overview"));
  const detail = /** @type {HTMLElement} */ (panel.querySelector(".detail"));
  const card = /** @type {HTMLElement} */ (document.querySelector(".account-card"));
  const state = { zone: -1, route: -1, stop: -1, account: -1 };
  const whole = map.getBounds();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const pointOf = new Map(Array.from(cloud.row || [], (row, k) => [row, k]));
  /** @type {HTMLElement | null} */
  let opener = null;

  const foot = () => (matchMedia("(max-width: 760px)").matches ? /** @type {HTMLElement | null} */ (document.querySelector(".color-by"))?.offsetHeight ?? 0 : 0);
  const fit = (/** @type {any} */ bounds) => bounds.isValid() && map.fitBounds(bounds, { paddingTopLeft: [36, 36], paddingBottomRight: [36, 36 + foot()], maxZoom: 16, animate: !calm });

  function paint() {
    const { zone, route } = state;
    zones.focus(zone < 0 ? null : zone, route >= 0);
    cloud.focus(zone < 0 ? null : route >= 0 ? [] : [zone]);
    routes.show(route);
    routes.mark(state.stop);
    for (const row of panel.querySelectorAll("#plan-workload tr[data-zone]")) {
      const chosen = row.getAttribute("data-zone") === String(zone);
      row.classList.toggle("chosen", chosen);
      row.querySelector("button")?.setAttribute("aria-pressed", String(chosen));
    }
    map.getContainer().classList.toggle("with-route", route >= 0);
    overview.hidden = zone >= 0;
    detail.hidden = zone < 0;
    if (zone >= 0) fillRep(detail, plan, { back: showAll, showDay, showStop, showAccount: (/** @type {number} */ row) => showAccount(row, []) }, state);
  }

  function showAll() {
    const last = state.zone;
    Object.assign(state, { zone: -1, route: -1, stop: -1 });
    paint();
    map.fitBounds(whole, { animate: !calm });
    /** @type {HTMLElement | null} */ (panel.querySelector(`button.rep[data-zone="${last}"]`))?.focus();
  }

  /** @param {number} zone */
  function showZone(zone) {
    Object.assign(state, { zone, route: -1, stop: -1 });
    paint();
    fit(zones.bounds(zone));
    toDetail();
  }

  /** @param {number} route @param {number} [stop] */
  function showDay(route, stop = -1) {
    Object.assign(state, { zone: plan.routes[route].zone, route, stop });
    paint();
    fit(routes.bounds(route));
    detail.querySelector(".day-title")?.scrollIntoView({ block: "start" });
    /** @type {HTMLElement | null} */ (detail.querySelector(`.day[data-route="${route}"]`))?.focus({ preventScroll: true });
  }

  /** @param {number} route @param {number} stop */
  function showStop(route, stop) {
    Object.assign(state, { route, stop });
    routes.mark(stop);
    for (const item of detail.querySelectorAll(".stops li[data-stop]")) item.classList.toggle("chosen", item.getAttribute("data-stop") === String(stop));
    showAccount(plan.routes[route].stops[stop][0], []);
  }

  /** @param {number} row @param {number[]} here */
  function showAccount(row, here, move = true) {
    if (card.hidden) opener = /** @type {HTMLElement} */ (document.activeElement);
    state.account = row;
    const account = plan.account(row);
    fillCard(card, plan, { close: closeCard, showDay, step: (other) => showAccount(other, here) }, row, here);
    card.hidden = false;
    card.focus();
    if (!account.drawn) return cloud.mark([]);
    cloud.mark([pointOf.get(row)]);
    const at = L.latLng(account.lat, account.lon);
    if (state.route >= 0) return map.panInside(at, { paddingTopLeft: [50 + besideCard(at), 50], paddingBottomRight: [50, 50], animate: !calm });
    const near = Math.min(16, map.getBoundsZoom(zones.bounds(account.zone)));
    if (move && (map.getZoom() < near || !map.getBounds().pad(-0.1).contains(at))) map.setView(at, Math.max(map.getZoom(), near), { animate: !calm });
  }

  /** How much of the map's left side the card takes from a place that would lie beneath it, in pixels; where there is room.
   * @param {any} at */
  function besideCard(at) {
    const pane = map.getContainer().getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const place = map.latLngToContainerPoint(at);
    const beneath = place.x < box.right - pane.left + 20 && place.y > box.top - pane.top - 20;
    return beneath && pane.width > 2 * box.width ? box.right - pane.left : 0;
  }

  /** @param {number} row */
  function showTransfer(row) {
    const number = moves.suggestions.findIndex((/** @type {any} */ move) => move.row === row);
    moves.choose(number);
    if (number >= 0) fit(moves.bounds(number));
    showAccount(row, [], false);
  }

  function closeCard() {
    card.hidden = true;
    state.account = -1;
    cloud.mark([]);
    chosen.clear();
    moves.choose(-1);
    opener?.focus();
  }

  cloud.on("pointclick", (/** @type {any} */ event) => {
    const rows = event.points.map((/** @type {number} */ point) => cloud.row[point]);
    showAccount(rows[0], rows, false);
  });
  zones.on("zoneclick", (/** @type {any} */ event) => showZone(event.zone));
  zones.on("areaclick", (/** @type {any} */ event) => {
    if (!cloud.near(event.containerPoint).length && state.route < 0) showZone(event.zone);
  });
  routes.on("stopclick", (/** @type {any} */ event) => {
    showStop(event.route, event.stop);
    detail.querySelector(`.stops li[data-stop="${event.stop}"]`)?.scrollIntoView({ block: "nearest" });
  });
  panel.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button.rep[data-zone]");
    if (button) showZone(Number(button.getAttribute("data-zone")));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.target === byId("plan-search")) return;
    if (!card.hidden) closeCard();
    else if (state.zone >= 0) showAll();
  });

  function toDetail() {
    panel.querySelector(".plan-body")?.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (detail.querySelector("h2"))?.focus({ preventScroll: true });
  }

  const choose = controls(map, plan, showAll);
  const chosen = selection({ map, cloud, plan, card, button: choose, close: closeCard });
  colorBy({ map, cloud, zones, plan });
  zones.arrange();
  search(plan, (row) => showAccount(row, []));
  const [unplaced, transfers] = [byId("plan-unplaced"), byId("plan-transfers")];
  if (unplaced) unplacedList(unplaced, plan, (row) => showAccount(row, []));
  if (transfers) {
    transferList(transfers, plan, showTransfer);
    transfers.addEventListener("toggle", () => moves.display(/** @type {HTMLDetailsElement} */ (transfers).open));
    moves.on("suggestionclick", (/** @type {any} */ event) => showTransfer(moves.suggestions[event.suggestion].row));
  }
  sheet(panel, map);
  document.documentElement.dataset.plan = "ready";
  return { plan, state, showZone, showDay, showAccount, showAll };
}

/** @param {any} map @param {any} plan @param {() => void} showAll */
function controls(map, plan, showAll) {
  map.getContainer().setAttribute("aria-label", plan.t("map"));
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  L.control.zoom({ position: "topleft", zoomInTitle: plan.t("zoom_in"), zoomOutTitle: plan.t("zoom_out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  const tools = new L.Control({ position: "topleft" });
  const whole = tool("whole", plan.t("reset_view"), { onclick: showAll });
  const choose = tool("choose", plan.t("choose_area"), { "aria-pressed": "false" });
  tools.onAdd = () => {
    const place = el("div", { class: "map-tools leaflet-bar" }, whole, choose);
    L.DomEvent.disableClickPropagation(place);
    return place;
  };
  tools.addTo(map);
  return choose;
}

/** @param {string} kind @param {string} name @param {Record<string, any>} options */
function tool(kind, name, options) {
  return el("button", { type: "button", class: `tool ${kind}`, "aria-label": name, title: name, ...options });
}
