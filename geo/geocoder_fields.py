"""How much of an address a service's answer repeats, field by field."""

from rapidfuzz import fuzz

from geo.address import Address
from geo.address_fold import fold
from geo.address_normal import normalise
from geo.address_number import house_number
from geo.address_parse import postcode_of


def field_scores(asked: Address, answered: str) -> dict[str, float]:
    """Scores of 0…1 for "street", "number", "city" and "postcode", those that are asked for.

    Services answer in their own spelling, perhaps another script, so street and city are compared letter by letter in
    one alphabet; number and postcode must stand in the answer as such.
    """
    text = fold(answered)
    if not text:
        return {}
    words = text.split()
    key = normalise(asked)
    found: dict[str, float] = {}
    if key.street:
        found["street"] = round(fuzz.partial_ratio(key.street, text.replace(" ", "")) / 100, 3)
    if key.number:
        number = house_number(key.number)
        near = {word for word in words if number and word.startswith(str(number.main))}
        found["number"] = 1.0 if key.number in words else 0.5 if number and str(number.main) in near else 0.0
    if asked.city.strip():
        found["city"] = round(fuzz.partial_ratio(fold(asked.city), text) / 100, 3)
    if asked.postcode.strip():
        found["postcode"] = float(postcode_of(asked.postcode) in text)
    return found
