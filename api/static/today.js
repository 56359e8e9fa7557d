import { askDone, askReplan, askSkip } from "./today_dialogs.js";
import { el } from "./dom.js";
import { filled } from "./today_phrases.js";
import { showNear } from "./today_near.js";
import { change, drop, keep, send, waiting } from "./today_outbox.js";
import { addActs, nameOf, pointTheWay, stateOf, visitOf } from "./today_visits.js";
import { drawWhenSeen, mark } from "./today_map.js";
import { kindsOf } from "./today_types.js";

/** The rep's day: what is done goes into the outbox first, is shown at once, and the page follows the server's answer. */

/** @typedef {import("./today_outbox.js").Action} Action */

const facts = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("facts")).textContent || "{}");
const words = facts.words;
const notices = /** @type {HTMLElement} */ (document.getElementById("notices"));
const day = () => /** @type {HTMLElement} */ (document.getElementById("day"));
/** @type {{text: string, batch?: number} | null} */
let last = null;
let retry = 0;
let looked = Date.now();
const LOOK_AGAIN_MS = 60_000;

/**
 * Note something for the server and show it.
 * @param {{kind: string, path: string, body: Record<string, any>, version: number, name: string, visit?: string}} action
 */
async function act(action) {
  await keep({ ...action, user: facts.user, rep: facts.rep, day: day().dataset.day || "" });
  await tell();
  await flush();
}

/** Send what waits, and bring the page up to date with what the server made of it. */
async function flush() {
  clearTimeout(retry);
  let news = false;
  let away = -1;
  await send(facts.user, {
    sent(action, answer) {
      news = true;
      last = { text: said(action), batch: action.kind === "undo" ? undefined : answer.batch_id };
    },
    away(status) {
      away = status;
    },
  });
  if (away === 401) await forget();
  else if (away >= 0) retry = window.setTimeout(flush, 5000);
  if (news) await refresh();
  await tell(away);
}

/** @param {Action} action */
function said(action) {
  /** @type {Record<string, string>} */
  const texts = { done: words.saved, task: words.saved, skip: words.skipped, plan: words.replanned, undo: words.undone };
  return action.kind === "add" || action.kind === "next" ? action.name : `${texts[action.kind]}${action.visit || action.kind === "task" ? `: ${action.name}` : ""}`;
}

/** The session has ended, perhaps because the device was lost: the days kept here go; what was not sent yet stays. */
async function forget() {
  for (const name of "caches" in window ? await caches.keys() : []) await caches.delete(name);
  day().replaceChildren();
}

/** Back at the page: send what waits, and see what others did to the day meanwhile. */
async function lookAgain() {
  if (document.hidden) return;
  await flush();
  if (navigator.onLine && Date.now() - looked > LOOK_AGAIN_MS) await refresh();
}

/** Take the day as the server has it now; what is open and where the focus is stay as they were. */
async function refresh() {
  let text;
  looked = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.status === 401 || answer.redirected) return location.reload();
    if (!answer.ok) return;
    text = await answer.text();
  } catch {
    return;
  }
  const focus = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest(".visit"))?.dataset.visit;
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("day");
  if (!fresh) return;
  day().replaceWith(document.adoptNode(fresh));
  dress();
  const stop = focus && visitOf(focus);
  const place = stop && !stop.classList.contains("is-planned") ? document.querySelector("details[open] > summary") : stop && stop.querySelector("summary");
  /** @type {HTMLElement | null} */ (place)?.focus({ preventScroll: true });
}

/** Show what waits, what was refused, and what was done last. */
async function tell(away = -1) {
  const all = await waiting(facts.user);
  const open = all.filter((action) => !action.fault);
  for (const old of document.querySelectorAll(".is-waiting")) old.classList.remove("is-waiting");
  for (const action of open) {
    const stop = action.visit && visitOf(action.visit);
    if (!stop) continue;
    stop.classList.add("is-waiting");
    stateOf(stop).textContent = away >= 0 || !navigator.onLine ? words.waiting : words.sending;
  }
  const lines = all.filter((action) => action.fault).map(refused);
  if (open.length && away === 401) {
    lines.push(el("p", { class: "notice bad", role: "alert" }, el("b", { text: filled(words.unsent, { count: open.length }) }), " ", el("a", { href: `${facts.root}/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, text: words.sign_in })));
  } else if (open.length && (away >= 0 || !navigator.onLine)) {
    lines.push(el("p", { class: "notice wait" }, el("b", { text: words.offline }), ` ${filled(words.waiting_count, { count: open.length })}`));
  } else if (!navigator.onLine) {
    lines.push(el("p", { class: "notice wait" }, el("b", { text: words.offline })));
  } else if (last && !open.length) {
    lines.push(finished(last));
  }
  notices.replaceChildren(...lines);
  document.body.dataset.waiting = String(open.length);
}

/** @param {{text: string, batch?: number}} done */
function finished(done) {
  const { text, batch } = done;
  const undo = batch ? el("button", { type: "button", class: "quiet", text: words.undo, onclick: () => ((last = null), act({ kind: "undo", path: `${facts.root}/api/batches/${batch}/undo`, body: {}, version: 0, name: text })) }) : null;
  const close = el("button", { type: "button", class: "quiet", text: "×", "aria-label": words.close, onclick: () => ((last = null), tell()) });
  return el("p", { class: "notice good" }, el("span", { text }), undo, close);
}

/** @param {Action} action */
function refused(action) {
  const again = async () => {
    await drop(action);
    const { id, key, fault, present, ...same } = action;
    await keep({ ...same, version: present || action.version });
    await flush();
  };
  const discard = async () => {
    await drop(action);
    await refresh();
    await tell();
  };
  return el(
    "div",
    { class: "notice bad", role: "alert" },
    el("p", {}, el("b", { text: filled(words.conflict, { name: action.name }) }), ` ${action.fault}`),
    el("p", { class: "acts" }, action.present ? el("button", { type: "button", text: words.again, onclick: again }) : null, el("button", { type: "button", text: words.discard, onclick: discard })),
  );
}

/** @param {Record<string, any>} body @param {string} name @param {string} kind */
function plan(body, name, kind = "plan") {
  const at = day().dataset;
  return act({ kind, name, path: `${facts.root}/api/reps/${facts.rep}/day-plans`, body: { day: at.day, ...body }, version: Number(at.version) });
}

/** @param {HTMLElement} stop */
async function done(stop) {
  const body = await askDone(nameOf(stop), facts, draftOf(stop), kindsOf(stop, facts));
  if (body) await visit(stop, "done", body);
}

/** What the server knows of a visit; where the device is goes along only where it may be read already. @param {HTMLElement} stop */
async function draftOf(stop) {
  if (!navigator.onLine) return null;
  try {
    const may = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    const at = may?.state === "granted" ? await whereIAm(2000) : null;
    const answer = await fetch(`${facts.root}/api/visits/${stop.dataset.visit}/report${at ? `?lat=${at.lat}&lon=${at.lon}` : ""}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} stop */
async function skip(stop) {
  const body = await askSkip(nameOf(stop), facts);
  if (body) await visit(stop, "skip", body);
}

/** @param {HTMLElement} stop @param {string} kind @param {Record<string, any>} body */
function visit(stop, kind, body) {
  const { visit, version } = stop.dataset;
  return act({ kind, name: nameOf(stop), visit, path: `${facts.root}/api/visits/${visit}/${kind}`, body, version: Number(version || 1) });
}

async function replan() {
  const asked = await askReplan(facts);
  if (!asked) return;
  const position = asked.here ? await whereIAm() : null;
  if (asked.here && !position) {
    notices.replaceChildren(el("p", { class: "notice bad", role: "alert", text: words.no_position }));
    return;
  }
  await plan({ overtime_s: asked.overtime_s, ...(position ? { position } : {}) }, words.replan);
}

/** @returns {Promise<{lat: number, lon: number} | null>} */
function whereIAm(patience_ms = 10_000) {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude }),
      () => resolve(null),
      { timeout: patience_ms, maximumAge: 60_000, enableHighAccuracy: true },
    );
  });
}

/** @param {string} key of a visit on the map */
function open(key) {
  const visit = visitOf(key);
  if (!visit) return;
  const details = visit.querySelector("details");
  if (details) details.open = true;
  visit.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  details?.querySelector("summary")?.focus({ preventScroll: true });
  mark(key);
}

/** Give life to what the server sent. */
function dress() {
  addActs(day());
  pointTheWay();
  drawWhenSeen(document.getElementById("map"), open);
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".visit"))) one.addEventListener("focusin", () => mark(one.dataset.visit || ""));
}

const ACTS = /** @type {Record<string, (button: HTMLElement) => any>} */ ({
  done: (button) => done(/** @type {HTMLElement} */ (button.closest(".visit"))),
  skip: (button) => skip(/** @type {HTMLElement} */ (button.closest(".visit"))),
  next(button) {
    const stop = /** @type {HTMLElement} */ (button.closest(".visit"));
    return plan({ next_visit_id: Number(stop.dataset.visit) }, filled(words.made_next, { name: nameOf(stop) }), "next");
  },
  add: (button) => plan({ add_site_ids: [Number(button.dataset.site)] }, filled(words.added, { name: button.dataset.name }), "add"),
  near: () => showNear(facts, day().dataset.day || "", (item) => plan({ add_site_ids: [item.site_id] }, filled(words.added, { name: item.account }), "add")),
  task: ({ dataset: { task, version, name } }) => act({ kind: "task", name: name || "", path: `${facts.root}/api/tasks/${task}/done`, body: {}, version: Number(version) }),
  replan,
});

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button[data-act]");
  if (button instanceof HTMLElement) ACTS[button.dataset.act || ""]?.(button);
});
document.getElementById("sign-out")?.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  event.preventDefault();
  await flush();
  if (!(await waiting(facts.user)).length || confirm(words.leave)) form.submit();
});
/** What was loaded before there was anybody to keep it, asked for once more: the very first visit can be reopened too. */
function keepThisPage() {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(location.origin) && /\/static\/|\/today\/map/.test(name));
  fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => {});
  for (const address of new Set(loaded)) fetch(address).catch(() => {});
}

addEventListener("online", flush);
addEventListener("offline", () => tell());
document.addEventListener("visibilitychange", lookAgain);
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("controllerchange", keepThisPage, { once: true });
  navigator.serviceWorker.register(`${facts.root}/today-worker.js`, { scope: `${facts.root}/today` }).catch(() => {});
}
dress();
flush();
