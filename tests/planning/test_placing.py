"""Where accounts are: pins first, then given coordinates, then geocoders; what is doubtful is said."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from geo.address import Address
from geo.located import Level, Located
from geo.place import Place
from geo.travel_snap import Snap
from planning.account_table import AccountRow
from planning.pins import Pin, Pins
from planning.placing import credits_of, place_accounts, review_sentences

HERE, SEA = Place(50, 10), Place(55.0, 5.0)


class Always:
    """A geocoder with one answer."""

    def __init__(self, level: Level, *, doubts: tuple[str, ...] = (), place: Place = HERE) -> None:
        here = None if level is Level.NONE else place
        self.answer = Located(here, level, 0.5, level.value, "found", doubts=doubts, attribution=f"© {level}")
        self.asked: list[Address] = []

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        self.asked += addresses
        return [self.answer for _ in addresses]


class Roads:
    """Every place stands 20 m from a road, but for those in the sea."""

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        return [
            Snap(place, None, 40_000.0, why="far") if place == SEA else Snap(place, place, 20.0) for place in places
        ]


def account(number: int, *, place: Place | None = None, line: str = "Main St 1") -> AccountRow:
    return AccountRow(number + 2, f"a{number}", f"Account {number}", Address(line, "Town"), place)


def pin(number: int, place: Place) -> Pin:
    return Pin(f"a{number}", Address("Main St 1", "Town"), place, "", "pins.csv")


@given(
    level=st.sampled_from(Level),
    has_coordinates=st.booleans(),
    doubts=st.sampled_from([(), ("a doubt",)]),
    by_id=st.booleans(),
)
def test_a_pin_comes_before_everything(
    level: Level, has_coordinates: bool, doubts: tuple[str, ...], by_id: bool
) -> None:
    set_by_hand = Place(51.5, 11.5)
    one = pin(0, set_by_hand) if by_id else Pin("", Address("Main St 1", "Town"), set_by_hand, "", "pins.csv")
    row = account(0, place=Place(1, 1) if has_coordinates else None)
    placing = place_accounts([row], [Always(level, doubts=doubts)], Level.CITY, pins=Pins((one,)), roads=Roads())[0]
    assert (placing.located.place, placing.located.level) == (set_by_hand, Level.MANUAL)
    assert placing.usable and not placing.provisional


def test_coordinates_of_the_file_are_not_looked_up() -> None:
    geocoder = Always(Level.ROOFTOP)
    placings = place_accounts([account(0, place=Place(1, 1)), account(1)], [geocoder], Level.STREET)
    assert [placing.located.level for placing in placings] == [Level.GIVEN, Level.ROOFTOP]
    assert len(geocoder.asked) == 1


def test_a_service_is_asked_about_what_the_region_does_not_know_to_the_house() -> None:
    region, service, towns = Always(Level.STREET), Always(Level.ROOFTOP), Always(Level.CITY)
    placing = place_accounts([account(0)], [region, service, towns], Level.STREET)[0]
    assert placing.located.level is Level.ROOFTOP
    assert placing.located.runner_up_m == 0
    assert towns.asked == []


def test_two_sources_that_differ_by_kilometres_are_a_doubt() -> None:
    region, service = Always(Level.STREET), Always(Level.ROOFTOP, place=Place(50.2, 10))
    placing = place_accounts([account(0)], [region, service], Level.STREET)[0]
    assert placing.located.place == Place(50.2, 10)
    assert placing.provisional and "22.2 km away" in placing.located.review[0]


def test_a_place_in_the_sea_is_for_review_also_when_it_came_with_the_record() -> None:
    placings = place_accounts([account(0, place=SEA), account(1, place=Place(50, 10))], [], Level.STREET, roads=Roads())
    assert [placing.located.snap_m for placing in placings] == [40_000.0, 20.0]
    assert [placing.provisional for placing in placings] == [True, False]
    assert "40,000 m from the nearest road" in placings[0].located.review


def test_what_is_rough_is_planned_on_provisionally_and_counted() -> None:
    rows = [account(0), account(1, line="")]
    placings = place_accounts(rows, [Always(Level.STREET, doubts=("Main St in Otherton fits as well",))], Level.STREET)
    placings += place_accounts([account(2)], [Always(Level.CITY)], Level.STREET)
    assert [placing.usable for placing in placings] == [True, True, False]
    said = " ".join(review_sentences(placings))
    assert "3 places to review (2 of them ambiguous): 2 planned on where they are thought to be" in said
    assert "1 not planned" in said and "review.csv" in said


def test_an_account_that_nobody_can_place_says_so() -> None:
    nowhere = AccountRow(2, "a", "A", Address(), None, place_fault="0/0")
    placing = place_accounts([nowhere], [Always(Level.ROOFTOP)], Level.STREET)[0]
    assert not placing.usable and placing.located.needs_review
    assert "0/0" in placing.why


def test_whoever_gave_a_place_is_credited() -> None:
    placings = place_accounts([account(0)], [Always(Level.ROOFTOP)], Level.STREET)
    assert credits_of("© Map", placings) == "© Map · © rooftop"
    assert credits_of("", place_accounts([account(0, place=SEA)], [], Level.STREET)) == ""


def test_progress_goes_on_while_places_are_found() -> None:
    seen: list[tuple[int, int]] = []
    rows = [account(number) for number in range(120)]
    place_accounts(rows, [Always(Level.CITY)], Level.STREET, progress=lambda _, done, of: seen.append((done, of)))
    assert seen == [(0, 120), (50, 120), (100, 120)]
