import { Refused } from "./asker.js";
import { t } from "./live_words.js";
import { changed, formDialog } from "./record_form.js";
import { change } from "./record_page.js";

/**
 * Change a row on the version that was read. When somebody else was faster, what they changed is said and taken over in
 * the fields that were not touched here; what was written here stays, and is sent on their version the next time.
 *
 * @param {string} title
 * @param {import("./record_form.js").Field[]} fields whose values are those that were read
 * @param {{path: string, version: number, fresh: () => Promise<Record<string, any>>, as?: (given: Record<string, any>) => Record<string, any>, sent?: (mine: Record<string, any>, given: Record<string, any>) => Record<string, any>, says?: (name: string, value: any) => string}} row
 * `fresh` reads the row anew, its version with it; `as` is what was filled in as values of the row, `sent` what differs as
 * the server takes it
 * @returns {Promise<{said: any, act: string | null} | null>}
 */
export function editDialog(title, fields, { path, version, fresh, as = (given) => given, sent = (mine) => mine, says = (_, value) => (value === null || value === "" ? "–" : String(value)) }) {
  /** @type {Record<string, any>} */
  let before = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  let read = version;
  return formDialog(title, fields, {
    go: t("Save"),
    async send(given, dialog) {
      const mine = changed(before, as(given));
      if (!Object.keys(mine).length) return null;
      try {
        return await change("PATCH", path, sent(mine, as(given)), read);
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 412) throw error;
        const now = await fresh();
        const theirs = fields.filter(({ name }) => (now[name] ?? "") !== (before[name] ?? ""));
        dialog.put(Object.fromEntries(theirs.filter(({ name }) => !(name in mine)).map(({ name }) => [name, now[name]])));
        before = { ...before, ...Object.fromEntries(fields.map(({ name }) => [name, now[name]])) };
        read = now.version;
        const what = theirs.map(({ name, label }) => t("{field}: {value}", { field: label, value: says(name, now[name]) })).join("; ");
        dialog.fault(what ? t("Somebody changed this meanwhile. Now it is: {what}. What you wrote is still here; save again to put it on top.", { what }) : t("Somebody changed this meanwhile, in other fields. Save again."));
        return undefined;
      }
    },
  });
}
