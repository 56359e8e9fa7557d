import { fetchPatiently } from "./today_phrases.js";

/** The map of the day: Folium layers that the server sends in parts, put into this page once it is seen. */

/** @type {{map: any, routes: any, visits: number[]} | null} */
let shown = null;

/**
 * Draw the map when its place comes into view; after the day was planned again, draw the new way on it.
 * @param {HTMLElement | null} place
 * @param {(visit: string) => void} chosen
 */
export function drawWhenSeen(place, chosen) {
  shown?.map.remove();
  shown = null;
  if (!place) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    const idle = window.requestIdleCallback || ((/** @type {() => void} */ run) => setTimeout(run, 50));
    idle(() => draw(place, chosen));
  });
  seen.observe(place);
}

/**
 * @param {HTMLElement} place
 * @param {(visit: string) => void} chosen
 */
async function draw(place, chosen) {
  const url = place.dataset.source || "";
  let parts;
  try {
    const answer = await fetchPatiently(url);
    parts = answer.ok && (await answer.json());
  } catch {
    parts = null;
  }
  if (!place.isConnected) return; // the day was planned again meanwhile
  place.hidden = !parts; // without a network the list says it all
  if (!parts) return;
  const nonce = /** @type {HTMLScriptElement} */ (document.querySelector("script[nonce]")).nonce || "";
  if (!("L" in window)) {
    const first = document.head.firstChild;
    for (const text of parts.styles) document.head.insertBefore(sheet(text, nonce), first);
    for (const text of parts.scripts) run(text, nonce);
  }
  const box = new DOMParser().parseFromString(parts.html, "text/html");
  place.replaceChildren(...Array.from(box.body.childNodes, (node) => document.importNode(node, true)));
  run(parts.script, nonce);
  const own = /** @type {any} */ (window);
  shown = { map: own[parts.map], routes: own[parts.routes], visits: parts.visits };
  shown.map.scrollWheelZoom.disable();
  shown.map.zoomControl || window.L.control.zoom({ position: "topright" }).addTo(shown.map);
  shown.routes.on("stopclick", (/** @type {{stop: number}} */ event) => chosen(String(parts.visits[event.stop])));
  place.classList.add("is-drawn");
}

/**
 * Mark a visit on the map.
 * @param {string} visit
 */
export function mark(visit) {
  shown?.routes.mark(shown.visits.indexOf(Number(visit)));
}

/**
 * @param {string} text
 * @param {string} nonce
 */
function sheet(text, nonce) {
  const style = document.createElement("style");
  style.nonce = nonce;
  style.textContent = text;
  return style;
}

/**
 * @param {string} text
 * @param {string} nonce
 */
function run(text, nonce) {
  const script = document.createElement("script");
  script.nonce = nonce;
  script.textContent = text;
  document.head.append(script);
}
