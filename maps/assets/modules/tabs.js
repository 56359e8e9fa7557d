/** Tabs as the ARIA practices describe them: one of them in the tab order, arrow keys between them. */

/** @param {HTMLElement} strip holds buttons with role tab and aria-controls "tab-NAME" @param {(name: string) => void} shown */
export function tabs(strip, shown) {
  const all = /** @type {HTMLElement[]} */ ([...strip.querySelectorAll("[role=tab]")]);
  const nameOf = (/** @type {HTMLElement} */ tab) => (tab.getAttribute("aria-controls") || "").replace("tab-", "");
  const result = { now: nameOf(all[0]), show };

  /** @param {string} name @param {boolean} [focus] */
  function show(name, focus = false) {
    result.now = name;
    for (const tab of all) {
      const chosen = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const page = document.getElementById(`tab-${nameOf(tab)}`);
      if (page) page.hidden = !chosen;
      if (chosen && focus) tab.focus();
    }
    shown(name);
  }

  strip.addEventListener("click", (event) => {
    const tab = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[role=tab]"));
    if (tab) show(nameOf(tab));
  });
  strip.addEventListener("keydown", (event) => {
    const at = all.findIndex((tab) => nameOf(tab) === result.now);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(nameOf(all[(to + all.length) % all.length]), true);
  });
  return result;
}
