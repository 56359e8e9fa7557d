import subprocess
import sys

import balancing


def test_every_public_name_can_be_had() -> None:
    assert len(set(balancing.__all__)) == len(balancing.__all__)
    for name in balancing.__all__:
        assert getattr(balancing, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, balancing; print({'numba', 'scipy', 'sklearn', 'ortools'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
