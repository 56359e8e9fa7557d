import { asker } from "./asker.js";
import { freshBlock } from "./live_data.js";
import { moment, t } from "./live_words.js";

/** Talks to the server: one thing after the other, each on the version that was read; says who was faster. */

/** @typedef {{status: number, detail: string, version?: number}} Refusal */

export class LiveStore {
  /** @param {any} facts of the page @param {import("./live_plan.js").LivePlan} plan */
  constructor(facts, plan) {
    this.facts = facts;
    this.plan = plan;
    this.ask = asker(facts.root);
    /** @type {any[]} */
    this.scenarios = [];
    this.busy = Promise.resolve();
  }

  get scenario() {
    return this.plan.scenario;
  }

  /** Whether territories can be changed here. */
  get open() {
    return this.facts.edits && this.facts.plan.state === "published" && (!this.scenario || this.scenario.state === "draft");
  }

  async list() {
    if (!this.facts.edits) return;
    this.scenarios = (await this.ask("GET", `/api/scenarios?plan=${this.facts.plan.id}`)).items;
  }

  /** Address of the territories of a scenario; null is the plan. @param {number | null} id */
  ground(id) {
    return `${this.facts.root}/api/plans/${this.facts.plan.id}/ground${id ? `?scenario=${id}` : ""}`;
  }

  /** Show a scenario, read anew. @param {number | null} id */
  async show(id) {
    this.plan.take(await freshBlock(this.ground(id)));
    const address = new URL(location.href);
    if (id) address.searchParams.set("scenario", String(id));
    else address.searchParams.delete("scenario");
    history.replaceState(null, "", address);
  }

  /** Another scenario is shown once what is on its way is done. @param {number | null} id */
  turnTo(id) {
    return this._after(() => this.show(id));
  }

  /** @param {string} name @param {number | null} [like] */
  begin(name, like = null) {
    return this._after(() => this._begin(name, like));
  }

  /** @param {string} name @param {number | null} [like] */
  async _begin(name, like = null) {
    const made = await this.ask("POST", "/api/scenarios", { name, plan_id: this.facts.plan.id, like });
    await this.list();
    await this.show(made.id);
    return made;
  }

  /** A name that says when it was begun. */
  freshName() {
    const name = t("Draft {moment}", { moment: moment(new Date().toISOString()) });
    const taken = new Set(this.scenarios.map((one) => one.name));
    for (let number = 2, fresh = name; ; number++) {
      if (!taken.has(fresh)) return fresh;
      fresh = `${name} (${number})`;
    }
  }

  /** Do an act after those that are on their way; where no scenario is open, one is begun. @param {any} body @returns {Promise<any>} */
  act(body) {
    return this._after(async () => {
      if (!this.scenario) await this._begin(this.freshName());
      return this._change(`/api/scenarios/${this.scenario.id}/steps`, body);
    });
  }

  undo() {
    return this._after(() => this._change(`/api/scenarios/${this.scenario.id}/undo`));
  }

  redo() {
    return this._after(() => this._change(`/api/scenarios/${this.scenario.id}/redo`));
  }

  /** @param {string} path @param {any} [body] */
  _change(path, body) {
    return this.ask("POST", path, body, this._match());
  }

  _match() {
    return { "If-Match": `"${this.scenario.version}"` };
  }

  /** @param {{name?: string, discarded?: boolean}} body */
  edit(body) {
    return this._after(async () => {
      const { id } = this.scenario;
      await this.ask("PATCH", `/api/scenarios/${id}`, body, this._match());
      await this.list();
      await this.show(body.discarded ? null : id);
    });
  }

  /** @param {string} starts_on @param {string} why */
  publish(starts_on, why) {
    return this._after(() => this._change(`/api/scenarios/${this.scenario.id}/publish`, { starts_on, why }));
  }

  /** @param {"mine" | "theirs"} keep */
  rebase(keep) {
    return this._after(() => this._change(`/api/scenarios/${this.scenario.id}/rebase`, { keep }));
  }

  steps() {
    return this.ask("GET", `/api/scenarios/${this.scenario.id}/steps`);
  }

  /** Whether somebody else changed the scenario that is shown; then it is read anew. @returns {Promise<any>} the scenario, or null */
  async look() {
    if (!this.scenario) return null;
    const now = await this.ask("GET", `/api/scenarios/${this.scenario.id}`);
    if (!this.scenario || now.id !== this.scenario.id || now.version === this.scenario.version) return null;
    await this.show(now.id);
    return now;
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  _after(work) {
    const next = this.busy.then(work);
    this.busy = next.then(
      () => undefined,
      () => undefined,
    );
    return next;
  }
}
