"""Rules for incentives, as data, and what they make of events: plain values in, lines out.

    {"currency": "EUR", "rules": [
      {"id": "commission", "on": "sale", "rate": 0.02, "steps": [{"from": 50000, "rate": 0.03}], "credit": "territory"},
      {"id": "new customers", "on": "sale", "amount": 100, "segment": ["A"], "value_min": 1000, "most": 1000},
      {"id": "visits", "on": "visit", "amount": 2.5, "outcome": ["order"]},
      {"id": "target", "on": "target", "steps": [{"from": 0.8, "amount": 200}, {"from": 1.0, "amount": 500}]}]}

A sale pays `amount` once, or `rate` of its value; from a sum of sales of the rep in the period on the rate of the step.
A visit pays its amount; of one that several reps made together, `joint` says who gets it: `each` of them (the default,
as plan and fact counts visits), all of them in equal parts (`share`), or only who led it (`leader`). A target pays the
amount of the highest step that the share reached of it comes to. `most` caps what a rule pays a rep in a period.
`credit` says whose a sale is: of who is credited with it on its day, else with `territory` (the default) of who owned
the account's territory on that day, else of its rep; with `rep` of its rep.
`sales_force` beside the currency says whose territories these are; without it the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from planning.document_forms import Faults, is_number
from planning.record_errors import FaultyError

ON = ("sale", "visit", "target")
CREDIT = ("territory", "rep")
JOINT = ("each", "share", "leader")
CONDITIONS = ("segment", "industry", "outcome", "territory")
KNOWN = ("id", "on", "amount", "rate", "steps", "most", "value_min", "value_max", "credit", "joint", *CONDITIONS)
MOST_RULES, MOST_STEPS = 100, 20


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on (a sum, or a share of the target) the rate or the amount is this."""

    start: Decimal
    rate: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; the conditions are by name, each a set of values of which one has to fit."""

    id: str
    on: str
    amount: Decimal | None
    rate: Decimal | None
    steps: tuple[Step, ...]
    most: Decimal | None
    value_min: Decimal | None
    value_max: Decimal | None
    credit: str
    joint: str
    conditions: Mapping[str, frozenset[str]]

    @property
    def whose(self) -> str:
        """Which of an event's `parts` count."""
        return self.joint if self.on == "visit" else self.credit


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that pay in one currency; `sales_force` is whose territories say whose accounts are."""

    currency: str
    sales_force: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may be paid: `value` is a sale's, 1 of a visit, of a target the share that was reached.

    `parts` are the shares of the reps by what `credit`, of visits `joint`, says; `facts` what conditions ask for.
    """

    kind: str
    name: str
    day: date
    value: Decimal
    currency: str
    parts: Mapping[str, Mapping[int, float]]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Earned:
    """What a rep earned by a rule with an event."""

    rule: str
    event: str
    rep_id: int
    currency: str
    day: date
    base: float
    share: float
    hundredths: int
    why: str


def read_rules(data: Mapping[str, Any]) -> Rules:
    """Rules from their form as data.

    Raises:
        FaultyError: with every fault.
    """
    known = ("currency", "sales_force", "rules")
    faults: Faults = [(name, f"only {', '.join(known)}") for name in data if name not in known]
    if not isinstance(data.get("sales_force", ""), str):
        faults.append(("sales_force", "a text"))
    currency, items = data.get("currency"), data.get("rules")
    if not isinstance(currency, str) or not currency.strip() or len(currency) > 10:
        faults.append(("currency", "a currency such as EUR"))
    if not isinstance(items, Sequence) or isinstance(items, str) or not 0 < len(items) <= MOST_RULES:
        faults.append(("rules", f"a list of 1 to {MOST_RULES} rules"))
        items = ()
    made = [read_rule(item, f"rules.{at}", faults) for at, item in enumerate(items)]
    found = [one for one in made if one is not None]
    if len({one.id for one in found}) < len(found):
        faults.append(("rules", "an id for each rule, once"))
    if faults:
        raise FaultyError(faults)
    return Rules(str(currency), data.get("sales_force", ""), tuple(found))


def read_rule(data: Any, where: str, faults: Faults) -> Rule | None:
    """One rule; None where it cannot be read."""
    if not isinstance(data, Mapping):
        faults.append((where, "an object"))
        return None
    before = len(faults)
    faults += [(f"{where}.{name}", f"only {', '.join(KNOWN)}") for name in data if name not in KNOWN]
    if not isinstance(data.get("id"), str) or not data["id"].strip() or len(data["id"]) > 100:
        faults.append((f"{where}.id", "a name"))
    if data.get("on") not in ON:
        faults.append((f"{where}.on", f"one of {', '.join(ON)}"))
    if data.get("credit", "territory") not in CREDIT:
        faults.append((f"{where}.credit", f"one of {', '.join(CREDIT)}"))
    if data.get("joint", "each") not in JOINT or ("joint" in data and data.get("on") != "visit"):
        faults.append((f"{where}.joint", f"of a visit, one of {', '.join(JOINT)}"))
    for name in ("amount", "rate", "most", "value_min", "value_max"):
        if name in data and not (is_number(data[name]) and data[name] >= 0):
            faults.append((f"{where}.{name}", "a number from 0 on"))
    for name in CONDITIONS:
        if name in data and not all_texts(data[name]):
            faults.append((f"{where}.{name}", "a list of texts"))
    steps = read_steps(data.get("steps", []), data, where, faults)
    if len(faults) == before:
        check_pay(data, where, faults)
    if len(faults) > before:
        return None
    money = {name: decimal(data.get(name)) for name in ("amount", "rate", "most", "value_min", "value_max")}
    conditions = {name: frozenset(one.casefold() for one in data[name]) for name in CONDITIONS if name in data}
    credit, joint = data.get("credit", "territory"), data.get("joint", "each")
    return Rule(data["id"], data["on"], steps=steps, credit=credit, joint=joint, conditions=conditions, **money)


def read_steps(items: Any, data: Mapping[str, Any], where: str, faults: Faults) -> tuple[Step, ...]:
    """The steps of a rule, the lowest first."""
    if not isinstance(items, Sequence) or isinstance(items, str) or len(items) > MOST_STEPS:
        faults.append((f"{where}.steps", f"a list of at most {MOST_STEPS} steps"))
        return ()
    pays = "amount" if data.get("on") == "target" else "rate"
    made = []
    for at, item in enumerate(items):
        fits = isinstance(item, Mapping) and set(item) == {"from", pays}
        if not fits or not all(is_number(value) and value >= 0 for value in item.values()):
            faults.append((f"{where}.steps.{at}", f"numbers from 0 on: from and {pays}"))
            continue
        made.append(Step(Decimal(str(item["from"])), **{pays: decimal(item[pays])}))
    return tuple(sorted(made, key=lambda step: step.start))


def check_pay(data: Mapping[str, Any], where: str, faults: Faults) -> None:
    """Note a rule that pays nothing, or in two ways."""
    if data["on"] == "target":
        if not data.get("steps") or "amount" in data or "rate" in data:
            faults.append((f"{where}.steps", "the steps of a target, and nothing else that pays"))
    elif data["on"] == "visit":
        if "amount" not in data or "rate" in data or data.get("steps"):
            faults.append((f"{where}.amount", "the amount of a visit, and nothing else that pays"))
    elif ("amount" in data) == ("rate" in data) or ("amount" in data and data.get("steps")):
        faults.append((f"{where}.rate", "a rate, with steps or without, or an amount"))


def all_texts(value: Any) -> bool:
    """True for a list of texts."""
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


def decimal(value: Any) -> Decimal | None:
    """A number to its last digit."""
    return None if value is None else Decimal(str(value))


def earn(rules: Rules, events: Sequence[Event]) -> list[Earned]:
    """What the events of a period earn by the rules, rule by rule, in order of their days."""
    ordered = sorted(events, key=lambda event: (event.day, event.name))
    return [line for rule in rules.rules for line in earn_by(rule, rules.currency, ordered)]


def earn_by(rule: Rule, currency: str, events: Sequence[Event]) -> list[Earned]:
    """What events earn by one rule, up to what it pays at most."""
    so_far: dict[int, Decimal] = {}
    paid: dict[int, int] = {}
    lines = []
    for event in events:
        if event.kind != rule.on or not fits(rule, currency, event):
            continue
        parts = event.parts[rule.whose]
        whole = {rep_id: event.value * Decimal(str(share)) for rep_id, share in parts.items()}
        due = {
            rep_id: pay(rule, value, parts[rep_id], so_far.get(rep_id, Decimal(0))) for rep_id, value in whole.items()
        }
        for rep_id, hundredths in rounded(due).items():
            so_far[rep_id] = so_far.get(rep_id, Decimal(0)) + whole[rep_id]
            capped = hundredths if rule.most is None else min(hundredths, int(rule.most * 100) - paid.get(rep_id, 0))
            paid[rep_id] = paid.get(rep_id, 0) + capped
            if not capped:
                continue
            why = f"{event.name} of {event.day}" + ("" if capped == hundredths else f", up to {rule.most} in all")
            facts = (event.day, float(event.value), float(parts[rep_id]), capped, why)
            lines.append(Earned(rule.id, event.name, rep_id, currency, *facts))
    return lines


def fits(rule: Rule, currency: str, event: Event) -> bool:
    """True when an event is one that the rule pays for."""
    if event.kind == "sale" and event.currency != currency:
        return False
    low, high = rule.value_min, rule.value_max
    if (low is not None and event.value < low) or (high is not None and event.value > high):
        return False
    return all(event.facts.get(name, "").casefold() in values for name, values in rule.conditions.items())


def pay(rule: Rule, value: Decimal, share: float, so_far: Decimal) -> Decimal:
    """What a rule pays for a rep's part of an event; `so_far` are the rep's parts of the events before it."""
    if rule.on == "target":
        reached = [step for step in rule.steps if step.start <= value]
        return (reached[-1].amount or Decimal(0)) if reached else Decimal(0)
    if rule.amount is not None:
        return rule.amount * Decimal(str(share))
    bounds = [Decimal(0), *(step.start for step in rule.steps), so_far + value]
    rates = [rule.rate or Decimal(0), *(step.rate or Decimal(0) for step in rule.steps)]
    total = Decimal(0)
    for at, rate in enumerate(rates):
        begin, end = max(bounds[at], so_far), so_far + value
        if at + 1 < len(rates):
            end = min(end, bounds[at + 1])
        total += max(Decimal(0), end - begin) * rate
    return total


def rounded(due: Mapping[int, Decimal]) -> dict[int, int]:
    """Amounts in hundredths whose sum is the rounded sum: what rounding leaves goes to the largest remainders."""
    exact = {rep_id: amount * 100 for rep_id, amount in due.items()}
    floors = {rep_id: int(amount.to_integral_value(ROUND_FLOOR)) for rep_id, amount in exact.items()}
    total = int(sum(exact.values(), Decimal(0)).to_integral_value(ROUND_HALF_UP))
    order = sorted(exact, key=lambda rep_id: (floors[rep_id] - exact[rep_id], rep_id))
    for rep_id in order[: total - sum(floors.values())]:
        floors[rep_id] += 1
    return floors
