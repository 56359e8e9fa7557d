"""Districts of whole territories in the files of a plan."""

import json
from pathlib import Path

from shapely.geometry import mapping

from planning.output_geojson import rounded
from planning.result import DistrictFigures, PlanResult

DISTRICTS_FILE = "districts.geojson"
HOURS, SHARE = 3, 5


def write_districts(result: PlanResult, folder: Path) -> tuple[str, ...]:
    """Write `districts.geojson` where there are districts; the names of the files written."""
    if not result.districts:
        return ()
    text = json.dumps(districts_geojson(result), ensure_ascii=False, allow_nan=False)
    (folder / DISTRICTS_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
    return (DISTRICTS_FILE,)


def districts_geojson(result: PlanResult) -> dict[str, object]:
    """A feature per district of every level; its outline is that of its territories together."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": figures(each), "geometry": rounded(mapping(each.outline))}
            for each in result.districts
        ],
    }


def figures(district: DistrictFigures) -> dict[str, object]:
    """What is said of a district in the summary and beside its outline."""
    return {
        "level": district.level,
        "name": district.name,
        "of": list(district.below),
        "territories": len(district.zones),
        "accounts": district.accounts,
        "workload_h": round(district.workload_h, HOURS),
        "capacity_h": round(district.capacity_h, HOURS),
        "value": round(district.value, 2),
        "deviation": round(district.deviation, SHARE),
    }
