import { ask } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { hint, tell, warn } from "./live_say.js";
import { Refused } from "./asker.js";
import { number, t } from "./live_words.js";

/** Drafts: acts on them and what to do when somebody else was faster, undo and redo, names, publishing. */

const SORRY = 412;

/** @param {any} desk what the parts of the manager's page share, see `live_page.js` */
export function drafting(desk) {
  const { plan, store, facts, panel } = desk;

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
    if (changed || desk.ground.editing) desk.redraw();
    else desk.regroup();
    desk.refresh();
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
    desk.redraw();
    desk.refresh();
  }

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
    /** @type {HTMLButtonElement} */ (byId("compare")).disabled = !desk.compare.options().length;
    byId("draft-note").textContent = scenario && !scenario.steps ? t("Nothing was changed in this draft yet.") : scenario ? t("{count} of {all} steps · last: {act} ({by})", { count: scenario.position, all: scenario.steps, act: scenario.last_act, by: scenario.changed_by }) : store.open ? t("The first change begins a draft; the plan stays as it is until you publish.") : "";
    panel.classList.toggle("draft", Boolean(scenario));
  }

  /** @param {string} id */
  async function switchTo(id) {
    desk.compare.active && desk.compare.close();
    try {
      await store.turnTo(id ? Number(id) : null);
    } catch (error) {
      warn(/** @type {Error} */ (error).message);
    }
    desk.curve.forget();
    desk.redraw();
    desk.refresh();
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
    desk.redraw();
    desk.refresh();
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
    if (document.hidden || !store.scenario || desk.ground.editing || desk.ground.drawing || document.querySelector("dialog[open]")) return;
    const now = await store.look().catch(() => null);
    if (!now) return;
    desk.redraw();
    desk.refresh();
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
    for (const part of ["overview", "territory"]) byId(part).hidden = true;
    byId("compared").hidden = false;
    await desk.compare.open(String(desk.compare.options()[0][0]));
  });
  on("rename", async () => {
    const given = await ask(t("Rename the draft"), [{ name: "name", label: t("Name"), kind: "text", required: true, value: store.scenario.name }], { go: t("Rename") });
    if (given) store.edit({ name: given.name }).then(desk.refresh, (/** @type {Error} */ error) => warn(error.message));
  });
  on("discard", async () => {
    const given = await ask(t("Throw “{name}” away?", { name: store.scenario.name }), [], { go: t("Throw away"), danger: true, text: t("Its steps are lost to everybody.") });
    if (given) store.edit({ discarded: true }).then(() => { desk.redraw(); desk.refresh(); }, (/** @type {Error} */ error) => warn(error.message));
  });

  return { act, begin, drawBar, lookAgain };
}
