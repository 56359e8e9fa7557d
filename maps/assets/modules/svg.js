/** Small pictures in tables. */

/** @param {string} name @param {Record<string, any>} attributes @param {Node[]} parts */
export function svg(name, attributes, ...parts) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...parts);
  return element;
}

/**
 * Hours against capacity, with a tick for what it was before.
 * @param {{service_h: number, drive_h: number, workload_h: number, capacity_h: number}} load @param {{workload_h: number} | null} was @param {number} most_h
 */
export function bar(load, was, most_h) {
  const wide = (/** @type {number} */ value) => Math.max(0, (value / most_h) * 160);
  const rect = (/** @type {string} */ kind, /** @type {number} */ x, /** @type {number} */ width) => svg("rect", { class: `bar-${kind}`, x, y: 4, width, height: 10 });
  const room = wide(load.capacity_h);
  const parts = [rect("room", 0, room), rect("service", 0, wide(load.service_h)), rect("drive", wide(load.service_h), wide(load.drive_h))];
  parts.push(svg("rect", { class: "bar-limit", x: room - 1, y: 1, width: 2, height: 16 }));
  if (was) parts.push(svg("path", { class: "bar-before", d: `M${wide(was.workload_h)} 3 l-3.5 -3 h7 z` }));
  return svg("svg", { class: "bar", viewBox: "0 0 160 18", preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts);
}

/** The difference from a fair share: now a dot, before a ring. @param {number} now @param {number | null} was @param {number} tolerance @param {number} widest */
export function lean(now, was, tolerance, widest) {
  const at = (/** @type {number} */ value) => Math.max(-34, Math.min(34, (value / widest) * 32));
  const parts = [svg("rect", { class: "lean-band", x: at(-tolerance), y: 1, width: at(tolerance) * 2, height: 12 }), svg("line", { class: "lean-zero", x1: 0, y1: 0, x2: 0, y2: 14 })];
  if (was !== null) {
    parts.push(svg("line", { class: "lean-way", x1: at(was), y1: 7, x2: at(now), y2: 7 }), svg("circle", { class: "lean-before", cx: at(was), cy: 7, r: 3 }));
  }
  const kind = Math.abs(now) > tolerance + 1e-9 ? "lean-now lean-out" : "lean-now";
  parts.push(svg("circle", { class: kind, cx: at(now), cy: 7, r: 3.6 }));
  return svg("svg", { class: "lean", viewBox: "-36 0 72 14", "aria-hidden": "true" }, ...parts);
}

/** A dot in a colour. @param {string} color */
export function swatch(color) {
  return svg("svg", { class: "swatch", viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("circle", { cx: 6, cy: 6, r: 5, fill: color, stroke: "#2b2f36" }));
}
