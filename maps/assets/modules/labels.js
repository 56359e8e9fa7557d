/**
 * Labels that stay apart: each tries its own place with its whole text, then a little up or down, then as a number
 * only, which the table explains.
 */

const NUDGES = [0, -14, 14, -28, 28];
const GAP = 2;

/**
 * @param {HTMLElement[]} labels
 * @param {Array<{x: number, y: number}>} places where each belongs
 * @param {number | null} chosen the label that goes first
 */
export function placeLabels(labels, places, chosen) {
  const sizes = labels.map(measure);
  const order = labels.map((_, k) => k).sort((a, b) => Number(b === chosen) - Number(a === chosen) || sizes[a].wide - sizes[b].wide || a - b);
  /** @type {Array<[number, number, number, number]>} */
  const taken = [];
  const reserved = places.map((place, k) => box(place, 0, 0, sizes[k].narrow, sizes[k].high));
  for (const k of order) {
    const others = [...taken, ...reserved.filter((_, other) => other !== k && reserved[other])];
    const free = (/** @type {number} */ width) =>
      NUDGES.find((dy) => !others.some((rest) => meets(box(places[k], 0, dy, width, sizes[k].high), rest)));
    let short = false;
    let dy = free(sizes[k].wide);
    if (dy === undefined) {
      short = true;
      dy = free(sizes[k].narrow);
    }
    labels[k].classList.toggle("short", short);
    const width = short ? sizes[k].narrow : sizes[k].wide;
    const spot = box(places[k], 0, dy || 0, width, sizes[k].high);
    taken.push(spot);
    reserved[k] = /** @type {any} */ (null);
    const shift = L.point(-width / 2, (dy || 0) - sizes[k].high / 2);
    /** @type {any} */ (labels[k]).shift = shift;
    L.DomUtil.setPosition(labels[k], L.point(places[k].x, places[k].y).add(shift).round());
  }
}

/** @param {any} label @returns {{wide: number, narrow: number, high: number}} */
function measure(label) {
  if (!label.measured || !label.measured.wide) {
    label.classList.remove("short");
    const wide = label.offsetWidth;
    label.classList.add("short");
    label.measured = { wide, narrow: label.offsetWidth, high: label.offsetHeight };
  }
  return label.measured;
}

/**
 * @param {{x: number, y: number}} at @param {number} dx @param {number} dy @param {number} width @param {number} height
 * @returns {[number, number, number, number]}
 */
function box(at, dx, dy, width, height) {
  return [at.x + dx - width / 2 - GAP, at.y + dy - height / 2 - GAP, at.x + dx + width / 2 + GAP, at.y + dy + height / 2 + GAP];
}

/** @param {number[]} a @param {number[]} b */
function meets(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
