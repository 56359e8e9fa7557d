"""What the packages say they offer is there."""

import importlib

import pytest


@pytest.mark.parametrize("name", ["api", "crm"])
def test_the_public_names_are_those_listed(name):
    package = importlib.import_module(name)
    assert set(package.__all__) == set(package.WHERE)
    for public in package.__all__:
        assert getattr(package, public).__module__ == package.WHERE[public]
    with pytest.raises(AttributeError, match="nothing"):
        package.nothing  # noqa: B018
