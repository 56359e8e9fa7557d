"""The demo: the towns of a country, or the shops of a region, as the accounts of a sales team.

Places and inhabitants are real. Visits, sales and the history of visits are invented, from a seed, and say so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from clustering import ZoneProblem, build_zones
from geo.address import Address
from geo.gazetteer import Town, country_code, towns
from geo.located import Level, Located
from geo.place import Place
from geo.projection import LocalMetres
from geo.region import Region
from planning.account_table import AccountRow, AccountTable
from planning.calendars import holidays_of
from planning.errors import PlanningError
from planning.options import PlanOptions
from planning.plan import Plan, Team
from planning.staff import Rep

MOST_TOWNS = 1500
INVENTED = (
    "Invented for the demo, from the seed: visit policy, sales, dates of last visits, and the present territories, "
    "which give every rep about as many accounts as the next, whatever the work. Places are real."
)
SEGMENTS = (
    # segment, least inhabitants, visits a year, minutes a visit
    ("A", 100_000, 24.0, 60.0),
    ("B", 20_000, 12.0, 45.0),
    ("C", 10_000, 6.0, 45.0),
    ("D", 0, 4.0, 30.0),
)
SHOP_VISITS, SHOP_MINUTES = 12.0, 20.0


class TownGeocoder:
    """Knows the demo's own towns by name and region; the middle of a town is known to city level, no better."""

    def __init__(self, known: Iterable[Town]) -> None:
        self._known = {(town.name, town.region): town for town in known}

    def geocode(self, addresses: Sequence[Address]) -> list[Located]:
        return [self._one(address) for address in addresses]

    def _one(self, address: Address) -> Located:
        town = self._known.get((address.city, address.region))
        if town is None:
            return Located(None, Level.NONE, 0.0, "GeoNames", f"no town “{address.city}” in the demo's list")
        return Located(town.place, Level.CITY, 1.0, "GeoNames", f"the middle of {town.name}")


def demo_of_towns(country: str, options: PlanOptions, team: Team = None) -> Plan:
    """A national sales team whose accounts are the country's towns.

    Raises:
        CountryUnknown: no country of that name or code.
        GazetteerMissing: the list of towns is not installed.
    """
    code = country_code(country)
    known = {(town.name, town.region): town for town in reversed(towns(code)[:MOST_TOWNS])}  # the larger namesake stays
    chosen = sorted(known.values(), key=lambda town: (-town.population, town.geoname_id))
    chance = np.random.default_rng(options.seed)
    rows = tuple(_town_row(number, town, options.starts_on, chance) for number, town in enumerate(chosen, start=1))
    plan = Plan(
        _table(f"the towns of {code} (GeoNames)", rows),
        replace(options, min_level=Level.CITY, rebuild=True, holidays=options.holidays or calendar_of(code)),
        team=team,
        geocoders=(TownGeocoder(chosen),),
        title=f"Demo: towns of {code}",
        attribution="Towns © GeoNames, CC BY 4.0",
        notes=(
            INVENTED,
            "A town is one account in its middle: places known to city level only are planned here (--min-level city).",
            "Shown are territories drawn anew (--rebuild); the fewest transfers that repair today's stand beside.",
        ),
    )
    return with_present_territories(plan, [town.place for town in chosen])


def calendar_of(country: str) -> str:
    """The public holidays of a country, none where they are not known."""
    try:
        holidays_of(country, {2026})
    except PlanningError:
        return ""
    return country


def demo_of_shops(region: Region, options: PlanOptions, team: Team = None) -> Plan:
    """A team that visits the shops of a region, on its roads.

    Raises:
        ValueError: the region holds no shops.
    """
    shops = region.shops()
    if not shops:
        raise ValueError(f"the region {region.name} holds no shops to visit; choose an extract with shop=* objects")
    chance = np.random.default_rng(options.seed)
    rows = tuple(
        AccountRow(
            row=number,
            id=shop.id,
            name=shop.name or shop.kind.replace("_", " "),
            address=shop.address,
            place=shop.place,
            segment=shop.kind,
            visits_per_year=SHOP_VISITS,
            service_min=SHOP_MINUTES,
            last_visit=_last_visit(SHOP_VISITS, options.starts_on, chance),
            value=round(float(chance.lognormal(9.5, 0.8)), 2),
            opening_hours=shop.opening_hours,
        )
        for number, shop in enumerate(shops, start=1)
    )
    plan = Plan(
        _table(f"the shops of {region.name} (OpenStreetMap)", rows),
        options,
        team=team,
        travel=region.travel_times(),
        title=f"Demo: shops of {region.name}",
        attribution=region.attribution,
        roads=tuple(region.road_lines()),
        notes=(INVENTED,),
    )
    return with_present_territories(plan, [shop.place for shop in shops])


def with_present_territories(plan: Plan, places: Sequence[Place]) -> Plan:
    """The same plan with present owners: zones of about equally many accounts, as they are often drawn by hand.

    `places`: of every account of the table. A team given as reps keeps its names and homes; otherwise reps are named
    after the first account of their zone (of the demo's towns, the largest) and live there.
    """
    rows = plan.table.accounts
    team = plan.team if isinstance(plan.team, tuple) else None
    count = len(team) if team else plan.team if isinstance(plan.team, int) else plan.needed_reps()
    xy_m = LocalMetres(places).xy_m(places)
    by_count = build_zones(ZoneProblem(xy_m=xy_m, load=np.ones(len(rows)), zones=count), seed=plan.options.seed)
    first = [int(np.flatnonzero(by_count.zone == zone)[0]) for zone in range(count)]
    reps = team or tuple(Rep(_rep_name(rows[index], zone), places[index]) for zone, index in enumerate(first))
    owned = tuple(replace(row, current_rep=reps[zone].name) for row, zone in zip(rows, by_count.zone, strict=True))
    return replace(plan, table=replace(plan.table, accounts=owned), team=reps)


def _rep_name(account: AccountRow, zone: int) -> str:
    """A name of its own for every rep: the town where there are towns, else a number."""
    return f"Rep {account.name}" if account.address.line == "" and account.address.city else f"Rep {zone + 1:02d}"


def _town_row(number: int, town: Town, starts_on: date, chance: np.random.Generator) -> AccountRow:
    segment, _least, visits, minutes = next(row for row in SEGMENTS if town.population >= row[1])
    return AccountRow(
        row=number,
        id=str(town.geoname_id),
        name=town.name,
        address=Address(city=town.name, region=town.region, country=town.country),
        place=None,
        segment=segment,
        visits_per_year=visits,
        service_min=minutes,
        last_visit=_last_visit(visits, starts_on, chance),
        value=round(town.population * float(chance.uniform(0.5, 1.5)), 2),
    )


def _last_visit(visits_a_year: float, starts_on: date, chance: np.random.Generator) -> date:
    """Some day within the account's own interval before the plan starts."""
    return starts_on - timedelta(days=int(chance.integers(1, round(365.25 / visits_a_year) + 1)))


def _table(source: str, rows: tuple[AccountRow, ...]) -> AccountTable:
    return AccountTable(
        source=source, rows_read=len(rows), accounts=rows, rejected=(), recognised=(), unused=(), notes=()
    )
