#!/usr/bin/env python3
"""Set up, show and check the project.

    python3 dev.py demo [options]    plan a national sales team and serve its map (options: `bailiwick demo --help`)
    python3 dev.py test [options]    every check and test (options go to pytest)
    python3 dev.py lint              the checks without the tests
    python3 dev.py setup             only make the environment
    python3 dev.py run COMMAND …     run a command inside it

Standard library only; any Python from 3.9 may run this file. It looks for Python 3.12 or newer for the project itself.
"""

import atexit
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
UV_VERSION = "0.13.9"
TOOLS = ROOT / ".tools" / ("uv-" + UV_VERSION)
OLDEST = (3, 12)
PREFERRED = ("3.12", "3.13")  # what the lock file is tested with comes first
CODE = ["."]
BASELINE = ["--baseline", "deploy/bandit-reviewed.json"]  # what was looked at and found sound; anything new fails
PACKAGES = ["geo", "clustering", "routing", "balancing", "crm", "planning", "maps", "api"]


def say(text):
    print("dev.py: " + text, file=sys.stderr, flush=True)


def uv():
    """Path of the pinned uv, installed outside .venv (uv may delete .venv)."""
    places = (TOOLS / "bin" / "uv", TOOLS / "Scripts" / "uv.exe")
    for exe in places:
        if exe.exists():
            return str(exe)
    say("installing uv %s into .tools" % UV_VERSION)
    shutil.rmtree(str(TOOLS), ignore_errors=True)
    pip = ["install", "-q", "--disable-pip-version-check", "uv==" + UV_VERSION]
    made = subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], stdout=subprocess.DEVNULL)
    if made.returncode == 0:
        exe = next(p for p in (TOOLS / "bin" / "python", TOOLS / "Scripts" / "python.exe") if p.exists())
        done = subprocess.run([str(exe), "-m", "pip", *pip])
    else:  # Debian without python3-venv
        shutil.rmtree(str(TOOLS), ignore_errors=True)
        done = subprocess.run([sys.executable, "-m", "pip", *pip, "--target", str(TOOLS)])
    if done.returncode or not any(exe.exists() for exe in places):
        sys.exit("dev.py: cannot install uv; is PyPI reachable, and is python3-venv or python3-pip installed?")
    return uv()


def python():
    """A Python for the project: this one, one on PATH, one of pyenv's, else one that uv fetches."""
    probe = "import sys; print(sys.executable if sys.version_info[:2] >= %r else '')" % (OLDEST,)
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    found = []
    for name in PREFERRED:
        found.append(shutil.which("python" + name))
        found += sorted(glob.glob(os.path.join(pyenv, "versions", name + ".*", "bin", "python3")), reverse=True)
    found.append(sys.executable if sys.version_info[:2] >= OLDEST else None)
    for exe in filter(None, found):  # a pyenv shim on PATH may exist and not work
        out = subprocess.run([exe, "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        path = out.stdout.decode().strip()
        if out.returncode == 0 and path:
            return path
    name = PREFERRED[0]
    say("no Python %s found; asking uv to fetch one (needs the internet)" % name)
    env = dict(os.environ, UV_HTTP_RETRIES="0")
    if subprocess.run([uv(), "python", "install", "-q", name], env=env, cwd=str(ROOT)).returncode:
        sys.exit(
            "dev.py: this project needs Python %s or newer, and none was found (this is %s). "
            "Install it (apt install python%s, or pyenv install %s) and run again."
            % (name, sys.version.split()[0], name, name)
        )
    return name


def environment():
    """The environment of everything that is started from here; no stray settings of the caller's Python."""
    stray = ("VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if name not in stray}
    env.update(
        UV_PYTHON=python(),
        UV_PYTHON_DOWNLOADS=env.get("UV_PYTHON_DOWNLOADS", "never"),
        UV_PROJECT_ENVIRONMENT=str(ROOT / ".venv"),
        UV_NO_PROGRESS="1",
        UV_COMPILE_BYTECODE="1",
    )
    return env


def chromium():
    """A Chromium for the browser tests; Debian's is installed when this is root; None when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")

    def found():
        return next(filter(None, map(shutil.which, names)), None)

    exe = os.environ.get("BAILIWICK_CHROMIUM") or found()
    if not exe and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say("installing Chromium from the system's packages for the browser tests")
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(["apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL)
        words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
        subprocess.run(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        exe = found()
    if not exe:
        say("no Chromium found (apt-get install chromium): the browser tests will be skipped")
    return exe


def compile_solvers(start, *how):
    """Begin to compile the solvers after a change of their sources, so that no plan waits for it.

    With "--all" also what only tests and notebooks ask for. Gives a function that waits for the end.
    """
    sources = sorted(ROOT.glob("*/*_kernel.py"))
    text = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in [*sources, ROOT / "uv.lock"])
    stamp = ROOT / ".cache" / "compiled"
    if stamp.exists() and stamp.read_text() in (text + "".join(how), text + "--all"):
        return lambda: None
    say("compiling the solvers (once, about a minute)")
    for stale in ROOT.glob("*/__pycache__/*.nb[ci]"):  # numba does not see a change in a kernel of another file
        stale.unlink()
    work = start("run", "--no-sync", "python", "-m", "planning.warm", *how)
    atexit.register(work.terminate)  # when something else has failed meanwhile; nothing once it has ended

    def finish():
        if work.wait():
            sys.exit(work.returncode)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(text + "".join(how))

    return finish


def checks(run):
    """What must hold before any test runs."""
    steps = (
        ("formatting", "ruff", "format", "--check", "--quiet", *CODE),
        ("lint", "ruff", "check", "--quiet", *CODE),
        ("types", "mypy"),
        ("imports", "lint-imports"),
        ("security", "bandit", "--quiet", "--recursive", "-ll", *BASELINE, *PACKAGES, "deploy", "dev.py"),
        ("dependencies", "python", "deploy/audit.py"),
        ("deployment", "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml"),
    )
    for title, *words in steps:
        say(title + ": " + " ".join(words))
        run("run", "--no-sync", *words)


def main():
    command, rest = (sys.argv[1] if len(sys.argv) > 1 else "setup"), sys.argv[2:]
    if command not in ("setup", "demo", "test", "lint", "run"):
        sys.exit(__doc__)
    started = time.monotonic()
    env, tool = environment(), uv()

    def start(*words):
        return subprocess.Popen([tool, *words], env=env, cwd=str(ROOT))

    def run(*words):
        code = start(*words).wait()
        if code:
            sys.exit(code)

    if not (ROOT / ".venv").exists():
        say("making the environment in .venv (a minute or two the first time)")
    # The demo needs neither the test tools nor a browser.
    groups = ("--no-dev",) if command == "demo" and not (ROOT / ".venv" / "bin" / "pytest").exists() else ()
    run("sync", "--frozen", "-q", "--all-extras", "--inexact", *groups)
    compiled = compile_solvers(start, *(["--all"] if command == "test" else [])) if command != "lint" else None
    if command == "test":  # the checks, and a browser if there is none, take the other cores meanwhile
        with ThreadPoolExecutor(1) as beside:
            browser = beside.submit(chromium)
            run("lock", "--check", "-q", "--offline")
            checks(run)
        if browser.result():
            env["BAILIWICK_CHROMIUM"] = browser.result()
    if compiled:
        compiled()
    say("ready after %.0f s" % (time.monotonic() - started))
    if command == "demo":
        run("run", "--no-sync", "bailiwick", "demo", *rest)
    elif command == "test":
        say("tests: pytest, a process per core")
        words = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")  # tests/conftest.py: the longest first
        run("run", "--no-sync", "pytest", *words, *rest)
    elif command == "lint":
        checks(run)
    elif command == "run":
        run("run", "--no-sync", *rest)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
