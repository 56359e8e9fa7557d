import { inPolygon } from "./geometry.js";
import { placeLabels } from "./labels.js";
import { unpack, unpackLines } from "./packed.js";

/**
 * Territories: tinted areas under the accounts, dark outlines over them, and a label each that never disappears.
 */

/** @typedef {{name: string, color: number, label: [number, number] | null, pieces: number[][]}} ZoneMeta */

/** @type {any} Leaflet gives classes made by extend no types */
export const ZoneLayer = L.Layer.extend({
  options: { colors: ["#0072B2"], interactive: true, pmIgnore: true },

  /** @param {string | BufferSource} source @param {object} options */
  initialize(source, options) {
    L.setOptions(this, options);
    this.zones = [];
    this._focus = null;
    this.ready = Promise.resolve(source).then(unpack).then((block) => this._take(block));
  },

  onAdd(map) {
    pane(map, "zones", 350);
    pane(map, "zone-outlines", 420);
    this._labels = pane(map, "zone-labels", 640);
    this._labels.setAttribute("aria-hidden", "true");
    this._build();
  },

  onRemove() {
    this._clear();
  },

  getEvents() {
    return { moveend: this._place, resize: this._place, zoomanim: this._animate, click: this._click };
  },

  /**
   * Dim every territory but this one; null shows all.
   * @param {number | null} zone
   * @param {boolean} [unnamed] leave its own label away, for what is drawn inside it
   */
  focus(zone, unnamed = false) {
    this._focus = zone;
    this._unnamed = unnamed;
    this._paint();
    this._place();
  },

  /**
   * Draw other territories, or the same ones changed.
   * @param {any[]} zones as `this.zones`, with their rings @param {number | null} zone as of `focus` @param {boolean} [unnamed]
   */
  setZones(zones, zone = null, unnamed = false) {
    this._clear();
    this.zones = zones;
    this._focus = zone;
    this._unnamed = unnamed;
    this._build();
  },

  /** Draw a territory anew after its rings were changed. @param {number} zone */
  redraw(zone) {
    this._areas[zone].setLatLngs(this.zones[zone].rings);
    this._edges[zone].setLatLngs(this.zones[zone].rings);
  },

  /** Tint the areas in their colours, or leave them plain for points of other colours. @param {boolean} tinted */
  tint(tinted) {
    this._plain = !tinted;
    this._paint();
  },

  /** Place the labels anew, after something was put on the map or its container changed. */
  arrange() {
    this._place();
  },

  /** @param {number} zone @returns {L.LatLngBounds} */
  bounds(zone) {
    return L.latLngBounds(this.zones[zone].rings.flatMap((piece) => piece[0]));
  },

  /** The territory at a place, or -1. @param {L.LatLng} at */
  at({ lat, lng }) {
    return this.zones.findIndex((zone) => zone.rings.some((piece) => inPolygon(lat, lng, piece)));
  },

  _take({ meta, arrays }) {
    const lines = unpackLines(arrays.points, arrays.ends);
    this.zones = meta.zones.map((/** @type {ZoneMeta} */ zone) => ({
      ...zone,
      rings: zone.pieces.map((piece) => piece.map((ring) => lines[ring])),
    }));
    this._build();
    return this;
  },

  _build() {
    if (!this._map || !this.zones.length || this._areas) return;
    const fills = L.svg({ pane: "zones", padding: 0.3 });
    const edges = L.svg({ pane: "zone-outlines", padding: 0.3 });
    /** @type {any} */
    const fixed = { interactive: false, pmIgnore: true, smoothFactor: 0.6 };
    this._areas = this.zones.map((zone) =>
      L.polygon(zone.rings, { ...fixed, renderer: fills, stroke: false, fillColor: this.options.colors[zone.color] }).addTo(this._map),
    );
    this._edges = this.zones.map((zone) =>
      L.polygon(zone.rings, { ...fixed, renderer: edges, fill: false, color: "#2b2f36", lineJoin: "round" }).addTo(this._map),
    );
    this._tags = this.zones.map((zone, k) => tag(zone, k, this._labels, () => this.fire("zoneclick", { zone: k })));
    this._paint();
    this._place();
  },

  _clear() {
    for (const part of [...(this._areas || []), ...(this._edges || []), ...(this._tags || [])]) part.remove();
    this._areas = this._edges = this._tags = this._places = null;
  },

  _paint() {
    if (!this._areas) return;
    this.zones.forEach((_, k) => {
      const away = this._focus !== null && this._focus !== k;
      const chosen = this._focus === k;
      this._areas[k].setStyle({ fillOpacity: away || this._plain ? 0.06 : chosen && this._unnamed ? 0.12 : chosen ? 0.26 : 0.2 });
      this._edges[k].setStyle({ weight: chosen ? 3 : 1.4, opacity: away ? 0.35 : 0.9 });
      if (chosen) this._edges[k].bringToFront();
      this._tags[k].classList.toggle("away", away);
      this._tags[k].classList.toggle("unnamed", chosen && this._unnamed);
    });
  },

  _place() {
    if (!this._tags) return;
    const map = this._map;
    const inView = map.getBounds();
    const edges = edgePlaces(map);
    const places = this.zones.map((zone) => {
      const home = L.latLng(zone.label || [0, 0]);
      if (inView.contains(home)) return home;
      return edges.find((place) => zone.rings.some((piece) => inPolygon(place.lat, place.lng, piece))) || home;
    });
    this._places = places;
    const view = layerBox(map, 0, 0, map.getSize().x, map.getSize().y);
    const taken = covering(map).map((control) => controlBox(map, control));
    placeLabels(this._tags, places.map((place) => map.latLngToLayerPoint(place)), { chosen: this._focus, view, taken });
  },

  _animate(event) {
    if (!this._places) return;
    this._tags.forEach((element, k) => {
      const at = this._map._latLngToNewLayerPoint(this._places[k], event.zoom, event.center);
      L.DomUtil.setPosition(element, at.add(element.shift || [0, 0]).round());
    });
  },

  _click(event) {
    const zone = this.at(event.latlng);
    if (zone >= 0) this.fire("areaclick", { zone, latlng: event.latlng, containerPoint: event.containerPoint });
  },
});

/** @param {string} source @param {object} options */
export function zoneLayer(source, options) {
  return new ZoneLayer(source, options);
}

/** What lies over the map, in it or beside it on the same stage. @param {any} map @returns {Element[]} */
function covering(map) {
  const own = map.getContainer();
  return [...own.querySelectorAll(".leaflet-control"), ...(own.closest("#stage")?.querySelectorAll(":scope > .color-by") || [])].filter((one) => one.getBoundingClientRect().width);
}

/** A box of container pixels in layer pixels. @param {any} map @param {number} left @param {number} top @param {number} right @param {number} bottom @returns {[number, number, number, number]} */
function layerBox(map, left, top, right, bottom) {
  const from = map.containerPointToLayerPoint([left, top]);
  const to = map.containerPointToLayerPoint([right, bottom]);
  return [from.x, from.y, to.x, to.y];
}

/** @param {any} map @param {Element} control */
function controlBox(map, control) {
  const origin = map.getContainer().getBoundingClientRect();
  const { left, top, right, bottom } = control.getBoundingClientRect();
  return layerBox(map, left - origin.left, top - origin.top, right - origin.left, bottom - origin.top);
}

/** Where a label may stand when its own place is out of view. @param {any} map @returns {L.LatLng[]} */
function edgePlaces(map) {
  const { x, y } = map.getSize();
  return [[x / 2, 26], [x / 2, y - 40], [x - 110, y / 2], [130, y / 2]].map((at) => map.containerPointToLatLng(at));
}

/** @param {any} map @param {string} name @param {number} height @returns {HTMLElement} */
function pane(map, name, height) {
  const element = map.getPane(name) || map.createPane(name);
  element.style.zIndex = String(height);
  return element;
}

/** @param {ZoneMeta} zone @param {number} number @param {HTMLElement} parent @param {() => void} chosen */
function tag(zone, number, parent, chosen) {
  const element = L.DomUtil.create("div", "zone-label leaflet-zoom-animated", parent);
  const badge = L.DomUtil.create("span", `badge tone-${zone.color}`, element);
  badge.textContent = String(number + 1);
  L.DomUtil.create("span", "zone-name", element).textContent = zone.name;
  element.hidden = !zone.label;
  L.DomEvent.on(element, "click", (event) => {
    L.DomEvent.stop(event);
    chosen();
  });
  return element;
}
