import { stamps } from "./stamps.js";

/**
 * The picture of a point cloud as pixels: dots are copied into it, and when the map is moved, what is drawn already
 * moves along and only the strips that come into view are drawn.
 */

/** @typedef {{px: Float32Array, py: Float32Array, tone: Uint8Array, shown: Uint8Array | null, n: number, dots: number}} Points places in CSS pixels; tone: a colour number each; dots: device pixels per CSS pixel */
/** @typedef {{colors: string[], radius: number, passes: Array<[number, ((point: number) => boolean) | null]>}} Look passes: a colour number for all (-1: each its own) and which points */
/** @typedef {[number, number, number, number]} Box left, top, right, bottom, the last two outside */

const NONE = 255;

export class DotImage {
  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height in device pixels */
  constructor(context, width, height) {
    this.context = context;
    this.image = context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.last = new Uint8Array(width * height);
    this.width = width;
    this.height = height;
  }

  /** Draw all anew. @param {Points} points @param {Look} look */
  draw(points, look) {
    this.pixels.fill(0);
    this._stamp(points, look, [0, 0, this.width, this.height]);
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * Draw after the map was moved: everything drawn goes right and down by so many device pixels.
   * @param {Points} points at their new places @param {Look} look the same as before @param {number} right @param {number} down
   */
  move(points, look, right, down) {
    const { width, height, pixels } = this;
    if (Math.abs(right) >= width || Math.abs(down) >= height) return this.draw(points, look);
    pixels.copyWithin(Math.max(0, down * width + right), Math.max(0, -down * width - right), Math.min(pixels.length, pixels.length - down * width - right));
    // Dots that reached over the old edge were not drawn: the strips begin where these could have been seen.
    const reach = 2 * this._kit(points, look).half;
    if (right) this._redraw(points, look, right > 0 ? [0, 0, Math.min(width, right + reach), height] : [Math.max(0, width + right - reach), 0, width, height]);
    if (down) this._redraw(points, look, down > 0 ? [0, 0, width, Math.min(height, down + reach)] : [0, Math.max(0, height + down - reach), width, height]);
    this.context.putImageData(this.image, 0, 0);
  }

  /** @param {Points} points @param {Look} look @param {Box} box */
  _redraw(points, look, box) {
    const [left, top, right, bottom] = box;
    for (let y = top; y < bottom; y++) this.pixels.fill(0, y * this.width + left, y * this.width + right);
    this._stamp(points, look, box);
  }

  /** @param {Points} points @param {Look} look */
  _kit({ dots }, { colors, radius }) {
    return stamps(colors, radius, dots, this.width);
  }

  /** @param {Points} points @param {Look} look @param {Box} box */
  _stamp(points, look, box) {
    this.last.fill(NONE);
    const kit = this._kit(points, look);
    for (const [tone, wanted] of look.passes) this._pass(points, kit, tone, wanted, box);
  }

  /**
   * Copy dots into a part of the image.
   * @param {Points} points @param {import("./stamps.js").Kit} kit @param {number} one colour number for all; -1 gives each point its own
   * @param {((point: number) => boolean) | null} wanted @param {Box} box
   */
  _pass({ px, py, tone: tones, shown, n, dots }, kit, one, wanted, [left, top, right, bottom]) {
    const { pixels, last, width, height } = this;
    const { half } = kit;
    const [west, north] = [Math.max(half, left - half), Math.max(half, top - half)];
    const [east, south] = [Math.min(width - half - 1, right + half - 1), Math.min(height - half - 1, bottom + half - 1)];
    const [innerWest, innerNorth] = [left === 0 ? 0 : left + half, top === 0 ? 0 : top + half];
    const [innerEast, innerSouth] = [right === width ? width : right - half - 1, bottom === height ? height : bottom - half - 1];
    for (let k = 0; k < n; k++) {
      const x = (px[k] * dots) | 0;
      const y = (py[k] * dots) | 0;
      if (x < west || y < north || x > east || y > south) continue;
      if ((shown && !shown[k]) || (wanted && !wanted(k))) continue;
      const tone = one < 0 ? tones[k] : one;
      const at = y * width + x;
      if (last[at] === tone) continue;
      last[at] = tone;
      const { offsets, colors } = kit.tones[tone];
      const whole = x >= innerWest && y >= innerNorth && x <= innerEast && y <= innerSouth;
      for (let q = 0; q < colors.length; q++) {
        const color = colors[q];
        const target = at + offsets[q];
        if (!whole) {
          const row = (target / width) | 0;
          const column = target - row * width;
          if (column < left || column >= right || row < top || row >= bottom) continue;
        }
        if (color >>> 24 === 255 || pixels[target] === 0) pixels[target] = color;
        else pixels[target] = kit.blend(color, pixels[target]);
      }
    }
  }
}
