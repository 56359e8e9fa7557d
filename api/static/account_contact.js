import { t } from "./live_words.js";
import { codeField } from "./account_about.js";
import { formDialog } from "./record_form.js";
import { change, facts as page, sayDone } from "./record_page.js";

/** Write down what was done with an account. */

/** A note, or a call with what came of it. @param {string} kind @param {any} facts @param {() => any} refresh */
export async function newActivity(kind, facts, refresh) {
  const { account, people, opportunities } = facts.account;
  const call = kind !== "note";
  /** @type {Array<[any, string]>} */
  const persons = [["", "–"], ...people.map((/** @type {any} */ one) => [one.id, one.name])];
  /** @type {Array<[any, string]>} */
  const sales = [["", "–"], ...opportunities.filter((/** @type {any} */ one) => one.kind === "open").map((/** @type {any} */ one) => [one.id, one.title])];
  const done = await formDialog(call ? t("A call") : t("A note"), [
    { name: "text", label: call ? t("What was said") : t("Note"), kind: "long", required: !call },
    ...(call ? [{ ...codeField("outcome", t("What came of it"), ""), required: true }] : []),
    ...(persons.length > 1 ? [{ name: "person_id", label: t("With"), kind: /** @type {"select"} */ ("select"), options: persons }] : []),
    ...(sales.length > 1 ? [{ name: "opportunity_id", label: t("About the sale"), kind: /** @type {"select"} */ ("select"), options: sales }] : []),
    { name: "next_contact_on", label: t("Next contact"), kind: "date" },
  ], {
    go: t("Write down"),
    send: ({ person_id, opportunity_id, ...given }) => change("POST", "/api/activities", { ...given, kind, account_id: account.id, ...(person_id ? { person_id: Number(person_id) } : {}), ...(opportunity_id ? { opportunity_id: Number(opportunity_id) } : {}), ...(page.rep ? { rep_id: page.rep } : {}) }),
  });
  if (!done) return;
  await refresh();
  sayDone(t("Written down"), done.act, refresh);
}
