"""What comparing two plans found: sentences, `moved.csv`, `reps.csv`, `comparison.json` and `compare.html`."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from maps import Accounts, Figures, MarkedLine, PlanView, Zone, render_plan_map
from maps import Transfer as MapTransfer
from maps.words import ENGLISH
from planning.compare_folders import FIGURES, PlanComparison, SavedPlan
from planning.output_tables import number, write_table
from planning.table_words import counted

FILES = ("moved.csv", "reps.csv", "comparison.json", "compare.html")
MOVED_HEADER = ("account_id", "name", "from", "to", "hours", "value", "reason")
WORDS = {**ENGLISH, "proof": "What changed"}
SAME = 5e-4
"""A share that changes by less is the same."""


def write_comparison(found: PlanComparison, folder: Path) -> None:
    """Write every file of `FILES`; the same plans give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    moved = (
        (account.id, account.name, was, account.rep, number(account.hours), number(account.value), account.why)
        for account, was in found.moved
    )
    write_table(folder / "moved.csv", MOVED_HEADER, moved)
    head = ["rep", "was", *(f"{name}_{when}" for name in FIGURES for when in ("before", "after")), "gained", "lost"]
    write_table(folder / "reps.csv", head, (_rep_row(found, row) for row in range(len(found.reps))))
    (folder / "comparison.json").write_text(
        json.dumps(comparison_summary(found), ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )
    (folder / "compare.html").write_text(
        render_plan_map(compare_view(found), words=WORDS), encoding="utf-8", newline="\n"
    )


def _rep_row(found: PlanComparison, row: int) -> list[object]:
    rep = found.reps[row]
    both = [
        "" if name not in side else round(side[name], 4 if name == "deviation" else 2)
        for name in FIGURES
        for side in (rep.before, rep.after)
    ]
    return [rep.rep, rep.was, *both, rep.gained, rep.lost]


def comparison_sentences(found: PlanComparison) -> tuple[str, ...]:
    """Who moved and what it gains, in plain words."""
    before, after = found.before, found.after
    common = len(after.accounts) - len(found.joined)
    said = [f"{len(found.moved)} of {counted(common, 'account')} that both plans have change hands"]
    if found.change is not None and len(found.moved):
        said[0] += f", with {_share(float(found.change.moved_load[0]))} of the visiting hours"
    said[0] += "."
    if found.joined or found.left:
        only = f"{counted(len(found.joined), 'account')} only in {after.folder}"
        said.append(f"{only}, {len(found.left)} only in {before.folder}.")
    if found.by_ground:
        said.append("Reps have numbers for names: those who share most hours count as the same.")
    worst = [max((abs(rep["deviation"]) for rep in plan.reps.values()), default=0.0) for plan in (before, after)]
    said.append(f"Largest deviation from the share of the hours: {_from_to(worst[0], worst[1])}.")
    drive_h = [plan.a_week("drive_h") for plan in (before, after)]
    said.append(f"Driving: {drive_h[0]:.1f} h a week before, {drive_h[1]:.1f} h after ({_percent(drive_h)}).")
    planned = [plan.summary.get("visits_unserved", 0) / plan.weeks for plan in (before, after)]
    if any(planned):
        said.append(f"Visits without a place: {planned[0]:.1f} a week before, {planned[1]:.1f} after.")
    if found.change is not None:
        said += _form(found)
    if before.weeks != after.weeks:
        said.append(f"The plans cover {before.weeks} and {counted(after.weeks, 'week')}: hours are given per week.")
    return tuple(said)


def _form(found: PlanComparison) -> list[str]:
    assert found.change is not None
    gain, breaks = found.change.cost_gain, found.change.contiguity_breaks
    closer = "as close together as before"
    if abs(gain) >= SAME:
        closer = f"{_share(abs(gain))} {'closer together' if gain > 0 else 'less close together'} than before"
    if not any(breaks):
        return [f"Territories lie {closer} (hours × squared distance to the middle) and hang together in both plans."]
    apart = f"{counted(breaks[0], 'account')} apart from the main part of the territory before, {breaks[1]} after"
    return [f"Territories lie {closer} (hours × squared distance to the middle).", f"{apart}."]


def comparison_summary(found: PlanComparison) -> dict[str, object]:
    """The same as plain values."""
    return {
        "before": {"title": found.before.title, "folder": str(found.before.folder)},
        "after": {"title": found.after.title, "folder": str(found.after.folder)},
        "moved": len(found.moved),
        "only_after": len(found.joined),
        "only_before": len(found.left),
        "matched": "ground" if found.by_ground else "name",
        "inertia_gain": None if found.change is None else round(found.change.cost_gain, 5),
        "said": list(comparison_sentences(found)),
    }


def compare_view(found: PlanComparison) -> PlanView:
    """The second plan as a map, with the first plan's borders, its figures, and the transfers that lead from it."""
    after, before = found.after, found.before
    number_of = {name: place for place, name in enumerate(after.reps)}
    accounts = list(after.accounts.values())
    row_of = {account.id: row for row, account in enumerate(accounts)}
    was = {change.rep: change.was for change in found.reps}
    return PlanView(
        title=f"{before.folder.name} → {after.folder.name}",
        accounts=Accounts(
            ids=tuple(account.id for account in accounts),
            names=tuple(account.name for account in accounts),
            lat=np.array([account.place.lat for account in accounts]),
            lon=np.array([account.place.lon for account in accounts]),
            zone=np.array([number_of[account.rep] for account in accounts], dtype=np.int32),
            status=("planned",) * len(accounts),
            why=tuple(account.why for account in accounts),
            visits_per_year=np.zeros(len(accounts)),
            minutes=np.zeros(len(accounts)),
        ),
        zones=tuple(
            Zone(
                name=str(place + 1),
                rep=name,
                outline=_area(after, name),
                figures=_weekly(after, name),
                as_is=_weekly(before, was[name]) if was.get(name) in before.reps else None,
            )
            for name, place in number_of.items()
        ),
        transfers=tuple(MapTransfer(row_of[account.id], old, account.rep, account.why) for account, old in found.moved),
        notes=("Hours are per week. Dotted lines: the borders before.",),
        proof=comparison_sentences(found),
        attribution=str(after.summary.get("places", {}).get("attribution", "")),
        lines=tuple(_borders(before)),
    )


def _area(plan: SavedPlan, rep: str) -> Polygon | MultiPolygon:
    outline = plan.outlines.get(rep)
    return outline if isinstance(outline, Polygon | MultiPolygon) else Polygon()


def _weekly(plan: SavedPlan, rep: str) -> Figures:
    figures = plan.reps[rep]
    hours = {name: figures[name] / plan.weeks for name in ("service_h", "drive_h", "workload_h", "capacity_h")}
    return Figures(
        accounts=figures["accounts"],
        visits=round(figures["visits"] / plan.weeks),
        deviation=figures["deviation"],
        value=figures["value"] or None,
        **hours,
    )


def _borders(plan: SavedPlan) -> Iterator[MarkedLine]:
    """The outlines of a plan as lines, every border once."""
    shapes = [outline for outline in plan.outlines.values() if not outline.is_empty]
    if shapes:
        for line in shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes)))):
            if line.geom_type == "LineString":
                yield MarkedLine(shapely.get_coordinates(line)[:, ::-1], "before")


def _from_to(one: float, other: float) -> str:
    return f"{_share(one)} before, {_share(other)} after"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _percent(values: list[float]) -> str:
    change = values[1] / values[0] - 1 if values[0] > 0 else 0.0
    return "the same" if abs(change) < SAME else f"{100 * change:+.1f} %"
