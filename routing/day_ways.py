"""The clock of a day on which legs leave a choice: rush hours, the depot on the way, visits without a place.

For a fixed order the choices on every leg are the way (each with its own hours to set out) and lunch. Waiting for the
end of a rush hour costs nothing but time, so a leg begins at once or when a way opens. All that matters of the past
is the clock, the driving, the load given out since the last filling, whether lunch is behind, and where the rep is:
labels that another one beats in all of these are dropped, as in the exact method (`exact_day_kernel`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.day_model import DayModel, Way
from routing.day_schedule import Step, Timetable, left_later, serve


@dataclass(frozen=True, slots=True)
class Label:
    """A way to have made the first few visits: departure, driving, load since filling up, whether lunch is behind."""

    time_s: int
    drive_s: int
    load: int
    fed: bool
    before: "Label | None" = None
    step: Step | None = None
    lunch: tuple[int, int] | None = None
    way: Way | None = None

    def beats(self, other: "Label") -> bool:
        return (
            self.time_s <= other.time_s
            and self.drive_s <= other.drive_s
            and self.load <= other.load
            and self.fed >= other.fed
        )


def cheapest_timetable(model: DayModel, order: Sequence[int]) -> Timetable | None:
    """The day with the least driving and overtime for this order, then the earliest end; None if there is none."""
    labels, at, working = [Label(model.start_s, 0, model.given_out, False)], model.start, False
    for row in order:
        labels = kept(longer for label in labels for longer in onward(model, label, at, row, working))
        at, working = at if row in model.remote else row, True
    at = len(model) + 2 if at == model.start and working else at
    ends = [last for label in labels for last in home(model, label, at)]
    if not ends:
        return None
    best = min(ends, key=lambda label: (label.drive_s + model.overtime_cost_s(label.time_s), label.time_s))
    return written_out(model, best)


def kept(labels: Iterator[Label]) -> list[Label]:
    """Those that no other one beats."""
    found: list[Label] = []
    for label in labels:
        if not any(other.beats(label) for other in found):
            found = [other for other in found if not label.beats(other)] + [label]
    return found


def onward(model: DayModel, label: Label, at: int, row: int, working: bool) -> Iterator[Label]:
    """Every label that makes `row` next, with and without lunch on the way."""
    if row in model.remote:
        ways: list[tuple[Way | None, int, int]] = [(None, 0, 0)]
    else:
        # Who has worked before the first leg leaves from a row of its own, without commuting.
        source = len(model) + 2 if at == model.start and working else at
        ways = [(way, way.leg_s[source][row], way.drive_s[source][row]) for way in model.ways]
    for way, leg_s, drive_s in ways:
        load = model.load[row] + (0 if way is not None and way.fills_up else label.load)
        if leg_s >= 0 and (model.capacity is None or load <= model.capacity):
            yield from arrivals(model, label, row, way, leg_s, drive_s, load)


def home(model: DayModel, label: Label, at: int) -> Iterator[Label]:
    """Every label that ends the day."""
    for way in model.ways:
        leg_s, drive_s = way.leg_s[at][model.end], way.drive_s[at][model.end]
        if leg_s >= 0 and not way.fills_up:
            yield from arrivals(model, label, model.end, way, leg_s, drive_s, label.load)


def arrivals(
    model: DayModel, label: Label, row: int, way: Way | None, leg_s: int, drive_s: int, load: int
) -> Iterator[Label]:
    """Set out as soon as the way is open; eat before, on the way or on arriving, or not at all."""
    if label.drive_s + drive_s > model.max_drive_s:
        return
    duration_s, earliest_s, latest_s = model.lunch_s
    for leave_s, lunch in departures(model, label, way, drive_s):
        arrive_s = leave_s + leg_s
        yield from reached(model, label, row, way, (leave_s, drive_s, arrive_s, arrive_s), lunch, load)
        if duration_s and not label.fed and lunch is None and leave_s <= latest_s:
            begin_s = max(arrive_s if arrive_s <= latest_s else leave_s, earliest_s)
            after_s = max(arrive_s, begin_s) + duration_s
            there_s = arrive_s if begin_s >= arrive_s else after_s
            eaten = (begin_s, begin_s + duration_s)
            yield from reached(model, label, row, way, (leave_s, drive_s, there_s, after_s), eaten, load)


def departures(
    model: DayModel, label: Label, way: Way | None, drive_s: int
) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """When to set out this way: at once or as soon as it opens; the same after lunch.

    On the first leg, part of which may be the rep's own time, work begins so much after setting out, and not with
    lunch.
    """
    duration_s, earliest_s, latest_s = model.lunch_s
    opens_s, closes_s = (0, model.last_s) if way is None else (way.from_s, way.until_s)
    if label.step is None and way is not None and not way.fills_up:
        own_s = min(drive_s, model.commute_out_s)
        opens_s, closes_s = opens_s + own_s, closes_s + own_s
    leave_s = max(label.time_s, opens_s)
    if leave_s <= closes_s:
        yield leave_s, None
    begin_s = max(label.time_s, earliest_s)
    if duration_s and not label.fed and label.step is not None and begin_s <= latest_s:
        leave_s = max(begin_s + duration_s, opens_s)
        if leave_s <= closes_s:
            yield leave_s, (begin_s, begin_s + duration_s)


def reached(
    model: DayModel,
    label: Label,
    row: int,
    way: Way | None,
    leg: tuple[int, int, int, int],
    lunch: tuple[int, int] | None,
    load: int,
) -> Iterator[Label]:
    """The label at `row`, if a window is open and lunch can still be had; `leg`: departure, driving, arrival, ready."""
    leave_s, drive_s, arrive_s, ready_s = leg
    depart_s = serve(model, row, ready_s)
    fed = label.fed or lunch is not None
    if depart_s is None or (model.lunch_s[0] and not fed and depart_s > model.lunch_s[2]):
        return
    start_s = depart_s - (model.service_s[row] if row != model.end else 0)
    step = Step(row, leave_s, drive_s, arrive_s, start_s, depart_s, way is not None and way.fills_up)
    yield Label(depart_s, label.drive_s + drive_s, load, fed, label, step, lunch, way)


def written_out(model: DayModel, last: Label) -> Timetable:
    """The steps that led to a label; leaves as late as the first stop and the first way allow."""
    chain: list[Label] = []
    label: Label | None = last
    while label is not None and label.step is not None:
        chain.append(label)
        label = label.before
    chain.reverse()
    steps = tuple(label.step for label in chain if label.step is not None)
    lunch = next((label.lunch for label in chain if label.lunch is not None), None)
    first, way = steps[0], chain[0].way
    day = Timetable(first.leave_s, steps, lunch)
    if lunch is not None and lunch[0] < first.arrive_s:
        return day
    until_s = lunch[0] if lunch is not None and lunch[0] < first.start_s else first.start_s
    spare_s = until_s - first.arrive_s
    if way is not None:
        own_s = 0 if way.fills_up else min(first.drive_s, model.commute_out_s)
        spare_s = min(spare_s, way.until_s + own_s - first.leave_s)
    return left_later(day, spare_s)
