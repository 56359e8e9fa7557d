"""`bailiwick what-if`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli_kept_plan import kept_plan
from api.cli_options import Refused
from api.cli_plan import refusals, solve_and_write
from api.cli_plan_inputs import on_the_ground, read_team
from api.cli_report import Bar, console
from api.cli_what_if_report import report_answer, taken_over
from balancing import PriceWeights, price_of_having, price_of_keeping, trade_off
from planning.kept_request import Inputs
from planning.plan import Plan
from planning.staff import Rep
from planning.table_words import counted
from planning.what_if import (
    Question,
    RepJoins,
    RepsLeave,
    TerritoriesMerge,
    TerritorySplits,
    present_team,
)

WIDTHS = (0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked, one thing of all, as it was typed; `price` is what transfers cost where their price is asked."""

    leaves: Sequence[str] = ()
    joins: str | None = None
    merges: str | None = None
    splits: str | None = None
    absent: str | None = None
    keeps: str | None = None
    asks: str | None = None
    curve: bool = False
    price: Sequence[str] = ()

    @property
    def of_price(self) -> bool:
        """Whether it asks what transfers cost, rather than for another plan."""
        return bool(self.curve or self.keeps or self.asks)

    def change(self) -> Question | None:
        """The change of the team or its territories that is asked for, if it is one.

        Raises:
            Refused: not one thing is asked, or not in the form it must have.
        """
        changes: list[Question] = []
        if self.leaves:
            changes.append(RepsLeave(tuple(self.leaves)))
        if self.joins:
            changes.append(RepJoins(Rep(self.joins)))
        if self.merges:
            kept, gone = _pair(self.merges, "--merges", "KEPT=GONE")
            changes.append(TerritoriesMerge(kept, gone))
        if self.splits:
            name, new = _pair(self.splits, "--splits", "NAME=NEW")
            changes.append(TerritorySplits(name, Rep(new)))
        if len(changes) + sum(map(bool, (self.absent, self.curve, self.keeps, self.asks))) != 1:
            raise Refused("ask one thing: --leaves, --joins, --merges, --splits, --absent, --curve, --keeps or --asks")
        return changes[0] if changes else None

    def weights(self) -> PriceWeights:
        """What a transfer costs.

        Raises:
            Refused: no weights, or weights for what is not asked.
        """
        weights = _weights(self.price)
        if self.price and not self.of_price:
            raise Refused("--price goes with --curve, --keeps or --asks")
        return weights


def ask_what_if(
    accounts: Path,
    wish: Wish,
    *,
    told: Mapping[str, Any],
    team: int | Path | None,
    region: Path | None,
    out: Path | None,
) -> None:
    """Read, ask one question, say what would change; write the plan that would be when `out` is given.

    `told` are options of the plan that go before those it was made with.
    """
    change, weights = wish.change(), wish.weights()
    with refusals():
        screen = console()
        plan, kept = kept_plan(accounts, told, screen)
        inputs = kept or Inputs()
        plan = on_the_ground(plan, replace(inputs, region=region or inputs.region))
        plan = plan.with_team(read_team(team or inputs.reps))
        if change is not None:
            with Bar(screen) as bar:
                answer = plan.what_if(change, bar)
            report_answer(screen, answer)
            if out is not None:
                solve_and_write(answer.plan, out, screen, replace(kept, reps=None) if kept else None)
        elif wish.absent is not None:
            _cover(plan, wish.absent, screen)
        elif wish.curve:
            _curve(plan, weights, screen)
        else:
            _challenge(plan, weights, wish.keeps, wish.asks, screen)


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
    """How many transfers each width of the band needs, and what they cost where they are weighed."""
    weighed = weights != PriceWeights()
    table = Table("band", "transfers", *(["price"] if weighed else []), "at least", "proof", box=None)
    for point in trade_off(plan.transfers(weights), WIDTHS):
        found = point.proposal
        proof = "the fewest" if found.proven_minimal else "not proven" if found.feasible else "not reached"
        proof = "the cheapest" if weighed and found.proven_minimal else proof
        count = str(len(found.moves)) if found.feasible else "–"
        if weighed:
            price = f"{sum(move.price for move in found.moves):.3g}" if found.feasible else "–"
            table.add_row(f"±{point.tolerance:.0%}", count, price, f"{found.lower_bound:.3g}", proof)
        else:
            table.add_row(f"±{point.tolerance:.0%}", count, f"{found.lower_bound:.0f}", proof)
    screen.print(table)
    screen.print(Text("Hours are estimated; the band is how far a rep may be from the rep's share of them."))
    if weighed:
        screen.print(Text("Prices are in accounts: what a transfer costs by the weights given."))


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
    by_count = weights == PriceWeights()
    price = f"{counted(round(answer.price), 'more transfer')}" if by_count else f"that of {answer.price:.3g} accounts"
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
