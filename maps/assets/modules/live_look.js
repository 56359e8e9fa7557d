import { byId } from "./dom.js";

/** Looking around: a territory, an account, accounts chosen together, suggestions on the map. */

/** @param {any} desk what the parts of the manager's page share, see `live_page.js` */
export function looking(desk) {
  const { map, cloud, zones, moves, plan, calm, panel } = desk;
  const [overview, detail] = ["overview", "territory"].map(byId);
  let looked = -1;

  /** @param {number} key */
  function look(key) {
    if (looked !== key) desk.ground.stop();
    looked = key;
    zones.focus(desk.place(key));
    cloud.focus([desk.place(key)]);
    const bounds = zones.zones[desk.place(key) ?? 0]?.rings.length ? zones.bounds(desk.place(key)) : null;
    if (bounds?.isValid()) map.fitBounds(bounds, { padding: [40, 40], maxZoom: 15, animate: !calm });
    overview.hidden = true;
    detail.hidden = false;
    desk.table.draw(plan, key);
    desk.territory.draw(key);
    desk.territory.focus();
  }

  function back() {
    const last = looked;
    desk.ground.stop();
    looked = -1;
    zones.focus(null);
    cloud.focus(null);
    overview.hidden = false;
    detail.hidden = true;
    desk.table.draw(plan, -1);
    desk.strip.show("workload");
    /** @type {HTMLElement | null} */ (panel.querySelector(`[data-focus="territory-${last}"]`))?.focus();
  }

  /** @param {number} row @param {number[]} [here] */
  function showAccount(row, here = []) {
    if (Number.isFinite(plan.arrays.lat[row])) {
      const at = L.latLng(plan.at(row));
      cloud.mark(markers([row]));
      if (!map.getBounds().pad(-0.1).contains(at)) map.setView(at, Math.max(map.getZoom(), 11), { animate: !calm });
    }
    desk.card.account(row, here);
  }

  /** Points of the cloud. @param {number[]} rows */
  function markers(rows) {
    const wanted = new Set(rows);
    const found = [];
    for (let k = 0; k < cloud.n; k++) if (wanted.has(cloud.row[k])) found.push(k);
    return found;
  }

  /** @param {number[]} rows */
  function choose(rows) {
    cloud.select(markers(rows));
    desk.card.chosen(rows);
  }

  /** @param {number[]} rows */
  function focusRows(rows) {
    const placed = rows.filter((row) => Number.isFinite(plan.arrays.lat[row]));
    if (placed.length) map.fitBounds(L.latLngBounds(placed.map((row) => plan.at(row))), { padding: [60, 60], maxZoom: 13, animate: !calm });
    cloud.select(markers(rows));
    desk.compare.mark(markers(rows));
  }

  /** @param {any[]} list @param {number} at */
  function preview(list, at) {
    moves.suggestions = list.flatMap((move) => {
      const [row, to] = [plan.rowOf.get(move.site), plan.territory(move.to)];
      return row === undefined || !to || !to.label ? [] : [{ from: plan.at(row), to: to.label, tone: to.color % 12, name: "", row }];
    });
    moves.display(true);
    moves.choose(at);
    if (at < 0 || !moves.suggestions.length) return;
    const { from } = moves.suggestions[Math.min(at, moves.suggestions.length - 1)];
    if (!map.getBounds().pad(-0.1).contains(from)) map.fitBounds(moves.bounds(Math.min(at, moves.suggestions.length - 1)).pad(0.5), { animate: !calm, maxZoom: 12 });
  }

  return { look, back, showAccount, choose, focusRows, preview, get key() { return looked; } };
}
