"""`bailiwick what-if`."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli_geocoders import chosen_geocoders, town_geocoders
from api.cli_options import Refused, cores
from api.cli_plan import by_server, drawn_along, in_region, read_team, refusals, solve_and_write
from api.cli_report import Bar, console
from api.cli_what_if_report import report_answer, taken_over
from balancing import PriceWeights, price_of_having, price_of_keeping, trade_off
from geo.line_file import read_lines
from geo.travel_rush_file import read_traffic
from planning.files import read_accounts
from planning.kept_request import Request, read_request
from planning.options import PlanOptions, next_monday
from planning.pins import gather_pins
from planning.plan import Plan
from planning.plan_folder import ACCOUNTS_FILE, owners_in
from planning.policy import read_policy
from planning.shares_file import read_shares
from planning.staff import Rep
from planning.what_if import (
    Question,
    RepJoins,
    RepsLeave,
    TerritoriesMerge,
    TerritorySplits,
    present_team,
)
from planning.whereabouts import set_right

WIDTHS = (0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05)


def ask_what_if(
    accounts: Path,
    *,
    team: int | Path | None,
    region: Path | None,
    out: Path | None,
    weeks: int | None,
    start: date | None,
    seed: int | None,
    leaves: Sequence[str],
    joins: str | None,
    merges: str | None,
    splits: str | None,
    absent: str | None,
    curve: bool = False,
    keeps: str | None = None,
    asks: str | None = None,
    price: Sequence[str] = (),
    workers: int | None = None,
) -> None:
    """Read, ask one question, say what would change; write the plan that would be when `out` is given."""
    questions = _questions(leaves, joins, merges, splits)
    if len(questions) + sum(map(bool, (absent, curve, keeps, asks))) != 1:
        raise Refused("ask one thing: --leaves, --joins, --merges, --splits, --absent, --curve, --keeps or --asks")
    weights = _weights(price)
    if price and not (curve or keeps or asks):
        raise Refused("--price goes with --curve, --keeps or --asks")
    with refusals():
        screen = console()
        given = {"starts_on": start, "weeks": weeks, "seed": seed}
        told: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        told["workers"] = cores(workers)
        kept = read_request(accounts) if accounts.is_dir() else None
        if kept is None:
            file = accounts / ACCOUNTS_FILE if accounts.is_dir() else accounts
            if accounts.is_dir() and not file.exists():
                raise Refused(
                    f"{accounts} holds no plan: {ACCOUNTS_FILE} is missing; give a folder that `plan` wrote, or a file "
                    "of accounts"
                )
            options = PlanOptions(**{"starts_on": next_monday(date.today()), **told})
            plan = Plan(set_right(read_accounts(file)), options, title=accounts.stem)
        else:
            plan = plan_again(accounts, kept, told, screen)
            region, team = region or kept.inputs.region, team or kept.inputs.reps
        plan = by_server(in_region(plan, region), kept.inputs.travel_server if kept else None)
        plan = drawn_along(plan, kept.inputs.outlines if kept else None)
        plan = plan.with_team(read_team(team))
        if curve:
            _curve(plan, weights, screen)
            return
        if keeps or asks:
            _challenge(plan, weights, keeps, asks, screen)
            return
        if absent is not None:
            _cover(plan, absent, screen)
            return
        with Bar(screen) as bar:
            answer = plan.what_if(questions[0], bar)
        report_answer(screen, answer)
        if out is not None:
            solve_and_write(answer.plan, out, screen, replace(kept.inputs, reps=None) if kept else None)


def plan_again(folder: Path, kept: Request, told: Mapping[str, Any], screen: Console) -> Plan:
    """The plan of a folder with what it was made with, its territories being today's; `told` goes before.

    Raises:
        Refused: a file it was made from is gone, that of the accounts excepted: then those of the folder are taken,
            without what only the file knows.
    """
    inputs = kept.inputs
    gone = inputs.gone()
    if rest := [path for path in gone if path != inputs.accounts]:
        raise Refused(f"{folder} was planned with {rest[0]}, which is no longer there")
    owners = owners_in(folder)
    if inputs.accounts is None or inputs.accounts in gone:
        screen.print(
            Text(f"Note: {inputs.accounts} is gone: opening hours, last visits and wishes of its accounts are unknown.")
        )
        table = set_right(read_accounts(folder / ACCOUNTS_FILE))
    else:
        table = set_right(read_accounts(inputs.accounts, columns=inputs.columns))
        rows = (replace(account, current_rep=owners.get(account.id)) for account in table.accounts)
        table = replace(table, accounts=tuple(rows))
    if inputs.areas:
        screen.print(Text("Note: the plan was made of whole areas; the answer divides single accounts."))
    return Plan(
        table,
        replace(kept.options, **{"robustness": False, **told}),
        policy=read_policy(inputs.policy) if inputs.policy else None,
        traffic=read_traffic(inputs.traffic) if inputs.traffic else None,
        shares=read_shares(inputs.shares) if inputs.shares else {},
        barriers=read_lines(inputs.barriers) if inputs.barriers else None,
        geocoders=(*chosen_geocoders(), *town_geocoders()),
        pins=gather_pins(folder, ()),
        title=folder.stem,
    )


def _questions(leaves: Sequence[str], joins: str | None, merges: str | None, splits: str | None) -> list[Question]:
    questions: list[Question] = []
    if leaves:
        questions.append(RepsLeave(tuple(leaves)))
    if joins:
        questions.append(RepJoins(Rep(joins)))
    if merges:
        kept, gone = _pair(merges, "--merges", "KEPT=GONE")
        questions.append(TerritoriesMerge(kept, gone))
    if splits:
        name, new = _pair(splits, "--splits", "NAME=NEW")
        questions.append(TerritorySplits(name, Rep(new)))
    return questions


def _weights(price: Sequence[str]) -> PriceWeights:
    """The weights that `TERM=WEIGHT` options give."""
    found: dict[str, float] = {}
    for text in price:
        name, _, weight = text.partition("=")
        try:
            found[name.strip()] = float(weight)
        except ValueError:
            found[""] = 0.0
    terms = [one.name for one in fields(PriceWeights)]
    if not found.keys() <= set(terms) or any(not 0 <= weight < 1000 for weight in found.values()):
        raise Refused(
            f"--price must be like revenue=0.5, a term being one of {', '.join(terms)}; got {', '.join(price)}"
        )
    return PriceWeights(**found)


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals or not left.strip() or not right.strip():
        raise Refused(f"{option} must be like {form}, got “{text}”")
    return left.strip(), right.strip()


def _cover(plan: Plan, text: str, screen: Console) -> None:
    """Plan as it is, then cover the days of the absence and say who takes what."""
    rep, first, last = _absence(text)
    plan = plan.with_team(present_team(plan))
    with Bar(screen) as bar:
        result = plan.solve(bar)
    cover = plan.absence(result, rep, first, last)
    table = Table("day", "account", "to", "starts", "planned for", box=None)
    for row in taken_over(cover, result):
        table.add_row(*row)
    screen.print(table)
    for covered in cover.days:
        for left in covered.unserved:
            screen.print(Text(f"Not covered: {result.accounts[left.account].name}: {left.reason}"))
    others = f", {len(cover.moved)} of them on other days" if cover.moved else ""
    screen.print(
        Text(
            f"{cover.covered} of {cover.due} visits covered by neighbours{others}, {cover.due - cover.covered} left; "
            "on return all is as planned before."
        )
    )


def _curve(plan: Plan, weights: PriceWeights, screen: Console) -> None:
    """How many transfers each width of the band needs."""
    table = Table("band", "transfers", "at least", "proof", box=None)
    for point in trade_off(plan.transfers(weights), WIDTHS):
        found = point.proposal
        proof = "the fewest" if found.proven_minimal else "not proven" if found.feasible else "not reached"
        count = str(len(found.moves)) if found.feasible else "–"
        table.add_row(f"±{point.tolerance:.0%}", count, f"{found.lower_bound:.0f}", proof)
    screen.print(table)
    screen.print(Text("Hours are estimated; the band is how far a rep may be from the rep's share of them."))


def _challenge(plan: Plan, weights: PriceWeights, keeps: str | None, asks: str | None, screen: Console) -> None:
    """What it costs the team that an account stays, or that a rep is given it, and the swap that allows it."""
    problem, accounts, reps = plan.transfers_named(weights)
    if keeps:
        answer = price_of_keeping(problem, _place_in(accounts, keeps, "account"))
    else:
        rep, wanted = _pair(asks or "", "--asks", "REP=ACCOUNT")
        answer = price_of_having(problem, _place_in(accounts, wanted, "account"), _place_in(reps, rep, "rep"))
    if not answer.granted.feasible or not answer.without.feasible:
        screen.print(Text("No list of transfers was found that grants it and brings everyone into the band."))
        return
    sure = "" if answer.surely else f" (not proven: between {answer.least:.3g} and {answer.most:.3g})"
    was, now = len(answer.without.moves), len(answer.granted.moves)
    price = (
        f"{answer.price:.0f} more transfers" if weights == PriceWeights() else f"that of {answer.price:.3g} accounts"
    )
    screen.print(Text(f"The price is {price}{sure}: {was} transfers without the wish, {now} with it."))
    for word, moves in (("added", answer.swap), ("not needed", answer.dropped)):
        for move in moves:
            screen.print(Text(f"{word}: {accounts[move.account]} from {reps[move.from_rep]} to {reps[move.to_rep]}"))


def _place_in(names: Sequence[str], wanted: str, kind: str) -> int:
    if wanted not in names:
        raise Refused(f"there is no {kind} “{wanted}” in the plan")
    return list(names).index(wanted)


def _absence(text: str) -> tuple[str, date, date]:
    rep, colon, period = text.rpartition(":")
    first, _, last = period.partition("..")
    try:
        if not colon or not rep.strip():
            raise ValueError(text)
        begins = date.fromisoformat(first.strip())
        ends = date.fromisoformat(last.strip()) if last else begins
    except ValueError as error:
        raise Refused(f"--absent must be like “Ann:2026-03-02..2026-03-06”, got “{text}”") from error
    if ends < begins:
        raise Refused(f"an absence must not end before it begins, got {begins}..{ends}")
    return rep.strip(), begins, ends
