import { ask } from "./dialogs.js";
import { DrawArea, geoJson } from "./draw_area.js";
import { hint, tell, warn } from "./live_say.js";
import { t } from "./live_words.js";

/** Changing the ground: drawing territories, editing their borders, dropping pins. */

/** @param {any} desk what the parts of the manager's page share, see `live_page.js` */
export function grounding(desk) {
  const { map, zones, borders, plan, store, facts } = desk;
  let editing = false;

  const corners = () => zones.zones.flatMap((/** @type {any} */ zone) => zone.rings.flat(2));
  const area = new DrawArea(map, { corners });
  const spot = new DrawArea(map, { corners: () => [], single: true });
  for (const one of [area, spot]) one.on("end", () => hint(""));
  area.on("few", () => tell(t("An area needs three corners.")));
  area.on("corner", (/** @type {any} */ event) => tell(t("{count} corners", { count: event.count })));

  /** @param {(ring: any) => void} use */
  function drawing(use) {
    stopEditing();
    spot.disable();
    area.off("area");
    area.on("area", (/** @type {any} */ event) => use(event.ring));
    area.enable();
    hint(t("Click corner by corner, double-click to close. By keyboard: arrows move the cross, Space sets a corner, Enter closes, Backspace takes one back, Escape ends."));
  }

  function drawNew() {
    drawing(async (ring) => {
      const given = await ask(t("A new territory"), [{ name: "name", label: t("Name"), kind: "text", required: true }, { name: "rep", label: t("Rep"), kind: "select", value: "", options: [["", t("vacant")], ...facts.reps] }], { go: t("Make it"), text: t("It takes the ground you drew, and the accounts on it, from its neighbours. Locked accounts stay."), check: ({ name }) => plan.nameFault(name) });
      if (given) desk.drafts.act({ kind: "draw", name: given.name, rep_id: given.rep === "" ? null : Number(given.rep), geometry: geoJson(ring) });
    });
  }

  /** @param {number} key @param {string} mode */
  function drawFor(key, mode) {
    drawing((ring) => desk.drafts.act({ kind: "draw", territory: key, mode, geometry: geoJson(ring) }));
  }

  /** @param {number} key */
  function editBorder(key) {
    area.disable();
    editing = !editing;
    zones.focus(desk.place(key), editing);
    borders.edit(editing ? desk.place(key) : -1);
    hint(editing ? t("Drag a corner, or walk to it with Tab and move it with the arrow keys. Grey corners add one. Neighbours follow.") : "");
  }

  function stopEditing() {
    if (!editing) return;
    editing = false;
    borders.edit(-1);
    zones.focus(desk.place(desk.looking.key));
    hint("");
  }

  borders.on("borderedit", async (/** @type {any} */ event) => {
    if (event.act !== "edit") return;
    const shapes = Object.fromEntries(event.zones.map((/** @type {number} */ k) => [plan.territories[k].key, borders.geometry(k)]));
    const began = performance.now();
    if (!(await desk.drafts.act({ kind: "border", territory: desk.looking.key < 0 ? null : desk.looking.key, shapes }))) desk.redraw();
    else document.documentElement.dataset.borderMs = String(Math.round(performance.now() - began));
  });

  /** @param {number} row */
  function pin(row) {
    area.disable();
    desk.card.close();
    spot.off("place");
    spot.on("place", (/** @type {any} */ event) => pinned(row, event.at));
    spot.enable();
    hint(t("Click where it is. By keyboard: arrows move the cross, Enter sets the pin, Escape ends."));
  }

  /** @param {number} row @param {[number, number]} at */
  async function pinned(row, at) {
    const known = await desk.names();
    const key = plan.territories[zones.at(L.latLng(at))]?.key;
    const into = key === undefined ? [] : [{ name: "into", label: t("Territory"), kind: "select", value: key, options: [["", t("none")], ...plan.territories.map((one) => [one.key, one.name])] }];
    const given = await ask(t("The place of {name}", { name: known.name[row] }), /** @type {any} */ ([{ name: "why", label: t("How do you know?"), kind: "text" }, ...into]), { go: t("Keep it"), text: `${at[0].toFixed(5)}, ${at[1].toFixed(5)}` });
    if (!given) return;
    try {
      const account = await store.ask("GET", `/api/accounts/${plan.arrays.account[row]}`);
      const site = account.sites.find((/** @type {any} */ one) => one.id === plan.arrays.site[row]);
      await store.ask("PATCH", `/api/sites/${site.id}`, { lat: at[0], lon: at[1], why: given.why }, { "If-Match": `"${site.version}"` });
      if (given.into) await desk.drafts.act({ kind: "move", sites: [site.id], territory: Number(given.into), why: given.why });
      location.reload();
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
  }

  const drawing_ = () => area.enabled() || spot.enabled();
  return { drawNew, drawFor, editBorder, stop: stopEditing, pin, get editing() { return editing; }, get drawing() { return drawing_(); } };
}
