import subprocess
import sys

import clustering


def test_every_public_name_can_be_had() -> None:
    assert len(set(clustering.__all__)) == len(clustering.__all__)
    for name in clustering.__all__:
        assert getattr(clustering, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, clustering; print({'numba', 'scipy', 'sklearn', 'ortools'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
