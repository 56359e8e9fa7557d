import { unpack, unpackLines } from "./packed.js";
import { spread } from "./spread.js";

/** One rep's day: the way driven, arrows along it, and the stops as numbered buttons. */

/**
 * @typedef {{color: number, stops: Array<[number, number, string, string]>, made?: number}} RouteMeta
 * stops: latitude, longitude, mark, name; made: which line is the way that was made
 */

const ARROW_EVERY = 90;
const STOP_SIZE = 26;

/** @type {any} Leaflet gives classes made by extend no types */
export const RouteLayer = L.Layer.extend({
  options: { colors: ["#0072B2"], shown: -1, pmIgnore: true },

  /** @param {string | BufferSource} source @param {object} options */
  initialize(source, options) {
    L.setOptions(this, options);
    this.routes = [];
    this._shown = this.options.shown;
    this._parts = [];
    this.ready = Promise.resolve(source).then(unpack).then((block) => this._take(block));
  },

  onAdd(map) {
    if (!map.getPane("routes")) map.createPane("routes").style.zIndex = "450";
    if (!map.getPane("stops")) map.createPane("stops").style.zIndex = "660";
    this._renderer = L.svg({ pane: "routes", padding: 0.4 });
    this._build();
  },

  onRemove() {
    this._clear();
    this._renderer.remove();
  },

  getEvents() {
    return { zoomend: this._arrange };
  },

  /** Show one route in place of the last; -1 shows none. @param {number} route */
  show(route) {
    this._shown = route;
    this._clear();
    this._build();
  },

  /** @param {number} route @returns {L.LatLngBounds} */
  bounds(route) {
    const { line, stops } = this.routes[route];
    return L.latLngBounds([...line, ...stops.map((/** @type {any} */ stop) => [stop[0], stop[1]])]);
  },

  /** Make one stop of the shown route stand out; -1 none. @param {number} stop */
  mark(stop) {
    (this._stops || []).forEach((marker, k) => marker.getElement().classList.toggle("chosen", k === stop));
  },

  _take({ meta, arrays }) {
    const lines = unpackLines(arrays.points, arrays.ends);
    this.routes = meta.routes.map((/** @type {RouteMeta} */ route, /** @type {number} */ k) => ({ ...route, line: lines[k], made: route.made === undefined ? null : lines[route.made] }));
    this._build();
    return this;
  },

  _build() {
    const route = this.routes[this._shown];
    if (!this._map || !route || this._parts.length) return;
    /** @type {any} */
    const fixed = { renderer: this._renderer, pane: "routes", interactive: false, pmIgnore: true, lineCap: "round", lineJoin: "round", fill: false };
    this._line = L.polyline(route.line, { ...fixed, color: "#fff", weight: 8, opacity: 0.95 });
    const way = L.polyline(route.line, { ...fixed, color: this.options.colors[route.color], weight: 4.5, opacity: 1, className: "route-way" });
    this._stops = route.stops.map((stop, k) => this._stop(stop, k, route));
    this._parts = [this._line, way, ...this._made(route, fixed), ...this._ends(route), ...this._stops];
    for (const part of this._parts) part.addTo(this._map);
    this._stops.forEach((marker, k) => marker.getElement().setAttribute("aria-label", `${route.stops[k][2]}. ${route.stops[k][3]}`));
    this._arrows = [];
    this._arrange();
  },

  _clear() {
    for (const part of [...this._parts, ...(this._arrows || [])]) part.remove();
    this._parts = [];
    this._arrows = [];
    this._stops = [];
  },

  _stop([lat, lon, mark], k, route) {
    const face = L.DomUtil.create("span", `stop tone-${route.color}`);
    face.textContent = mark;
    const icon = L.divIcon({ className: "stop-icon", html: face, iconSize: [STOP_SIZE, STOP_SIZE] });
    /** @type {any} */
    const options = { icon, pane: "stops", keyboard: true, pmIgnore: true, riseOnHover: true };
    return L.marker([lat, lon], options).on("click keypress", (/** @type {any} */ event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      this.fire("stopclick", { route: this._shown, stop: k });
    });
  },

  /** The way that was made: dashes with a light rim, to be told from the planned one without its colour. */
  _made({ made }, fixed) {
    if (!made) return [];
    return [
      L.polyline(made, { ...fixed, color: "#fff", weight: 6, opacity: 0.9, className: "made-rim" }),
      L.polyline(made, { ...fixed, color: "#b34700", weight: 3.5, opacity: 1, dashArray: "1 8", className: "made-way" }),
    ];
  },

  _ends(route) {
    const ends = route.line.length ? [route.line[0], route.line[route.line.length - 1]] : [];
    const homes = ends.length && this._map.distance(ends[0], ends[1]) < 30 ? ends.slice(0, 1) : ends;
    /** @type {any} */
    const ring = { renderer: this._renderer, pane: "routes", interactive: false, pmIgnore: true, radius: 6, color: "#111", weight: 3, fillColor: "#fff", fillOpacity: 1 };
    return homes.map((at) => L.circleMarker(at, ring));
  },

  /** Arrows and stops for this zoom: stops at one place are set side by side, each tied to where it is. */
  _arrange() {
    for (const arrow of this._arrows || []) arrow.remove();
    const route = this.routes[this._shown];
    if (!this._map || !route || !this._parts.length) return;
    const points = route.line.map((/** @type {any} */ place) => this._map.latLngToLayerPoint(place));
    /** @type {any} */
    const head = { renderer: this._renderer, pane: "routes", interactive: false, pmIgnore: true, color: "#fff", weight: 1.2, fillColor: "#111", fillOpacity: 1, smoothFactor: 0, className: "route-arrow" };
    this._arrows = alongLine(points, ARROW_EVERY).map(([at, turn]) =>
      L.polygon(arrowHead(at, turn).map((corner) => this._map.layerPointToLatLng(corner)), head).addTo(this._map),
    );
    const homes = route.stops.map((/** @type {any} */ [lat, lon]) => this._map.latLngToLayerPoint([lat, lon]));
    spread(homes, STOP_SIZE + 1).forEach((at, k) => {
      const home = route.stops[k].slice(0, 2);
      const place = this._map.layerPointToLatLng(at);
      this._stops[k].setLatLng(place);
      if (Math.hypot(at.x - homes[k].x, at.y - homes[k].y) < 3) return;
      const tie = { ...head, weight: 1.5, color: "#16191d", fill: false, className: "stop-tie" };
      this._arrows.push(L.polyline([home, place], tie).addTo(this._map));
    });
  },
});

/** @param {string} source @param {object} options */
export function routeLayer(source, options) {
  return new RouteLayer(source, options);
}

/**
 * Places every so many pixels along a line, and the direction there.
 * @param {Array<{x: number, y: number}>} points
 * @param {number} every
 * @returns {Array<[{x: number, y: number}, number]>}
 */
function alongLine(points, every) {
  /** @type {Array<[{x: number, y: number}, number]>} */
  const found = [];
  let left = every / 2;
  for (let k = 1; k < points.length && found.length < 120; k++) {
    const [a, b] = [points[k - 1], points[k]];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    while (left < length && found.length < 120) {
      const share = left / length;
      found.push([{ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share }, Math.atan2(b.y - a.y, b.x - a.x)]);
      left += every;
    }
    left -= length;
  }
  return found;
}

/** @param {{x: number, y: number}} at @param {number} turn in radians */
function arrowHead(at, turn) {
  return [[7, 0], [-5, -5.5], [-2, 0], [-5, 5.5]].map(([along, across]) =>
    L.point(at.x + along * Math.cos(turn) - across * Math.sin(turn), at.y + along * Math.sin(turn) + across * Math.cos(turn)),
  );
}
