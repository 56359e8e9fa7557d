import { unpack } from "./packed.js";

/** Accounts that could change hands: a line from each account to the territory it would join. */

/** @typedef {{from: [number, number], to: [number, number], tone: number, name: string, row: number}} Suggestion */

/** @type {any} Leaflet gives classes made by extend no types */
export const SuggestionLayer = L.Layer.extend({
  options: { colors: ["#0072B2"], visible: true, pmIgnore: true },

  /** @param {string | BufferSource} source @param {object} options */
  initialize(source, options) {
    L.setOptions(this, options);
    /** @type {Suggestion[]} */
    this.suggestions = [];
    this._parts = [];
    this._visible = this.options.visible;
    this._chosen = -1;
    this.ready = Promise.resolve(source).then(unpack).then(({ meta }) => {
      this.suggestions = meta.suggestions;
      this._build();
      return this;
    });
  },

  onAdd(map) {
    if (!map.getPane("suggestions")) map.createPane("suggestions").style.zIndex = "440";
    this._renderer = L.svg({ pane: "suggestions", padding: 0.4 });
    this._build();
  },

  onRemove() {
    this._clear();
    this._renderer.remove();
  },

  /** @param {boolean} visible */
  display(visible) {
    this._visible = visible;
    this._clear();
    this._build();
  },

  /** Bring one forward; -1 none. @param {number} number */
  choose(number) {
    this._chosen = number;
    this._paint();
  },

  /** @param {number} number @returns {L.LatLngBounds} */
  bounds(number) {
    const { from, to } = this.suggestions[number];
    return L.latLngBounds([from, to]);
  },

  _build() {
    if (!this._map || !this._visible || this._parts.length) return;
    this._parts = this.suggestions.map((/** @type {Suggestion} */ suggestion, /** @type {number} */ k) => this._draw(suggestion, k));
    this._paint();
  },

  /** @param {Suggestion} suggestion @param {number} k */
  _draw({ from, to, tone }, k) {
    /** @type {any} */
    const fixed = { renderer: this._renderer, pane: "suggestions", pmIgnore: true, interactive: false, lineCap: "round", fill: false };
    const color = this.options.colors[tone];
    const parts = [
      L.polyline([from, to], { ...fixed, color: "#fff", weight: 6, opacity: 0.8 }),
      L.polyline([from, to], { ...fixed, color, weight: 3, dashArray: "1 7", className: "suggestion-way" }),
      L.circleMarker(from, { ...fixed, interactive: true, radius: 7, color: "#16191d", weight: 2, fill: true, fillColor: color, fillOpacity: 1 }),
    ];
    parts[2].on("click", (event) => {
      L.DomEvent.stop(event);
      this.fire("suggestionclick", { suggestion: k });
    });
    for (const part of parts) part.addTo(this._map);
    return parts;
  },

  _paint() {
    this._parts.forEach((/** @type {any[]} */ [casing, way, dot], /** @type {number} */ k) => {
      const away = this._chosen >= 0 && this._chosen !== k;
      casing.setStyle({ opacity: away ? 0.2 : 0.8 });
      way.setStyle({ opacity: away ? 0.35 : 1, weight: this._chosen === k ? 5 : 3, dashArray: this._chosen === k ? null : "1 7" });
      dot.setStyle({ fillOpacity: away ? 0.35 : 1, opacity: away ? 0.35 : 1 });
      if (this._chosen === k) for (const part of [casing, way, dot]) part.bringToFront();
    });
  },

  _clear() {
    for (const part of this._parts.flat()) part.remove();
    this._parts = [];
  },
});

/** @param {string} source @param {object} options */
export function suggestionLayer(source, options) {
  return new SuggestionLayer(source, options);
}
