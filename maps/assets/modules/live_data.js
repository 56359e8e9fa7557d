import { unpack } from "./packed.js";

/** Blocks of data fetched from the server that sent the page, each once. */

/** @typedef {import("./packed.js").Block} Block */

/** @type {Map<string, Promise<Block>>} */
const kept = new Map();

/** @param {string} address @returns {Promise<Block>} */
export function block(address) {
  const known = kept.get(address);
  if (known) return known;
  const asked = fetched(address);
  kept.set(address, asked);
  asked.catch(() => kept.delete(address));
  return asked;
}

/** The same, asked for anew. @param {string} address @returns {Promise<Block>} */
export function freshBlock(address) {
  kept.delete(address);
  return block(address);
}

/** @param {string} address @returns {Promise<Block>} */
async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || `${address}: ${answer.status}`);
  return unpack(await answer.arrayBuffer());
}

/** Territories for a ZoneLayer. @param {string} ground */
export function territories(ground) {
  return block(ground);
}

/** Accounts with a place for a PointCloud, grouped by territory; the last group is nobody's. @param {string} points @param {string} ground */
export async function accounts(points, ground) {
  const [{ arrays }, { meta, arrays: lines }] = await Promise.all([block(points), block(ground)]);
  return grouped(arrays, moved(arrays, lines), meta.zones);
}

/** The territory of every site, with what a scenario moved. @param {any} arrays of points @param {any} lines arrays of ground @returns {Int32Array} */
export function moved(arrays, lines) {
  const zone = Int32Array.from(arrays.zone);
  if (!lines.moved.length) return zone;
  const row = new Map(Array.from(arrays.site, (site, k) => [site, k]));
  lines.moved.forEach((/** @type {number} */ site, /** @type {number} */ k) => {
    const at = row.get(site);
    if (at !== undefined) zone[at] = lines.moved_to[k];
  });
  return zone;
}

/** @param {any} arrays @param {Int32Array} zone @param {Array<{key: number}>} zones @returns {Block} */
export function grouped(arrays, zone, zones) {
  const place = new Map(zones.map(({ key }, k) => [key, k]));
  const placed = Number.isFinite;
  let count = 0;
  for (let k = 0; k < zone.length; k++) if (placed(arrays.lat[k])) count++;
  const [lat, lon] = [new Float32Array(count), new Float32Array(count)];
  const [row, group] = [new Uint32Array(count), new Uint16Array(count)];
  for (let k = 0, to = 0; k < zone.length; k++) {
    if (!placed(arrays.lat[k])) continue;
    lat[to] = arrays.lat[k];
    lon[to] = arrays.lon[k];
    row[to] = k;
    group[to++] = place.get(zone[k]) ?? zones.length;
  }
  return { meta: {}, arrays: { lat, lon, row, group } };
}
