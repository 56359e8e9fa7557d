import { el } from "./dom.js";
import { t } from "./live_words.js";
import { span } from "./record_days.js";
import { editDialog } from "./record_edit.js";
import { formDialog } from "./record_form.js";
import { accountPicker } from "./record_picker.js";
import { ask, change, facts as page, sayDone } from "./record_page.js";

/** The firms that an account belongs with: who owns, supplies or pays for whom, how much of it, and from when until when. */

/** What the other firm is to this one, and this one to the other. @returns {Record<string, [string, string]>} */
const kinds = () => ({
  owner: [t("its owner"), t("owned by it")],
  franchise: [t("its franchiser"), t("its franchisee")],
  supplier: [t("its supplier"), t("supplied by it")],
  payer: [t("pays for it"), t("it pays for")],
});

/** @param {any} facts @param {() => any} refresh */
export function links(facts, refresh) {
  const { links: all, account } = facts.account;
  return all.length ? [el("ul", { class: "rows" }, ...all.map((/** @type {any} */ one) => row(one, account.id, refresh)))] : [];
}

/** @param {any} one @param {number} id @param {() => any} refresh */
function row(one, id, refresh) {
  const up = one.account_id === id;
  const [other, name] = up ? [one.to_account_id, one.to_account] : [one.account_id, one.account];
  const share = one.share === null ? "" : `${Math.round(one.share * 1000) / 10} %`;
  const act = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => any} */ go) => el("button", { type: "button", class: "link", text, "aria-label": label, onclick: go });
  return el("li", {},
    el("a", { href: `${page.root}/accounts/${other}`, dir: "auto", text: name }),
    el("span", { class: "small", text: [kinds()[one.kind]?.[up ? 0 : 1] || one.kind, share, span(one)].filter(Boolean).join(" · ") }),
    el("span", { class: "acts small-acts" },
      act(t("Change"), t("Change the link with {name}", { name }), () => edit(one, id, name, refresh)),
      act(t("End"), t("End the link with {name}", { name }), () => end(one, id, name, refresh))));
}

/** @param {number} account @param {number} link */
const fresh = async (account, link) => (await ask("GET", `/api/accounts/${account}/overview`)).links.find((/** @type {any} */ one) => one.id === link) || {};

/** @param {any} one @param {number} account @param {string} name @param {() => any} refresh */
async function edit(one, account, name, refresh) {
  const done = await editDialog(t("The link with {name}", { name }), dated(one), { path: `/api/links/${one.id}`, version: one.version, fresh: () => fresh(account, one.id) });
  if (done) await told(done, refresh);
}

/** @param {any} one @param {number} account @param {string} name @param {() => any} refresh */
async function end(one, account, name, refresh) {
  const done = await formDialog(t("End the link with {name}", { name }), [
    { name: "valid_to", label: t("From this day on they do not belong together"), kind: "date", value: page.today, required: true },
  ], { go: t("End it"), text: el("p", { class: "small", text: t("What it was stays in the history.") }), send: (given) => change("PATCH", `/api/links/${one.id}`, given, one.version) });
  if (done) await told(done, refresh);
}

/** Share and days. @param {any} [one] @returns {import("./record_form.js").Field[]} */
function dated(one = {}) {
  return [
    { name: "share", label: t("Share, in percent"), kind: "share", value: one.share ?? null, note: t("where it is known") },
    { name: "valid_from", label: t("From"), kind: "date", value: one.valid_from ?? null },
    { name: "valid_to", label: t("Until, that day not included"), kind: "date", value: one.valid_to ?? null },
  ];
}

/** Say that another firm belongs to this one, or this one to it. @param {any} facts @param {() => any} refresh */
export async function addLink(facts, refresh) {
  const { account } = facts.account;
  const picker = accountPicker();
  const ways = Object.entries(kinds()).flatMap(([kind, [up, down]]) => /** @type {Array<[any, string]>} */ ([[`${kind} up`, up], [`${kind} down`, down]]));
  const done = await formDialog(t("A firm that {name} belongs with", { name: account.name }), [
    { name: "way", label: t("The other firm is"), kind: "select", options: ways },
    ...dated(),
  ], {
    go: t("Add"),
    text: el("div", { class: "picker-place" }, picker.box),
    send: async ({ way, ...days }, dialog) => {
      const other = picker.chosen();
      if (other === null) return void dialog.fault(t("Choose an account from the list."));
      const [kind, side] = way.split(" ");
      const [from, to] = side === "up" ? [account.id, other] : [other, account.id];
      return change("POST", `/api/accounts/${from}/links`, { to_account_id: to, kind, ...days });
    },
  });
  if (done) await told(done, refresh);
}

/** @param {{said: any, act: string | null}} done @param {() => any} refresh */
async function told({ said, act }, refresh) {
  await refresh();
  const counts = (!said.valid_from || said.valid_from <= page.today) && (!said.valid_to || said.valid_to > page.today);
  sayDone(counts ? t("Saved") : t("Saved. It is shown on the days on which it counts: {days}", { days: span(said) }), act, refresh);
}
