/**
 * Lets a rep's day open without a network: pages by network first, their files kept. Signing out clears it all, and so
 * does a session that has ended, as that of a lost device.
 */

const worker = /** @type {any} */ (self);
const KEPT = "bailiwick-today-1";
const PATIENCE_MS = 4000;
const NOTHING_KEPT = new URL("today/offline", location.href).href;

worker.addEventListener("install", (/** @type {any} */ event) => {
  worker.skipWaiting();
  event.waitUntil(keepApology());
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.includes("/static/")) event.respondWith(keptFirst(request));
  else if (/\/today(\/map)?$/.test(pathname)) event.respondWith(networkFirst(request));
});

/** @param {Request} request */
async function keptFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(KEPT)).put(request, answer.clone());
  return answer;
}

/** What was just changed is waited for: there an old page is shown only when the network fails. @param {Request} request */
async function networkFirst(request) {
  const patient = ["no-store", "no-cache", "reload"].includes(request.cache);
  const cache = await caches.open(KEPT);
  const asked = fetch(request).then(async (answer) => {
    if (answer.status === 401 || answer.redirected || answer.type === "opaqueredirect") await caches.delete(KEPT);
    else if (answer.ok) cache.put(request, answer.clone());
    return answer;
  });
  asked.catch(() => {});
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  try {
    const answer = await (patient ? asked : Promise.race([asked, late]));
    if (answer) return answer;
    return (await cache.match(request)) || (await asked);
  } catch (error) {
    const kept = await cache.match(request);
    const sorry = request.mode === "navigate" ? await cache.match(NOTHING_KEPT) : null;
    if (kept || sorry) return kept || sorry;
    throw error;
  }
}

/** The page that is shown for one that was never opened here, with its style. */
async function keepApology() {
  const answer = await fetch(NOTHING_KEPT, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const text = await answer.clone().text();
  const cache = await caches.open(KEPT);
  await cache.put(NOTHING_KEPT, answer);
  const styles = Array.from(text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g), ([, address]) => new URL(address, NOTHING_KEPT).href);
  await Promise.all(styles.map((address) => cache.add(address).catch(() => undefined)));
}
