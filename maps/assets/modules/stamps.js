/** Dots drawn once per colour and size, as pixels ready to be copied. */

/**
 * @typedef {{half: number, tones: Array<{offsets: Int32Array, colors: Uint32Array}>, blend: (over: number, under: number) => number}} Kit
 * half: how far a dot reaches, in device pixels; tones: for each colour the pixels of a dot that are not empty
 */

/** @type {Map<string, Kit>} */
const made = new Map();

/**
 * @param {string[]} colors
 * @param {number} radius in CSS pixels
 * @param {number} dots device pixels per CSS pixel
 * @param {number} width of the image they are copied into, in device pixels
 * @returns {Kit}
 */
export function stamps(colors, radius, dots, width) {
  const key = [radius, dots, width, ...colors].join();
  const ready = made.get(key);
  if (ready) return ready;
  if (made.size > 24) made.clear();
  const half = Math.ceil((radius + 0.5) * dots);
  const side = 2 * half + 1;
  const offsets = Int32Array.from({ length: side * side }, (_, q) => (Math.floor(q / side) - half) * width + (q % side) - half);
  const tones = colors.map((color) => {
    const pixels = dot(color, radius * dots, side, dots);
    return { offsets: offsets.filter((_, q) => pixels[q] !== 0), colors: pixels.filter((pixel) => pixel !== 0) };
  });
  const kit = { half, tones, blend };
  made.set(key, kit);
  return kit;
}

/** @param {string} color @param {number} radius @param {number} side @param {number} dots */
function dot(color, radius, side, dots) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const rim = radius >= 2.5 * dots ? dots : 0.5 * dots;
  context.beginPath();
  context.arc(side / 2, side / 2, radius, 0, 7);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = rim;
  context.strokeStyle = "rgba(255,255,255,0.9)";
  context.stroke();
  return new Uint32Array(context.getImageData(0, 0, side, side).data.buffer);
}

/**
 * One pixel over another, little-endian RGBA.
 * @param {number} over
 * @param {number} under
 */
function blend(over, under) {
  const a = over >>> 24;
  const rest = 255 - a;
  const red = ((over & 255) * a + (under & 255) * rest) / 255;
  const green = (((over >>> 8) & 255) * a + ((under >>> 8) & 255) * rest) / 255;
  const blue = (((over >>> 16) & 255) * a + ((under >>> 16) & 255) * rest) / 255;
  const alpha = a + ((under >>> 24) * rest) / 255;
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
