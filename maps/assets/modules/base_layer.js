import { unpack, unpackLines } from "./packed.js";

/** What lies under the plan when no tiles are set: land and borders for a country, given roads and water for a city. */

const STYLES = {
  land: { stroke: true, color: "#b9b4a6", weight: 1, fill: true, fillColor: "#fbfaf6", fillOpacity: 1 },
  water: { color: "#b9d3de", weight: 1.5 },
  road: { color: "#cbc4b4", weight: 2 },
  street: { color: "#dcd7ca", weight: 1 },
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
    if (this._meta.land.length) this._map.getContainer().classList.add("over-sea");
    const land = this._meta.land.map((/** @type {number[]} */ piece) =>
      L.polygon(piece.map((ring) => this._lines[ring]), { ...fixed, ...STYLES.land }),
    );
    const kinds = /** @type {Array<[keyof typeof STYLES, number[]]>} */ (Object.entries(this._meta.lines));
    const lines = kinds.map(([kind, members]) => L.polyline(members.map((line) => this._lines[line]), { ...fixed, ...STYLES[kind], fill: false }));
    this._parts = [...land, ...lines];
    for (const part of this._parts) part.addTo(this._map);
  },
});

/** @param {string} source @param {object} options */
export function baseLayer(source, options) {
  return new BaseLayer(source, options);
}
