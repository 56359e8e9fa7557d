/** The panel of a narrow screen: half, tall, closed in turn. @param {HTMLElement} panel @param {any} map */
export function sheet(panel, map) {
  const handle = /** @type {HTMLElement} */ (panel.querySelector(".sheet-handle"));
  const steps = ["", "tall", "closed"];
  let step = 0;
  handle.addEventListener("click", () => {
    panel.classList.remove("tall", "closed");
    step = (step + 1) % steps.length;
    if (steps[step]) panel.classList.add(steps[step]);
    handle.setAttribute("aria-expanded", String(steps[step] !== "closed"));
    setTimeout(() => map.invalidateSize(), 250);
  });
}
