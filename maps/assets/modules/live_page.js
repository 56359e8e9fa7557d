import { ask } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { DrawArea, geoJson } from "./draw_area.js";
import { Lasso } from "./lasso.js";
import { cards } from "./live_card.js";
import { comparison } from "./live_compare.js";
import { curveView } from "./live_curve.js";
import { block } from "./live_data.js";
import { filters } from "./live_filter.js";
import { stepList, unplacedList } from "./live_lists.js";
import { LivePlan } from "./live_plan.js";
import { LiveStore, Refused } from "./live_store.js";
import { workloadTable } from "./live_table.js";
import { territoryView } from "./live_territory.js";
import { number, speak, t } from "./live_words.js";
import { search } from "./search.js";
import { tabs } from "./tabs.js";

/** The manager's page: ties the map, the panel and the drafts on the server together. */

const LOOK_AGAIN_MS = 15_000;
const SORRY = 412;

/** @param {{map: any, cloud: any, zones: any, moves: any, borders: any}} layers @param {any} facts of the page */
export async function livePage({ map, cloud, zones, moves, borders }, facts) {
  speak(facts.language, facts.words);
  const api = `${facts.root}/api/plans/${facts.plan.id}`;
  const [points, ground] = await Promise.all([block(`${api}/points`), block(`${api}/ground`), cloud.ready, zones.ready]);
  Object.assign(borders.options, { cornerName: t("Corner of the border"), middleName: t("Add a corner to the border") });
  const plan = new LivePlan(points, ground);
  const store = new LiveStore(facts, plan);
  const [panel, overview, detail, compared, card] = ["panel", "overview", "territory", "compared", "card"].map(byId);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const whole = map.getBounds();
  let [looked, editing] = [-1, false];

  /** @type {Promise<any> | null} */
  let asked = null;
  const names = () => (asked ||= block(`${api}/names`).then(({ meta }) => meta));
  const tell = (/** @type {string} */ text) => (byId("status").textContent = text);

  /** Say that something was refused, where everybody sees it. @param {string} text @param {Array<[string, () => void]>} choices */
  function warn(text, choices = []) {
    const bar = byId("notice");
    const shut = () => (bar.hidden = true);
    bar.replaceChildren(el("span", { text }), ...choices.map(([name, go]) => el("button", { type: "button", class: "button", text: name, onclick: () => { shut(); go(); } })), el("button", { type: "button", class: "close", "aria-label": t("Close"), text: "×", onclick: shut }));
    bar.hidden = false;
  }

  /** Do an act of a draft; a draft is begun where none is open. @param {any} body @returns {Promise<any>} the answer, or null when it was refused */
  async function act(body) {
    if (!store.open) {
      warn(store.scenario ? t("“{name}” is published. Copy it to go on from it.", { name: store.scenario.name }) : t("This plan is not the published one; it cannot be changed."));
      return null;
    }
    return settle(() => store.act(body), () => act(body));
  }

  /** @param {() => Promise<any>} work @param {() => void} again */
  async function settle(work, again) {
    panel.classList.add("busy");
    try {
      const answer = await work();
      took(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === SORRY) {
        await reload();
        warn(error.message, [[t("Do mine as well"), again]]);
      } else {
        warn(error.message);
        await reload();
      }
      return null;
    } finally {
      panel.classList.remove("busy");
    }
  }

  /** @param {any} answer */
  function took(answer) {
    const { ground: changed } = plan.apply(answer);
    if (changed || editing) redraw();
    else regroup();
    refresh();
    tell(answer.scenario.last_act);
  }

  async function reload() {
    if (!store.scenario) return;
    try {
      await store.show(store.scenario.id);
    } catch (error) {
      if (error instanceof TypeError) return; // without a network the page stays as it is
      await store.show(null).catch(() => undefined);
    }
    redraw();
    refresh();
  }

  function redraw() {
    zones.setZones(plan.territories.map((one) => ({ ...one })));
    borders.forget();
    regroup();
    zones.focus(place(looked), editing);
    if (editing) borders.edit(place(looked) ?? -1);
  }

  function regroup() {
    cloud.options.colors = [...zones.options.colors, "#6d6d6d"];
    cloud.regroup((/** @type {number} */ row) => plan.group(row), plan.tones());
  }

  /** @param {number} key @returns {number | null} */
  const place = (key) => plan.place.get(key) ?? null;

  /** Everything beside the map. */
  function refresh() {
    table.draw(plan, looked);
    filter.refresh();
    drawBar();
    if (looked >= 0 && !plan.territory(looked)) back();
    else if (looked >= 0) territory.draw(looked);
    curve.refresh();
    compare.refresh();
    lists(strip.now);
    byId("unplaced-count").textContent = number(plan.unplaced().length);
  }

  /** @param {string} name of the tab */
  function lists(name) {
    if (name === "unplaced") unplacedList(byId("tab-unplaced"), { plan, names, show: showAccount, pin, edits: store.open });
    if (name === "steps") stepList(byId("tab-steps"), store);
  }

  // ---- looking around

  /** @param {number} key */
  function look(key) {
    if (looked !== key) stopEditing();
    looked = key;
    zones.focus(place(key));
    cloud.focus([place(key)]);
    const bounds = zones.zones[place(key) ?? 0]?.rings.length ? zones.bounds(place(key)) : null;
    if (bounds?.isValid()) map.fitBounds(bounds, { padding: [40, 40], maxZoom: 15, animate: !calm });
    overview.hidden = true;
    detail.hidden = false;
    table.draw(plan, key);
    territory.draw(key);
    territory.focus();
  }

  function back() {
    const last = looked;
    stopEditing();
    looked = -1;
    zones.focus(null);
    cloud.focus(null);
    overview.hidden = false;
    detail.hidden = true;
    table.draw(plan, -1);
    strip.show("workload");
    /** @type {HTMLElement | null} */ (panel.querySelector(`[data-focus="territory-${last}"]`))?.focus();
  }

  /** @param {number} row @param {number[]} [here] */
  function showAccount(row, here = []) {
    if (Number.isFinite(plan.arrays.lat[row])) {
      const at = L.latLng(plan.at(row));
      cloud.mark(markers([row]));
      if (!map.getBounds().pad(-0.1).contains(at)) map.setView(at, Math.max(map.getZoom(), 11), { animate: !calm });
    }
    card_.account(row, here);
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
    card_.chosen(rows);
  }

  /** @param {number[]} rows */
  function focusRows(rows) {
    const placed = rows.filter((row) => Number.isFinite(plan.arrays.lat[row]));
    if (placed.length) map.fitBounds(L.latLngBounds(placed.map((row) => plan.at(row))), { padding: [60, 60], maxZoom: 13, animate: !calm });
    cloud.select(markers(rows));
    compare.mark(markers(rows));
  }

  // ---- tools of the map

  const tools = mapTools(map, { whole: () => map.fitBounds(whole, { animate: !calm }), lasso: () => toggleLasso(), draw: () => drawNew(), edits: () => store.open });
  const lasso = new Lasso(map);
  lasso.on("end", () => tools.press("lasso", false));
  lasso.on("lasso", (/** @type {any} */ event) => choose(cloud.inside(event.ring).map((/** @type {number} */ point) => cloud.row[point])));
  function toggleLasso() {
    if (lasso.enabled()) lasso.disable();
    else lasso.enable();
    tools.press("lasso", lasso.enabled());
  }

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
      if (given) act({ kind: "draw", name: given.name, rep_id: given.rep === "" ? null : Number(given.rep), geometry: geoJson(ring) });
    });
  }

  /** @param {number} key @param {string} mode */
  function drawFor(key, mode) {
    drawing((ring) => act({ kind: "draw", territory: key, mode, geometry: geoJson(ring) }));
  }

  /** @param {number} key */
  function editBorder(key) {
    area.disable();
    editing = !editing;
    zones.focus(place(key), editing);
    borders.edit(editing ? place(key) : -1);
    hint(editing ? t("Drag a corner, or walk to it with Tab and move it with the arrow keys. Grey corners add one. Neighbours follow.") : "");
  }

  function stopEditing() {
    if (!editing) return;
    editing = false;
    borders.edit(-1);
    zones.focus(place(looked));
    hint("");
  }

  borders.on("borderedit", async (/** @type {any} */ event) => {
    if (event.act !== "edit") return;
    const shapes = Object.fromEntries(event.zones.map((/** @type {number} */ k) => [plan.territories[k].key, borders.geometry(k)]));
    const began = performance.now();
    if (!(await act({ kind: "border", territory: looked < 0 ? null : looked, shapes }))) redraw();
    else document.documentElement.dataset.borderMs = String(Math.round(performance.now() - began));
  });

  /** @param {number} row */
  function pin(row) {
    area.disable();
    card_.close();
    spot.off("place");
    spot.on("place", (/** @type {any} */ event) => pinned(row, event.at));
    spot.enable();
    hint(t("Click where it is. By keyboard: arrows move the cross, Enter sets the pin, Escape ends."));
  }

  /** @param {number} row @param {[number, number]} at */
  async function pinned(row, at) {
    const known = await names();
    const key = plan.territories[zones.at(L.latLng(at))]?.key;
    const into = key === undefined ? [] : [{ name: "into", label: t("Territory"), kind: "select", value: key, options: [["", t("none")], ...plan.territories.map((one) => [one.key, one.name])] }];
    const given = await ask(t("The place of {name}", { name: known.name[row] }), /** @type {any} */ ([{ name: "why", label: t("How do you know?"), kind: "text" }, ...into]), { go: t("Keep it"), text: `${at[0].toFixed(5)}, ${at[1].toFixed(5)}` });
    if (!given) return;
    try {
      const account = await store.ask("GET", `/api/accounts/${plan.arrays.account[row]}`);
      const site = account.sites.find((/** @type {any} */ one) => one.id === plan.arrays.site[row]);
      await store.ask("PATCH", `/api/sites/${site.id}`, { lat: at[0], lon: at[1], why: given.why }, { "If-Match": `"${site.version}"` });
      if (given.into) await act({ kind: "move", sites: [site.id], territory: Number(given.into), why: given.why });
      location.reload();
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} text */
  function hint(text) {
    const bar = byId("hint");
    bar.hidden = !text;
    bar.textContent = text;
  }

  // ---- drafts

  function drawBar() {
    const { scenario } = store;
    const select = /** @type {HTMLSelectElement} */ (byId("scenario"));
    select.replaceChildren(el("option", { value: "", text: t("The plan itself"), selected: !scenario }), ...store.scenarios.map((one) => el("option", { value: one.id, text: one.state === "published" ? t("{name} (published)", { name: one.name }) : one.name, selected: scenario?.id === one.id })));
    const steps = /** @type {Array<[string, string | null, string]>} */ ([["undo", scenario?.undo, t("Undo")], ["redo", scenario?.redo, t("Redo")]]);
    for (const [id, what, text] of steps) {
      const button = /** @type {HTMLButtonElement} */ (byId(id));
      button.disabled = !what || !store.open;
      button.title = what ? `${text}: ${what}` : text;
      button.setAttribute("aria-label", button.title);
    }
    for (const id of ["publish", "fit"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = !scenario || !store.open || !scenario.position;
    for (const id of ["rename", "discard"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = !scenario;
    /** @type {HTMLButtonElement} */ (byId("compare")).disabled = !compare.options().length;
    byId("draft-note").textContent = scenario && !scenario.steps ? t("Nothing was changed in this draft yet.") : scenario ? t("{count} of {all} steps · last: {act} ({by})", { count: scenario.position, all: scenario.steps, act: scenario.last_act, by: scenario.changed_by }) : store.open ? t("The first change begins a draft; the plan stays as it is until you publish.") : "";
    panel.classList.toggle("draft", Boolean(scenario));
  }

  /** @param {string} id */
  async function switchTo(id) {
    compare.active && compare.close();
    try {
      await store.turnTo(id ? Number(id) : null);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
    curve.forget();
    redraw();
    refresh();
    tell(store.scenario ? t("Draft {name}", { name: store.scenario.name }) : t("The plan itself"));
  }

  async function begin() {
    const like = store.scenario?.id ?? null;
    const given = await ask(like ? t("Copy this draft") : t("A new draft"), [{ name: "name", label: t("Name"), kind: "text", required: true, value: store.freshName() }], { go: like ? t("Copy") : t("Begin"), text: like ? t("With all its steps; the one it is copied from stays as it is.") : undefined });
    if (!given) return false;
    try {
      await store.begin(given.name, like);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
      return false;
    }
    redraw();
    refresh();
    return true;
  }

  async function publish() {
    const { scenario } = store;
    const moved = plan.zone.reduce((count, key, row) => count + Number(key !== plan.arrays.zone[row]), 0);
    const first = facts.plan.valid_from > facts.today ? facts.plan.valid_from : facts.today;
    const given = await ask(t("Publish “{name}”", { name: scenario.name }), [{ name: "day", label: t("In force from"), kind: "date", required: true, value: first, min: first }, { name: "why", label: t("Why"), kind: "text" }], { go: t("Publish"), text: t("{count} accounts change hands. The present plan ends there; the days before stay as they were. It can be undone as one act.", { count: number(moved) }) });
    if (!given) return;
    panel.classList.add("busy");
    hint(t("Publishing “{name}” …", { name: scenario.name }));
    try {
      const made = await store.publish(given.day, given.why);
      location.assign(`${facts.root}/map?plan=${made.id}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const update = /** @type {Array<[string, () => void]>} */ (error.status === 409 && /up to date/.test(error.message) ? [[t("Bring it up to date"), rebase]] : []);
      hint("");
      warn(error.message, update);
      if (error.status === SORRY) await reload();
    } finally {
      panel.classList.remove("busy");
    }
  }

  async function rebase() {
    const given = await ask(t("Bring it up to date"), [{ name: "keep", label: t("Accounts that changed hands on both sides"), kind: "select", value: "theirs", options: [["theirs", t("stay as the plan has them now")], ["mine", t("go where this draft puts them")]] }], { go: t("Go on"), text: t("The changes of this draft are laid over the plan as it is now, as one step.") });
    if (!given) return;
    try {
      const done = await store.rebase(/** @type {"mine" | "theirs"} */ (given.keep));
      location.assign(`${facts.root}/map?scenario=${done.scenario.id}&plan=${done.scenario.plan_id}`);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
  }

  async function lookAgain() {
    if (document.hidden || !store.scenario || editing || area.enabled() || document.querySelector("dialog[open]")) return;
    const now = await store.look().catch(() => null);
    if (!now) return;
    redraw();
    refresh();
    warn(t("{name} changed this draft: {act}", { name: now.changed_by, act: now.last_act }));
  }

  const on = (/** @type {string} */ id, /** @type {() => void} */ go) => byId(id)?.addEventListener("click", go);
  byId("scenario")?.addEventListener("change", () => switchTo(/** @type {HTMLSelectElement} */ (byId("scenario")).value));
  on("begin", begin);
  on("undo", () => settle(() => store.undo(), () => settle(() => store.undo(), () => undefined)));
  on("redo", () => settle(() => store.redo(), () => settle(() => store.redo(), () => undefined)));
  on("fit", () => act({ kind: "fit" }));
  on("publish", publish);
  on("compare", async () => {
    overview.hidden = detail.hidden = true;
    compared.hidden = false;
    await compare.open(String(compare.options()[0][0]));
  });
  on("rename", async () => {
    const given = await ask(t("Rename the draft"), [{ name: "name", label: t("Name"), kind: "text", required: true, value: store.scenario.name }], { go: t("Rename") });
    if (given) store.edit({ name: given.name }).then(refresh, (/** @type {Error} */ error) => warn(error.message));
  });
  on("discard", async () => {
    const given = await ask(t("Throw “{name}” away?", { name: store.scenario.name }), [], { go: t("Throw away"), danger: true, text: t("Its steps are lost to everybody.") });
    if (given) store.edit({ discarded: true }).then(() => { redraw(); refresh(); }, (/** @type {Error} */ error) => warn(error.message));
  });

  // ---- putting it together

  const table = workloadTable(byId("tab-workload"), facts, look);
  const card_ = cards({ card, plan, store, names, act, pin, closed: () => { cloud.mark([]); cloud.select([]); } });
  const territory = territoryView(detail, { plan, store, facts, names, act, back, border: editBorder, draw: drawFor, showAccount, choose });
  const curve = curveView(byId("tab-curve"), { plan, store, facts, names, act, begin, tell, preview: (list, at) => preview(list, at) });
  const compare = comparison({ map, cloud, zones, plan, store, facts, place: compared, stage: byId("stage"), names, focus: focusRows, closed: () => { compared.hidden = true; overview.hidden = looked >= 0; detail.hidden = looked < 0; byId("compare").focus(); } });
  const filter = filters({ plan, cloud, zones, colors: byId("color-by"), place: byId("tab-filter"), tell, choose: (rows) => { focusRows(rows); choose(rows); } });
  const strip = tabs(byId("tabs"), (name) => {
    lists(name);
    if (name === "curve") {
      curve.show();
      curve.recall();
    }
    else curve.hide();
  });

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

  cloud.on("pointclick", (/** @type {any} */ event) => {
    if (area.enabled() || spot.enabled()) return;
    const rows = event.points.map((/** @type {number} */ point) => cloud.row[point]);
    showAccount(rows[0], rows);
  });
  zones.on("zoneclick", (/** @type {any} */ event) => look(plan.territories[event.zone].key));
  zones.on("areaclick", (/** @type {any} */ event) => {
    if (area.enabled() || spot.enabled() || editing || cloud.near(event.containerPoint).length) return;
    look(plan.territories[event.zone].key);
  });
  document.addEventListener("keydown", (event) => keys(event));

  /** @param {KeyboardEvent} event */
  function keys(event) {
    if (/** @type {Element} */ (event.target).closest("dialog")) return;
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !/** @type {Element} */ (event.target).closest("input, textarea");
    if (undo) {
      event.preventDefault();
      byId(event.shiftKey ? "redo" : "undo").click();
    } else if (event.key === "Escape" && event.target !== byId("plan-search")) {
      if (lasso.enabled()) toggleLasso();
      else if (!card.hidden) card_.close();
      else if (editing) stopEditing();
      else if (looked >= 0) back();
    }
  }

  findAccounts(plan, names, showAccount);
  map.getContainer().setAttribute("aria-label", t("Map of the territories"));
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  await store.list().catch(() => undefined);
  if (facts.scenario) await store.show(facts.scenario).catch((/** @type {Error} */ error) => warn(error.message));
  redraw();
  curve.draw();
  refresh();
  setInterval(lookAgain, LOOK_AGAIN_MS);
  sheet(panel, map);
  Object.assign(window, { bailiwickPage: { plan, store, map, cloud, zones, borders, act, look } });
  document.documentElement.dataset.page = "ready";
}

/** @param {any} map @param {{whole: () => void, lasso: () => void, draw: () => void, edits: () => boolean}} acts */
function mapTools(map, acts) {
  L.control.zoom({ position: "topleft", zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
  const control = new L.Control({ position: "topleft" });
  const tool = (/** @type {string} */ kind, /** @type {string} */ name, /** @type {() => void} */ go, /** @type {string | undefined} */ pressed = undefined) => el("button", { type: "button", class: `tool ${kind}`, "aria-label": name, title: name, "aria-pressed": pressed, onclick: go });
  const lasso = tool("choose", t("Draw around accounts to choose them"), acts.lasso, "false");
  const buttons = [tool("whole", t("Whole plan"), acts.whole), lasso, ...(acts.edits() ? [tool("draw", t("Draw a new territory"), acts.draw)] : [])];
  control.onAdd = () => {
    const box = el("div", { class: "map-tools leaflet-bar" }, ...buttons);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
  return { press: (/** @type {string} */ _, /** @type {boolean} */ on) => lasso.setAttribute("aria-pressed", String(on)) };
}

/** The search field; the names come when it is used first. @param {LivePlan} plan @param {() => Promise<any>} names @param {(row: number) => void} show */
function findAccounts(plan, names, show) {
  const input = /** @type {HTMLInputElement} */ (byId("plan-search"));
  input.addEventListener("focus", async () => {
    const known = await names();
    const account = (/** @type {number} */ row) => ({ name: known.name[row], id: known.external_id[row], address: known.line[row], rep: plan.territory(plan.zone[row])?.name, drawn: Number.isFinite(plan.arrays.lat[row]) });
    const words = { no_match: t("No account found"), not_on_map: t("Not on the map") };
    search({ size: plan.n, account, t: (/** @type {"no_match" | "not_on_map" | "results"} */ key, /** @type {any} */ values) => (key === "results" ? t("{count} found", values) : words[key]) }, show);
    if (input.value) input.dispatchEvent(new Event("input"));
  }, { once: true });
}

/** The panel of a narrow screen: half, tall, closed in turn. @param {HTMLElement} panel @param {any} map */
function sheet(panel, map) {
  const handle = /** @type {HTMLElement} */ (panel.querySelector(".sheet-handle"));
  const steps = ["", "tall", "closed"];
  let step = 0;
  handle.addEventListener("click", () => {
    panel.classList.remove("tall", "closed");
    step = (step + 1) % steps.length;
    if (steps[step]) panel.classList.add(steps[step]);
    handle.setAttribute("aria-expanded", String(steps[step] !== "closed"));
    setTimeout(() => map.invalidateSize(), 250);
  });
}
