"""Conditions of incentive rules that no event could ever meet: rules that hold them are not kept.

Editions that were kept before are still run as they are (`planning.incentive_rules.read_rules` reads them).
"""

from collections.abc import Mapping
from typing import Any

from planning.document_forms import Faults
from planning.incentive_rules import CONDITIONS
from planning.record_errors import FaultyError

ASKED = {
    "sale": ("segment", "industry", "territory", "value_min", "value_max", "credit"),
    "visit": ("segment", "industry", "territory", "outcome"),
    "target": (),
}
"""What a rule may ask of each kind of event."""
WHY = {
    "value_min": "has no value of its own",
    "value_max": "has no value of its own",
    "credit": "is credited to nobody",
    "outcome": "has no outcome",
    "segment": "is no account's",
    "industry": "is no account's",
    "territory": "is no territory's",
}


def check_conditions(data: Mapping[str, Any]) -> None:
    """Refuse rules, already read without faults, with conditions under which they would never pay.

    Raises:
        FaultyError: with every such condition, and why it cannot hold.
    """
    faults: Faults = []
    for at, rule in enumerate(data["rules"]):
        where, asked = f"rules.{at}", ASKED[rule["on"]]
        for name, why in WHY.items():
            if name in rule and name not in asked:
                may = f"it may have {', '.join(asked)}" if asked else "it has no conditions"
                faults.append((f"{where}.{name}", f"nothing here: a {rule['on']} {why}; {may}"))
        for name in CONDITIONS:
            if name in asked and name in rule and not rule[name]:
                faults.append((f"{where}.{name}", "at least one value: without any the rule would never pay"))
        low, high = rule.get("value_min"), rule.get("value_max")
        if "value_max" in asked and low is not None and high is not None and low > high:
            faults.append((f"{where}.value_max", f"a number from value_min ({low:g}) on: no sale is both"))
    if faults:
        raise FaultyError(faults)
