"""A real Nominatim through geopy, beside the index of the same extract, on the same messy addresses.

Set BAILIWICK_NOMINATIM_URL to a server of one's own (the public one forbids such use) and BAILIWICK_NOMINATIM_EXTRACT
to the .osm.pbf that it was filled from.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.geocode import known_addresses, metres_off
from benchmarks.messy_addresses import messy_set
from benchmarks.nominatim_peer import VARIABLE, nominatim_metres
from geo import Address, AddressIndex, AnswerCache, Level, OnlineGeocoder, build_region, open_service

EXTRACT = "BAILIWICK_NOMINATIM_EXTRACT"
NEAR_M = 50.0
EACH = 40

pytestmark = pytest.mark.skipif(
    not (os.environ.get(VARIABLE) and os.environ.get(EXTRACT)),
    reason=f"needs {VARIABLE}, a Nominatim of one's own, and {EXTRACT}, the extract it was filled from",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> AddressIndex:
    region = build_region(Path(os.environ[EXTRACT]), tmp_path_factory.mktemp("nominatim") / "region")
    return region.geocoder()


def test_the_index_finds_at_least_as_much_as_nominatim(index: AddressIndex) -> None:
    asked = messy_set(known_addresses(index.path), EACH, seed=1)
    answered = nominatim_metres(asked)
    assert answered is not None
    ours = [metres_off(index.find(Address(messy.line)), messy.known) for messy in asked]
    kinds = list(dict.fromkeys(messy.kind for messy in asked))
    shares = {
        kind: tuple(
            sum(off <= NEAR_M for off, messy in zip(metres, asked, strict=True) if messy.kind == kind) / EACH
            for metres in (ours, answered[0])
        )
        for kind in kinds
    }
    print({kind: f"index {mine:.0%}, Nominatim {theirs:.0%}" for kind, (mine, theirs) in shares.items()})
    assert shares["clean"][1] >= 0.9, "the server does not hold this extract"
    assert sum(off <= NEAR_M for off in ours) >= sum(off <= NEAR_M for off in answered[0])


def test_a_chosen_nominatim_answers_to_the_house_with_source_and_credit(index: AddressIndex, tmp_path: Path) -> None:
    url = urlsplit(os.environ[VARIABLE])
    options = {"domain": url.netloc + url.path.rstrip("/"), "scheme": url.scheme}
    service = open_service("nominatim", options=options, seconds=0)
    online = OnlineGeocoder(service, AnswerCache(tmp_path / "cache.sqlite"))
    known = known_addresses(index.path)[:30]
    answers = online.geocode([Address(f"{each.street} {each.number}", each.city, each.postcode) for each in known])
    exact = [answer for answer in answers if answer.level is Level.ROOFTOP]
    assert len(exact) >= 20
    assert {answer.attribution for answer in exact} == {"© OpenStreetMap contributors"}
    assert all(answer.source.startswith("nominatim (") for answer in exact)
