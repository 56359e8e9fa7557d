import { el, facts as list } from "./dom.js";
import { number, t } from "./live_words.js";
import { levelName } from "./account_changes.js";
import { dayText } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { formDialog } from "./record_form.js";
import { ask, change, facts as page, labelOf, sayDone } from "./record_page.js";

/** The sites of an account: where each is and how well that is known, whose it is, when it is open, what a visit takes. */

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
      [t("Open"), site.opening_hours], ...visited(facts.visited.find((/** @type {any} */ one) => one.site_id === site.id)),
      [t("Owned since"), dayText(site.since)], [t("Locked"), site.locked ? t("yes") : ""],
    ]),
    el("p", { class: "acts" }, el("button", { type: "button", text: t("Change"), "aria-label": t("Change the site {line}", { line: site.line || site.city }), onclick: () => edit(facts.account.account.id, site, refresh) }),
      site.lat === null ? null : el("a", { class: "button quiet", href: `geo:${site.lat.toFixed(5)},${site.lon.toFixed(5)}`, text: t("Navigate") }),
      page.map ? el("a", { class: "button quiet", href: `${page.root}/map`, text: t("Map") }) : null))),
  el("p", { class: "acts" }, facts.account.account.state === "closed" ? null : el("button", { type: "button", class: "quiet", text: t("Add a site"), onclick: () => add(facts.account.account.id, refresh) })));
}

/** How often a site is visited and for how long, and who says so. @param {any} one @returns {Array<[string, string]>} */
function visited(one) {
  if (!one) return [];
  const often = one.visits_by === "nobody" ? t("nobody says how many") : !one.visits_per_year ? t("never, {who}", { who: who(one.visits_by, one.visits_row) }) : t("{visits} a year, {who}", { visits: number(one.visits_per_year, 1), who: who(one.visits_by, one.visits_row) });
  const long = one.service_by === "nobody" ? t("nobody says how long") : t("{minutes} min each, {who}", { minutes: number(one.service_s / 60), who: who(one.service_by, one.service_row) });
  return [[t("Visits"), often], [t("Length"), long]];
}

/** @param {string} by @param {any} row of the policy */
function who(by, row) {
  if (by === "site" || !row) return t("said of this site");
  const day = dayText(page.policy_from);
  const segment = labelOf("segment", row.segment);
  if (row.contract) return segment ? t("by policy for segment {segment} with a contract, since {day}", { segment, day }) : t("by policy for all contracts, since {day}", { day });
  return segment ? t("by policy for segment {segment}, since {day}", { segment, day }) : t("by policy for all segments, since {day}", { day });
}

/** A site as the form has it: minutes, and nothing where nothing was said of it. @param {any} site */
function asFields(site) {
  const one = page.visited.find((/** @type {any} */ known) => known.site_id === site.id);
  const never = one?.visits_by === "site" && !one.visits_per_year;
  return { ...site, visits_per_year: site.visits_per_year || (never ? 0 : null), minutes: Math.round(site.service_s / 60) || null };
}

/** @param {number} account @param {any} site @param {() => any} refresh */
async function edit(account, site, refresh) {
  const now = asFields(site);
  const done = await editDialog(t("Change the site"), siteFields(now), {
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

/** What a form asks of a site. @param {Record<string, any>} now @returns {import("./record_form.js").Field[]} */
function siteFields(now) {
  /** @param {string} name @param {string} label @param {"text" | "number"} [kind] @param {string} [note] @returns {import("./record_form.js").Field} */
  const field = (name, label, kind = "text", note) => ({ name, label, kind, value: now[name], note });
  return [
    field("line", t("Street and number")), field("postcode", t("Postcode")), field("city", t("Town")), field("region", t("Region")), field("country", t("Country"), "text", t("two letters")),
    field("lat", t("Latitude"), "number"), field("lon", t("Longitude"), "number"),
    field("opening_hours", t("Open"), "text", t("as OpenStreetMap writes it: Mo-Fr 09:00-18:00; Sa 10:00-14:00")),
    field("visits_per_year", t("Visits a year"), "number", t("0: never, by no policy either")), field("minutes", t("Minutes of a visit"), "number"),
  ];
}

/** One more site of the account, by its address or its place. @param {number} account @param {() => any} refresh */
async function add(account, refresh) {
  const done = await formDialog(t("Another site"), siteFields({}), {
    go: t("Add"),
    text: el("p", { class: "small", text: t("An address, or latitude and longitude, says where it is. It comes into a territory with the next plan. Leave visits and minutes empty to have the policy say them.") }),
    send(given) {
      const { minutes, ...said } = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== ""));
      return change("POST", `/api/accounts/${account}/sites`, { ...said, ...(minutes === undefined ? {} : { service_s: Number(minutes) * 60 }) });
    },
  });
  if (!done) return;
  await refresh();
  sayDone(t("Site added"), done.act, refresh);
}
