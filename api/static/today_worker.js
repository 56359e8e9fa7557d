/** Lets a rep's day open without a network: pages by network first, their files kept. Signing out clears it all. */

const worker = /** @type {any} */ (self);
const KEPT = "bailiwick-today-1";
const PATIENCE_MS = 4000;

worker.addEventListener("install", () => worker.skipWaiting());
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
  const asked = fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected) cache.put(request, answer.clone());
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
    if (kept) return kept;
    throw error;
  }
}
