"""A package beside ours adds a strategy, a geocoding service and a kind of job; it takes no name of ours."""

import sys
from pathlib import Path

import pytest

from balancing import InvalidRules, choose_rep
from balancing.strategies import STRATEGIES, nearest
from geo.errors import PlugInError
from geo.geocoder_services import open_service, service_names
from geo.plug_ins import plug_ins
from planning.drill import Drill
from planning.use_cases import use_case
from tests.balancing.lead_builders import lead, rep
from tests.planning.job_builders import asked, seen, work


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """The sample package, as if it were installed."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "sample_plug_in"))
    forget = (plug_ins.cache_clear, use_case.cache_clear)
    for one in forget:
        one()
    yield
    for one in forget:
        one()
    sys.modules.pop("sample_plug_in", None)


def test_a_strategy_of_a_plug_in_chooses_and_ours_stays_ours():
    assert list(STRATEGIES)[-2:] == ["seniority", "broken"] and STRATEGIES["nearest"] is nearest
    near, senior = rep("Zoe", lon=10.0), rep("Anna", lon=11.0)
    assert choose_rep(lead(), [near, senior], "nearest").rep == "Zoe"
    assert choose_rep(lead(), [near, senior], "seniority").rep == "Anna"
    with pytest.raises(InvalidRules, match="seniority"):
        choose_rep(lead(), [near], "astrology")
    with pytest.raises(PlugInError, match=r"'broken' of sample-plug-in .* cannot be used: Attr"):
        choose_rep(lead(), [near], "broken")


def test_a_geocoding_service_of_a_plug_in_is_asked():
    assert "gridton" in service_names()
    assert open_service("gridton").geocoder.geocode("Street 1, Gridton").latitude == 50.0
    assert type(open_service("nominatim").geocoder).__module__ == "geopy.geocoders.nominatim"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_kind_of_job_of_a_plug_in_is_worked_on(record):
    job = asked(record, "count_up", numbers=[1, 2, 3])
    work(record)
    assert seen(record, job).answer == {"numbers": [3, 4, 5]}
    assert isinstance(use_case("drill"), Drill)
