"""Which column is taken for what, and what is said about it."""

import pytest

from planning.columns import recognise
from planning.columns_words import ACCOUNT_FIELDS, POLICY_FIELDS, REP_FIELDS, phrases
from planning.table_raw import RawRow, RawTable
from planning.table_words import header_words


def table(header: list[str], *rows: list[str]) -> RawTable:
    return RawTable("t.csv", tuple(header), tuple(RawRow(i, tuple(row)) for i, row in enumerate(rows, start=2)))


def fields(header: list[str], *rows: list[str]) -> dict[str, str]:
    return {found.field: found.column for found in recognise(table(header, *rows), ACCOUNT_FIELDS, {}).recognised}


@pytest.mark.parametrize(
    "header",
    [
        ["Account ID", "Account Name", "Street Address", "City", "Postal Code", "Country", "Latitude", "Longitude", "Account Owner", "Segment", "Visits per year", "Last visit", "Visit duration", "Actual sales", "Potential", "Opening hours", "Locked"],
        ["account_id", "accountName", "BillingStreet", "billing_city", "postalCode", "country_code", "LAT", "LNG", "ownerRep", "abc-class", "visit_frequency", "lastVisitDate", "duration (min)", "revenue", "sales potential", "hours", "locked"],
        ["Kundennummer", "Firma", "Straße", "Ort", "PLZ", "Land", "Breitengrad", "Längengrad", "Außendienstmitarbeiter", "ABC-Klasse", "Besuche pro Jahr", "Letzter Besuch", "Besuchsdauer", "Umsatz", "Potenzial", "Öffnungszeiten", "gesperrt"],
        ["Kundenr", "Virksomhed", "Adresse", "By", "Postnr", "Land", "Breddegrad", "Længdegrad", "Sælger", "Kategori", "Besøgsfrekvens", "Seneste besøg", "Besøgstid", "Omsætning", "Potentiale", "Åbningstider", "Låst"],
        ["Код клиента", "Наименование", "Адрес", "Город", "Индекс", "Страна", "Широта", "Долгота", "Торговый представитель", "Категория", "Частота посещений", "Последний визит", "Длительность визита", "Продажи", "Потенциал", "Режим работы", "Закреплён"],
        ["Code client", "Raison sociale", "Adresse", "Ville", "Code postal", "Pays", "Latitude", "Longitude", "Commercial", "Catégorie", "Fréquence de visite", "Dernière visite", "Durée", "Chiffre d'affaires", "Potentiel", "Horaires", "Verrouillé"],
        ["Código", "Razón social", "Dirección", "Ciudad", "Código postal", "País", "Latitud", "Longitud", "Vendedor", "Categoría", "Frecuencia de visita", "Última visita", "Duración", "Ventas", "Potencial", "Horario", "Bloqueado"],
    ],
)  # fmt: skip
def test_usual_headers_of_six_languages(header: list[str]) -> None:
    row = [
        "7",
        "A",
        "Main 1",
        "X",
        "91207",
        "DE",
        "49.5",
        "11.2",
        "Anna",
        "A",
        "12",
        "2026-05-31",
        "30",
        "100",
        "200",
        "Mo-Fr 08:00-17:00",
        "no",
    ]
    wanted = ["id", "name", "address", "city", "postcode", "country", "lat", "lon", "current_rep", "segment", "visits_per_year", "last_visit", "service_min", "value", "potential", "opening_hours", "locked"]  # fmt: skip
    if header[8] == "ownerRep":
        header = [*header[:8], "Owner", *header[9:]]
    assert fields(header, row) == dict(zip(wanted, header, strict=True))


def test_house_number_unit_and_interval_columns() -> None:
    header = ["Straße", "Hausnr.", "Визитов в месяц", "Weeks between visits", "Dauer (Std)"]
    assert fields(header, ["Markt", "5a", "2", "6", "0,5"]) == {
        "address": "Straße",
        "house": "Hausnr.",
        "visits_per_month": "Визитов в месяц",
        "weeks_between_visits": "Weeks between visits",
        "service_h": "Dauer (Std)",
    }


def test_slips_of_the_pen_are_guessed_only_with_fitting_values() -> None:
    rows = [["49.5", "11.2", "Main 1"], ["49.6", "11.3", "Main 2"]]
    found = recognise(table(["lattitude", "longtitude", "adress"], *rows), ACCOUNT_FIELDS, {})
    assert {f.field for f in found.recognised} == {"lat", "lon", "address"}
    assert all(f.how.startswith("guessed") for f in found.recognised)
    assert "lat" not in fields(["lattitude", "x"], ["high", "1"], ["low", "2"], ["middle", "3"])


def test_a_latitude_full_of_text_is_not_one() -> None:
    found = recognise(table(["latitude", "city"], *[["north", "X"]] * 3), ACCOUNT_FIELDS, {})
    assert "lat" not in found.index
    assert found.unused == ("latitude",)
    assert found.notes == ("Column 'latitude' is not taken as lat: its values are no degrees (such as 'north').",)


def test_location_is_coordinates_or_an_address_as_its_values_say() -> None:
    assert fields(["location"], ["49.5, 11.2"], ["49.6, 11.3"], ["49.7, 11.4"]) == {"latlon": "location"}
    assert fields(["location"], ["Main 1"], ["Main 2"], ["Main 3"]) == {"address": "location"}


def test_two_columns_for_one_field_are_said() -> None:
    found = recognise(table(["name", "company"], ["A", "B"]), ACCOUNT_FIELDS, {})
    assert found.index == {"name": 0}
    assert found.notes == ("Column 'company' could be name too; 'name' was taken.",)


def test_a_code_that_repeats_is_no_id() -> None:
    rows = [[code, "A"] for code in "AABBAABB"]
    assert "id" not in fields(["code", "name"], *rows)
    assert fields(["customer id", "name"], *rows)["id"] == "customer id"


@pytest.mark.parametrize("fields", [ACCOUNT_FIELDS, REP_FIELDS, POLICY_FIELDS])
def test_every_known_name_is_reachable(fields: dict[str, str]) -> None:
    known = phrases(fields)
    for field, text in fields.items():
        for phrase in text.split("|"):
            meanings = known[header_words(phrase).replace(" ", "")]
            assert field in {name for name, _ in meanings}


def test_header_words_take_away_case_accents_and_joints() -> None:
    assert header_words("PostalCode") == header_words("postal_code") == "postal code"
    assert header_words("Straße") == "strasse"
    assert header_words("Йод Ёлка") == "йод елка"


def test_an_owner_who_hardly_repeats_is_no_rep() -> None:
    owners = [[str(i), f"Owner {i}"] for i in range(30)]
    reps = [[str(i), f"Rep {i % 4}"] for i in range(30)]
    assert "current_rep" not in fields(["id", "owner"], *owners)
    assert fields(["id", "owner"], *reps)["current_rep"] == "owner"


def test_of_two_pairs_of_coordinates_one_pair_is_taken() -> None:
    row = ["49.5", "11.2", "52.5", "13.4"]
    assert fields(["latitude", "longitude", "lat", "lng"], row) == {"lat": "lat", "lon": "lng"}
    assert fields(["lat", "lng", "latitude", "longitude"], row) == {"lat": "lat", "lon": "lng"}


def test_headers_with_counts_and_units() -> None:
    header = ["№", "Кол-во визитов в мес.", "Anzahl Besuche pro Jahr", "Time (min)", "PLZ/Ort"]
    assert fields(header, ["1", "2", "3", "30", "91207 Lauf"]) == {
        "id": "№",
        "visits_per_year": "Anzahl Besuche pro Jahr",
        "visits_per_month": "Кол-во визитов в мес.",
        "service_min": "Time (min)",
        "city": "PLZ/Ort",
    }


def test_a_year_in_a_name_is_looked_past_and_the_latest_one_wins() -> None:
    found = recognise(
        table(["Kd-Nr", "Firma", "Umsatz 2024", "Umsatz 2025"], ["7", "Adler", "10,5", "12"]), ACCOUNT_FIELDS, {}
    )
    assert {row.field: row.column for row in found.recognised} == {
        "id": "Kd-Nr", "name": "Firma", "value": "Umsatz 2025"
    }  # fmt: skip
    assert found.notes == ("Column 'Umsatz 2024' could be value too; 'Umsatz 2025' was taken.",)
