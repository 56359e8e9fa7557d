import { el } from "./dom.js";
import { hours, number, share, t } from "./live_words.js";
import { svg } from "./svg.js";

/** Transfers against balance: choose how even it should be, then look at the transfers one by one and take them or not. */

/** @typedef {{site: number, from: number, to: number, hours: number, reason: string}} Move */
/** @typedef {{tolerance: number, feasible: boolean, proven: boolean, bound: number, largest: number, moves: Move[], notes: string[]}} Point */

const ASK_AGAIN_MS = 700;
const LONG_WAIT_MS = 20_000;

/**
 * @param {HTMLElement} place
 * @param {{plan: import("./live_plan.js").LivePlan, store: import("./live_store.js").LiveStore, facts: any, names: () => Promise<any>, act: (body: any) => Promise<any>, begin: () => Promise<boolean>, preview: (moves: Move[], at: number) => void, tell: (text: string) => void}} parts
 */
export function curveView(place, parts) {
  const { plan, store } = parts;
  /** @type {Point[]} */
  let points = [];
  let [at, number_] = [-1, 0];
  /** @type {Move[]} */
  let open = [];
  let job = 0;
  let taken = 0;
  let fault = "";
  /** @type {HTMLElement | null} what is shown while it is computed */
  let running = null;
  /** @type {any} */
  let known = null;

  function draw() {
    if (running) return place.replaceChildren(running);
    if (!store.open) return place.replaceChildren(el("p", { text: t("Suggestions are made for drafts. Open or begin one.") }));
    const go = el("button", { type: "button", class: "button main", text: points.length ? t("Compute anew") : t("Compute transfers"), onclick: compute });
    place.replaceChildren(el("p", { class: "small", text: t("How many accounts must change hands to make the work more even? Every point is a list of transfers; the fewer, the wider the difference that stays.") }), go, fault ? el("p", { class: "fault", text: fault }) : "", ...(points.length ? [chart(), list()] : []));
  }

  async function compute() {
    if (!store.scenario && !(await parts.begin())) return;
    follow(() => store.ask("POST", `/api/scenarios/${store.scenario.id}/curves`, {}));
  }

  /** What was computed for this state of the draft before, by anybody. */
  async function recall() {
    if (!store.open || !store.scenario || points.length) return;
    const mine = ++job;
    const known = await store.ask("GET", `/api/scenarios/${store.scenario.id}/curves`).catch(() => null);
    if (known?.job && mine === job) follow(async () => known.job);
  }

  /** Show how far a job is until it is over. @param {() => Promise<any>} begin */
  async function follow(begin) {
    const mine = ++job;
    const status = el("p", { role: "status", text: t("Waiting for a worker …") });
    const meter = /** @type {HTMLProgressElement} */ (el("progress", { "aria-label": t("Progress"), max: 1 }));
    const stop = el("button", { type: "button", class: "button", text: t("Stop") });
    running = el("div", { class: "progress" }, status, meter, stop);
    draw();
    try {
      let now = await begin();
      stop.addEventListener("click", () => store.ask("POST", `/api/jobs/${now.id}/cancel`, {}).catch((/** @type {Error} */ error) => parts.tell(error.message)));
      const began = Date.now();
      while (!now.ended_at && mine === job) {
        const waiting = Date.now() - began > LONG_WAIT_MS ? t("Still waiting for a worker. Whoever runs the server can start more of them (bailiwick worker). You may go on meanwhile; it will be here.") : t("Waiting for a worker …");
        status.textContent = now.state === "queued" ? waiting : now.units ? t("{done} of {all} widths computed", { done: now.units_done, all: now.units }) : t("Reading the accounts …");
        if (now.units) meter.value = now.units_done / now.units;
        await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
        now = await store.ask("GET", `/api/jobs/${now.id}`);
      }
      if (mine !== job) return;
      running = null;
      points = now.state === "done" ? now.answer.points : [];
      fault = now.state === "done" ? "" : now.error || t("Stopped.");
      parts.tell(fault || t("The transfers are ready."));
      if (points.length) choose(usual());
      else draw();
    } catch (error) {
      if (mine !== job) return;
      running = null;
      parts.tell((fault = /** @type {Error} */ (error).message));
      draw();
    }
  }

  /** The point at the band of the plan, or the nearest feasible one. */
  function usual() {
    const right = points.findIndex((point) => point.feasible && point.tolerance <= parts.facts.plan.tolerance + 1e-9);
    return right >= 0 ? right : points.reduce((best, point, k) => (point.feasible ? k : best), 0);
  }

  /** @param {number} to */
  async function choose(to) {
    [at, number_, taken] = [to, 0, 0];
    open = points[to].moves.filter(stands);
    known = await parts.names();
    draw();
    show();
    /** @type {HTMLElement | null} */ (place.querySelector(".suggestion"))?.focus({ preventScroll: true });
  }

  /** @param {Move} move */
  function stands(move) {
    const row = plan.rowOf.get(move.site);
    return row !== undefined && plan.zone[row] === move.from && !plan.locked[row] && plan.place.has(move.to);
  }

  function chart() {
    const most = Math.max(1, ...points.map((point) => point.moves.length));
    const widest = Math.max(...points.map((point) => point.tolerance));
    const [wide, high] = [300, 120];
    const x = (/** @type {Point} */ point) => 34 + (point.tolerance / widest) * (wide - 50);
    const y = (/** @type {Point} */ point) => high - 22 - (point.moves.length / most) * (high - 40);
    const line = svg("polyline", { class: "curve-line", points: points.filter((point) => point.feasible).map((point) => `${x(point)},${y(point)}`).join(" ") });
    const axis = [svg("line", { class: "curve-axis", x1: 30, y1: high - 22, x2: wide - 8, y2: high - 22 }), svg("line", { class: "curve-axis", x1: 30, y1: 10, x2: 30, y2: high - 22 })];
    const dots = points.map((point, k) => {
      const dot = svg("circle", { class: `curve-dot${k === at ? " chosen" : ""}${point.feasible ? "" : " short"}`, cx: x(point), cy: y(point), r: k === at ? 7 : 5 });
      dot.addEventListener("click", () => choose(k));
      return dot;
    });
    const texts = points.map((point) => label(`±${number(point.tolerance * 100, 1)}`, x(point), high - 8, "middle"));
    const picture = svg("svg", { class: "curve", viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" }, ...axis, line, ...dots, ...texts, label(String(most), 26, y({ ...points[0], moves: new Array(most) }) + 4, "end"), label("0", 26, high - 18, "end"));
    const options = points.map((point, k) => {
      const said = point.feasible ? t("±{width} %: {count} transfers{proven}", { width: number(point.tolerance * 100, 1), count: point.moves.length, proven: point.proven ? t(", proven fewest") : "" }) : t("±{width} %: not reached; {count} transfers lead to {largest}", { width: number(point.tolerance * 100, 1), count: point.moves.length, largest: share(point.largest) });
      const radio = el("input", { type: "radio", name: "width", value: k, checked: k === at });
      radio.addEventListener("change", () => choose(k));
      return el("label", { class: "tick" }, radio, said);
    });
    return el("fieldset", { class: "widths" }, el("legend", { text: t("Transfers (up) against the difference that stays (across, %)") }), picture, ...options);
  }

  function list() {
    if (!open.length) return el("p", { role: "status", text: taken ? t("{count} transfers taken; none is left.", { count: taken }) : t("No transfer is needed for this width.") });
    const move = open[number_];
    const row = /** @type {number} */ (plan.rowOf.get(move.site));
    const name = (/** @type {number} */ key) => plan.territory(key)?.name || "–";
    const button = (/** @type {string} */ text, /** @type {() => void} */ go, kind = "button") => el("button", { type: "button", class: kind, text, onclick: go });
    return el("section", { class: "suggestion", tabindex: "-1", "aria-label": t("Suggestion {at} of {count}", { at: number_ + 1, count: open.length }) },
      el("p", { class: "small" }, t("Suggestion {at} of {count}", { at: number_ + 1, count: open.length })),
      el("h3", { text: known.name[row] }),
      el("p", { class: "way" }, el("b", { text: name(move.from) }), " → ", el("b", { text: name(move.to) }), `, ${t("{hours} h over the plan's weeks", { hours: hours(move.hours) })}`),
      el("p", { class: "why", text: move.reason }),
      el("div", { class: "actions" }, button(t("Accept"), () => take([move]), "button main"), button(t("Reject"), drop)),
      el("div", { class: "actions" }, button(`‹ ${t("Previous")}`, () => step(-1)), button(`${t("Next")} ›`, () => step(1)), button(t("Accept all {count}", { count: open.length }), () => take(open))),
    );
  }

  function show() {
    parts.preview(open, number_);
  }

  /** @param {number} by */
  function step(by) {
    number_ = (number_ + by + open.length) % open.length;
    again();
  }

  function drop() {
    parts.tell(t("Rejected: {name} stays.", { name: known.name[/** @type {number} */ (plan.rowOf.get(open[number_].site))] }));
    open.splice(number_, 1);
    again();
  }

  function again() {
    number_ = Math.max(0, Math.min(number_, open.length - 1));
    draw();
    show();
    /** @type {HTMLElement | null} */ (place.querySelector(".suggestion"))?.focus({ preventScroll: true });
  }

  /** Accept: one step of the scenario for every territory that takes accounts. @param {Move[]} moves */
  async function take(moves) {
    /** @type {Map<number, Move[]>} */
    const by = new Map();
    for (const move of moves) by.set(move.to, [...(by.get(move.to) || []), move]);
    for (const [to, some] of by) {
      const why = some.length === 1 ? some[0].reason : t("for balance, ±{width} %", { width: number(points[at].tolerance * 100, 1) });
      if (!(await parts.act({ kind: "move", sites: some.map((move) => move.site), territory: to, why }))) break;
      taken += some.length;
    }
    open = open.filter(stands);
    again();
  }

  /** After something else changed the territories. */
  function refresh() {
    open = open.filter(stands);
    number_ = Math.max(0, Math.min(number_, open.length - 1));
    draw();
  }

  /** Another scenario is shown. */
  function forget() {
    job++;
    [points, open, at, fault, running] = [[], [], -1, "", null];
    draw();
  }

  return { draw, refresh, forget, recall, show, hide: () => parts.preview([], -1) };
}

/** @param {string} text @param {number} x @param {number} y @param {string} anchor */
function label(text, x, y, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor, class: "curve-text" });
  element.textContent = text;
  return element;
}
