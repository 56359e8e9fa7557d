import { baseLayer } from "./base_layer.js";
import { el } from "./dom.js";
import { block, freshBlock, grouped } from "./live_data.js";
import { LivePlan } from "./live_plan.js";
import { hours, number, share, t } from "./live_words.js";
import { pointCloud } from "./point_cloud.js";
import { zoneLayer } from "./zone_layer.js";

/** Two states of the territories side by side: a second map that moves with the first, a table, and what differs. */

/**
 * @param {{map: any, cloud: any, zones: any, plan: LivePlan, store: import("./live_store.js").LiveStore, facts: any, place: HTMLElement, stage: HTMLElement, names: () => Promise<any>, focus: (rows: number[]) => void, closed: () => void}} parts
 */
export function comparison(parts) {
  const { map, plan, store, facts, place, stage } = parts;
  const api = `${facts.root}/api/plans/${facts.plan.id}`;
  /** @type {{map: any, box: HTMLElement, cloud: any} | null} */
  let second = null;
  /** @type {HTMLElement | null} */
  let left = null;
  let [other, title] = [/** @type {LivePlan | null} */ (null), ""];

  const options = () => [["", t("Plan “{title}”", { title: facts.plan.title })], ...store.scenarios.filter((one) => one.id !== store.scenario?.id).map((one) => [one.id, one.name])].filter(([id]) => id !== "" || store.scenario);

  /** @param {string} id of a scenario; empty is the plan */
  async function open(id) {
    const ground = await (id ? freshBlock(store.ground(Number(id))) : block(store.ground(null)));
    const points = await block(`${api}/points`);
    other = new LivePlan(points, ground);
    title = String(options().find(([key]) => String(key) === id)?.[1] || "");
    drawMap(ground);
    draw(id);
  }

  /** @param {any} ground */
  function drawMap(ground) {
    if (!other) return;
    second?.map.remove();
    second?.box.remove();
    const box = el("div", { class: "second-map", role: "region", "aria-label": title });
    const frame = el("div", { class: "second" }, el("p", { class: "map-title", text: title }), box);
    stage.append(frame);
    stage.classList.add("two");
    left?.remove();
    left = el("p", { class: "map-title left", text: store.scenario ? store.scenario.name : t("The plan itself") });
    stage.querySelector(".first")?.append(left);
    const made = L.map(box, /** @type {any} */ ({ zoomControl: false, attributionControl: false, zoomSnap: map.options.zoomSnap, center: map.getCenter(), zoom: map.getZoom() }));
    baseLayer(/** @type {any} */ (block(`${api}/background`)), {}).addTo(made);
    const colors = parts.zones.options.colors;
    zoneLayer(/** @type {any} */ ({ meta: { zones: ground.meta.zones }, arrays: ground.arrays }), { colors }).addTo(made);
    const cloud = pointCloud(/** @type {any} */ (grouped(plan.arrays, other.zone, other.territories)), { ...parts.cloud.options, tones: other.tones() }).addTo(made);
    second = { map: made, box: frame, cloud };
    resized();
    made.invalidateSize();
    sync(map, made);
  }

  /** The first map has more room or less: where all territories were in view they are again. */
  function resized() {
    const seen = map.getBounds();
    map.invalidateSize();
    const corners = parts.zones.zones.flatMap((/** @type {any} */ zone) => zone.rings.flatMap((/** @type {any} */ piece) => piece[0]));
    const all = corners.length ? L.latLngBounds(corners) : null;
    if (all && seen.contains(all)) map.fitBounds(all, { animate: false, padding: [12, 12] });
  }

  /** @param {string} id */
  function draw(id) {
    if (!other) return;
    const select = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("Compare with") }, ...options().map(([key, text]) => el("option", { value: key, text, selected: String(key) === id }))));
    select.addEventListener("change", () => open(select.value));
    place.replaceChildren(
      el("button", { type: "button", class: "link back", text: `‹ ${t("Close the comparison")}`, onclick: close }),
      el("h2", { tabindex: "-1", text: t("Side by side") }),
      el("p", { class: "small", text: t("First: {name}", { name: store.scenario ? store.scenario.name : t("the plan itself") }) }),
      el("label", { class: "against" }, t("Second"), select),
      table(other), differences(other),
    );
    /** @type {HTMLElement | null} */ (place.querySelector("h2"))?.focus({ preventScroll: true });
  }

  /** @param {LivePlan} right */
  function table(right) {
    const keys = [...new Set([...plan.territories, ...right.territories].map((one) => one.key))];
    const cells = (/** @type {any} */ one) => (one ? [el("td", { class: "number", text: hours(one.load.workload_h) }), el("td", { class: "number", text: share(one.load.deviation) })] : [el("td", { class: "number", text: "–" }), el("td", { class: "number", text: "–" })]);
    const rows = keys.map((key) => {
      const [a, b] = [plan.territory(key), right.territory(key)];
      const one = /** @type {any} */ (a || b);
      return el("tr", { class: a && b && Math.abs(a.load.workload_h - b.load.workload_h) < 0.05 ? "" : "differs" }, el("th", { scope: "row" }, el("span", { class: `badge tone-${one.color}`, "aria-hidden": "true", text: keys.indexOf(key) + 1 }), ` ${one.name}`), ...cells(a), ...cells(b));
    });
    const widest = (/** @type {LivePlan} */ side) => side.territories.reduce((most, one) => (Math.abs(one.load.deviation) > Math.abs(most) ? one.load.deviation : most), 0);
    const head = (/** @type {string} */ text) => el("th", { scope: "col", class: "number", text });
    return el("table", { class: "sides" }, el("caption", { class: "hidden-text", text: t("Work on both sides") }),
      el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("Territory") }), head(t("first, h")), head("±"), head(t("second, h")), head("±"))),
      el("tbody", {}, ...rows),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row", text: t("Largest difference") }), el("td", { class: "number", colspan: 2, text: share(widest(plan)) }), el("td", { class: "number", colspan: 2, text: share(widest(right)) }))));
  }

  /** @param {LivePlan} right */
  function differences(right) {
    /** @type {Map<string, number[]>} */
    const groups = new Map();
    for (let row = 0; row < plan.n; row++) {
      if (plan.zone[row] === right.zone[row]) continue;
      const pair = `${plan.zone[row]} ${right.zone[row]}`;
      groups.set(pair, [...(groups.get(pair) || []), row]);
    }
    const all = [...groups.values()].reduce((total, rows) => total + rows.length, 0);
    const name = (/** @type {LivePlan} */ side, /** @type {number} */ key) => side.territory(key)?.name || t("nobody");
    const items = [...groups].sort((a, b) => b[1].length - a[1].length).map(([pair, rows]) => {
      const [a, b] = pair.split(" ").map(Number);
      return el("li", {}, el("button", { type: "button", class: "link", text: t("{count}: first {a}, second {b}", { count: rows.length === 1 ? t("1 account") : t("{count} accounts", { count: number(rows.length) }), a: name(plan, a), b: name(right, b) }), onclick: () => parts.focus(rows) }));
    });
    return el("section", { class: "what-differs" }, el("h3", { text: t("What differs") }), el("p", { class: "small", text: all ? t("{count} accounts lie elsewhere.", { count: number(all) }) : t("Every account lies in the same territory on both sides.") }), el("ul", {}, ...items));
  }

  function close() {
    second?.map.remove();
    second?.box.remove();
    left?.remove();
    second = null;
    other = null;
    stage.classList.remove("two");
    resized();
    parts.closed();
  }

  return { open, close, options, refresh: () => other && draw(String(other.scenario?.id || "")), get active() { return other !== null; }, mark: (/** @type {number[]} */ points) => second?.cloud.select(points) };
}

/** Two maps show the same place. @param {any} a @param {any} b */
function sync(a, b) {
  let busy = false;
  const follow = (/** @type {any} */ from, /** @type {any} */ to) => () => {
    if (busy || !to._loaded) return;
    busy = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    busy = false;
  };
  const forth = follow(a, b);
  a.on("move", forth);
  b.on("move", follow(b, a));
  b.on("unload", () => a.off("move", forth));
  forth();
}
