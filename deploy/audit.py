#!/usr/bin/env python3
"""Audit uv.lock without a network: where packages come from, their hashes, and known holes.

    python deploy/audit.py [--lock uv.lock] [--osv all.zip]

Every package must come from PyPI (or be this project) with a SHA-256 for each file, and none may be older than the
version that fixed an advisory of `advisories.toml`. With `--osv`, a copy of OSV's PyPI database, every advisory there
is compared too. Ends with code 1 when something is found. It says how old the newest package is, since a list that is
kept by hand knows nothing of a hole that was found since.
"""

import argparse
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

HERE = Path(__file__).parent
REGISTRY = "https://pypi.org/simple"


def unsound(packages: list[Mapping[str, Any]]) -> Iterator[str]:
    """Packages from elsewhere, or without hashes."""
    for package in packages:
        source = package["source"]
        if "editable" in source or "virtual" in source:
            continue
        named = f"{package['name']} {package['version']}"
        if source.get("registry") != REGISTRY:
            yield f"{named} comes from {source}, not from {REGISTRY}"
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        if not files or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", "")) for file in files):
            yield f"{named} has a file without a SHA-256"


def known_holes(packages: Mapping[str, str], advisories: list[Mapping[str, str]]) -> Iterator[str]:
    """Packages below the version that fixed something."""
    for one in advisories:
        version = packages.get(one["package"])
        if version is not None and Version(version) < Version(one["fixed"]):
            yield f"{one['package']} {version}: {one['id']}, fixed in {one['fixed']}"


def osv_holes(packages: Mapping[str, str], path: Path) -> Iterator[str]:
    """Advisories of OSV's database that concern a version in the lock."""
    with zipfile.ZipFile(path) as pack:
        for name in pack.namelist():
            advisory = json.loads(pack.read(name))
            if advisory.get("withdrawn"):
                continue
            for affected in advisory.get("affected", ()):
                package = re.sub(r"[-_.]+", "-", affected.get("package", {}).get("name", "")).lower()
                if package in packages and concerns(affected, packages[package]):
                    yield f"{package} {packages[package]}: {advisory['id']}: {advisory.get('summary', '')}"


def concerns(affected: Mapping[str, Any], version: str) -> bool:
    """True when the version is listed, or lies in one of the ranges."""
    if version in affected.get("versions", ()):
        return True
    for span in affected.get("ranges", ()):
        if span.get("type") != "ECOSYSTEM":
            continue
        inside = False
        for event in span.get("events", ()):
            try:
                if "introduced" in event and Version(version) >= Version(event["introduced"]):
                    inside = True
                if "fixed" in event and Version(version) >= Version(event["fixed"]):
                    inside = False
                if "last_affected" in event and Version(version) > Version(event["last_affected"]):
                    inside = False
            except InvalidVersion:
                continue
        if inside:
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lock", type=Path, default=HERE.parent / "uv.lock")
    parser.add_argument("--osv", type=Path)
    given = parser.parse_args()
    listed = tomllib.loads(given.lock.read_text(encoding="utf-8"))["package"]
    packages = {package["name"]: package["version"] for package in listed if "version" in package}
    advisories = tomllib.loads((HERE / "advisories.toml").read_text(encoding="utf-8"))["advisory"]
    found = [*unsound(listed), *known_holes(packages, advisories)]
    if given.osv:
        found += osv_holes(packages, given.osv)
    for fault in found:
        print(f"audit: {fault}", file=sys.stderr)
    newest = max(file.get("upload-time", "") for package in listed for file in package.get("wheels", ()))
    against = f"{len(advisories)} advisories" + (f" and {given.osv}" if given.osv else "")
    print(f"audit: {len(packages)} packages, newest of {newest[:10]}, against {against}: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
