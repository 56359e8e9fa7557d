import { byId, el } from "./dom.js";
import { t } from "./live_words.js";
import { search } from "./search.js";

/** @typedef {import("./live_plan.js").LivePlan} LivePlan */

/** The tools beside the plan: buttons on the map, the search field. */

/** @param {any} map @param {{whole: () => void, lasso: () => void, draw: () => void, edits: () => boolean, regions: (() => void) | null}} acts regions: null where there are none */
export function mapTools(map, acts) {
  L.control.zoom({ position: "topleft", zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  const control = new L.Control({ position: "topleft" });
  const tool = (/** @type {string} */ kind, /** @type {string} */ name, /** @type {() => void} */ go, /** @type {string | undefined} */ pressed = undefined) => el("button", { type: "button", class: `tool ${kind}`, "aria-label": name, title: name, "aria-pressed": pressed, onclick: go });
  const lasso = tool("choose", t("Draw around accounts to choose them"), acts.lasso, "false");
  const regions = acts.regions && tool("regions-on", t("Outlines of administrative regions"), acts.regions, "false");
  const buttons = [tool("whole", t("Whole plan"), acts.whole), lasso, ...(acts.edits() ? [tool("draw", t("Draw a new territory"), acts.draw)] : []), ...(regions ? [regions] : [])];
  control.onAdd = () => {
    const box = el("div", { class: "map-tools leaflet-bar" }, ...buttons);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
  return { press: (/** @type {"lasso" | "regions"} */ name, /** @type {boolean} */ on) => ({ lasso, regions })[name]?.setAttribute("aria-pressed", String(on)) };
}

/** The search field; the names come when it is used first. @param {LivePlan} plan @param {() => Promise<any>} names @param {(row: number) => void} show */
export function findAccounts(plan, names, show) {
  const input = /** @type {HTMLInputElement} */ (byId("plan-search"));
  input.addEventListener("focus", async () => {
    const known = await names();
    const account = (/** @type {number} */ row) => ({ name: known.name[row], id: known.external_id[row], address: known.line[row], rep: plan.territory(plan.zone[row])?.name, drawn: Number.isFinite(plan.arrays.lat[row]) });
    const words = { no_match: t("No account found"), not_on_map: t("Not on the map") };
    search({ size: plan.n, account, t: (/** @type {"no_match" | "not_on_map" | "results"} */ key, /** @type {any} */ values) => (key === "results" ? t("{count} found", values) : words[key]) }, show);
    if (input.value) input.dispatchEvent(new Event("input"));
  }, { once: true });
}
