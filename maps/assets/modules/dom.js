/** Elements from text: nothing that comes from data is ever read as markup. */

/**
 * @param {string} name
 * @param {Record<string, any>} [options] class, text, on… handlers, anything else an attribute
 * @param {Array<Node | string | null | undefined | false>} parts
 * @returns {HTMLElement}
 */
export function el(name, options = {}, ...parts) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") element.textContent = String(value);
    else if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const part of parts) if (part) element.append(part);
  return element;
}

/**
 * A list of terms and values; rows without a value are left out.
 * @param {Array<[string, any]>} rows
 */
export function facts(rows) {
  const list = el("dl", { class: "facts" });
  for (const [term, value] of rows) {
    if (value === "" || value === null || value === undefined) continue;
    list.append(el("dt", { text: term }), el("dd", {}, value instanceof Node ? value : String(value)));
  }
  return list;
}

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Let the second half of a double click on a button that has just gone not press what lies beneath. */
export function shield() {
  const stop = (/** @type {MouseEvent} */ event) => {
    if (event.detail < 2) return;
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, true);
  setTimeout(() => document.removeEventListener("click", stop, true), 600);
}
