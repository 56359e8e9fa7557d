import { el, facts as list } from "./dom.js";
import { number, t } from "./live_words.js";
import { dayText } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { ask, facts as page, sayDone } from "./record_page.js";

/** The sites of an account: where each is and how well that is known, whose it is, when it is open, what a visit takes. */

/** @param {string} level */
function levelName(level) {
  return { given: t("coordinates came with the file"), manual: t("set by hand"), rooftop: t("the house"), interpolated: t("between two houses"), street: t("the street"), postcode: t("the postcode"), city: t("the town"), none: t("no place yet") }[level] || level;
}

/** The administrative regions that a site lies in; where none are kept, the region of its address. @param {any} facts @param {any} site */
function within(facts, site) {
  const names = facts.account.regions.filter((/** @type {any} */ one) => one.site_id === site.id && one.name).map((/** @type {any} */ one) => one.name);
  return names.length ? names : [site.region];
}

/** @param {HTMLElement} place @param {any} facts @param {() => any} refresh */
export function sites(place, facts, refresh) {
  place.replaceChildren(...facts.account.account.sites.map((/** @type {any} */ site) => el("article", { class: "site" },
    el("p", {}, el("b", { dir: "auto", text: [site.line, [site.postcode, site.city].filter(Boolean).join(" ")].filter(Boolean).join(", ") || t("no address") })),
    list([
      [t("Territory"), site.territory ? el("span", { dir: "auto", text: [site.territory, site.rep !== site.territory && site.rep].filter(Boolean).join(" · ") }) : t("none")],
      [t("Why there"), site.reason || site.why], [t("Region"), [...within(facts, site), site.country].filter(Boolean).join(", ")],
      [t("Place"), [levelName(site.level), site.doubts].filter(Boolean).join(" · ")],
      [t("Open"), site.opening_hours], [t("Visits"), t("{visits} a year, {minutes} min each", { visits: number(site.visits_per_year, 1), minutes: number(site.service_s / 60) })],
      [t("Owned since"), dayText(site.since)], [t("Locked"), site.locked ? t("yes") : ""],
    ]),
    el("p", { class: "acts" }, el("button", { type: "button", text: t("Change"), "aria-label": t("Change the site {line}", { line: site.line || site.city }), onclick: () => edit(facts.account.account.id, site, refresh) }),
      site.lat === null ? null : el("a", { class: "button quiet", href: `geo:${site.lat.toFixed(5)},${site.lon.toFixed(5)}`, text: t("Navigate") }),
      page.map ? el("a", { class: "button quiet", href: `${page.root}/map`, text: t("Map") }) : null))));
}

/** A site as the form has it: minutes. @param {any} site */
const asFields = (site) => ({ ...site, minutes: Math.round(site.service_s / 60) });

/** @param {number} account @param {any} site @param {() => any} refresh */
async function edit(account, site, refresh) {
  const now = asFields(site);
  /** @param {string} name @param {string} label @param {"text" | "number"} [kind] @param {string} [note] @returns {import("./record_form.js").Field} */
  const field = (name, label, kind = "text", note) => ({ name, label, kind, value: now[name], note });
  const done = await editDialog(t("Change the site"), [
    field("line", t("Street and number")), field("postcode", t("Postcode")), field("city", t("Town")), field("region", t("Region")), field("country", t("Country"), "text", t("two letters")),
    field("lat", t("Latitude"), "number"), field("lon", t("Longitude"), "number"),
    field("opening_hours", t("Open"), "text", t("as OpenStreetMap writes it: Mo-Fr 09:00-18:00; Sa 10:00-14:00")),
    field("visits_per_year", t("Visits a year"), "number"), field("minutes", t("Minutes of a visit"), "number"),
  ], {
    path: `/api/sites/${site.id}`, version: site.version,
    fresh: async () => asFields((await ask("GET", `/api/accounts/${account}`)).sites.find((/** @type {any} */ one) => one.id === site.id)),
    sent: (mine, given) => {
      const { minutes, ...rest } = mine;
      const placed = "lat" in rest || "lon" in rest ? { lat: given.lat, lon: given.lon } : {};
      return { ...rest, ...placed, ...(minutes === undefined ? {} : { service_s: Number(minutes) * 60 }) };
    },
  });
  if (!done) return;
  await refresh();
  sayDone(t("Saved"), done.act, refresh);
}
