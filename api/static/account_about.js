import { el, facts as list } from "./dom.js";
import { t } from "./live_words.js";
import { addLink, links } from "./account_links.js";
import { dayText, span } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { formDialog } from "./record_form.js";
import { amount, ask, change, facts as page, labelOf, sayDone } from "./record_page.js";

/** What an account is: fields, other names with their days, the firms it belongs with. */

/** @param {string} state */
export function stateName(state) {
  return { prospect: t("Prospect"), active: t("Active"), dormant: t("Dormant"), closed: t("Closed") }[state] || state;
}

/** @param {string} kind */
function nameKind(kind) {
  return { legal: t("legal name"), brand: t("brand"), former: t("former name"), latin: t("in Latin letters"), project: t("project") }[kind] || kind;
}

/** @param {HTMLElement} place @param {any} facts @param {() => any} refresh */
export function about(place, facts, refresh) {
  const { account, next_contact_on } = facts.account;
  place.replaceChildren(
    list([
      [t("Number"), account.external_id], [t("Segment"), labelOf("segment", account.segment)], [t("Industry"), labelOf("industry", account.industry)],
      [t("Value a year"), amount(account.value)], [t("Potential"), amount(account.potential)], [t("Next contact"), dayText(next_contact_on)],
    ]),
    facts.names.length ? el("ul", { class: "rows" }, ...facts.names.map((/** @type {any} */ one) => el("li", {}, el("b", { dir: "auto", text: one.name }), el("span", { class: "small", text: [nameKind(one.kind), span(one)].filter(Boolean).join(" · ") })))) : "",
    ...links(facts, refresh),
    el("p", { class: "acts" }, el("button", { type: "button", text: t("Change"), onclick: () => edit(account, refresh) }), el("button", { type: "button", class: "quiet", text: t("Add a name"), onclick: () => addName(facts, refresh) }), el("button", { type: "button", class: "quiet", text: t("Add a firm"), "aria-label": t("Add a firm that it belongs with"), onclick: () => addLink(facts, refresh) })),
  );
}

/** A code where its list has some, any text where not. @param {string} name @param {string} label @param {any} value @returns {import("./record_form.js").Field} */
export function codeField(name, label, value, listName = name) {
  const codes = page.codes[listName] || [];
  const options = /** @type {Array<[any, string]>} */ ([["", "–"], ...codes, ...(value && !codes.some((/** @type {any} */ one) => one[0] === value) ? [[value, value]] : [])]);
  return codes.length ? { name, label, kind: "select", value, options } : { name, label, kind: "text", value };
}

/** @param {any} account @param {() => any} refresh */
async function edit(account, refresh) {
  const states = /** @type {Array<[any, string]>} */ (["prospect", "active", "dormant", "closed"].map((one) => [one, stateName(one)]));
  const done = await editDialog(t("Change the account"), [
    { name: "name", label: t("Name"), kind: "text", value: account.name, required: true },
    { name: "state", label: t("State"), kind: "select", value: account.state, options: states },
    codeField("segment", t("Segment"), account.segment),
    codeField("industry", t("Industry"), account.industry),
    { name: "value", label: t("Value a year"), kind: "number", value: account.value },
    { name: "potential", label: t("Potential"), kind: "number", value: account.potential },
  ], { path: `/api/accounts/${account.id}`, version: account.version, fresh: () => ask("GET", `/api/accounts/${account.id}`), says: (name, value) => (name === "state" ? stateName(value) : labelOf(name, String(value ?? "–"))) });
  if (!done) return;
  await refresh();
  sayDone(t("Saved"), done.act, refresh);
}

/** @param {any} facts @param {() => any} refresh */
async function addName(facts, refresh) {
  const { account } = facts.account;
  const kinds = /** @type {Array<[any, string]>} */ (["legal", "brand", "former", "latin", "project"].map((one) => [one, nameKind(one)]));
  const done = await formDialog(t("Another name"), [
    { name: "kind", label: t("Kind"), kind: "select", options: kinds },
    { name: "name", label: t("Name"), kind: "text", required: true },
    { name: "valid_from", label: t("From"), kind: "date" },
    { name: "valid_to", label: t("Until, that day not included"), kind: "date" },
  ], { go: t("Add"), send: (given) => change("PUT", `/api/accounts/${account.id}/names`, { names: [...facts.names, given] }, account.version) });
  if (!done) return;
  await refresh();
  sayDone(t("Saved"), done.act, refresh);
}
