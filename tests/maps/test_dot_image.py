"""Dots that move along with the map."""

from collections.abc import Callable
from typing import Any

from maps.drawing import render_plan_map

MOVE = """([right, down, focus]) => {
  const cloud = window.cloud;
  const map = cloud._map;
  cloud.options.animate = false;
  cloud.focus(focus ? [1] : null);
  map.setView(map.getCenter(), map.getZoom(), { animate: false });
  const fulls = cloud._image.draw;
  let drawn = 0;
  cloud._image.draw = function (...given) { drawn++; return fulls.apply(this, given); };
  map.panBy([right, down], { animate: false });
  const moved = Uint32Array.from(cloud._image.pixels);
  const whole = drawn;
  cloud._draw();
  const fresh = cloud._image.pixels;
  let wrong = 0;
  for (let k = 0; k < fresh.length; k++) wrong += Number(fresh[k] !== moved[k]);
  delete cloud._image.draw;
  return { wrong, whole, filled: fresh.filter(Boolean).length };
}"""


def test_a_moved_picture_is_the_one_that_would_be_drawn_anew(
    make_plan: Callable[..., Any], open_map: Callable[..., Any]
) -> None:
    page = open_map(render_plan_map(make_plan(600, 4, 3))).page
    page.evaluate("window.cloud = Object.values(window).find(one => one && one._look && one._image)")
    for right, down, focus in ((160, 60, False), (-37, 11, False), (23, -90, True), (-200, -5, True), (0, 40, False)):
        found = page.evaluate(MOVE, [right, down, focus])
        assert found["whole"] == 0 and found["filled"] > 500
        assert found["wrong"] == 0, (right, down, focus, found)
    assert page.evaluate(MOVE, [5000, 0, False])["whole"] == 1
