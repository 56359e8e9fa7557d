"""A plan read back from its folder: what lies out of proportion, and text that looked like a formula."""

from datetime import UTC, datetime

import pytest

from balancing.lead import Candidate, Lead
from geo.place import Place
from planning.errors import PlanningError
from planning.output_tables import write_table
from planning.plan_folder import PlanFolder, owners_in

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ANN = Candidate("Ann", places=(Place(50, 10), Place(50, 10.3)))
WIDE = Candidate("Bo", places=(Place(50, 10), Place(50, 12)))


def lead(place: Place | None) -> Lead:
    return Lead(id="x", arrived_at=NOW, place=place)


def test_a_lead_far_from_all_that_a_rep_has_is_out_of_proportion() -> None:
    folder = PlanFolder("plan", NOW, (ANN, WIDE), {})
    assert folder.far_m(lead(Place(50, 10.5)), "Ann") is None
    assert folder.far_m(lead(Place(37.77, -122.42)), "Ann") == pytest.approx(9_180_000, rel=0.01)
    hundred_km = lead(Place(50.9, 10))
    assert folder.far_m(hundred_km, "Ann") == pytest.approx(100_000, rel=0.01)
    assert folder.far_m(hundred_km, "Bo") is None  # whose own accounts lie 140 km from home
    assert folder.far_m(lead(None), "Ann") is folder.far_m(lead(Place(0, 0)), None) is None


def test_owners_are_read_as_they_were_meant(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_table(tmp_path / "accounts.csv", ("id", "rep"), [("+1", "=Ann"), ("b", "")])
    assert owners_in(tmp_path) == {"+1": "=Ann"}
    with pytest.raises(PlanningError, match="holds no plan"):
        owners_in(tmp_path / "nowhere")
