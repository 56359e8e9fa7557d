"""A small invented town, as records for an address index."""

from geo import AddressPoint, AddressRange, AddressRecord, KilometrePost, Place, Side, StreetLine


def at(east_m: float, north_m: float) -> Place:
    """A place so many metres from the town's middle."""
    return Place(lat=50 + north_m / 111_195, lon=10 + east_m / (111_195 * 0.6427876))


def point(
    street: str, number: str, east_m: float, north_m: float, *, city: str = "Lauf", code: str = "91207"
) -> AddressRecord:
    return AddressPoint(
        street, number, at(east_m, north_m), city=city, postcode=code, country="DE", entity=f"{street} {number}"
    )


def numbers(
    street: str, wanted: range, north_m: float, *, city: str = "Lauf", code: str = "91207"
) -> list[AddressRecord]:
    """Houses every 10 m per number: odd ones on the south side, even ones 20 m north of them."""
    return [point(street, str(n), 10.0 * n, north_m + 20 * (n % 2 == 0), city=city, code=code) for n in wanted]


def town() -> list[AddressRecord]:
    """Straight streets running east; Marktstraße is crossed by Querweg."""
    return [
        *numbers("Marktstraße", range(1, 13), 0),
        point("Marktstraße", "12a", 125, 20),
        *numbers("Markgrafenstraße", range(1, 7), 300),
        *numbers("Waldweg", range(1, 5), 600),
        *numbers("Waldweg", range(1, 9), 5000, city="Rückersdorf", code="90607"),
        *[point("Bahnhofstraße", str(n), 10.0 * n, 900 + 20 * (n % 2 == 0)) for n in (1, 2, 3, 4, 21, 22)],
        StreetLine("Marktstraße", (at(0, 10), at(50, 10), at(130, 10)), city="Lauf"),
        StreetLine("Querweg", (at(50, -100), at(50, 10), at(50, 100)), city="Lauf"),
        StreetLine("Gasse ohne Nummern", (at(300, -100), at(400, -100)), city="Lauf"),
    ]


def moscow() -> list[AddressRecord]:
    return [
        AddressPoint("Тверская улица", "5", at(0, 0), city="Москва", country="RU"),
        AddressPoint("Тверская улица", "7 к2 с1", at(100, 0), city="Москва", country="RU"),
        AddressPoint("1-я Тверская-Ямская улица", "5", at(0, 2000), city="Москва", country="RU"),
        AddressPoint("2-я Тверская-Ямская улица", "5", at(0, 2500), city="Москва", country="RU"),
        AddressPoint("Гоголевский бульвар", "10", at(500, 500), city="Москва", country="RU"),
        KilometrePost("Ленинградское шоссе", 40, at(0, 10_000), country="RU"),
        KilometrePost("Ленинградское шоссе", 42, at(0, 12_000), country="RU"),
    ]


def city_blocks() -> list[AddressRecord]:
    """Two blocks of Market St with odd numbers on the left (north), 100 m each; 5th St between them."""
    first, second = (at(0, 0), at(100, 0)), (at(100, 0), at(200, 0))
    return [
        AddressRange("MARKET ST", 101, 199, Side.LEFT, first, "San Francisco", "94103", "CA", "US"),
        AddressRange("MARKET ST", 100, 198, Side.RIGHT, first, "San Francisco", "94103", "CA", "US"),
        AddressRange("MARKET ST", 201, 299, Side.LEFT, second, "San Francisco", "94103", "CA", "US"),
        AddressRange(
            "O'FARRELL ST", 2, 98, Side.RIGHT, (at(0, 400), at(100, 400)), "San Francisco", "94102", "CA", "US"
        ),
        AddressRange(
            "05TH ST", 1, 99, Side.LEFT, (at(100, -100), at(100, 0), at(100, 100)), "San Francisco", "94103", "CA", "US"
        ),
        AddressRange(
            "05TH AVE", 1, 99, Side.LEFT, (at(5000, -100), at(5000, 100)), "San Francisco", "94118", "CA", "US"
        ),
        AddressRange(
            "BELDEN ST", 1, 99, Side.LEFT, (at(300, -100), at(300, 100)), "San Francisco", "94104", "CA", "US"
        ),
    ]
