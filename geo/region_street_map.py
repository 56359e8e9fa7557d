"""How the columns of a government's street file are to be read, from a small TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import ExtractError

SHIPPED = Path(__file__).parent / "street_maps"
TEXTS = ("name", "attribution", "city", "region", "country", "crs", "encoding", "highway_default")
COLUMNS = (
    "geometry", "street", "left_first", "left_last", "right_first", "right_last", "postcode", "left_postcode",
    "right_postcode", "city", "class", "id", "first_node", "last_node", "oneway", "limit_kmh", "limit_mph",
)  # fmt: skip
TABLES = ("columns", "highway", "oneway", "skip")


@dataclass(frozen=True, slots=True)
class StreetMap:
    """The columns of a street-centreline file and what its codes mean.

    `columns` maps our names (`COLUMNS`) to the file's; `street` may join several with a plus ("STREET+TYPE").
    `highway` gives the road class of OpenStreetMap for each value of the `class` column, `highway_default` for the
    values not listed (empty: such a line is no road). `oneway` maps the values of its column to "forward" (along the
    line) or "backward"; `skip` lists values of any column whose lines are left out. `crs` is needed where the file
    does not declare one and is not in degrees.
    """

    columns: Mapping[str, str]
    highway: Mapping[str, str] = field(default_factory=dict)
    highway_default: str = ""
    oneway: Mapping[str, str] = field(default_factory=dict)
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: str = ""
    attribution: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    crs: str = ""
    encoding: str = ""

    @classmethod
    def read(cls, path: Path) -> "StreetMap":
        """A column map from a TOML file.

        Raises:
            ExtractError: no TOML, or entries that mean nothing here; all of them are named.
        """
        try:
            with path.open("rb") as file:
                stored = tomllib.load(file)
        except FileNotFoundError:
            raise ExtractError(f"{path}: no such file; shipped are {', '.join(shipped())}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ExtractError(f"{path}: not a TOML file ({error})") from error
        if faults := _faults(stored):
            raise ExtractError(f"{path}: {'; '.join(faults)}")
        return cls(**stored | {"skip": {key: frozenset(values) for key, values in stored.get("skip", {}).items()}})


def shipped() -> list[str]:
    """Names of the maps that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def shipped_map(name: str) -> StreetMap:
    """A map that comes with the package, by name.

    Raises:
        ExtractError: there is none of that name.
    """
    if name not in shipped():
        raise ExtractError(f"no street map called {name!r}; shipped are {', '.join(shipped())}")
    return StreetMap.read(SHIPPED / f"{name}.toml")


def _faults(stored: Mapping[str, Any]) -> list[str]:
    faults = [f"{key!r} means nothing here" for key in stored if key not in (*TEXTS, *TABLES)]
    faults += [f"{key!r} must be text" for key in TEXTS if not isinstance(stored.get(key, ""), str)]
    tables = {key: stored.get(key, {}) for key in TABLES}
    broken = [key for key, table in tables.items() if not isinstance(table, dict)]
    if broken:
        return [*faults, *(f"{key!r} must be a table" for key in broken)]
    known = ", ".join(COLUMNS)
    faults += [
        f"column {key!r} means nothing here; known are {known}" for key in tables["columns"] if key not in COLUMNS
    ]
    if "street" not in tables["columns"]:
        faults.append("columns.street is missing: which column holds the street's name?")
    if not tables["highway"] and not stored.get("highway_default"):
        faults.append("neither [highway] nor highway_default says which lines are roads")
    directions = set(map(str, tables["oneway"].values())) - {"forward", "backward"}
    faults += [f"oneway must be 'forward' or 'backward', got {value!r}" for value in sorted(directions)]
    for table in ("columns", "highway", "oneway"):
        faults += [f"{table}.{key} must be text" for key, value in tables[table].items() if not isinstance(value, str)]
    faults += [f"skip.{key} must be a list" for key, value in tables["skip"].items() if not isinstance(value, list)]
    return faults
