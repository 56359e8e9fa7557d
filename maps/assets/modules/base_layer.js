import { lineCanvas } from "./line_canvas.js";
import { unpack, unpackLines } from "./packed.js";

/** What lies under the plan when no tiles are set: land and borders for a country, given roads and water for a city. */

const LAND = { stroke: true, color: "#b9b4a6", weight: 1, fill: true, fillColor: "#fbfaf6", fillOpacity: 1 };
const LINES = {
  water: { color: "#b9d3de", weight: 1.5 },
  street: { color: "#dcd7ca", weight: 1, from: 16 },
  road: { color: "#cbc4b4", weight: 2 },
  border: { color: "#8f9aa6", weight: 2 },
  account: { color: "#a9b3bd", weight: 6 },
};

/** @type {any} Leaflet gives classes made by extend no types */
export const BaseLayer = L.Layer.extend({
  options: { pmIgnore: true, attribution: "" },

  /** @param {string | BufferSource} source @param {object} options */
  initialize(source, options) {
    L.setOptions(this, options);
    this._parts = [];
    this.ready = Promise.resolve(source).then(unpack).then((block) => this._take(block));
  },

  getAttribution() {
    return this.options.attribution;
  },

  onAdd(map) {
    if (!map.getPane("base")) map.createPane("base").style.zIndex = "150";
    this._renderer = L.canvas({ pane: "base", padding: 0.2 });
    this._build();
  },

  onRemove() {
    for (const part of this._parts) part.remove();
    this._parts = [];
    if (this._meta?.credit) this._map.attributionControl?.removeAttribution(this._meta.credit);
    this._renderer.remove();
  },

  _take({ meta, arrays }) {
    this._meta = meta;
    this._lines = unpackLines(arrays.points, arrays.ends);
    this._build();
    return this;
  },

  _build() {
    if (!this._map || !this._lines || this._parts.length) return;
    const fixed = { renderer: this._renderer, pane: "base", interactive: false, pmIgnore: true };
    const { land, lines, credit } = this._meta;
    if (credit) this._map.attributionControl?.addAttribution(credit);
    if (land.length) this._map.getContainer().classList.add("over-sea");
    const pieces = land.map((/** @type {number[]} */ piece) => L.polygon(piece.map((ring) => this._lines[ring]), { ...fixed, ...LAND }));
    const kinds = Object.entries(LINES).filter(([kind]) => lines[kind]);
    const streets = kinds.map(([kind, style]) => [style, lines[kind].map((/** @type {number} */ line) => this._lines[line])]);
    this._parts = kinds.length ? [...pieces, lineCanvas(/** @type {any} */ (streets), {})] : pieces;
    for (const part of this._parts) part.addTo(this._map);
  },
});

/** @param {string} source @param {object} options */
export function baseLayer(source, options) {
  return new BaseLayer(source, options);
}
