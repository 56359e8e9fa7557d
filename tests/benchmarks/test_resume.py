"""A run that was broken off goes on where it was."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import pvrp
from benchmarks.__main__ import main
from benchmarks.contract import Options, Row, earlier_rows, files


def test_a_resumed_run_solves_only_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[str] = []

    def run(options: Options) -> Iterator[Row]:
        for name in ("a", "b"):
            if name in options.done:
                yield from options.done[name]
                continue
            solved.append(name)
            yield Row(name, 3, 10.0, 8.0, True, "", 0.0, 0.0)

    monkeypatch.setattr(pvrp, "run", run)
    table = tmp_path / "rows.jsonl"
    assert main(["pvrp", "--json", str(table)]) == 0
    whole = [json.loads(text) for text in table.read_text().splitlines()]
    assert [row["instance"] for row in whole] == ["a", "b", "mean"]
    first, second = table.read_text().splitlines()[:2]
    table.write_text(f"{first}\n{second[:20]}")
    assert main(["pvrp", "--json", str(table), "--resume"]) == 0
    assert solved == ["a", "b", "b"]
    again = [json.loads(text) for text in table.read_text().splitlines()]
    assert [(row["instance"], row["gap_pct"]) for row in again] == [("a", 25.0), ("b", 25.0), ("mean", 25.0)]


def test_there_is_nothing_to_go_on_from_before_the_first_run(tmp_path: Path) -> None:
    assert earlier_rows(tmp_path / "rows.jsonl") == {}


def test_a_single_file_is_an_instance_too(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in files(Options((tmp_path / "b.txt",)), "*.txt")] == ["b.txt"]
    assert [path.name for path in files(Options((tmp_path,)), "*.txt")] == ["a.txt", "b.txt"]
