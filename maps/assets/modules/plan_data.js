import { unpack } from "./packed.js";
import { speaker } from "./words.js";

/** The plan as the page knows it: one record per account, day and territory, made when asked for. */

/** @param {string} source id of the data element */
export async function readPlan(source) {
  const { meta, arrays } = await unpack(source);
  const { accounts, routes, zones, transfers } = meta;
  const visitsOf = visitIndex(routes);
  return {
    ...speaker(meta.words),
    zones,
    routes,
    transfers,
    size: accounts.ids.length,
    /** @param {number} row */
    account(row) {
      const zone = arrays.zone[row];
      return {
        row,
        id: accounts.ids[row],
        name: accounts.names[row] || accounts.ids[row],
        address: accounts.address[row] || "",
        why: accounts.why[row],
        rep: accounts.rep[row] || (zone >= 0 ? zones[zone].rep : ""),
        zone,
        drawn: arrays.drawn[row] === 1,
        lat: arrays.lat[row],
        lon: arrays.lon[row],
        visits: arrays.visits[row],
        minutes: arrays.minutes[row],
        value: arrays.value ? arrays.value[row] : NaN,
      };
    },
    /** Days on which an account is visited: [route, stop]. @param {number} row @returns {Array<[number, number]>} */
    visits: (row) => visitsOf.get(row) || [],
    /** Days of a territory in order. @param {number} zone @returns {number[]} */
    days: (zone) =>
      routes
        .map((/** @type {any} */ _, /** @type {number} */ k) => k)
        .filter((/** @type {number} */ k) => routes[k].zone === zone)
        .sort((/** @type {number} */ a, /** @type {number} */ b) => (routes[a].date < routes[b].date ? -1 : routes[a].date > routes[b].date ? 1 : a - b)),
    /** Rows of a territory by name. @param {number} zone @returns {number[]} */
    members: (zone) =>
      Array.from(arrays.zone.keys())
        .filter((row) => arrays.zone[row] === zone && arrays.drawn[row] === 1)
        .sort((a, b) => accounts.names[a].localeCompare(accounts.names[b], meta.words.language) || a - b),
    /** Rows not on the map. @returns {number[]} */
    unplaced: () => Array.from(arrays.drawn.keys()).filter((row) => arrays.drawn[row] === 0),
  };
}

/** @param {any[]} routes @returns {Map<number, Array<[number, number]>>} */
function visitIndex(routes) {
  const found = new Map();
  const order = routes.map((_, k) => k).sort((a, b) => (routes[a].date < routes[b].date ? -1 : routes[a].date > routes[b].date ? 1 : a - b));
  for (const k of order) {
    routes[k].stops.forEach((/** @type {any[]} */ stop, /** @type {number} */ position) => {
      if (!found.has(stop[0])) found.set(stop[0], []);
      found.get(stop[0]).push([k, position]);
    });
  }
  return found;
}
