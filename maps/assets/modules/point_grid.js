import { range } from "./geometry.js";

/** Points hung into cells of 16 pixels: what is near a place is found without looking at the others. */

const CELL = 16;

export class PointGrid {
  /** @param {number} n points */
  constructor(n) {
    this.next = new Int32Array(n);
    this.first = new Int32Array(0);
    this.columns = 0;
    this.rows = 0;
    /** @type {import("./dot_image.js").Points | null} */
    this.points = null;
  }

  /** Hang every visible point into its cell. @param {import("./dot_image.js").Points} points @param {number} width @param {number} height */
  fill(points, width, height) {
    const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
    if (this.columns !== columns || this.rows !== rows) this.first = new Int32Array(columns * rows);
    this.columns = columns;
    this.rows = rows;
    this.points = points;
    const first = this.first.fill(-1);
    const { px, py, shown, n } = points;
    for (let k = n - 1; k >= 0; k--) {
      const x = px[k];
      const y = py[k];
      if (x < 0 || y < 0 || x >= width || y >= height || (shown && !shown[k])) continue;
      const cell = ((y / CELL) | 0) * columns + ((x / CELL) | 0);
      this.next[k] = first[cell];
      first[cell] = k;
    }
  }

  /** Points no farther than `reach` from a place: the square of how far, and which. @param {number} x @param {number} y @param {number} reach */
  near(x, y, reach) {
    /** @type {Array<[number, number]>} */
    const found = [];
    if (!this.points) return found;
    const { px, py } = this.points;
    for (let row = Math.max(0, Math.floor((y - reach) / CELL)); row <= (y + reach) / CELL && row < this.rows; row++) {
      for (let column = Math.max(0, Math.floor((x - reach) / CELL)); column <= (x + reach) / CELL && column < this.columns; column++) {
        for (let k = this.first[row * this.columns + column]; k >= 0; k = this.next[k]) {
          const away = (px[k] - x) ** 2 + (py[k] - y) ** 2;
          if (away <= reach * reach) found.push([away, k]);
        }
      }
    }
    return found;
  }
}

/**
 * Points of many inside a ring, all in one plane.
 * @param {number[][]} corners x, y @param {Float64Array} x @param {Float64Array} y @param {Uint8Array | null} shown 0 leaves a point out
 * @returns {number[]}
 */
export function pointsInside(corners, x, y, shown) {
  const [west, east] = range(corners.map(([one]) => one));
  const [north, south] = range(corners.map(([, one]) => one));
  const found = [];
  for (let k = 0; k < x.length; k++) {
    const px = x[k];
    const py = y[k];
    if (px < west || px > east || py < north || py > south || (shown && !shown[k])) continue;
    let within = false;
    for (let a = 0, b = corners.length - 1; a < corners.length; b = a++) {
      const [xa, ya] = corners[a];
      const [xb, yb] = corners[b];
      if (ya > py !== yb > py && px < ((xb - xa) * (py - ya)) / (yb - ya) + xa) within = !within;
    }
    if (within) found.push(k);
  }
  return found;
}
