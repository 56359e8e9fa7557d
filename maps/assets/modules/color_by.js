import { el } from "./dom.js";

/** Colour accounts by something other than their territory, and hide classes of it by the legend. */

const RAMP = ["#c8d9ec", "#8fb5d8", "#4f8cc0", "#1f5f9c", "#123d70"];
const YES_NO = ["#D55E00", "#0072B2"];

/** @typedef {{label: string, color: string, has: (account: any) => boolean}} Group */

/**
 * @param {{map: any, cloud: any, zones: any, plan: any}} parts
 */
export function colorBy({ map, cloud, zones, plan }) {
  const accounts = Array.from(cloud.row || [], (/** @type {number} */ row) => plan.account(row));
  const fields = available(plan, accounts);
  const control = new L.Control({ position: "bottomright" });
  const choice = el("select", { "aria-label": plan.t("color_by") }, ...fields.map(({ key }) => el("option", { value: key, text: plan.t(key) })));
  const classes = el("ul", { class: "classes" });

  function choose() {
    const { groups } = fields[/** @type {HTMLSelectElement} */ (choice).selectedIndex];
    classes.replaceChildren();
    cloud.filter(null);
    zones.tint(!groups.length);
    if (!groups.length) return cloud.paint(null);
    const tones = Uint8Array.from(accounts, (account) => groups.findIndex((group) => group.has(account)));
    cloud.paint({ tones, colors: groups.map((group) => group.color) });
    const shown = groups.map(() => true);
    classes.append(
      ...groups.map((group, k) => {
        const tick = el("input", { type: "checkbox", checked: true });
        tick.addEventListener("change", () => {
          shown[k] = /** @type {HTMLInputElement} */ (tick).checked;
          cloud.filter(shown.every(Boolean) ? null : tones.map((tone) => Number(shown[tone])));
        });
        const count = tones.reduce((total, tone) => total + Number(tone === k), 0);
        return el("li", {}, el("label", {}, tick, swatch(group.color), ` ${group.label} `, el("span", { class: "count", text: plan.number(count) })));
      }),
    );
  }

  choice.addEventListener("change", choose);
  control.onAdd = () => {
    const place = el("div", { class: "color-by" }, el("label", {}, el("span", { text: plan.t("color_by") }), choice), classes);
    L.DomEvent.disableClickPropagation(place);
    L.DomEvent.disableScrollPropagation(place);
    return place;
  };
  if (fields.length > 1) control.addTo(map);
}

/** @param {any} plan @param {any[]} accounts @returns {Array<{key: string, groups: Group[]}>} */
function available(plan, accounts) {
  const fields = [{ key: "territories", groups: /** @type {Group[]} */ ([]) }];
  for (const [key, of] of /** @type {Array<[string, (account: any) => number]>} */ ([["visits_a_year", (a) => a.visits], ["minutes", (a) => a.minutes], ["value", (a) => a.value]])) {
    const groups = steps(plan, accounts.map(of), of);
    if (groups.length > 1) fields.push({ key, groups });
  }
  const visited = (/** @type {any} */ account) => plan.visits(account.row).length > 0;
  const none = accounts.filter((account) => !visited(account)).length;
  if (plan.routes.length && none && none < accounts.length) {
    fields.push({
      key: "visited",
      groups: [
        { label: plan.t("visited_no"), color: YES_NO[0], has: (account) => !visited(account) },
        { label: plan.t("visited_yes"), color: YES_NO[1], has: visited },
      ],
    });
  }
  return fields;
}

/**
 * Up to five classes of about equal numbers of accounts, cut between values that differ.
 * @param {any} plan @param {number[]} values @param {(account: any) => number} of
 * @returns {Group[]}
 */
function steps(plan, values, of) {
  const known = values.filter(Number.isFinite).sort((a, b) => a - b);
  const each = [...new Set(known)];
  const cuts = each.length <= RAMP.length ? each : [...new Set([0, 0.2, 0.4, 0.6, 0.8].map((share) => known[Math.floor(share * known.length)]))];
  const groups = cuts.map((from, k) => {
    const to = k + 1 < cuts.length ? cuts[k + 1] : Infinity;
    const last = to === Infinity ? known[known.length - 1] : known[bound(known, to) - 1];
    const label = from === last ? plan.number(from, 1) : `${plan.number(from, 1)} – ${plan.number(last, 1)}`;
    const tone = cuts.length < 2 ? 2 : Math.round((k * (RAMP.length - 1)) / (cuts.length - 1));
    return { label, color: RAMP[tone], has: (/** @type {any} */ account) => of(account) >= from && of(account) < to };
  });
  if (known.length < values.length && groups.length) groups.push({ label: plan.t("unknown"), color: "#999999", has: (account) => !Number.isFinite(of(account)) });
  return groups;
}

/** How many of the sorted values are below a bound. @param {number[]} sorted @param {number} limit */
function bound(sorted, limit) {
  const at = sorted.findIndex((value) => value >= limit);
  return at < 0 ? sorted.length : at;
}

/** @param {string} color */
function swatch(color) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("class", "swatch");
  picture.setAttribute("viewBox", "0 0 12 12");
  picture.setAttribute("aria-hidden", "true");
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ cx: 6, cy: 6, r: 5, fill: color, stroke: "#2b2f36" })) dot.setAttribute(name, String(value));
  picture.append(dot);
  return picture;
}
