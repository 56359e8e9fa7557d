"""The rep's page: a day, a week, and the map of a day."""

from datetime import date, timedelta
from gettext import NullTranslations
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import AskedId, Now, Read
from api.page import render_app
from api.settings import Settings
from api.signed_in import Seen
from api.static_files import files
from api.words import language_of, words_of
from crm.tables import VisitState
from geo.place import Place
from planning.agenda import rep_agenda
from planning.away_page import away_page
from planning.day_around import day_around
from planning.day_fact import day_fact
from planning.day_map import AskedMap, MapStop, draw_day
from planning.day_page import DayPage, day_page, reps_to_open
from planning.day_solver import ready
from planning.overview import attribution_of
from planning.solver_process import Solver
from planning.today import RouteView, StopView, line_places, rep_route
from planning.type_rules import TypeView
from planning.viewer import Viewer
from planning.weeks import rep_week

router = APIRouter(include_in_schema=False)

AskedDate = Annotated[date | None, Query()]
JOINED_MARK = "+"
"""In the circle of a visit that another rep leads."""
LOOK_BACK_DAYS = 400
"""An illness is often written down afterwards; longer ago it is a slip of the keyboard."""
LOOK_AHEAD_DAYS = 4
"""On a free day the page opens with the next working day, when it is as near as after a long weekend."""


@router.get("/today")
def read_today(
    request: Request,
    db: Read,
    now: Now,
    viewer: Seen,
    rep: AskedId = None,
    day: AskedDate = None,
    view: Annotated[str, Query(pattern="^(day|week|away)$")] = "day",
    whose: Annotated[bool, Query()] = False,
) -> Response:
    """A rep's day or week: one's own, or that of a rep whose days one may see."""
    reps = reps_to_open(db, viewer)
    rep_id = rep or viewer.rep_id or (reps[0].id if len(reps) == 1 else None)
    if whose or rep_id is None:
        return render_app(request, viewer, "whose_day.html", here="today", reps=reps)
    root: str = request.scope.get("root_path", "")
    same: dict[str, Any] = {"here": "today", "reps": reps, "own": rep_id == viewer.rep_id}
    same["here_url"] = f"{root}/today?rep={rep_id}"
    if view == "week":
        return week_page(request, db, now, viewer, rep_id, day, same)
    if view == "away":
        return absences_page(request, db, viewer, rep_id, same)
    page = day_page(db, viewer, rep_id, day, now=now)
    free_today = day is None and page.route is None and page.off is not None and page.off.kind != "absence"
    if free_today and page.next_day is not None and (page.next_day - page.day).days <= LOOK_AHEAD_DAYS:
        page = day_page(db, viewer, rep_id, page.next_day, now=now)
    solver: Solver = request.app.state.solver
    solver.warm(ready)
    ahead = page.day >= page.today
    known: dict[str, Any] = {"ahead": ahead, "workable": page.day <= page.today}
    known["agenda"] = rep_agenda(db, viewer, rep_id, page.day, now=now) if ahead else None
    known["fact"] = day_fact(db, viewer, rep_id, page.day, now=now) if told(page, own=same["own"]) else None
    known["versions"] = {stop.visit_id: stop.version for stop in page.stops}
    known["labels"] = {code.code: code.label for code in (*page.outcomes, *page.skip_reasons)}
    known["kinds"] = {one.code: one.label for one in page.types}
    facts = facts_of(request, page, viewer.name)
    return render_app(request, viewer, "today.html", page=page, facts=facts, **known, **same)


def told(page: DayPage, *, own: bool) -> bool:
    """Whether a day is shown as what became of its plan: one that is over, or has begun and is somebody else's."""
    begun = any(stop.state != VisitState.PLANNED for stop in page.stops)
    return page.day < page.today or (page.day == page.today and not own and begun)


def absences_page(request: Request, db: Read, viewer: Viewer, rep_id: int, same: dict[str, Any]) -> Response:
    """When the rep is away, and a form to write it down."""
    page = away_page(db, viewer, rep_id)
    _ = words_of(language_of(request.headers.get("accept-language", ""))).gettext
    facts = {"words": {"offline": _("The server cannot be reached; nothing was written down. Try again.")}}
    earliest = viewer.day - timedelta(days=LOOK_BACK_DAYS)
    return render_app(request, viewer, "away.html", page=page, facts=facts, earliest=earliest, **same)


def week_page(
    request: Request, db: Read, now: Now, viewer: Seen, rep_id: int, day: date | None, same: dict[str, Any]
) -> Response:
    """The seven days."""
    week = rep_week(db, viewer, rep_id, day, now=now)
    monday = week.days[0].day
    beside: dict[str, Any] = {"before": monday - timedelta(days=7), "after": monday + timedelta(days=7)}
    sums: dict[str, Any] = {
        "total": sum(one.visits for one in week.days),
        "drive_s": sum(one.drive_s for one in week.days),
    }
    return render_app(request, viewer, "week.html", week=week, **beside, **sums, **same)


@router.get("/today/offline")
def read_offline(request: Request, viewer: Seen) -> Response:
    """What the browser shows without a network for a page that it does not have."""
    return render_app(request, viewer, "offline.html", here="today")


@router.get("/today/map")
def read_day_map(
    request: Request,
    db: Read,
    now: Now,
    viewer: Seen,
    rep: AskedId = None,
    day: AskedDate = None,
    made: Annotated[bool, Query()] = False,
) -> Response:
    """The map of a day in parts, for the script of the page; with `made` also the way as visits were reported."""
    settings: Settings = request.app.state.settings
    solver: Solver = request.app.state.solver
    route = rep_route(db, viewer, rep or viewer.rep_id or 0, day, now=now)
    ground, others = day_around(db, viewer, route)
    asked = AskedMap(
        line=line_places(route),
        stops=map_stops(route),
        attribution=attribution_of(db, route.plan_id),
        tiles=settings.tile_url,
        region=settings.region,
        made=day_fact(db, viewer, route.rep_id, route.day, now=now).made_places if made else (),
        ground=ground,
        others=others,
    )
    tag = f'"{sha256(repr(asked).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie", "Content-Encoding": "gzip"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"})
    db.close()
    return Response(solver(draw_day, asked), media_type="application/json", headers=headers)


def map_stops(route: RouteView) -> tuple[MapStop, ...]:
    """The stops with a place as they are marked."""
    marks = {VisitState.DONE: "✓", VisitState.SKIPPED: "–"}
    return tuple(
        MapStop(
            Place(stop.lat, stop.lon),
            marks.get(VisitState(stop.state), str(stop.sequence) if isinstance(stop, StopView) else JOINED_MARK),
            stop.account,
            stop.visit_id,
        )
        for stop in route.in_order
        if stop.lat is not None and stop.lon is not None and not getattr(stop, "by_phone", False)
    )


@router.get("/today-worker.js")
def read_worker() -> Response:
    """The service worker, which must lie above the pages it serves."""
    policy = "default-src 'none'; connect-src 'self'"
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
    return Response(files()["today_worker.js"], media_type="text/javascript; charset=utf-8", headers=headers)


def facts_of(request: Request, page: DayPage, user: str) -> dict[str, Any]:
    """What the scripts of the page need to know, words included."""
    words = words_of(language_of(request.headers.get("accept-language", "")))
    return {
        "root": request.scope.get("root_path", ""),
        "rep": page.rep_id,
        "user": user,
        "today": page.today.isoformat(),
        "outcomes": [[code.code, code.label] for code in page.outcomes],
        "types": [kind_of(one, page.day) for one in page.types],
        "reasons": [[code.code, code.label] for code in page.skip_reasons],
        "words": script_words(words),
    }


def kind_of(one: TypeView, day: date) -> dict[str, Any]:
    """A type of visit for the script; `open`: it may be chosen that day."""
    names = ("code", "label", "channel", "outcomes", "colour")
    return {name: getattr(one, name) for name in names} | {"open": one.on(day)}


def script_words(words: NullTranslations) -> dict[str, str]:
    """The words that scripts show, by the names they call them."""
    _ = words.gettext
    return {
        "done": _("Done"),
        "outcome": _("What came of it?"),
        "kind": _("What kind of visit?"),
        "note": _("Note"),
        "next": _("Next contact"),
        "weeks": _("in {count} weeks"),
        "week": _("in 1 week"),
        "none": _("none"),
        "save": _("Save"),
        "cancel": _("Cancel"),
        "close": _("Close"),
        "skip": _("Skip this visit"),
        "why": _("Why?"),
        "replan": _("Re-plan the rest"),
        "from": _("Starting from"),
        "last": _("where I was last"),
        "here": _("where I am now"),
        "longer": _("How long may the day be?"),
        "shift": _("until the end of the shift"),
        "minutes": _("up to {count} min longer"),
        "go": _("Re-plan"),
        "near": _("Near and due"),
        "score": _("Why: {score}"),
        "terms": _("value {value} × due {due} × way {way}"),
        "ended": _("Ended at"),
        "plan_was": _("planned {from}–{to}"),
        "with": _("with {names}"),
        "met_with": _("contact: {name}"),
        "visit_on": _("next visit {day}"),
        "off_site": _("{count} m away"),
        "near_none": _("Nothing that is due fits into the rest of the day."),
        "near_wait": _("Looking along the way …"),
        "add": _("Add"),
        "detour": _("+{count} min"),
        "at": _("from {time}"),
        "overdue": _("overdue since {day}"),
        "due": _("due {day}"),
        "planned": _("planned for {day}"),
        "left_out": _("found no day in the plan"),
        "contact": _("contact promised for {day}"),
        "new": _("not visited yet"),
        "waiting": _("Kept on this device; it is sent when the network is back."),
        "waiting_count": _("{count} waiting for the network"),
        "sending": _("Sending …"),
        "saved": _("Saved"),
        "undo": _("Undo"),
        "undone": _("Taken back"),
        "offline": _("No network"),
        "conflict": _("Not taken: {name}"),
        "again": _("Send it all the same"),
        "discard": _("Discard"),
        "sign_in": _("Sign in again to send it"),
        "unsent": _("You are signed out. {count} not sent yet, and kept on this device."),
        "leave": _("Something was not sent yet and would be lost. Sign out all the same?"),
        "no_position": _("Your position could not be read: allow it, or start from the last visit."),
        "skipped": _("Skipped"),
        "replanned": _("Planned again"),
        "added": _("Added: {name}"),
        "made_next": _("Next: {name}"),
        "met": _("Met"),
        "ordered": _("Ordered"),
        "nobody": _("Nobody there"),
        "closed": _("Closed"),
        "no_time": _("No time left"),
        "cancelled": _("Client cancelled"),
    }
