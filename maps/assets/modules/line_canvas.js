import { mercatorX, mercatorY } from "./geometry.js";

/**
 * Many lines on one canvas, as a city's streets are: kept as numbers, and of those only what is in view is drawn, and
 * small streets only where there is room for them.
 */

/** @typedef {{color: string, weight: number, from?: number}} Style from: least pixels per kilometre at which it is drawn */
/** @typedef {{x: Float64Array, y: Float64Array, ends: Uint32Array, boxes: Float64Array}} Kind */

const PADDING = 0.2;
const STEP = 1; // pixels; nearer corners of a line are not drawn
const EARTH_KM = 40_075;

/** @type {any} Leaflet gives classes made by extend no types */
export const LineCanvas = L.Layer.extend({
  options: { pane: "base", pmIgnore: true },

  /** @param {Array<[Style, Array<Array<[number, number]>>]>} kinds each style with its lines, drawn in this order @param {object} options */
  initialize(kinds, options) {
    L.setOptions(this, options);
    /** @type {Array<[Style, Kind]>} */
    this._kinds = kinds.map(([style, lines]) => [style, projected(lines)]);
  },

  onAdd() {
    this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated line-canvas", this.getPane());
    this._canvas.setAttribute("aria-hidden", "true");
    this._draw();
  },

  onRemove() {
    this._canvas.remove();
  },

  getEvents() {
    return { moveend: this._draw, resize: this._draw, zoomanim: this._animate };
  },

  _animate(event) {
    const scale = this._map.getZoomScale(event.zoom);
    const offset = this._map._latLngBoundsToNewLayerBounds(this._bounds, event.zoom, event.center).min;
    L.DomUtil.setTransform(this._canvas, offset, scale);
  },

  _draw() {
    const map = this._map;
    const size = map.getSize();
    const pad = size.multiplyBy(PADDING).round();
    const corner = pad.multiplyBy(-1);
    this._bounds = L.latLngBounds(map.containerPointToLatLng(corner), map.containerPointToLatLng(size.add(pad)));
    const [wide, high] = [size.x + 2 * pad.x, size.y + 2 * pad.y];
    const dots = Math.min(2, window.devicePixelRatio || 1);
    const canvas = this._canvas;
    [canvas.width, canvas.height] = [Math.round(wide * dots), Math.round(high * dots)];
    [canvas.style.width, canvas.style.height] = [`${wide}px`, `${high}px`];
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint(corner));
    const scale = 256 * 2 ** map.getZoom();
    const origin = map.getPixelBounds().min.subtract(pad);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.setTransform(dots, 0, 0, dots, 0, 0);
    [context.lineJoin, context.lineCap] = ["round", "round"];
    const pixelsPerKm = scale / (EARTH_KM * Math.cos((map.getCenter().lat * Math.PI) / 180));
    for (const [style, kind] of this._kinds) {
      if (pixelsPerKm < (style.from || 0)) continue;
      context.beginPath();
      trace(context, kind, scale, origin, wide, high);
      context.strokeStyle = style.color;
      context.lineWidth = style.weight * (pixelsPerKm < 8 ? 0.6 : pixelsPerKm > 60 ? 1.6 : 1);
      context.stroke();
    }
  },
});

/** @param {Array<[Style, Array<Array<[number, number]>>]>} kinds @param {object} options */
export function lineCanvas(kinds, options) {
  return new LineCanvas(kinds, options);
}

/** @param {Array<Array<[number, number]>>} lines of latitude, longitude @returns {Kind} */
function projected(lines) {
  const count = lines.reduce((total, line) => total + line.length, 0);
  const kind = { x: new Float64Array(count), y: new Float64Array(count), ends: new Uint32Array(lines.length), boxes: new Float64Array(4 * lines.length) };
  let k = 0;
  lines.forEach((line, number) => {
    let [west, north, east, south] = [1, 1, 0, 0];
    for (const [lat, lon] of line) {
      const x = (kind.x[k] = mercatorX(lon));
      const y = (kind.y[k] = mercatorY(lat));
      [west, north, east, south] = [Math.min(west, x), Math.min(north, y), Math.max(east, x), Math.max(south, y)];
      k++;
    }
    kind.ends[number] = k;
    kind.boxes.set([west, north, east, south], 4 * number);
  });
  return kind;
}

/**
 * @param {CanvasRenderingContext2D} context @param {Kind} kind @param {number} scale @param {{x: number, y: number}} origin
 * @param {number} wide @param {number} high
 */
function trace(context, { x, y, ends, boxes }, scale, origin, wide, high) {
  const [west, north, east, south] = [origin.x / scale, origin.y / scale, (origin.x + wide) / scale, (origin.y + high) / scale];
  for (let line = 0, from = 0; line < ends.length; from = ends[line++]) {
    const box = 4 * line;
    if (boxes[box] > east || boxes[box + 1] > south || boxes[box + 2] < west || boxes[box + 3] < north) continue;
    let [lastX, lastY] = [x[from] * scale - origin.x, y[from] * scale - origin.y];
    context.moveTo(lastX, lastY);
    for (let k = from + 1; k < ends[line]; k++) {
      const [toX, toY] = [x[k] * scale - origin.x, y[k] * scale - origin.y];
      if (k + 1 < ends[line] && Math.abs(toX - lastX) < STEP && Math.abs(toY - lastY) < STEP) continue;
      context.lineTo(toX, toY);
      [lastX, lastY] = [toX, toY];
    }
  }
}
