"""Writing a finished plan to a folder."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from maps import render_plan_map
from planning.account_table import AccountTable
from planning.output_calls import CALLS_FILE, write_calls
from planning.output_districts import DISTRICTS_FILE, write_districts
from planning.output_geojson import routes_geojson, zones_geojson
from planning.output_map import plan_view
from planning.output_review import write_review
from planning.output_summary import summary
from planning.output_tables import write_accounts, write_rejected, write_routes, write_transfers, write_unserved
from planning.output_workbook import write_workbook
from planning.output_workload import WORKLOAD_FILE, write_workload
from planning.pins import PINS_FILE, REVIEW_FILE, Pins, write_pins
from planning.result import PlanResult

FILES = (
    "plan.html",
    "plan.xlsx",
    "accounts.csv",
    "routes.csv",
    CALLS_FILE,
    "unserved.csv",
    "transfers.csv",
    "rejected.csv",
    WORKLOAD_FILE,
    "review.csv",
    "pins.csv",
    "zones.geojson",
    "routes.geojson",
    "summary.json",
    "run.json",
)


def write_plan(
    result: PlanResult,
    table: AccountTable,
    folder: Path,
    *,
    version: str,
    run: Mapping[str, object],
    pins: Pins | None = None,
) -> None:
    """Write every file of `FILES`, and `districts.geojson` where there are districts.

    All of them are the same for the same input and seed, except `run.json`.

    `pins` are kept in `pins.csv`, so that the next plan in this folder knows them. The files are written beside the
    folder first and put in place together, so that a write that fails leaves what was there before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / ".writing"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        write_accounts(result, fresh / "accounts.csv")
        write_routes(result, fresh / "routes.csv")
        write_unserved(result, fresh / "unserved.csv")
        write_transfers(result, fresh / "transfers.csv")
        write_rejected(table.rejected, fresh / "rejected.csv")
        write_review(result, fresh / REVIEW_FILE)
        write_pins(pins or Pins(), fresh / PINS_FILE)
        write_calls(result, fresh / CALLS_FILE)
        write_workload(result.workload, fresh / WORKLOAD_FILE)
        write_workbook(result, fresh / "plan.xlsx")
        _write_json(zones_geojson(result), fresh / "zones.geojson", indent=None)
        _write_json(routes_geojson(result), fresh / "routes.geojson", indent=None)
        _write_json(summary(result, table, version), fresh / "summary.json", indent=2)
        _write_json(dict(run), fresh / "run.json", indent=2)
        (fresh / "plan.html").write_text(render_plan_map(plan_view(result)), encoding="utf-8", newline="\n")
        more = write_districts(result, fresh)
        for name in (*FILES, *more):
            (fresh / name).replace(folder / name)
        for name in {DISTRICTS_FILE} - set(more):
            (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_json(value: object, path: Path, *, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
