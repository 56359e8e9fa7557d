"""The public names of geo."""

import subprocess
import sys

import pytest

import geo


@pytest.mark.parametrize("name", geo.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(geo, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        geo.nothing_like_it  # noqa: B018


def test_importing_geo_loads_nothing_heavy() -> None:
    code = (
        "import geo, sys; print([m for m in ('numpy', 'shapely', 'geopandas', 'scipy', 'osmium') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
