/** Small geometry on [latitude, longitude] pairs taken as a plane: right for what fits on a screen. */

/** @typedef {[number, number]} Corner latitude, longitude */

/**
 * Even-odd rule over all rings, so that holes count.
 * @param {number} lat
 * @param {number} lng
 * @param {number[][][]} rings
 */
export function inPolygon(lat, lng, rings) {
  let inside = false;
  for (const ring of rings) {
    for (let a = 0, b = ring.length - 1; a < ring.length; b = a++) {
      const [latA, lngA] = ring[a];
      const [latB, lngB] = ring[b];
      if (latA > lat !== latB > lat && lng < ((lngB - lngA) * (lat - latA)) / (latB - latA) + lngA) inside = !inside;
    }
  }
  return inside;
}

/** @param {Corner} a @param {Corner} b */
export function same(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}

/**
 * Whether a closed ring (its first corner repeated at the end) crosses or touches itself at one of these corners.
 * @param {Corner[]} ring
 * @param {Corner} corner
 */
export function crossesItself(ring, corner) {
  const edges = ring.length - 1;
  for (let k = 0; k < edges; k++) {
    if (!same(ring[k], corner) && !same(ring[k + 1], corner)) continue;
    for (let q = 0; q < edges; q++) {
      const apart = Math.min((k - q + edges) % edges, (q - k + edges) % edges);
      if (apart > 1 && meet(ring[k], ring[k + 1], ring[q], ring[q + 1])) return true;
    }
  }
  return false;
}

/**
 * Whether a stretch of one of the rings that ends at a corner runs into any of the other edges; to share an end is
 * no fault.
 * @param {Corner[][]} rings
 * @param {Corner} corner
 * @param {Corner[][]} others closed rings
 */
export function runsInto(rings, corner, others) {
  for (const ring of rings) {
    for (let k = 1; k < ring.length; k++) {
      const [a, b] = [ring[k - 1], ring[k]];
      if (!same(a, corner) && !same(b, corner)) continue;
      for (const other of others) {
        for (let q = 1; q < other.length; q++) {
          const [c, d] = [other[q - 1], other[q]];
          if (!same(a, c) && !same(a, d) && !same(b, c) && !same(b, d) && meet(a, b, c, d)) return true;
        }
      }
    }
  }
  return false;
}

/** Whether two stretches share a point. @param {Corner} a @param {Corner} b @param {Corner} c @param {Corner} d */
function meet(a, b, c, d) {
  const [abc, abd, cda, cdb] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return (abc === 0 && between(a, b, c)) || (abd === 0 && between(a, b, d)) || (cda === 0 && between(c, d, a)) || (cdb === 0 && between(c, d, b));
}

/** Which side of a line a point lies on: a sign, 0 on it. @param {Corner} from @param {Corner} to @param {Corner} at */
function side(from, to, at) {
  return Math.sign((to[1] - from[1]) * (at[0] - from[0]) - (to[0] - from[0]) * (at[1] - from[1]));
}

/** @param {Corner} a @param {Corner} b @param {Corner} at a point of the line through both */
function between(a, b, at) {
  return at[0] >= Math.min(a[0], b[0]) && at[0] <= Math.max(a[0], b[0]) && at[1] >= Math.min(a[1], b[1]) && at[1] <= Math.max(a[1], b[1]);
}

/** Web Mercator of the whole world as 0 … 1, eastwards. @param {number} lon */
export function mercatorX(lon) {
  return (lon + 180) / 360;
}

/** Web Mercator of the whole world as 0 … 1, southwards. @param {number} lat */
export function mercatorY(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Smallest and largest. @param {number[]} values @returns {[number, number]} */
export function range(values) {
  return [Math.min(...values), Math.max(...values)];
}
