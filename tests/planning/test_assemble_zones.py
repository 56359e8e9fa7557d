import pytest
import shapely

from geo.place import Place
from planning import assemble_zones


def test_land_across_a_border_is_not_taken_for_towns_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    home, abroad, island = shapely.box(0, 0, 4, 4), shapely.box(4, 0, 6, 4), shapely.box(0, 5, 0.2, 5.2)
    monkeypatch.setattr("maps.natural_earth.land", lambda *bounds: [home, abroad, island])
    towns = [Place(0.2 + 0.25 * row, 0.3 + 0.5 * column) for row in range(14) for column in range(7)]
    beside = [Place(0.5 * row + 0.2, 3.99) for row in range(7)]  # a hundredth of a degree from the border
    pier = [Place(5.1, 0.21)]  # off the island by the coarse line of its coast
    land = assemble_zones._shore([*towns, *beside, *pier])
    assert land is not None
    assert land.covers(shapely.box(0, 0, 3.9, 3.9)) and land.covers(island)
    assert land.intersection(abroad).area == pytest.approx(0)
