import { el } from "./dom.js";
import { t } from "./live_words.js";
import { codeField } from "./account_about.js";
import { dayText, span } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { formDialog } from "./record_form.js";
import { ask, change, labelOf, sayDone } from "./record_page.js";

/** People at an account: what they do there, how to reach them, and what they said may be done with that. */

const REACH = /** @type {Record<string, string>} */ ({ phone: "tel:", mobile: "tel:", email: "mailto:" });

/** @param {HTMLElement} place @param {any} facts @param {() => any} refresh */
export function people(place, facts, refresh) {
  const { people: all, account } = facts.account;
  place.replaceChildren(
    ...(all.length ? all.map((/** @type {any} */ one) => person(one, account.id, refresh)) : [el("p", { class: "small", text: t("Nobody is known yet.") })]),
    el("p", { class: "acts" }, el("button", { type: "button", class: "quiet", text: t("Add somebody"), onclick: () => add(account.id, refresh) })),
  );
}

/** @param {any} one @param {number} account @param {() => any} refresh */
function person(one, account, refresh) {
  const roles = one.roles.filter((/** @type {any} */ role) => role.account_id === account);
  const does = roles.map((/** @type {any} */ role) => [labelOf("person_role", role.role), role.is_main ? t("first to ask") : "", span(role)].filter(Boolean).join(", ")).filter(Boolean);
  const word = /** @type {Record<string, string>} */ ({ given: t("agreed"), withdrawn: t("took it back"), refused: t("refused") });
  return el("article", { class: "person" },
    el("p", {}, el("b", { dir: "auto", text: one.name }), does.length ? el("span", { class: "small", dir: "auto", text: ` ${does.join("; ")}` }) : null),
    el("ul", { class: "channels" }, ...one.contacts.map((/** @type {any} */ way) => el("li", {}, REACH[way.kind] ? el("a", { href: `${REACH[way.kind]}${way.kind === "email" ? way.value : way.value.replace(/[^\d+]/g, "")}`, text: way.value }) : el("span", { text: way.value }), ...[way.preferred ? t("preferred") : "", way.valid_to ? span(way) : ""].filter(Boolean).map((text) => el("span", { class: "small", text: ` ${text}` }))))),
    ...one.consents.map((/** @type {any} */ said) => el("p", { class: "small", text: t("{purpose}: {state}, {day}", { purpose: [labelOf("consent_purpose", said.purpose), said.channel ? kindOf(said.channel) : ""].filter(Boolean).join(", "), state: word[said.state] || said.state, day: dayText(said.said_at) }) })),
    one.note ? el("p", { class: "small", dir: "auto", text: one.note }) : null,
    el("p", { class: "acts small-acts" },
      el("button", { type: "button", class: "link", text: t("Change"), "aria-label": t("Change {name}", { name: one.name }), onclick: () => edit(one, refresh) }),
      el("button", { type: "button", class: "link", text: t("Add a number"), "aria-label": t("Add a number of {name}", { name: one.name }), onclick: () => addChannel(one, refresh) }),
      el("button", { type: "button", class: "link", text: t("Consent"), "aria-label": t("Consent of {name}", { name: one.name }), onclick: () => consent(one, refresh) })));
}

/** What a kind of contact is called; the rest as the record has it. @param {string} kind */
const kindOf = (kind) => kinds().find(([one]) => one === kind)?.[1] ?? kind;

const kinds = () => /** @type {Array<[any, string]>} */ ([["phone", t("Telephone")], ["email", t("Mail")]]);

/** @param {any} one @param {() => any} refresh */
async function edit(one, refresh) {
  const done = await editDialog(t("Change {name}", { name: one.name }), [
    { name: "name", label: t("Name"), kind: "text", value: one.name, required: true },
    { name: "note", label: t("Note"), kind: "long", value: one.note },
  ], { path: `/api/people/${one.id}`, version: one.version, fresh: () => ask("GET", `/api/people/${one.id}`) });
  if (done) await told(done, refresh);
}

/** Somebody with past and coming numbers too, which the card of a day leaves out. @param {number} id @returns {Promise<any>} */
const whole = (id) => ask("GET", `/api/people/${id}`);

/** @param {any} one @param {() => any} refresh */
async function addChannel(one, refresh) {
  const done = await formDialog(t("How to reach {name}", { name: one.name }), [
    { name: "kind", label: t("Kind"), kind: "select", options: kinds() },
    { name: "value", label: t("Number or address"), kind: "text", required: true },
    { name: "preferred", label: t("Preferred"), kind: "tick" },
    { name: "valid_from", label: t("From"), kind: "date" },
    { name: "valid_to", label: t("Until, that day not included"), kind: "date" },
  ], { go: t("Add"), send: async (given) => change("PATCH", `/api/people/${one.id}`, { contacts: [...(await whole(one.id)).contacts.map((/** @type {any} */ way) => ({ ...way, preferred: way.preferred && !given.preferred })), given] }, one.version) });
  if (done) await told(done, refresh);
}

/** @param {any} one @param {() => any} refresh */
async function consent(one, refresh) {
  const done = await formDialog(t("What did {name} say?", { name: one.name }), [
    { ...codeField("purpose", t("About what"), "", "consent_purpose"), required: true },
    { name: "state", label: t("Answer"), kind: "select", options: [["given", t("agreed")], ["withdrawn", t("took it back")]] },
    { name: "source", label: t("Where this was said"), kind: "text" },
  ], { go: t("Write down"), send: (given) => change("POST", `/api/people/${one.id}/consents`, given) });
  if (done) await told(done, refresh);
}

/** @param {number} account @param {() => any} refresh */
async function add(account, refresh) {
  const done = await formDialog(t("Somebody there"), [
    { name: "name", label: t("Name"), kind: "text", required: true },
    codeField("role", t("What they do there"), "", "person_role"),
    { name: "phone", label: t("Telephone"), kind: "text" },
    { name: "email", label: t("Mail"), kind: "text" },
    { name: "is_main", label: t("The first to ask"), kind: "tick" },
  ], {
    go: t("Add"),
    send: ({ name, role, phone, email, is_main }) => change("POST", "/api/people", {
      name, roles: [{ account_id: account, role, is_main }],
      contacts: [...(phone ? [{ kind: "phone", value: phone }] : []), ...(email ? [{ kind: "email", value: email }] : [])],
    }),
  });
  if (done) await told(done, refresh);
}

/** @param {{act: string | null}} done @param {() => any} refresh */
async function told(done, refresh) {
  await refresh();
  sayDone(t("Saved"), done.act, refresh);
}
