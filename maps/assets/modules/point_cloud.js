import { DotImage } from "./dot_image.js";
import { mercatorX, mercatorY } from "./geometry.js";
import { unpack } from "./packed.js";
import { PointGrid, pointsInside } from "./point_grid.js";

/**
 * A hundred thousand accounts on one canvas.
 *
 * Each draw goes over typed arrays once and writes pre-drawn dots into the pixels of one image; a grid answers "what is
 * under the pointer".
 */

/** @typedef {{x: number, y: number}} Pixel */

const PADDING = 0.15;
const PADDED = 20_000; // more points than this are not drawn beyond the edges of the map
const SMALLEST = 1.5;

/** @type {any} Leaflet gives classes made by extend no types */
export const PointCloud = L.Layer.extend({
  options: { colors: ["#0072B2"], tones: [0], faint: "#d3d0c8", chosen: "#16191d", radius: 5, pane: "accounts", label: "Accounts", pmIgnore: true },

  /**
   * @param {string | BufferSource | Promise<ArrayBuffer>} source see packed.js
   * @param {object} options
   */
  initialize(source, options) {
    L.setOptions(this, options);
    this.n = 0;
    this._focus = null;
    this._marked = [];
    this._painted = null;
    this.ready = Promise.resolve(source).then(unpack).then((block) => this._take(block));
  },

  onAdd(map) {
    if (!map.getPane(this.options.pane)) map.createPane(this.options.pane).style.zIndex = "410";
    const canvas = (this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", this.getPane()));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.options.label);
    this._context = canvas.getContext("2d");
    this._reset();
  },

  onRemove() {
    this._canvas.remove();
    this._image = null;
  },

  getEvents() {
    return { moveend: this._reset, resize: this._reset, zoomanim: this._animate, mousemove: this._hover, click: this._click };
  },

  /** Dim every group but these; null shows all. @param {Iterable<number> | null} groups */
  focus(groups) {
    this._focus = groups && new Set(groups);
    this._draw();
  },

  /** Ring these points. @param {number[]} points */
  mark(points) {
    this._marked = points;
    this._draw();
  },

  /** Give points to other groups: pairs of point and group. @param {Iterable<[number, number]>} changes */
  setGroups(changes) {
    for (const [point, group] of changes) {
      this.group[point] = group;
      if (!this._painted) this._tone[point] = this.options.tones[group];
    }
    this._draw();
  },

  /** Give every point its group anew, with a colour number per group. @param {(row: number) => number} groupOf @param {number[]} tones */
  regroup(groupOf, tones) {
    this.options.tones = tones;
    for (let k = 0; k < this.n; k++) {
      this.group[k] = groupOf(this.row[k]);
      if (!this._painted) this._tone[k] = tones[this.group[k]];
    }
    this._draw();
  },

  /**
   * Colour points by something other than their group; null goes back to groups.
   * @param {{tones: Uint8Array, colors: string[]} | null} paint one colour number per point
   */
  paint(paint) {
    this._painted = paint;
    this._tone = paint ? paint.tones : this._tones();
    this._draw();
  },

  /** Leave points out that are 0 here; null shows all. @param {Uint8Array | null} shown */
  filter(shown) {
    this._shown = shown;
    this._indexed = false;
    this._draw();
  },

  /** Draw these points dark, as chosen. @param {Iterable<number>} points */
  select(points) {
    this._chosen.fill(0);
    for (const point of points) this._chosen[point] = 1;
    this._draw();
  },

  /**
   * Points inside a ring of places, those left out by a filter excepted.
   * @param {L.LatLng[]} ring
   * @returns {number[]}
   */
  inside(ring) {
    return pointsInside(ring.map(({ lat, lng }) => [mercatorX(lng), mercatorY(lat)]), this._x, this._y, this._shown);
  },

  /**
   * Points near a pixel of the map, nearest first, those of groups in focus before the others.
   * @param {Pixel} at
   * @returns {number[]}
   */
  near(at, reach = this._radius + 3) {
    if (!this._map || !this.n) return [];
    if (!this._indexed) this._index();
    const x = at.x + this._pad.x;
    const y = at.y + this._pad.y;
    const found = this._grid.near(x, y, reach).map(([away, k]) => (this._focus && !this._focus.has(this.group[k]) ? [away + 1e6, k] : [away, k]));
    return found.sort((/** @type {number[]} */ a, /** @type {number[]} */ b) => a[0] - b[0] || a[1] - b[1]).map((/** @type {number[]} */ [, k]) => k);
  },

  /** @param {number} point @returns {L.LatLng} */
  latLng(point) {
    return L.latLng(this.lat[point], this.lon[point]);
  },

  _take({ meta, arrays }) {
    const { lat, lon, group } = arrays;
    this.n = lat.length;
    Object.assign(this, { meta, lat, lon, group, row: arrays.row });
    this._x = new Float64Array(this.n);
    this._y = new Float64Array(this.n);
    let [west, east, north, south] = [1, 0, 1, 0];
    for (let k = 0; k < this.n; k++) {
      const x = (this._x[k] = mercatorX(lon[k]));
      const y = (this._y[k] = mercatorY(lat[k]));
      west = Math.min(west, x);
      east = Math.max(east, x);
      north = Math.min(north, y);
      south = Math.max(south, y);
    }
    this._spread = Math.sqrt(Math.max(0, (east - west) * (south - north)) / Math.max(1, this.n));
    this._px = new Float32Array(this.n);
    this._py = new Float32Array(this.n);
    this._grid = new PointGrid(this.n);
    this._chosen = new Uint8Array(this.n);
    this._shown = null;
    this._tone = this._tones();
    this._reset();
    return this;
  },

  /** The colour number of each point's group. */
  _tones() {
    const { group, n } = this;
    const { tones } = this.options;
    const found = new Uint8Array(n);
    for (let k = 0; k < n; k++) found[k] = tones[group[k]];
    return found;
  },

  _animate(event) {
    if (!this._bounds) return;
    const scale = this._map.getZoomScale(event.zoom);
    const offset = this._map._latLngBoundsToNewLayerBounds(this._bounds, event.zoom, event.center).min;
    L.DomUtil.setTransform(this._canvas, offset, scale);
  },

  _reset() {
    if (!this._map || !this.n) return;
    const map = this._map;
    const size = map.getSize();
    const pad = (this._pad = size.multiplyBy(this.n > PADDED ? 0 : PADDING).round());
    const corner = pad.multiplyBy(-1);
    this._bounds = L.latLngBounds(map.containerPointToLatLng(corner), map.containerPointToLatLng(size.add(pad)));
    this._width = size.x + 2 * pad.x;
    this._height = size.y + 2 * pad.y;
    this._dots = Math.min(2, window.devicePixelRatio || 1);
    const canvas = this._canvas;
    const [wide, high] = [Math.round(this._width * this._dots), Math.round(this._height * this._dots)];
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    canvas.style.width = `${this._width}px`;
    canvas.style.height = `${this._height}px`;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint(corner));
    const wanted = 0.3 * this._spread * 256 * 2 ** map.getZoom();
    this._radius = Math.round(2 * Math.min(this.options.radius, Math.max(SMALLEST, wanted))) / 2;
    const state = [map.getZoom(), wide, high, this._dots].join();
    const from = this._state === state && this._image && this._look ? this._origin : null;
    this._state = state;
    this._project();
    if (from) this._move(from);
    else this._draw();
  },

  _project() {
    const scale = 256 * 2 ** this._map.getZoom();
    const origin = (this._origin = this._map.getPixelBounds().min.subtract(this._pad));
    const { _x: X, _y: Y, _px: px, _py: py, n } = this;
    const { x: left, y: top } = origin;
    for (let k = 0; k < n; k++) {
      px[k] = X[k] * scale - left;
      py[k] = Y[k] * scale - top;
    }
    this._indexed = false;
  },

  /** Hang every visible point into its cell; done when first asked what lies where. */
  _index() {
    this._grid.fill(this._points(), this._width, this._height);
    this._indexed = true;
  },

  _draw() {
    if (!this._map || !this.n) return;
    const { width, height } = this._canvas;
    if (!this._image || this._image.width !== width || this._image.height !== height) this._image = new DotImage(this._context, width, height);
    this._image.draw(this._points(), (this._look = this._looks()));
    this._rings();
  },

  /** After a move at the same zoom: the picture goes along. @param {any} from its origin before */
  _move(from) {
    const by = from.subtract(this._origin).multiplyBy(this._dots);
    const whole = by.round();
    if (Math.abs(by.x - whole.x) + Math.abs(by.y - whole.y) > 1e-6) return this._draw();
    this._image.move(this._points(), this._look, whole.x, whole.y);
    this._rings();
  },

  /** @returns {import("./dot_image.js").Points} */
  _points() {
    return { px: this._px, py: this._py, tone: this._tone, shown: this._shown, n: this.n, dots: this._dots };
  },

  /** @returns {import("./dot_image.js").Look} */
  _looks() {
    const { faint, chosen } = this.options;
    const bright = this._painted ? this._painted.colors : this.options.colors;
    const focus = this._focus;
    const { group, _chosen: marked } = this;
    /** @type {Array<[number, ((point: number) => boolean) | null]>} */
    const passes = focus ? [[bright.length, (k) => !focus.has(group[k])], [-1, (k) => focus.has(group[k])]] : [[-1, null]];
    if (marked.includes(1)) passes.push([bright.length + 1, (k) => marked[k] === 1]);
    return { colors: [...bright, faint, chosen], radius: this._radius, passes };
  },

  _rings() {
    const context = this._context;
    for (const k of this._marked) {
      context.beginPath();
      context.arc(this._px[k] * this._dots, this._py[k] * this._dots, (this._radius + 4) * this._dots, 0, 7);
      context.lineWidth = 5 * this._dots;
      context.strokeStyle = "#fff";
      context.stroke();
      context.lineWidth = 2.5 * this._dots;
      context.strokeStyle = "#111";
      context.stroke();
    }
  },

  _hover(event) {
    if (!this.n || this._map.dragging.moving()) return;
    const points = this.near(event.containerPoint);
    this._map.getContainer().classList.toggle("over-point", points.length > 0);
    if (points[0] === this._hovered) return;
    this._hovered = points[0];
    this.fire("pointhover", { points, latlng: event.latlng });
  },

  _click(event) {
    const points = this.near(event.containerPoint);
    if (points.length) this.fire("pointclick", { points, latlng: this.latLng(points[0]) });
  },
});

/** @param {string} source @param {object} options */
export function pointCloud(source, options) {
  return new PointCloud(source, options);
}
