"""The list of public names and what there is."""

import subprocess
import sys

import routing


def test_every_public_name_can_be_had() -> None:
    assert sorted(routing.__all__) == sorted(set(routing.__all__)) == sorted(routing.HOMES)
    for name in routing.__all__:
        assert getattr(routing, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, routing; print({'numba', 'scipy', 'ortools', 'holidays'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
