import { el } from "./dom.js";
import { fieldsOf, groupsOf } from "./live_fields.js";
import { accountRows } from "./live_rows.js";
import { number, t } from "./live_words.js";
import { swatch } from "./svg.js";

/** Colouring the accounts by a field, and showing only those that pass every filter. */

/** @typedef {import("./live_fields.js").Field} Field */
/** @typedef {{field: Field, from: number, to: number, picked: Set<number> | null, unknown: boolean}} Rule */

/**
 * @param {{plan: import("./live_plan.js").LivePlan, cloud: any, zones: any, colors: HTMLElement, place: HTMLElement, tell: (text: string) => void, choose: (rows: number[]) => void, names: () => Promise<any>, show: (row: number) => void}} parts
 */
export function filters({ plan, cloud, zones, colors, place, tell, choose, names, show }) {
  const fields = fieldsOf(plan);
  /** @type {Rule[]} */
  let rules = [];
  /** @type {Set<number>} classes of the legend that are switched off */
  let off = new Set();
  /** @type {Uint8Array | null} */
  let tones = null;
  let filtering = false;

  const select = el("select", { "aria-label": t("Colour by") }, el("option", { value: "", text: t("Territory") }), ...fields.map((field) => el("option", { value: field.key, text: field.name })));
  const legend = el("ul", { class: "classes" });
  colors.replaceChildren(el("label", {}, el("span", { text: t("Colour by") }), select), legend);
  select.addEventListener("change", () => {
    off = new Set();
    recolor();
    apply();
  });

  function recolor() {
    const field = fields.find(({ key }) => key === /** @type {HTMLSelectElement} */ (select).value);
    zones.tint(!field);
    tones = null;
    legend.replaceChildren();
    if (!field) return cloud.paint(null);
    const groups = groupsOf(field, plan);
    const found = (tones = new Uint8Array(cloud.n));
    const counts = groups.map(() => 0);
    for (let k = 0; k < cloud.n; k++) {
      const value = field.of(cloud.row[k]);
      const at = Math.max(0, groups.findIndex((group) => group.has(value)));
      found[k] = at;
      counts[at]++;
    }
    cloud.paint({ tones: found, colors: groups.map((group) => group.color) });
    legend.append(...groups.map((group, k) => {
      const tick = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: true }));
      tick.addEventListener("change", () => {
        if (tick.checked) off.delete(k);
        else off.add(k);
        apply();
      });
      return el("li", {}, el("label", {}, tick, swatch(group.color), el("span", { text: group.label }), el("span", { class: "count", text: number(counts[k]) })));
    }));
  }

  /** @param {number} row */
  const passes = (row) => rules.every((rule) => fits(rule, row));

  /** Rows that are shown. @returns {number[]} */
  function shown() {
    const found = [];
    for (let row = 0; row < plan.n; row++) if (passes(row)) found.push(row);
    return found;
  }

  function apply() {
    if (!rules.length && !off.size) {
      if (filtering) cloud.filter(null); // drawn anew only where that changes something
      filtering = false;
    } else {
      filtering = true;
      const visible = new Uint8Array(cloud.n);
      for (let k = 0; k < cloud.n; k++) visible[k] = Number(passes(cloud.row[k]) && !(tones && off.has(tones[k])));
      cloud.filter(visible);
    }
    const rows = rules.length ? shown() : null;
    const count = rows ? rows.length : plan.n;
    table.fill(() => rows || shown());
    summary.textContent = rules.length ? t("{count} of {all} accounts pass", { count: number(count), all: number(plan.n) }) : t("All {all} accounts are shown.", { all: number(plan.n) });
    pick.hidden = !rules.length || !count;
  }

  const summary = el("p", { class: "small", role: "status" });
  const pick = el("button", { type: "button", class: "button", text: t("Choose these accounts"), hidden: true, onclick: () => choose(shown()) });
  const list = el("div", { class: "rules" });
  const add = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("Filter by") }, el("option", { value: "", text: t("Filter by …") }), ...fields.map((field) => el("option", { value: field.key, text: field.name }))));
  add.addEventListener("change", () => {
    const field = fields.find(({ key }) => key === add.value);
    add.value = "";
    if (!field) return;
    rules.push({ field, from: -Infinity, to: Infinity, picked: field.words ? new Set() : null, unknown: false });
    draw();
    /** @type {HTMLElement | null} */ (list.lastElementChild?.querySelector("input"))?.focus();
    apply();
  });
  const views = el("div", { class: "views", role: "group", "aria-label": t("Kept views") });
  const listed = el("div");
  place.replaceChildren(views, add, list, summary, pick, listed);
  const table = accountRows(listed, { plan, fields, names, show });

  function draw() {
    list.replaceChildren(...rules.map((rule) => ruleBox(rule, plan, () => apply(), () => {
      rules = rules.filter((one) => one !== rule);
      draw();
      apply();
      tell(t("Filter taken away"));
      add.focus();
    })));
  }

  /** What is set, as texts. @returns {Record<string, string>} */
  function state() {
    const kept = rules.map(({ field, from, to, picked, unknown }) => ({ key: field.key, from: Number.isFinite(from) ? from : null, to: Number.isFinite(to) ? to : null, words: picked && [...picked].map((value) => (field.words || [])[value]), unknown }));
    return { rules: JSON.stringify(kept), color: /** @type {HTMLSelectElement} */ (select).value, ...table.state() };
  }

  /** Set it again; fields and words that are no longer there are left out. @param {Record<string, string>} kept */
  function restore(kept) {
    const given = /** @type {any[]} */ (JSON.parse(kept.rules || "[]"));
    rules = given.flatMap(({ key, from, to, words, unknown }) => {
      const field = fields.find((one) => one.key === key);
      const picked = (/** @type {Field} */ { words: known }) => (known ? new Set(/** @type {string[]} */ (words || []).map((word) => known.indexOf(word)).filter((value) => value >= 0)) : null);
      return field ? [{ field, from: from ?? -Infinity, to: to ?? Infinity, picked: picked(field), unknown: Boolean(unknown) }] : [];
    });
    off = new Set();
    /** @type {HTMLSelectElement} */ (select).value = fields.some(({ key }) => key === kept.color) ? kept.color : "";
    table.restore(kept);
    draw();
    recolor();
    apply();
  }

  /** Show only accounts of one word of a field; other filters stay. @param {string} key @param {number} value */
  function only(key, value) {
    const field = fields.find((one) => one.key === key);
    if (!field) return;
    rules = [...rules.filter((one) => one.field !== field), { field, from: -Infinity, to: Infinity, picked: new Set([value]), unknown: false }];
    draw();
    apply();
  }

  apply();
  return { only, refresh: () => { if (tones) recolor(); apply(); }, shown, active: () => rules.length > 0, state, restore, views };
}

/** @param {Rule} rule @param {number} row */
function fits({ field, from, to, picked, unknown }, row) {
  const value = field.of(row);
  if (picked) return !picked.size || picked.has(value);
  if (Number.isNaN(value)) return unknown || (from === -Infinity && to === Infinity);
  return value >= from && value <= to;
}

/** @param {Rule} rule @param {import("./live_plan.js").LivePlan} plan @param {() => void} changed @param {() => void} remove */
function ruleBox(rule, plan, changed, remove) {
  const { field } = rule;
  const close = el("button", { type: "button", class: "close", "aria-label": t("Take the filter {name} away", { name: field.name }), text: "×", onclick: remove });
  return el("fieldset", { class: "rule" }, el("legend", { text: field.name }), close, ...(rule.picked ? wordInputs(rule, plan, changed) : rangeInputs(rule, changed)));
}

/** @param {Rule} rule @param {() => void} changed */
function rangeInputs(rule, changed) {
  const type = rule.field.kind === "day" ? "date" : "number";
  const read = (/** @type {HTMLInputElement} */ input, /** @type {number} */ none) => (input.value === "" ? none : type === "date" ? Math.round(input.valueAsNumber / 86_400_000) : Number(input.value));
  const [from, to] = [t("From"), t("To")].map((name) => /** @type {HTMLInputElement} */ (el("input", { type, step: "any", "aria-label": `${rule.field.name}: ${name}`, placeholder: name })));
  const write = (/** @type {number} */ value) => (!Number.isFinite(value) ? "" : type === "date" ? new Date(value * 86_400_000).toISOString().slice(0, 10) : String(value));
  [from.value, to.value] = [write(rule.from), write(rule.to)];
  for (const input of [from, to]) {
    input.addEventListener("input", () => {
      rule.from = read(from, -Infinity);
      rule.to = read(to, Infinity);
      changed();
    });
  }
  const unknown = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: rule.unknown }));
  unknown.addEventListener("change", () => {
    rule.unknown = unknown.checked;
    changed();
  });
  return [el("div", { class: "range" }, from, el("span", { text: "–" }), to), el("label", { class: "tick" }, unknown, t("also where it is unknown"))];
}

const MOST_WORDS = 60;

/** @param {Rule} rule @param {import("./live_plan.js").LivePlan} plan @param {() => void} changed */
function wordInputs(rule, plan, changed) {
  const counts = new Map();
  for (let row = 0; row < plan.n; row++) counts.set(rule.field.of(row), (counts.get(rule.field.of(row)) || 0) + 1);
  const all = [...counts].sort((a, b) => b[1] - a[1]);
  const ticks = el("div", { class: "words" });
  const find = /** @type {HTMLInputElement} */ (el("input", { type: "search", placeholder: t("Find a value"), "aria-label": `${rule.field.name}: ${t("Find a value")}` }));
  const draw = () => {
    const wanted = find.value.trim().toLowerCase();
    const words = rule.field.words || [];
    const some = all.filter(([value]) => !wanted || (words[value] || "").toLowerCase().includes(wanted)).slice(0, MOST_WORDS);
    ticks.replaceChildren(...some.map(([value, count]) => {
      const tick = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: rule.picked?.has(value) }));
      tick.addEventListener("change", () => {
        if (tick.checked) rule.picked?.add(value);
        else rule.picked?.delete(value);
        changed();
      });
      return el("label", { class: "tick" }, tick, words[value] || t("none given"), el("span", { class: "count", text: number(count) }));
    }));
  };
  find.addEventListener("input", draw);
  draw();
  return all.length > 12 ? [find, ticks] : [ticks];
}
