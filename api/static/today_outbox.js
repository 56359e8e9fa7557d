import { freshKey } from "./today_phrases.js";

/**
 * What was done on this device and is not yet known to the server: kept in the browser, sent in order, each with a key
 * under which the server does it once however often it arrives.
 *
 * @typedef {object} Action
 * @property {number} [id]
 * @property {string} user who did it; nobody else's session sends it
 * @property {string} kind done, skip, plan or undo
 * @property {string} key
 * @property {string} path
 * @property {Record<string, any>} body
 * @property {number} version of what it changes; 0 for none
 * @property {string} name what it is about, for people
 * @property {string} [visit]
 * @property {number} rep
 * @property {string} day
 * @property {string} [fault] why the server did not take it
 * @property {number} [present] the version there is now
 */

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("bailiwick", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("actions", { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
async function store(mode, work) {
  const transaction = (await database()).transaction("actions", mode);
  const asked = work(transaction.objectStore("actions"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {string} user @returns {Promise<Action[]>} the user's, in the order they were done */
export async function waiting(user) {
  const all = /** @type {Action[]} */ (await store("readonly", (actions) => actions.getAll()));
  return all.filter((action) => action.user === user);
}

/** @param {Omit<Action, "key">} action */
export async function keep(action) {
  await store("readwrite", (actions) => actions.add({ ...action, key: freshKey() }));
}

/** @param {Action} action */
export async function change(action) {
  await store("readwrite", (actions) => actions.put(action));
}

/** @param {Action} action */
export async function drop(action) {
  await store("readwrite", (actions) => actions.delete(/** @type {number} */ (action.id)));
}

/** @type {Promise<void> | null} */
let busy = null;

/**
 * Send what waits, oldest first; stop where the network or the server is away. What the server refuses stays, with the
 * reason, for a person to decide.
 * @param {string} user
 * @param {{sent: (action: Action, answer: any) => void, away: (status: number) => void}} told
 */
export function send(user, told) {
  busy ??= sendAll(user, told).finally(() => (busy = null));
  return busy;
}

/**
 * @param {string} user
 * @param {{sent: (action: Action, answer: any) => void, away: (status: number) => void}} told
 */
async function sendAll(user, told) {
  for (;;) {
    const action = (await waiting(user)).find((one) => !one.fault);
    if (!action) return;
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(action.path, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": action.key,
          ...(action.version ? { "If-Match": `"${action.version}"` } : {}),
        },
        body: JSON.stringify(action.body),
      });
    } catch {
      return told.away(0);
    }
    if (answer.status === 401 || answer.status === 429 || answer.status >= 500) return told.away(answer.status);
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      await drop(action);
      told.sent(action, said);
    } else {
      await change({ ...action, fault: said.detail || String(answer.status), present: said.version });
    }
  }
}
