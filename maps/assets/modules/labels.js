/**
 * Labels that stay apart: each tries its own place with its whole text, then a little up or down, then as a number
 * only, which the table explains.
 */

const NUDGES = [0, -14, 14, -28, 28];
const GAP = 2;

/** @typedef {[number, number, number, number]} Box left, top, right, bottom */

/**
 * @param {HTMLElement[]} labels
 * @param {Array<{x: number, y: number}>} places where each belongs
 * @param {{chosen: number | null, view: Box, taken: Box[]}} around the label that goes first, the part of the map that
 *   is seen, and what no label may cover; all in the same pixels as the places
 */
export function placeLabels(labels, places, { chosen, view, taken: kept }) {
  const sizes = measured(labels);
  const order = labels.map((_, k) => k).filter((k) => !labels[k].hidden).sort((a, b) => Number(b === chosen) - Number(a === chosen) || sizes[a].wide - sizes[b].wide || a - b);
  const taken = [...kept];
  /** @type {Array<Box | null>} */
  const reserved = places.map((place, k) => (labels[k].hidden ? null : box(place, sizes[k].narrow, sizes[k].high)));
  for (const k of order) {
    const others = [...taken, ...reserved.filter((_, other) => other !== k)];
    const free = (/** @type {number} */ width) => spots(places[k], width, sizes[k].high, view).find((spot) => !others.some((rest) => rest && meets(spot, rest)));
    const whole = free(sizes[k].wide);
    const spot = whole || free(sizes[k].narrow) || box(places[k], sizes[k].narrow, sizes[k].high);
    labels[k].classList.toggle("short", !whole);
    taken.push(spot);
    reserved[k] = null;
    const at = L.point(spot[0] + GAP, spot[1] + GAP);
    /** @type {any} */ (labels[k]).shift = at.subtract(L.point(places[k].x, places[k].y));
    L.DomUtil.setPosition(labels[k], at.round());
  }
}

/**
 * Boxes for a label around its place, pushed sideways into view when the place itself is in view.
 * @param {{x: number, y: number}} place @param {number} width @param {number} height @param {Box} view
 */
function spots(place, width, height, view) {
  const [left, top, right, bottom] = view;
  const half = width / 2 + GAP;
  const seen = place.x > left && place.x < right && place.y > top && place.y < bottom;
  const x = seen ? Math.max(left + half, Math.min(right - half, place.x)) : place.x;
  return NUDGES.map((dy) => box({ x, y: place.y + dy }, width, height));
}

/**
 * The sizes of labels with their whole text and with the number alone. Read all together: a size asked for right after
 * a change costs the browser a layout of its own.
 * @param {any[]} labels @returns {Array<{wide: number, narrow: number, high: number}>}
 */
function measured(labels) {
  const fresh = labels.filter((label) => !label.measured || !label.measured.wide);
  for (const label of fresh) label.classList.remove("short");
  const wide = fresh.map((label) => label.offsetWidth);
  for (const label of fresh) label.classList.add("short");
  fresh.forEach((label, k) => (label.measured = { wide: wide[k], narrow: label.offsetWidth, high: label.offsetHeight }));
  return labels.map((label) => label.measured);
}

/** @param {{x: number, y: number}} at @param {number} width @param {number} height @returns {Box} */
function box(at, width, height) {
  return [at.x - width / 2 - GAP, at.y - height / 2 - GAP, at.x + width / 2 + GAP, at.y + height / 2 + GAP];
}

/** @param {number[]} a @param {number[]} b */
function meets(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
