import { moved } from "./live_data.js";
import { t } from "./live_words.js";
import { unpackLines } from "./packed.js";

/** The plan or scenario that the page shows: sites as arrays, territories with their work, and what an act changed. */

/** @typedef {{accounts: number, visits: number, service_h: number, drive_h: number, workload_h: number, capacity_h: number, value: number, deviation: number}} Load */
/** @typedef {{level: string, edition_id: number, source: string, codes: string[], words: string[], of: Uint16Array | Uint32Array}} Level of administrative regions; of: by row the number of `words`, the codes are those of the words from the third on */
/** @typedef {{key: number, name: string, rep_id: number | null, rep: string | null, color: number, label: [number, number] | null, load: Load, was: Load | null, rings: any}} Territory */

export const NOBODY = -1;
export const TONES = 12;
export const NEVER = -(2 ** 31);

export class LivePlan {
  /** @param {import("./packed.js").Block} points @param {import("./packed.js").Block} ground */
  constructor(points, ground) {
    this.arrays = points.arrays;
    this.words = points.meta.words;
    /** @type {Level[]} */
    this.levels = (points.meta.levels || []).map((/** @type {any} */ one, /** @type {number} */ k) => ({ ...one, of: this.arrays[`region_${k}`], words: [t("no place known"), t("outside of all regions"), ...one.names] }));
    /** @type {number} days since 1970 */
    this.today = points.meta.today;
    this.n = this.arrays.site.length;
    /** @type {Map<number, number>} row by site */
    this.rowOf = new Map(Array.from(this.arrays.site, (site, row) => [site, row]));
    /** @type {any} */
    this.scenario = null;
    /** @type {Territory[]} */
    this.territories = [];
    /** @type {Map<number, number>} position by key */
    this.place = new Map();
    /** @type {Int32Array} */
    this.zone = this.arrays.zone;
    /** @type {Uint8Array} */
    this.locked = this.arrays.locked;
    this.take(ground);
  }

  /** Show another scenario, or the same one read anew. @param {import("./packed.js").Block} ground */
  take({ meta, arrays }) {
    const lines = unpackLines(arrays.points, arrays.ends);
    this.scenario = meta.scenario;
    this.territories = meta.zones.map((/** @type {any} */ zone) => ({ ...zone, rings: zone.pieces.map((/** @type {number[]} */ piece) => piece.map((ring) => lines[ring])) }));
    this.zone = moved(this.arrays, arrays);
    this.locked = Uint8Array.from(this.arrays.locked);
    arrays.locks.forEach((/** @type {number} */ site, /** @type {number} */ k) => this._lock(site, arrays.locks_now[k]));
    this._index();
  }

  /** What an act changed. @param {any} answer of the server @returns {{rows: number[], ground: boolean}} */
  apply(answer) {
    this.scenario = answer.scenario;
    const rows = [];
    for (let k = 0; k < answer.sites.length; k++) {
      const row = this.rowOf.get(answer.sites[k]);
      if (row === undefined) continue;
      this.zone[row] = answer.keys[k];
      rows.push(row);
    }
    for (const [site, now] of Object.entries(answer.locks)) this._lock(Number(site), now ? 1 : 0);
    const before = new Map(this.territories.map((one) => [one.key, one]));
    let ground = before.size !== answer.territories.length;
    this.territories = answer.territories.map((/** @type {Territory} */ one) => {
      const old = before.get(one.key);
      ground ||= !old || one.rings !== null || one.color !== old.color || one.name !== old.name;
      return { ...one, rings: one.rings || (old ? old.rings : []) };
    });
    this._index();
    return { rows, ground };
  }

  _index() {
    this.place = new Map(this.territories.map(({ key }, k) => [key, k]));
  }

  /** @param {number} site @param {number} now */
  _lock(site, now) {
    const row = this.rowOf.get(site);
    if (row !== undefined) this.locked[row] = now;
  }

  /** The group of a site in the point cloud. @param {number} row */
  group(row) {
    return this.place.get(this.zone[row]) ?? this.territories.length;
  }

  /** Colour numbers by group. @returns {number[]} */
  tones() {
    return [...this.territories.map(({ color }) => color % TONES), TONES];
  }

  /** @param {number} key @returns {Territory | undefined} */
  territory(key) {
    const at = this.place.get(key);
    return at === undefined ? undefined : this.territories[at];
  }

  /** What is wrong with a name for a territory; nothing where it is free. @param {string} name @param {number | null} [own] key of the one that may have it */
  nameFault(name, own = null) {
    const taken = this.territories.some((one) => one.key !== own && one.name === name.trim());
    return taken ? t("There is a territory “{name}” already.", { name: name.trim() }) : "";
  }

  /** Rows of a territory. @param {number} key @returns {number[]} */
  members(key) {
    const found = [];
    for (let row = 0; row < this.n; row++) if (this.zone[row] === key) found.push(row);
    return found;
  }

  /** Rows that have no place, or lie in no territory. @returns {number[]} */
  unplaced() {
    const found = [];
    for (let row = 0; row < this.n; row++) if (!Number.isFinite(this.arrays.lat[row]) || this.zone[row] === NOBODY) found.push(row);
    return found;
  }

  /**
   * Hours a year that this site asks for, driving as in its territory of the plan included.
   * @param {number} row @param {Territory} [into] where it would go; that is looked at where it lies in none @returns {number}
   */
  hours(row, into) {
    const planned = this.territory(this.arrays.zone[row]);
    const load = planned?.was || planned?.load || this.territory(this.zone[row])?.load || into?.was || into?.load;
    const drive = load && load.visits ? load.drive_h / load.visits : 0;
    return this.arrays.visits[row] * (this.arrays.minutes[row] / 60 + drive);
  }

  /** Day on which a visit falls due, in days since 1970; NEVER where none was made or agreed. @param {number} row */
  due(row) {
    const [last, visits] = [this.arrays.last[row], this.arrays.visits[row]];
    return last === NEVER || !(visits > 0) ? NEVER : last + Math.round(364 / visits);
  }

  /** @param {number} row @returns {[number, number]} */
  at(row) {
    return [this.arrays.lat[row], this.arrays.lon[row]];
  }
}
