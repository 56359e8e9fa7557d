/**
 * Draw an area corner by corner: with the pointer, or with the arrow keys and a cross. Corners join those of territories
 * that are near, and stretches follow no other rule than being straight.
 */

/** @typedef {[number, number]} Corner latitude, longitude */

const SNAP = 12; // pixels within which a corner joins another
const STEP = 20; // pixels of an arrow key; with Shift a quarter of it

/** @type {any} Leaflet gives classes made by extend no types */
export const DrawArea = L.Handler.extend({
  includes: L.Evented.prototype,

  /** @param {any} map @param {{corners: () => Corner[], single?: boolean}} options corners to join; single: a place instead of an area */
  initialize(map, options) {
    /** @type {any} */ (L.Handler.prototype).initialize.call(this, map);
    this.options = options;
  },

  addHooks() {
    const map = this._map;
    /** @type {Corner[]} */
    this._ring = [];
    this._at = map.getSize().divideBy(2);
    map.doubleClickZoom.disable();
    map.keyboard.disable();
    const container = map.getContainer();
    container.classList.add("drawing");
    /** @type {any} */
    const style = { pmIgnore: true, interactive: false, color: "#16191d", weight: 2.5, dashArray: "6 4", fill: true, fillOpacity: 0.12 };
    this._shape = L.polygon([], style).addTo(map);
    this._dots = L.layerGroup([], /** @type {any} */ ({ pmIgnore: true })).addTo(map);
    this._cross = L.DomUtil.create("div", "cross", container);
    this._cross.hidden = true;
    this._key = (/** @type {KeyboardEvent} */ event) => this._pressed(event);
    container.addEventListener("keydown", this._key);
    map.on({ click: this._clicked, dblclick: this._done, mousemove: this._moved }, this);
    container.focus({ preventScroll: true });
  },

  removeHooks() {
    const map = this._map;
    map.off({ click: this._clicked, dblclick: this._done, mousemove: this._moved }, this);
    map.getContainer().removeEventListener("keydown", this._key);
    map.getContainer().classList.remove("drawing");
    this._shape.remove();
    this._dots.remove();
    this._cross.remove();
    map.keyboard.enable();
    setTimeout(() => map.doubleClickZoom.enable(), 0);
    this.fire("end");
  },

  /** @param {any} event */
  _clicked(event) {
    L.DomEvent.stop(event.originalEvent);
    this._cross.hidden = true;
    const first = this._ring[0];
    if (this._ring.length > 2 && this._pixel(first).distanceTo(event.layerPoint) < SNAP) return this._done();
    this._add(this._snapped(event.latlng));
  },

  /** @param {any} event */
  _moved(event) {
    if (this._ring.length) this._shape.setLatLngs([...this._ring, this._snapped(event.latlng)]);
  },

  /** @param {KeyboardEvent} event */
  _pressed(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const act = way ? () => this._step(way, event.shiftKey ? STEP / 4 : STEP) : { " ": () => this._add(this._here()), Enter: () => (this.options.single ? this._add(this._here()) : this._done()), Backspace: () => this._back(), Escape: () => this.disable() }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  },

  /** @param {number[]} way @param {number} by */
  _step(way, by) {
    const size = this._map.getSize();
    this._at = this._at.add([way[0] * by, way[1] * by]);
    const out = [this._at.x < 20 ? -1 : this._at.x > size.x - 20 ? 1 : 0, this._at.y < 20 ? -1 : this._at.y > size.y - 20 ? 1 : 0];
    if (out[0] || out[1]) {
      const shift = L.point(out[0] * (size.x / 3), out[1] * (size.y / 3));
      this._map.panBy(shift, { animate: false });
      this._at = this._at.subtract(shift);
    }
    this._cross.hidden = false;
    this._cross.style.transform = `translate(${this._at.x}px, ${this._at.y}px)`;
    if (this._ring.length) this._shape.setLatLngs([...this._ring, this._here()]);
  },

  _here() {
    return this._snapped(this._map.containerPointToLatLng(this._at));
  },

  /** @param {Corner} corner */
  _add(corner) {
    if (this.options.single) {
      this.disable();
      return this.fire("place", { at: corner });
    }
    const last = this._ring[this._ring.length - 1];
    if (last && last[0] === corner[0] && last[1] === corner[1]) return;
    this._ring.push(corner);
    this._draw();
  },

  _back() {
    this._ring.pop();
    this._draw();
  },

  _draw() {
    this._shape.setLatLngs(this._ring);
    this._dots.clearLayers();
    for (const corner of this._ring) {
      this._dots.addLayer(L.circleMarker(corner, /** @type {any} */ ({ radius: 5, color: "#16191d", weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false, pmIgnore: true })));
    }
    this.fire("corner", { count: this._ring.length });
  },

  /** @param {any} [event] */
  _done(event) {
    if (event) L.DomEvent.stop(event.originalEvent);
    const ring = this._ring;
    if (ring.length < 3) return this.fire("few");
    this.disable();
    this.fire("area", { ring });
  },

  /** @param {Corner} at */
  _pixel(at) {
    return this._map.latLngToLayerPoint(at);
  },

  /** The nearest corner of a territory within reach, else the place itself. @param {L.LatLng} at @returns {Corner} */
  _snapped(at) {
    const here = this._map.latLngToLayerPoint(at);
    /** @type {Corner} */
    let best = [Math.round(at.lat * 1e6) / 1e6, Math.round(at.lng * 1e6) / 1e6];
    let reach = SNAP;
    for (const corner of this.options.single ? [] : this.options.corners()) {
      const away = here.distanceTo(this._pixel(corner));
      if (away < reach) [best, reach] = [corner, away];
    }
    return best;
  },
});

/** An area as GeoJSON. @param {Corner[]} ring */
export function geoJson(ring) {
  return { type: "Polygon", coordinates: [[...ring, ring[0]].map(([lat, lon]) => [lon, lat])] };
}
