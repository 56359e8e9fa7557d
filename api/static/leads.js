import { byId, el } from "./dom.js";
import { t } from "./live_words.js";
import { momentText } from "./record_days.js";
import { formDialog } from "./record_form.js";
import { ask, change, facts, labelOf, query, sayDone, sayRefused } from "./record_page.js";
import { accountPicker } from "./record_picker.js";
import { tabs } from "./tabs.js";

/** The inbox of leads: what came in, whom it is about, and what becomes of it. */

const PAGE = 30;

/** @param {string} state */
async function show(state) {
  const place = byId(`tab-${state}`);
  const list = el("ol", { class: "leads" });
  /** @type {string | null} */
  let next = null;
  const more = el("button", { type: "button", class: "quiet", text: t("Show more"), hidden: true, onclick: () => load().catch(sayRefused) });
  async function load() {
    const found = await ask("GET", `/api/leads${query({ state, cursor: next, limit: PAGE })}`);
    list.append(...found.items.map((/** @type {any} */ one) => item(one, () => show(state))));
    next = found.next;
    more.hidden = !next;
  }
  try {
    await load();
    place.replaceChildren(list.children.length ? list : el("p", { class: "nothing-yet", text: t("No lead is here.") }), more);
  } catch (error) {
    sayRefused(error);
  }
  document.documentElement.dataset.page = "ready";
}

/** What a field of a lead is called; the source's own word where it is none that we know. @param {string} key */
function fieldName(key) {
  /** @type {Record<string, string>} */
  const known = {
    company: t("Company"), name: t("Name"), contact: t("Contact"), phone: t("Telephone"), email: t("Mail"), address: t("Address"), street: t("Street"),
    town: t("Town"), city: t("Town"), postcode: t("Postcode"), country: t("Country"), website: t("Website"), message: t("Message"), note: t("Note"),
  };
  return known[key.toLowerCase()] || key;
}

/** @param {any} one @param {() => any} again */
function item(one, again) {
  const open = ["new", "matched", "qualified"].includes(one.state);
  const name = one.account || one.payload.company || one.payload.name || one.trigger;
  const act = (/** @type {string} */ text, /** @type {(one: any, again: () => any) => Promise<any>} */ go, main = false) => el("button", { type: "button", class: main ? "main" : "", text, "aria-label": t("{act}: {name}", { act: text, name }), onclick: () => go(one, again).catch(sayRefused) });
  return el("li", { class: "lead", "data-lead": one.id },
    el("div", {}, el("h2", { dir: "auto", text: String(name) }),
      el("p", { class: "small", dir: "auto", text: [labelOf("lead_source", one.source), one.trigger, momentText(one.received_at), one.rep].filter(Boolean).join(" · ") }),
      one.account_id ? el("p", {}, el("a", { href: `${facts.root}/accounts/${one.account_id}`, dir: "auto", text: one.account })) : null,
      one.reason ? el("p", { class: "small", dir: "auto", text: t("rejected: {reason}", { reason: one.reason }) }) : null,
      el("dl", { class: "facts" }, ...Object.entries(one.payload).flatMap(([key, value]) => [el("dt", { dir: "auto", text: fieldName(key) }), el("dd", { dir: "auto", text: typeof value === "object" ? JSON.stringify(value) : String(value) })]))),
    open ? el("p", { class: "acts" }, one.state === "new" || !one.account_id ? act(t("Match"), match) : null, one.state === "qualified" ? null : act(t("Qualify"), qualify), facts.pipelines.length ? act(t("Convert"), convert, true) : null, act(t("Reject"), reject)) : null);
}

/** @param {{said: any, act: string | null} | null} done @param {string} text @param {() => any} again */
async function told(done, text, again) {
  if (!done) return;
  await again();
  sayDone(text, done.act, again);
}

/** @param {any} one @param {() => any} again */
async function match(one, again) {
  const picker = accountPicker();
  await told(await formDialog(t("Which account is it about?"), [], {
    go: t("Match"), text: picker.box,
    send: async (_, dialog) => {
      const chosen = picker.chosen();
      if (chosen) return change("POST", `/api/leads/${one.id}/match`, { account_id: chosen }, one.version);
      dialog.fault(t("Choose an account from the list."));
      return undefined;
    },
  }), t("Matched"), again);
}

/** @param {any} one @param {() => any} again */
async function qualify(one, again) {
  await told(await formDialog(t("Worth the work"), [{ name: "rep_id", label: t("Whose is it?"), kind: "select", value: one.rep_id || "", options: [["", t("as it is")], ...facts.reps] }], {
    go: t("Qualify"), send: ({ rep_id }) => change("POST", `/api/leads/${one.id}/qualify`, rep_id ? { rep_id: Number(rep_id) } : {}, one.version),
  }), t("Qualified"), again);
}

/** @param {any} one @param {() => any} again */
async function reject(one, again) {
  await told(await formDialog(t("Why does nothing come of it?"), [{ name: "why", label: t("Reason"), kind: "text", required: true }], {
    go: t("Reject"), danger: true, send: (given) => change("POST", `/api/leads/${one.id}/reject`, given, one.version),
  }), t("Rejected"), again);
}

/** An opportunity, and a prospect where the lead is of nobody who is known. @param {any} one @param {() => any} again */
async function convert(one, again) {
  const said = one.payload;
  const known = one.account_id !== null;
  const stages = facts.pipelines.flatMap((/** @type {any} */ line) => line.stages.filter((/** @type {any} */ stage) => stage.kind === "open").map((/** @type {any} */ stage) => [stage.id, facts.pipelines.length > 1 ? `${line.name}: ${stage.name}` : stage.name]));
  const text = (/** @type {any} */ value) => (typeof value === "string" ? value.slice(0, 300) : "");
  const done = await formDialog(t("Make a sale of it"), [
    { name: "title", label: t("Title"), kind: "text", value: text(said.company || one.account || one.trigger), required: true },
    { name: "stage_id", label: t("Stage"), kind: "select", options: stages },
    { name: "value", label: t("Amount"), kind: "number" }, { name: "currency", label: t("Currency"), kind: "text", value: "EUR", most: 10 },
    ...(known ? [] : /** @type {import("./record_form.js").Field[]} */ ([
      { name: "client.name", label: t("Name of the new account"), kind: "text", value: text(said.company), required: true },
      { name: "client.external_id", label: t("Its number"), kind: "text", value: one.external_id || `L${one.id}`, required: true },
      { name: "client.line", label: t("Street and number"), kind: "text", value: text(said.street) },
      { name: "client.postcode", label: t("Postcode"), kind: "text", value: text(said.postcode) },
      { name: "client.city", label: t("Town"), kind: "text", value: text(said.town || said.city) },
    ])),
  ], {
    go: t("Convert"),
    send(given) {
      const client = Object.fromEntries(Object.entries(given).filter(([name]) => name.startsWith("client.")).map(([name, value]) => [name.slice(7), value]));
      return change("POST", `/api/leads/${one.id}/convert`, { title: given.title, stage_id: Number(given.stage_id), value: given.value, currency: given.value === null ? "" : given.currency, ...(known ? {} : { client }) }, one.version);
    },
  });
  await told(done, t("It is a sale now"), again);
}

tabs(byId("tabs"), show);
show("new");
