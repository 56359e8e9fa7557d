#!/usr/bin/env python3
"""Build the wheel, install it into an empty environment and run the demo there, outside the repository.

    python3 dev.py run python deploy/try_wheel.py

It takes some minutes: the environment is made from the package index (or uv's cache), and the solvers are compiled.
Ends with code 1 when something does not work.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "gazetteer,postgresql"


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command that must succeed; returns what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(list(map(str, words)), cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\nended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    tools = sorted((ROOT / ".tools").glob("uv-*/bin/uv"))
    uv = tools[-1] if tools else Path("uv")
    with TemporaryDirectory(prefix="bw-wheel-") as name:
        folder = Path(name)
        run(uv, "build", "--wheel", "--quiet", "--out-dir", folder, cwd=ROOT)
        (wheel,) = folder.glob("*.whl")
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
        run(uv, "venv", "--quiet", "--python", sys.executable, folder / "empty", cwd=folder)
        python = folder / "empty" / "bin" / "python"
        run(uv, "pip", "install", "--quiet", "--python", python, f"{wheel}[{EXTRAS}]", cwd=folder)
        print("installed into an empty environment", flush=True)
        bailiwick = folder / "empty" / "bin" / "bailiwick"
        where = run(python, "-P", "-c", "import api; print(api.__file__)", cwd=folder)
        if str(ROOT) in where:
            sys.exit(f"this is the repository, not the wheel: {where}")
        words = ("demo", "--no-serve", "--country", "Denmark", "--reps", "3", "--start", "2026-03-02", "--out", "plan")
        print(run(bailiwick, *words, cwd=folder).splitlines()[-1], flush=True)
        made = {path.name for path in (folder / "plan").iterdir()}
        if not {"summary.json", "plan.html"} <= made:
            sys.exit(f"the demo made only {sorted(made)}")
        print(run(bailiwick, "doctor", "--database", f"sqlite:///{folder / 'plan' / 'bailiwick.sqlite3'}", cwd=folder))


if __name__ == "__main__":
    main()
