"""What a campaign or a one-day event comes to: sentences, tables and a summary."""

import json
from collections.abc import Sequence
from pathlib import Path

from planning.campaign import HORIZON_WEEKS, CampaignForecast, RepForecast
from planning.folder_reps import FolderRep
from planning.one_day import OneDay
from planning.output_tables import degrees, number, write_table
from planning.table_words import counted
from routing.cycle_problem import WEEKS_A_YEAR

CAMPAIGN_FILES = ("campaign_reps.csv", "campaign_weeks.csv", "campaign_tasks.csv", "campaign.json")
ONE_DAY_FILES = ("one_day.csv", "one_day_people.csv", "one_day_left_out.csv", "one_day.json")
REPS_HEADER = (
    *("rep", "tasks", "minutes_per_task", "needed_h", "free_h", "finishes_on", "short", "given", "taken", "left"),
    "finishes_with_help",
)


def campaign_sentences(found: CampaignForecast, reps: Sequence[FolderRep]) -> tuple[str, ...]:
    """Whether it can be done, when, who is short and who helps, in plain words."""
    asked = found.campaign
    needed, free = (sum(getattr(rep, name) for rep in found.reps) for name in ("needed_h", "free_h"))
    busy = [rep for rep in found.reps if rep.tasks]
    until = f" until {asked.last}" if asked.last else ""
    said = [
        f"{counted(len(found.tasks), 'task')} for {counted(len(busy), 'rep')}: {needed:,.1f} h needed, {free:,.1f} h "
        f"of the free hours may be used from {asked.first}{until}."
    ]
    if found.finishes_on:
        slowest = max(busy, key=lambda rep: (rep.finishes_on or asked.first, rep.rep))
        said.append(f"Everybody alone is done by {found.finishes_on}, {slowest.rep} last.")
    else:
        said += [_never(rep, next(one for one in reps if one.name == rep.rep)) for rep in busy if not rep.finishes_on]
    if asked.last:
        said += _by_the_last_day(found)
    elif found.earliest_on and found.earliest_on != found.finishes_on:
        said.append(f"With neighbours helping it can be over by {found.earliest_on}: ask with that as the last day.")
    if found.unassigned:
        one = found.unassigned[0]
        why = f" ({one.id}: {one.why})" if one.why else ""
        said.append(
            f"{counted(len(found.unassigned), 'chosen account')} without a rep in the plan{why}: no task there."
        )
    return tuple(said)


def _never(rep: RepForecast, hours: FolderRep) -> str:
    return (
        f"{rep.rep} is not done within {HORIZON_WEEKS} weeks: a mean week has {hours.load_h:.1f} h of visits and "
        f"driving, the rep has {hours.rep.year_h / WEEKS_A_YEAR:.1f} h."
    )


def _by_the_last_day(found: CampaignForecast) -> list[str]:
    last, said = found.campaign.last, []
    for rep in found.reps:
        if rep.short:
            helpers = sorted({one.to_rep for one in found.hand_overs if one.from_rep == rep.rep})
            to = (
                f"; {rep.given} of them can be handed to {' and '.join(helpers)}"
                if helpers
                else "; nobody near has room"
            )
            said.append(
                f"{rep.rep} is short: {rep.needed_h:.1f} h needed, {rep.free_h:.1f} h free, "
                f"{counted(rep.short, 'task')} too many{to}."
            )
    if not any(rep.short for rep in found.reps):
        said.append(f"It can be done by {last}, everybody alone.")
    elif not found.left:
        said.append(f"It can be done by {last} if {counted(len(found.hand_overs), 'task')} change hands.")
    else:
        earliest = (
            f"the earliest day is {found.earliest_on}" if found.earliest_on else "no day within two years would do"
        )
        said.append(f"It cannot be done by {last}: {counted(found.left, 'task')} find no free hours; {earliest}.")
    return said


def write_campaign(found: CampaignForecast, reps: Sequence[FolderRep], folder: Path) -> None:
    """Write every file of `CAMPAIGN_FILES`; the same question gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / CAMPAIGN_FILES[0], REPS_HEADER, (_rep_row(rep) for rep in found.reps))
    header = ("rep", "monday", "capacity_h", "visits_h", "may_use_h", "used_h", "tasks_done")
    weeks = (
        (row.rep, row.monday, *map(number, (row.capacity_h, row.load_h, row.free_h, row.used_h)), row.done)
        for row in found.weeks
    )
    write_table(folder / CAMPAIGN_FILES[1], header, weeks)
    by = {one.account: one.to_rep for one in found.hand_overs}
    tasks = (
        (task.id, task.name, *_place(task.place), task.rep, by.get(task.id, task.rep), number(found.campaign.minutes))
        for task in found.tasks
    )
    write_table(folder / CAMPAIGN_FILES[2], ("account_id", "name", "lat", "lon", "rep", "done_by", "minutes"), tasks)
    asked = found.campaign
    _write_json(
        folder / CAMPAIGN_FILES[3],
        {
            "tasks": len(found.tasks),
            "without_rep": [account.id for account in found.unassigned],
            "minutes": asked.minutes,
            "first": str(asked.first),
            "last": None if asked.last is None else str(asked.last),
            "share_of_free_hours": asked.share,
            "finishes_on": None if found.finishes_on is None else str(found.finishes_on),
            "earliest_on": None if found.earliest_on is None else str(found.earliest_on),
            "left": found.left if asked.last else 0,
            "handed_over": len(found.hand_overs),
            "said": list(campaign_sentences(found, reps)),
        },
    )


def _rep_row(rep: RepForecast) -> tuple[object, ...]:
    hours = (number(rep.task_min), number(rep.needed_h), number(rep.free_h))
    helped = (rep.short, rep.given, rep.taken, rep.left, rep.finishes_with_help or "")
    return (rep.rep, rep.tasks, *hours, rep.finishes_on or "", *helped)


def one_day_sentences(found: OneDay) -> tuple[str, ...]:
    """What is done by how many, what is left and how many people it would take."""
    going = sum(bool(day.stops) for day in found.days)
    asked = len(found.outlets) + sum(left.account not in found.outlets for left in found.left_out)
    kind = "estimated" if found.estimated else "by road"
    people = "1 person" if len(found.people) == 1 else f"{going} of {len(found.people)} people"
    said = [
        f"{found.done} of {counted(asked, 'outlet')} on {found.date} by {people}, {found.drive_h:.1f} h of driving "
        f"({kind}), {found.minutes:g} minutes each."
    ]
    hopeless = sum(left.hopeless for left in found.left_out)
    short = len(found.left_out) - hopeless
    if hopeless:
        said.append(f"{counted(hopeless, 'outlet')} cannot be visited that day by however many people.")
    if short and found.needed:
        said.append(f"{counted(short, 'outlet')} find nobody; {found.needed} people would do.")
    elif short:
        said.append(f"{counted(short, 'outlet')} find nobody, and no number of people that was tried would do.")
    elif found.needed and found.needed < len(found.people):
        said.append(f"{found.needed} of the people are enough.")
    if found.not_working:
        said.append(f"Not at work that day: {', '.join(found.not_working)}.")
    return tuple(said)


def write_one_day(found: OneDay, folder: Path) -> None:
    """Write every file of `ONE_DAY_FILES`; the same question gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    stops = (
        (
            *(person.name, position, found.outlets[stop.visit].id, found.outlets[stop.visit].name),
            *_place(found.outlets[stop.visit].place),
            *(clock(stop.arrive_s), clock(stop.start_s), clock(stop.depart_s), number(stop.drive_s / 60)),
        )
        for person, day in zip(found.people, found.days, strict=True)
        for position, stop in enumerate(day.stops, start=1)
    )
    header = ("person", "sequence", "account_id", "name", "lat", "lon", "arrive", "start", "depart", "drive_min")
    write_table(folder / ONE_DAY_FILES[0], header, stops)
    people = (
        (
            *(person.name, len(day.stops), clock(day.start_s), clock(day.end_s)),
            *(number(day.drive_s / 60), number(day.service_s / 60), number(day.wait_s / 60)),
        )
        for person, day in zip(found.people, found.days, strict=True)
    )
    people_header = ("person", "outlets", "leaves", "home", "drive_min", "service_min", "wait_min")
    write_table(folder / ONE_DAY_FILES[1], people_header, people)
    left = ((row.account.id, row.account.name, row.reason, "no" if row.hopeless else "yes") for row in found.left_out)
    write_table(folder / ONE_DAY_FILES[2], ("account_id", "name", "reason", "more_people_would_help"), left)
    _write_json(
        folder / ONE_DAY_FILES[3],
        {
            "date": str(found.date),
            "done": found.done,
            "left_out": len(found.left_out),
            "people": len(found.people),
            "needed": found.needed,
            "at_least": found.at_least,
            "drive_h": round(found.drive_h, 3),
            "travel": {"source": found.source, "estimated": found.estimated},
            "said": list(one_day_sentences(found)),
        },
    )


def clock(seconds: int) -> str:
    """A time of day, as in 08:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _place(place: object) -> tuple[str, str]:
    lat, lon = getattr(place, "lat", None), getattr(place, "lon", None)
    return degrees(lat), degrees(lon)


def _write_json(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
