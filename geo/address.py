"""A postal address as it was given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of an address; empty text where nothing is.

    `line` is street and house number as written; `country` a name or an ISO 3166 code in the writer's own form.
    """

    line: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any((self.line, self.city, self.postcode, self.region, self.country))
