import { el } from "./dom.js";
import { inPolygon } from "./geometry.js";
import { lineCanvas } from "./line_canvas.js";
import { block } from "./live_data.js";
import { tell, warn } from "./live_say.js";
import { hours, number, short, t } from "./live_words.js";
import { unpackLines } from "./packed.js";

/** Administrative regions: their outlines over the map, what lies in each, and the way from one to its accounts. */

/** @typedef {import("./live_plan.js").Level} Level */
/** @typedef {{rings: any[], label: [number, number], box: [number, number, number, number]}} Outline */
/** @typedef {{accounts: number, visits: number, hours: number, value: number}} Sums */

const LINES = { color: "#6a3d9a", weight: 1.8 };
/** @type {any} */
const CHOSEN = { color: "#6a3d9a", weight: 3, fillColor: "#6a3d9a", fillOpacity: 0.14, interactive: false, pmIgnore: true };
const FIRST = 2;

/**
 * @param {any} desk what the parts of the page share, see `live_page.js` @param {HTMLElement} place the tab
 * @param {(on: boolean) => void} pressed whether outlines are shown
 */
export function regionView(desk, place, pressed) {
  const { map, cloud, plan, facts, calm } = desk;
  /** @type {Level[]} */
  const levels = plan.levels;
  let at = 0;
  let on = false;
  let chosen = -1;
  let [sorted, down] = ["name", false];
  /** @type {Map<number, Outline>} by number of the region */
  let outlines = new Map();
  /** @type {any} */
  let lines = null;
  /** @type {any} */
  let area = null;
  let turn = 0;
  const level = () => levels[at];
  const tip = L.tooltip({ className: "region-tip", direction: "top", offset: [0, -8] });
  const name = (/** @type {number} */ value) => level().words[value];
  const field = () => `area:${level().level}`;

  /** Outlines of a level as they were sent, by the number of the region. @param {Level} one @returns {Promise<Map<number, Outline>>} */
  async function drawn(one) {
    const { meta, arrays } = await block(`${facts.root}/api/plans/${facts.plan.id}/regions/${one.edition_id}`);
    const corners = unpackLines(arrays.points, arrays.ends);
    const numbers = new Map(one.codes.map((code, k) => [code, k + FIRST]));
    return new Map(meta.codes.map((/** @type {string} */ code, /** @type {number} */ k) => {
      const rings = meta.pieces[k].map((/** @type {number[]} */ piece) => piece.map((ring) => corners[ring]));
      const bounds = L.latLngBounds(rings.flatMap((/** @type {any[]} */ piece) => piece[0]));
      return [numbers.get(code), { rings, label: meta.labels[k], box: [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()] }];
    }));
  }

  /** Show outlines of a level or none. @param {boolean} wanted */
  async function show(wanted) {
    const mine = ++turn;
    on = wanted;
    pressed(on);
    try {
      if (on) outlines = await drawn(level());
    } catch (error) {
      if (mine === turn) {
        on = false;
        pressed(on);
        warn(/** @type {Error} */ (error).message);
      }
    }
    if (mine !== turn) return;
    lines?.remove();
    lines = null;
    tip.remove();
    if (on) {
      const pane = map.getPane("regions") || map.createPane("regions");
      Object.assign(pane.style, { zIndex: "415", pointerEvents: "none" });
      const rings = [...outlines.values()].flatMap((one) => one.rings.flat());
      lines = lineCanvas([[LINES, rings]], { pane: "regions", attribution: el("span", { text: level().source }).innerHTML }).addTo(map);
      tell(t("Outlines of {level}: {count}", { level: level().level, count: number(outlines.size) }));
    }
    mark(on ? chosen : -1);
    draw();
  }

  /** @param {number} value */
  function mark(value) {
    chosen = value;
    area?.remove();
    const outline = outlines.get(value);
    area = on && outline ? L.polygon(outline.rings, { ...CHOSEN, pane: "regions" }).addTo(map) : null;
  }

  /** The region at a place, or -1. @param {{lat: number, lng: number}} place */
  function regionAt({ lat, lng }) {
    for (const [value, { rings, box }] of outlines) {
      if (lat >= box[0] && lat <= box[2] && lng >= box[1] && lng <= box[3] && rings.some((piece) => inPolygon(lat, lng, piece))) return value;
    }
    return -1;
  }

  /** What lies in each region, in the plan or draft that is shown. @returns {Map<number, Sums>} */
  function sums() {
    const found = new Map();
    for (let row = 0; row < plan.n; row++) {
      const value = level().of[row];
      const sum = found.get(value) || { accounts: 0, visits: 0, hours: 0, value: 0 };
      sum.accounts++;
      sum.visits += plan.arrays.visits[row];
      sum.hours += plan.hours(row);
      sum.value += plan.arrays.value[row] || 0;
      found.set(value, sum);
    }
    return found;
  }

  /** @type {Map<number, Sums> | null} */
  let counted = null;
  const sumOf = (/** @type {number} */ value) => (counted ||= sums()).get(value) || { accounts: 0, visits: 0, hours: 0, value: 0 };

  /** @param {number} value */
  function said(value) {
    const sum = sumOf(value);
    const code = level().codes[value - FIRST];
    const given = { accounts: number(sum.accounts), hours: hours(sum.hours), visits: number(sum.visits) };
    return [
      el("b", { text: code && code !== name(value) && !name(value).endsWith(`(${code})`) ? `${name(value)} (${code})` : name(value) }),
      el("span", { class: "small", text: sum.accounts === 1 ? t("1 account · {hours} h a year · {visits} visits", given) : t("{accounts} accounts · {hours} h a year · {visits} visits", given) }),
    ];
  }

  /** What can be done with a region. @param {number} value */
  function acts(value) {
    const rows = () => Array.from({ length: plan.n }, (_, row) => row).filter((row) => level().of[row] === value);
    const { accounts } = sumOf(value);
    return el("div", { class: "actions" },
      el("button", { type: "button", class: "button", disabled: !accounts, text: t("Show only these"), onclick: () => {
        map.closePopup();
        desk.filter.only(field(), value);
        desk.looking.back();
        desk.strip.show("filter");
      } }),
      el("button", { type: "button", class: "button", disabled: !accounts, text: t("Choose these accounts"), onclick: () => {
        map.closePopup();
        desk.looking.choose(rows());
      } }));
  }

  /** @param {number} value @param {any} latlng */
  function open(value, latlng) {
    tip.remove();
    mark(value);
    draw();
    const zone = desk.zones.at(latlng);
    const territory = zone < 0 ? null : el("button", { type: "button", class: "link", text: t("Territory {name}", { name: plan.territories[zone].name }), onclick: () => {
      map.closePopup();
      desk.looking.look(plan.territories[zone].key);
    } });
    const popup = L.popup({ className: "region-popup", autoPanPaddingTopLeft: [54, 62], autoPanPaddingBottomRight: [16, 16] }).setLatLng(latlng).setContent(el("div", {}, ...said(value), acts(value), territory)).openOn(map);
    popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", t("Close"));
  }

  map.on("mousemove", (/** @type {any} */ event) => {
    if (!on || desk.ground.drawing || desk.ground.editing || map.dragging.moving()) return void tip.remove();
    const value = cloud.near(event.containerPoint).length ? -1 : regionAt(event.latlng);
    if (value < 0) return void tip.remove();
    tip.setLatLng(event.latlng).setContent(el("div", {}, ...said(value)));
    if (!map.hasLayer(tip) && !document.querySelector(".region-popup")) tip.addTo(map);
  });
  map.on("mouseout", () => tip.remove());
  map.on("click", (/** @type {any} */ event) => {
    if (!on || desk.ground.drawing || desk.ground.editing || cloud.near(event.containerPoint).length) return;
    const value = regionAt(event.latlng);
    if (value >= 0) open(value, event.latlng);
  });

  /** From the table: onto the map. @param {number} value */
  function look(value) {
    mark(chosen === value ? -1 : value);
    const outline = outlines.get(chosen);
    if (outline) {
      const [south, west, north, east] = outline.box;
      map.fitBounds([[south, west], [north, east]], { padding: [30, 30], animate: !calm });
    }
    draw();
  }

  /** @type {Array<{key: string, name: string, of: (value: number) => number | string, says: (value: number) => string}>} */
  const columns = [
    { key: "name", name: t("Region"), of: name, says: name },
    { key: "accounts", name: t("Accounts"), of: (value) => sumOf(value).accounts, says: (value) => number(sumOf(value).accounts) },
    { key: "hours", name: t("Hours a year"), of: (value) => sumOf(value).hours, says: (value) => hours(sumOf(value).hours) },
    { key: "value", name: t("Value"), of: (value) => sumOf(value).value, says: (value) => (sumOf(value).value ? short(sumOf(value).value) : "–") },
  ];

  function head() {
    return el("thead", {}, el("tr", {}, ...columns.map(({ key, name: title }) => el("th", { scope: "col", class: key === "name" ? "" : "number", "aria-sort": key === sorted ? (down ? "descending" : "ascending") : "none" }, el("button", { type: "button", class: "sort", "data-focus": `region-sort-${key}`, text: title, onclick: () => {
      down = key === sorted ? !down : key !== "name";
      sorted = key;
      draw();
    } })))));
  }

  /** Rows: every region with accounts or in sight of them, then those in none. */
  function rows() {
    const all = new Set([...(on ? outlines.keys() : []), ...(counted ||= sums()).keys()]);
    const { of } = columns.find(({ key }) => key === sorted) || columns[0];
    const compare = (/** @type {any} */ a, /** @type {any} */ b) => (typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
    return [...all].sort((a, b) => Number(a < FIRST) - Number(b < FIRST) || (down ? -1 : 1) * compare(of(a), of(b)) || a - b);
  }

  function draw() {
    if (place.hidden) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.focus;
    const choice = el("select", { "aria-label": t("Level"), onchange: (/** @type {Event} */ event) => turnTo(Number(/** @type {HTMLSelectElement} */ (event.target).value)) }, ...levels.map((one, k) => el("option", { value: k, text: one.level, selected: k === at })));
    const tick = el("input", { type: "checkbox", checked: on, "data-focus": "region-outlines", onchange: () => show(!on) });
    const body = rows().map((value) => el("tr", { class: value === chosen ? "chosen" : "" }, ...columns.map(({ key, says }) => (key !== "name" ? el("td", { class: "number", text: says(value) }) : el("th", { scope: "row" }, value < FIRST ? says(value) : el("button", { type: "button", class: "link", "data-focus": `region-${value}`, "aria-pressed": String(value === chosen), text: says(value), onclick: () => look(value) }))))));
    place.replaceChildren(
      el("div", { class: "region-head" }, levels.length > 1 ? choice : el("b", { text: level().level }), el("label", { class: "tick" }, tick, t("Outlines on the map"))),
      ...(chosen >= 0 ? [el("div", { class: "region-chosen", role: "status" }, ...said(chosen), acts(chosen))] : []),
      el("table", { class: "regions" }, el("caption", { class: "hidden-text", text: t("What lies in each region") }), head(), el("tbody", {}, ...body)),
    );
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[data-focus="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
  }

  /** @param {number} k */
  function turnTo(k) {
    [at, chosen, counted] = [k, -1, null];
    map.closePopup();
    return show(on);
  }

  /** Anew after the plan or draft changed. */
  function refresh() {
    counted = null;
    draw();
  }

  return {
    toggle: () => show(!on),
    refresh,
    /** Whether a click there is on a region that is shown. @param {any} latlng */
    covers: (latlng) => on && regionAt(latlng) >= 0,
    /** The level whose outlines are shown, to be kept in a view. */
    state: () => (on ? level().level : ""),
    /** @param {string} kept */
    restore(kept) {
      const k = levels.findIndex((one) => one.level === kept);
      if (k >= 0) at = k;
      [chosen, counted] = [-1, null];
      return show(k >= 0);
    },
  };
}
