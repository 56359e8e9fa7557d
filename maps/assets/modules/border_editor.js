import { crossesItself, inPolygon, runsInto, same } from "./geometry.js";

/**
 * Borders that are moved by their corners. Territories that meet share the corners of their border, so a corner moves
 * in all of them at once: no sliver, no overlap, whatever is dragged. Accounts that a border passes over change hands
 * with it; everything can be undone.
 */

/** @typedef {import("./geometry.js").Corner} Corner */
/** @typedef {{before: Map<number, Corner[][][]>, after: Map<number, Corner[][][]>, moved: Array<[number, number, number]>}} Change */

const SNAP = 12; // pixels within which a dragged corner joins another
const NUDGE = 6; // pixels of one arrow key
const SHORTEST = 28; // edges of fewer pixels get no handle in their middle
const MOST = 400; // handles on the map at once

/** @type {any} Leaflet gives classes made by extend no types */
export const BorderEditor = L.Layer.extend({
  options: { pmIgnore: true, cornerName: "Corner of the border", middleName: "Add a corner to the border" },

  /** @param {any} zones a ZoneLayer @param {any} cloud a PointCloud grouped by zone, or null @param {object} options */
  initialize(zones, cloud, options) {
    L.setOptions(this, options);
    this._zones = zones;
    this._cloud = cloud;
    this._zone = -1;
    this._handles = [];
    /** @type {Change[]} */
    this._done = [];
    /** @type {Change[]} */
    this._undone = [];
    this.ready = Promise.all([zones.ready, cloud && cloud.ready]).then(() => this);
  },

  onAdd(map) {
    if (!map.getPane("corners")) map.createPane("corners").style.zIndex = "670";
    this.ready.then(() => this._show());
  },

  onRemove() {
    this._hide();
  },

  getEvents() {
    return { moveend: this._show };
  },

  /** Edit the border of a territory; -1 stops. @param {number} zone */
  edit(zone) {
    this._zone = zone;
    this._show();
  },

  /** Forget what could be undone here, where somebody else keeps the history. */
  forget() {
    this._done = [];
    this._undone = [];
  },

  canUndo() {
    return this._done.length > 0;
  },

  canRedo() {
    return this._undone.length > 0;
  },

  undo() {
    const change = this._done.pop();
    if (!change) return;
    this._undone.push(change);
    this._apply(change.before, change.moved.map(([point, from]) => [point, from]));
    this._tell("undo", change);
  },

  redo() {
    const change = this._undone.pop();
    if (!change) return;
    this._done.push(change);
    this._apply(change.after, change.moved.map(([point, , to]) => [point, to]));
    this._tell("redo", change);
  },

  /** A territory as GeoJSON. @param {number} zone */
  geometry(zone) {
    const pieces = this._zones.zones[zone].rings.map((/** @type {Corner[][]} */ piece) => piece.map((ring) => ring.map(([lat, lon]) => [lon, lat])));
    return { type: "MultiPolygon", coordinates: pieces };
  },

  /**
   * Move a corner wherever it is used.
   * @param {Corner} corner
   * @param {Corner} to
   * @returns {boolean} false when a border would cross itself or another, and nothing was changed
   */
  moveCorner(corner, to) {
    return !same(corner, to) && this._commit(this._moved(this._using(corner), corner, to), [corner, to], to);
  },

  /**
   * Put a corner between two that follow each other, in every territory that has this stretch.
   * @param {Corner} a @param {Corner} b @param {Corner} corner
   * @returns {boolean}
   */
  addCorner(a, b, corner) {
    const after = new Map();
    for (const zone of this._using(a)) {
      const rings = this._zones.zones[zone].rings.map((/** @type {Corner[][]} */ piece) => piece.map((ring) => withCorner(ring, a, b, corner)));
      if (count(rings) !== count(this._zones.zones[zone].rings)) after.set(zone, rings);
    }
    return this._commit(after, [a, b, corner], corner);
  },

  /** @param {Map<number, Corner[][][]>} after @param {Corner[]} touched @param {Corner} corner @returns {boolean} */
  _commit(after, touched, corner) {
    const changed = [...after.values()].flatMap((rings) => rings.flat());
    const others = this._zones.zones.flatMap((/** @type {any} */ zone, /** @type {number} */ k) => (after.has(k) ? [] : zone.rings.flat()));
    if (!changed.length || changed.some((ring) => crossesItself(ring, corner)) || runsInto(changed, corner, others)) return false;
    const before = new Map([...after.keys()].map((zone) => [zone, this._zones.zones[zone].rings]));
    const near = this._pointsNear(before, after, touched);
    const was = near.map((point) => this._area(before, point));
    const moved = /** @type {Array<[number, number, number]>} */ ([]);
    near.forEach((point, k) => {
      const now = this._area(after, point);
      if (now >= 0 && was[k] >= 0 && now !== was[k] && this._cloud.group[point] === was[k]) moved.push([point, was[k], now]);
    });
    const change = { before, after, moved };
    this._done.push(change);
    this._undone = [];
    this._apply(after, moved.map(([point, , to]) => [point, to]));
    this._tell("edit", change);
    return true;
  },

  /** @param {Map<number, Corner[][][]>} shapes @param {Array<[number, number]>} groups */
  _apply(shapes, groups) {
    for (const [zone, rings] of shapes) {
      this._zones.zones[zone].rings = rings;
      this._zones.redraw(zone);
    }
    if (this._cloud && groups.length) this._cloud.setGroups(groups);
    this._show();
  },

  /** @param {string} act @param {Change} change */
  _tell(act, change) {
    this.fire("borderedit", { act, zones: [...change.after.keys()], moved: change.moved });
  },

  /** Territories that have this corner. @param {Corner} corner @returns {number[]} */
  _using(corner) {
    const found = [];
    for (let zone = 0; zone < this._zones.zones.length; zone++) {
      if (this._zones.zones[zone].rings.some((/** @type {Corner[][]} */ piece) => piece.some((ring) => ring.some((at) => same(at, corner))))) found.push(zone);
    }
    return found;
  },

  /** @param {number[]} zones @param {Corner} corner @param {Corner} to @returns {Map<number, Corner[][][]>} */
  _moved(zones, corner, to) {
    const put = (/** @type {Corner} */ at) => (same(at, corner) ? to : at);
    return new Map(zones.map((zone) => [zone, this._zones.zones[zone].rings.map((/** @type {Corner[][]} */ piece) => piece.map((ring) => ring.map(put)))]));
  },

  /** Accounts in the box of all stretches that changed. @param {Map<number, Corner[][][]>} before @param {Map<number, Corner[][][]>} after @param {Corner[]} touched @returns {number[]} */
  _pointsNear(before, after, touched) {
    if (!this._cloud) return [];
    const corners = [...before.values(), ...after.values()].flatMap((rings) => rings.flat().flatMap((ring) => around(ring, touched)));
    const { _southWest: low, _northEast: high } = /** @type {any} */ (L.latLngBounds(corners));
    const { lat, lon } = this._cloud;
    const found = [];
    for (let k = 0; k < this._cloud.n; k++) if (lat[k] >= low.lat && lat[k] <= high.lat && lon[k] >= low.lng && lon[k] <= high.lng) found.push(k);
    return found;
  },

  /** @param {Map<number, Corner[][][]>} shapes @param {number} point @returns {number} */
  _area(shapes, point) {
    const { lat, lon } = this._cloud;
    for (const [zone, rings] of shapes) if (rings.some((piece) => inPolygon(lat[point], lon[point], piece))) return zone;
    return -1;
  },

  _hide() {
    for (const handle of this._handles) handle.remove();
    this._handles = [];
  },

  _show() {
    this._hide();
    const zone = this._zones.zones[this._zone];
    if (!this._map || !zone) return;
    const view = this._map.getBounds().pad(0.05);
    for (const ring of zone.rings.flat()) {
      for (let k = 1; k < ring.length && this._handles.length < MOST; k++) {
        const [a, b] = [ring[k - 1], ring[k]];
        if (view.contains(b)) this._handles.push(this._corner(b));
        const middle = this._middle(a, b);
        if (middle && view.contains(middle)) this._handles.push(this._between(a, b, middle));
      }
    }
  },

  /** @param {Corner} corner */
  _corner(corner) {
    const handle = this._handle(corner, "corner", this.options.cornerName);
    let target = corner;
    handle.on("drag", () => {
      target = this._snapped(handle.getLatLng(), corner);
      const shapes = this._moved(this._using(corner), corner, target);
      for (const [zone, rings] of shapes) this._zones._edges[zone].setLatLngs(rings);
    });
    handle.on("dragend", () => {
      if (this.moveCorner(corner, target)) return;
      for (const zone of this._using(corner)) this._zones.redraw(zone);
      this._show();
    });
    handle.getElement().addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const to = whole(this._map.layerPointToLatLng(this._map.latLngToLayerPoint(corner).add(step)));
      if (this.moveCorner(corner, to)) this._focus(to);
    });
    return handle;
  },

  /** @param {Corner} a @param {Corner} b @param {Corner} middle */
  _between(a, b, middle) {
    const handle = this._handle(middle, "corner middle", this.options.middleName);
    handle.on("dragend", () => {
      if (!this.addCorner(a, b, this._snapped(handle.getLatLng(), middle))) this._show();
    });
    handle.on("keypress", (/** @type {any} */ event) => {
      if (event.originalEvent.key === "Enter" && this.addCorner(a, b, middle)) this._focus(middle);
    });
    return handle;
  },

  /** @param {Corner} at @param {string} kind @param {string} name */
  _handle(at, kind, name) {
    /** @type {any} */
    const options = { icon: L.divIcon({ className: kind, iconSize: [14, 14] }), pane: "corners", draggable: true, keyboard: true, title: name, alt: name, pmIgnore: true };
    const handle = L.marker(at, options).addTo(this._map);
    handle.getElement()?.setAttribute("aria-label", name);
    return handle;
  },

  /** @param {Corner} corner */
  _focus(corner) {
    const handle = this._handles.find((/** @type {any} */ one) => same(whole(one.getLatLng()), whole(L.latLng(corner))));
    handle?.getElement().focus();
  },

  /** The nearest corner of any territory within reach, else the place itself. @param {L.LatLng} at @param {Corner} own @returns {Corner} */
  _snapped(at, own) {
    const here = this._map.latLngToLayerPoint(at);
    let best = whole(at);
    let reach = SNAP;
    for (const zone of this._zones.zones) {
      for (const corner of /** @type {Corner[]} */ (zone.rings.flat(2))) {
        if (same(corner, own)) continue;
        const away = here.distanceTo(this._map.latLngToLayerPoint(corner));
        if (away < reach) [best, reach] = [corner, away];
      }
    }
    return best;
  },

  /** @param {Corner} a @param {Corner} b @returns {Corner | null} */
  _middle(a, b) {
    const [from, to] = [this._map.latLngToLayerPoint(a), this._map.latLngToLayerPoint(b)];
    return from.distanceTo(to) < SHORTEST ? null : whole(L.latLng((a[0] + b[0]) / 2, (a[1] + b[1]) / 2));
  },
});

/** @param {any} zones @param {any} cloud @param {object} options */
export function borderEditor(zones, cloud, options) {
  return new BorderEditor(zones, cloud, options);
}

/** In whole millionths of a degree, as corners are stored. @param {L.LatLng} at @returns {Corner} */
function whole({ lat, lng }) {
  return [Math.round(lat * 1e6) / 1e6, Math.round(lng * 1e6) / 1e6];
}

/** @param {Corner[]} ring @param {Corner} a @param {Corner} b @param {Corner} corner @returns {Corner[]} */
function withCorner(ring, a, b, corner) {
  return ring.flatMap((at, k) => {
    const next = ring[k + 1];
    const here = next && ((same(at, a) && same(next, b)) || (same(at, b) && same(next, a)));
    return here ? [at, corner] : [at];
  });
}

/** The corners before, at and after those touched. @param {Corner[]} ring @param {Corner[]} touched @returns {Corner[]} */
function around(ring, touched) {
  const turns = ring.length - 1;
  return ring.flatMap((at, k) => (touched.some((one) => same(one, at)) ? [ring[(k - 1 + turns) % turns], at, ring[(k + 1) % turns]] : []));
}

/** @param {Corner[][][]} rings */
function count(rings) {
  return rings.flat(2).length;
}
