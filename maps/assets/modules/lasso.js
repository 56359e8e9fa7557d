/** Draw around accounts with one stroke of the pointer. */

/** @type {any} Leaflet gives classes made by extend no types */
export const Lasso = L.Handler.extend({
  includes: L.Evented.prototype,

  addHooks() {
    const map = this._map;
    map.dragging.disable();
    const container = map.getContainer();
    container.classList.add("lassoing");
    container.addEventListener("pointerdown", (this._down = (/** @type {PointerEvent} */ event) => this._start(event)), true);
  },

  removeHooks() {
    const container = this._map.getContainer();
    this._map.dragging.enable();
    container.classList.remove("lassoing");
    container.removeEventListener("pointerdown", this._down, true);
    this._finish();
    this.fire("end");
  },

  /** @param {PointerEvent} event */
  _start(event) {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest(".leaflet-control")) return;
    event.preventDefault();
    event.stopPropagation();
    const map = this._map;
    const ring = [map.mouseEventToLatLng(event)];
    /** @type {any} */
    const style = { pmIgnore: true, interactive: false, color: "#16191d", weight: 2, dashArray: "5 4", fill: true, fillOpacity: 0.08 };
    const line = L.polygon(ring, style).addTo(map);
    const move = (/** @type {PointerEvent} */ next) => {
      ring.push(map.mouseEventToLatLng(next));
      line.setLatLngs(ring);
    };
    const up = () => {
      this._finish();
      stopNextClick(map.getContainer());
      this.disable();
      if (ring.length > 2) this.fire("lasso", { ring });
    };
    this._finish = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      line.remove();
      this._finish = () => {};
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  },

  _finish() {},
});

/** The click that ends a stroke is none of the map's business. @param {HTMLElement} container */
function stopNextClick(container) {
  const stop = (/** @type {Event} */ event) => event.stopPropagation();
  container.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => container.removeEventListener("click", stop, { capture: true }), 0);
}
