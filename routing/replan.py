"""Plan the rest of a day that is under way: what is done stays, what was promised holds, every change has a price."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.limits import Limits
from routing.day import best_order, day_plan
from routing.day_model import NO_LIMIT_S, DayModel, day_model
from routing.day_schedule import timetable
from routing.errors import BadProblemError
from routing.problem import DayPlan, DayProblem, Shift, Stop, Visit, Window
from routing.reasons import impossible, missing_skills

CHANGE_PRICE_S = 600


@dataclass(frozen=True, slots=True, eq=False)
class Replan:
    """The day from now on. `rest` and `plan` have their own numbering: visit k of the rest is `numbers[k]` before.

    Numbers from the old problem's visits on are those added, in their order. `changed` are the planned visits (old
    numbers) that now follow another stop than they did, `dropped` those that are no longer made.
    """

    done: tuple[Stop, ...]
    rest: DayProblem
    plan: DayPlan
    numbers: tuple[int, ...]
    changed: tuple[int, ...]
    dropped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the rep stands: the stops behind, when and where the rest begins, and whether lunch is behind."""

    done: int
    free_s: int
    place: int
    fed: bool


def replan_day(
    problem: DayProblem,
    plan: DayPlan,
    *,
    now_s: int,
    place: int | None = None,
    cancelled: Collection[int] = (),
    added: Sequence[Visit] = (),
    promised: Mapping[int, Window] | None = None,
    next_visit: int | None = None,
    change_price_s: int = CHANGE_PRICE_S,
    limits: Limits = Limits(),
    seed: int = 0,
    proof: bool = True,
) -> Replan:
    """The best rest of the day from `now_s` on; only what differs from `plan` costs `change_price_s` a time.

    A stop begun is finished, and so is lunch. A change is a planned visit that comes right after another stop than
    before (a new visit in between is none), or that is left out. Visits left out before get another chance.

    Args:
        place: row of the matrix where the rep is; without it a rep on the road makes the stop ahead first, or,
            where that is cancelled or there is none, starts from the last place.
        promised: visit → when it may begin; such a visit is required.
        next_visit: the visit to make before all others ("make this next").
    """
    progress = progress_at(problem, plan, now_s, place, cancelled)
    made = {stop.visit for stop in plan.stops[: progress.done]}
    check_wishes(problem, made, added, cancelled, next_visit)
    everyone = (*problem.visits, *added)
    numbers = tuple(v for v in range(len(everyone)) if v not in made and v not in cancelled)
    rest = rest_of(problem, plan, progress, everyone, numbers, promised or {}, next_visit)
    before = [numbers.index(s.visit) for s in plan.stops[progress.done :] if s.visit in numbers]
    again = plan_rest(rest, before, change_price_s, limits, seed, proof)
    stops = [stop.visit for stop in again.stops]
    return Replan(
        plan.stops[: progress.done],
        rest,
        again,
        numbers,
        tuple(numbers[k] for k in moved(before, stops)),
        tuple(numbers[k] for k in before if k not in stops),
    )


def check_wishes(
    problem: DayProblem,
    made: Collection[int],
    added: Sequence[Visit],
    cancelled: Collection[int],
    next_visit: int | None,
) -> None:
    """Raise for visits that do not exist or are over."""
    known = range(len(problem.visits) + len(added))
    for visit in (*cancelled, *(() if next_visit is None else (next_visit,))):
        if visit not in known:
            raise BadProblemError(f"there is no visit {visit}, only 0…{len(known) - 1}")
        if visit in made:
            raise BadProblemError(f"visit {visit} is done or under way and cannot be changed")
    if next_visit is not None and next_visit in cancelled:
        raise BadProblemError(f"visit {next_visit} cannot be both next and cancelled")


def progress_at(
    problem: DayProblem, plan: DayPlan, now_s: int, place: int | None, cancelled: Collection[int]
) -> Progress:
    """What lies behind at `now_s`; a stop or a lunch begun is finished first."""
    done = sum(stop.start_s <= now_s for stop in plan.stops)
    left_s = plan.stops[done - 1].depart_s if done else plan.start_s
    ahead = plan.stops[done] if done < len(plan.stops) else None
    if place is None and ahead is not None and now_s > left_s and ahead.visit not in cancelled:
        done += 1
    last = plan.stops[done - 1] if done else None
    free_s = max(now_s, problem.shift.start_s if last is None else last.depart_s)
    been = [problem.visits[stop.visit].place for stop in plan.stops[:done]]
    at = next((visited for visited in reversed(been) if visited is not None), problem.shift.start_place)
    if place is not None and (last is None or last.depart_s <= now_s):
        at = place
    if plan.lunch is None:
        return Progress(done, free_s, at, fed=False)
    begun = plan.lunch[0] <= now_s
    fed = begun or (last is not None and plan.lunch[1] <= last.start_s)
    return Progress(done, max(free_s, plan.lunch[1]) if begun else free_s, at, fed)


def rest_of(
    problem: DayProblem,
    plan: DayPlan,
    progress: Progress,
    everyone: Sequence[Visit],
    numbers: Sequence[int],
    promised: Mapping[int, Window],
    next_visit: int | None,
) -> DayProblem:
    """The rest of the day as a problem of its own."""
    visits = [everyone[number] for number in numbers]
    for k, number in enumerate(numbers):
        if number in promised:
            visits[k] = replace(visits[k], windows=(promised[number],), prize_s=None)
        if number == next_visit:
            visits[k] = replace(visits[k], prize_s=None)
    row_of = {number: k for k, number in enumerate(numbers)}
    order = [(row_of[a], row_of[b]) for a, b in problem.order if a in row_of and b in row_of]
    if next_visit is not None:
        first = row_of[next_visit]
        order = [pair for pair in order if pair[1] != first]
        order += [(first, k) for k in range(len(visits)) if k != first]
    shift = rest_shift(problem, plan, progress)
    return DayProblem(problem.matrix, tuple(visits), shift, tuple(order), problem.rush)


def rest_shift(problem: DayProblem, plan: DayPlan, progress: Progress) -> Shift:
    shift = problem.shift
    at_home = progress.done == 0 and progress.place == shift.start_place
    driven_s = sum(stop.drive_s for stop in plan.stops[: progress.done])
    return replace(
        shift,
        start_s=progress.free_s,
        end_s=max(shift.end_s, progress.free_s),
        overtime_s=shift.overtime_s - max(0, min(shift.overtime_s, progress.free_s - shift.end_s)),
        start_place=progress.place,
        lunch=None if progress.fed else shift.lunch,
        max_drive_s=None if shift.max_drive_s is None else max(0, shift.max_drive_s - driven_s),
        commute_s=(shift.commute_s[0] if at_home else 0, shift.commute_s[1]),
        given_out=given_out(problem, plan, progress),
    )


def given_out(problem: DayProblem, plan: DayPlan, progress: Progress) -> int:
    """The load of the stops behind since the rep last filled up."""
    fillings = [k for k in plan.reloads if k < progress.done]
    before = 0 if fillings else problem.shift.given_out
    return before + sum(
        problem.visits[stop.visit].load for stop in plan.stops[max(fillings, default=0) : progress.done]
    )


def plan_rest(
    rest: DayProblem, before: Sequence[int], change_price_s: int, limits: Limits, seed: int, proof: bool
) -> DayPlan:
    """Solve the rest with a price on changes; without it where the limit on driving would be broken otherwise."""
    never = impossible(day_model(rest)) | missing_skills(rest)
    chosen = [visit for visit in range(len(rest.visits)) if visit not in never]
    model = day_model(rest, chosen)
    kept = [chosen.index(visit) for visit in before if visit not in never]
    order, proven = best_order(priced(model, kept, change_price_s), limits, seed, proof)
    if timetable(model, order) is None:
        order, proven = best_order(model, limits, seed, proof)
    return day_plan(rest, model, chosen, order, never, proven)


def priced(model: DayModel, kept: Sequence[int], price_s: int) -> DayModel:
    """The model with `price_s` on every leg between planned visits that were not neighbours, and on leaving one out.

    Its driving then counts prices too, so a limit on driving is lifted here and looked at afterwards. Visits without
    a place may be made at any time for no price.
    """
    placed = [visit for visit in kept if visit not in model.remote]
    if not placed:
        return replace(model, max_drive_s=NO_LIMIT_S)
    follows = dict(zip(placed, [*placed[1:], model.end], strict=False))
    ways = tuple(replace(way, drive_s=priced_legs(model, way.drive_s, placed, follows, price_s)) for way in model.ways)
    prize_s = [prize + (price_s if visit in kept else 0) for visit, prize in enumerate(model.prize_s)]
    drive_s = priced_legs(model, model.drive_s, placed, follows, price_s)
    return replace(model, drive_s=drive_s, prize_s=prize_s, max_drive_s=NO_LIMIT_S, ways=ways)


def priced_legs(
    model: DayModel, legs_s: list[list[int]], placed: Sequence[int], follows: Mapping[int, int], price_s: int
) -> list[list[int]]:
    """Driving with the price on every leg to a planned visit from another one than planned."""
    drive_s = [list(row) for row in legs_s]
    for a in (model.start, len(model) + 2, *placed):
        for b in placed:
            right = follows[a] if a in follows else placed[0]
            if a != b and b != right and drive_s[a][b] >= 0:
                drive_s[a][b] += price_s
    return drive_s


def moved(before: Sequence[int], after: Sequence[int]) -> list[int]:
    """The planned visits that follow another planned visit than they did, new and dropped ones overlooked."""
    old = [visit for visit in before if visit in after]
    new = [visit for visit in after if visit in before]
    follows = dict(zip(old, [None, *old], strict=False))
    return [visit for visit, earlier in zip(new, [None, *new], strict=False) if follows[visit] != earlier]
