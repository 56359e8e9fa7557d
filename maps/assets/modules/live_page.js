import { byId } from "./dom.js";
import { Lasso } from "./lasso.js";
import { cards } from "./live_card.js";
import { comparison } from "./live_compare.js";
import { curveView } from "./live_curve.js";
import { block } from "./live_data.js";
import { drafting } from "./live_drafts.js";
import { filters } from "./live_filter.js";
import { grounding } from "./live_ground.js";
import { stepList, unplacedList } from "./live_lists.js";
import { looking } from "./live_look.js";
import { LivePlan } from "./live_plan.js";
import { regionView } from "./live_regions.js";
import { tell, warn } from "./live_say.js";
import { LiveStore } from "./live_store.js";
import { workloadTable } from "./live_table.js";
import { territoryView } from "./live_territory.js";
import { findAccounts, mapTools } from "./live_tools.js";
import { keptViews } from "./live_views.js";
import { number, speak, t } from "./live_words.js";
import { sheet } from "./sheet.js";
import { tabs } from "./tabs.js";

/** The manager's page: ties the map, the panel and the drafts on the server together. */

const LOOK_AGAIN_MS = 15_000;

/** @param {{map: any, cloud: any, zones: any, moves: any, borders: any}} layers @param {any} facts of the page */
export async function livePage(layers, facts) {
  const { map, cloud, zones, borders } = layers;
  speak(facts.language, facts.words);
  const api = `${facts.root}/api/plans/${facts.plan.id}`;
  const [points, ground] = await Promise.all([block(`${api}/points`), block(`${api}/ground`), cloud.ready, zones.ready]);
  Object.assign(borders.options, { cornerName: t("Corner of the border"), middleName: t("Add a corner to the border") });
  const plan = new LivePlan(points, ground);
  const store = new LiveStore(facts, plan);
  /** @type {Promise<any> | null} */
  let asked = null;
  const names = () => (asked ||= block(`${api}/names`).then(({ meta }) => meta));
  /** What the parts of the page share; each part finds the others here. @type {any} */
  const desk = { ...layers, facts, plan, store, names, panel: byId("panel"), calm: matchMedia("(prefers-reduced-motion: reduce)").matches, place, redraw, regroup, refresh };
  desk.looking = looking(desk);
  desk.ground = grounding(desk);
  desk.drafts = drafting(desk);
  addParts(desk, (/** @type {string} */ name) => lists(desk, name));
  const tools = addTools(desk);
  if (plan.levels.length) desk.regions = regionView(desk, byId("tab-regions"), tools.regions);

  /** @param {number} key @returns {number | null} */
  function place(key) {
    return plan.place.get(key) ?? null;
  }

  function redraw() {
    const { key } = desk.looking;
    zones.setZones(plan.territories.map((one) => ({ ...one })), place(key), desk.ground.editing);
    borders.forget();
    regroup();
    if (desk.ground.editing) borders.edit(place(key) ?? -1);
  }

  function regroup() {
    cloud.options.colors = [...zones.options.colors, "#6d6d6d"];
    cloud.regroup((/** @type {number} */ row) => plan.group(row), plan.tones());
  }

  /** Everything beside the map. */
  function refresh() {
    const { key } = desk.looking;
    desk.table.draw(plan, key);
    desk.filter.refresh();
    desk.drafts.drawBar();
    if (key >= 0 && !plan.territory(key)) desk.looking.back();
    else if (key >= 0) desk.territory.draw(key);
    desk.regions?.refresh();
    desk.curve.refresh();
    desk.compare.refresh();
    lists(desk, desk.strip.now);
    byId("unplaced-count").textContent = number(plan.unplaced().length);
  }

  listen(desk, tools);
  findAccounts(plan, names, desk.looking.showAccount);
  map.getContainer().setAttribute("aria-label", t("Map of the territories"));
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  await store.list().catch(() => undefined);
  if (facts.scenario) await store.show(facts.scenario).catch((/** @type {Error} */ error) => warn(error.message));
  redraw();
  desk.curve.draw();
  refresh();
  setInterval(desk.drafts.lookAgain, LOOK_AGAIN_MS);
  sheet(desk.panel, map);
  Object.assign(window, { bailiwickPage: { plan, store, map, cloud, zones, borders, act: desk.drafts.act, look: desk.looking.look } });
  document.documentElement.dataset.page = "ready";
}

/** West, south, east, north of what is seen, on the world. @param {any} map */
function inView(map) {
  const seen = map.getBounds();
  const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(-most, Math.min(most, value)).toFixed(5);
  return [within(seen.getWest(), 180), within(seen.getSouth(), 90), within(seen.getEast(), 180), within(seen.getNorth(), 90)].join(",");
}

/** Tables, cards and views in the panel. @param {any} desk @param {(name: string) => void} opened a tab */
function addParts(desk, opened) {
  const { map, cloud, zones, plan, store, facts, names, looking, ground, drafts } = desk;
  const [overview, detail, compared, card] = ["overview", "territory", "compared", "card"].map(byId);
  const { act, begin } = drafts;
  const { back, showAccount, choose, focusRows } = looking;
  const compareClosed = () => {
    compared.hidden = true;
    overview.hidden = looking.key >= 0;
    detail.hidden = looking.key < 0;
    byId("compare").focus();
  };
  desk.table = workloadTable(byId("tab-workload"), facts, looking.look);
  desk.card = cards({ card, plan, store, names, act, pin: ground.pin, closed: () => { cloud.mark([]); cloud.select([]); } });
  desk.territory = territoryView(detail, { plan, store, facts, names, act, back, border: ground.editBorder, draw: ground.drawFor, showAccount, choose });
  desk.curve = curveView(byId("tab-curve"), { plan, store, facts, names, act, begin, tell, preview: looking.preview });
  desk.compare = comparison({ map, cloud, zones, plan, store, facts, place: compared, stage: byId("stage"), names, focus: focusRows, closed: compareClosed });
  desk.filter = filters({ plan, cloud, zones, colors: byId("color-by"), place: byId("tab-filter"), tell, names, show: showAccount, choose: (rows) => { focusRows(rows); choose(rows); } });
  keptViews(desk.filter.views, { store, warn, tell, state: () => ({ ...desk.filter.state(), ...(desk.regions ? { regions: desk.regions.state() } : {}), bbox: inView(map) }), restore: (kept) => {
    desk.filter.restore(kept);
    desk.regions?.restore(kept.regions);
    const [west, south, east, north] = (kept.bbox || "").split(",").map(Number);
    if (Number.isFinite(north)) map.fitBounds([[south, west], [north, east]], { animate: !desk.calm });
  } });
  desk.strip = tabs(byId("tabs"), (name) => {
    opened(name);
    if (name === "curve") {
      desk.curve.show();
      desk.curve.recall();
    } else desk.curve.hide();
  });
}

/** @param {any} desk @param {string} name of the tab */
function lists(desk, name) {
  const { plan, names, looking, ground, store } = desk;
  if (name === "unplaced") unplacedList(byId("tab-unplaced"), { plan, names, show: looking.showAccount, pin: ground.pin, edits: store.open });
  if (name === "regions") desk.regions?.refresh();
  if (name === "steps") stepList(byId("tab-steps"), store);
}

/** Buttons on the map, and the lasso. @param {any} desk */
function addTools(desk) {
  const { map, cloud, plan, calm, looking, ground, store } = desk;
  const whole = map.getBounds();
  const lasso = new Lasso(map);
  const toggle = () => {
    if (lasso.enabled()) lasso.disable();
    else lasso.enable();
    buttons.press("lasso", lasso.enabled());
  };
  const buttons = mapTools(map, { whole: () => map.fitBounds(whole, { animate: !calm }), lasso: toggle, draw: () => ground.drawNew(), edits: () => store.open, regions: plan.levels.length ? () => desk.regions.toggle() : null });
  lasso.on("end", () => buttons.press("lasso", false));
  lasso.on("lasso", (/** @type {any} */ event) => looking.choose(cloud.inside(event.ring).map((/** @type {number} */ point) => cloud.row[point])));
  return { lasso, toggle, regions: (/** @type {boolean} */ on) => buttons.press("regions", on) };
}

/** Clicks on the map, and keys. @param {any} desk @param {{lasso: any, toggle: () => void}} tools */
function listen(desk, { lasso, toggle }) {
  const { cloud, zones, plan, looking, ground, card } = desk;
  cloud.on("pointclick", (/** @type {any} */ event) => {
    if (ground.drawing) return;
    const rows = event.points.map((/** @type {number} */ point) => cloud.row[point]);
    looking.showAccount(rows[0], rows);
  });
  zones.on("zoneclick", (/** @type {any} */ event) => looking.look(plan.territories[event.zone].key));
  zones.on("areaclick", (/** @type {any} */ event) => {
    if (desk.regions?.covers(event.latlng)) return; // the region answers, and names the territory
    if (ground.drawing || ground.editing || cloud.near(event.containerPoint).length) return;
    looking.look(plan.territories[event.zone].key);
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("dialog")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !target.closest("input, textarea")) {
      event.preventDefault();
      byId(event.shiftKey ? "redo" : "undo").click();
    } else if (event.key === "Escape" && target !== byId("plan-search")) {
      if (lasso.enabled()) toggle();
      else if (!byId("card").hidden) card.close();
      else if (ground.editing) ground.stop();
      else if (looking.key >= 0) looking.back();
    }
  });
}
