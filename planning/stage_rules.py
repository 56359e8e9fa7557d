"""What a stage says besides its name: the form of a deal there, what is asked by segment, gates, who works on it, what
it sets off.

form                 fields in their order: {field, edit, required}; fields that are not named are not for this step.
                     Without a form every field may be changed. What is required is asked of a deal that goes on.
required_by_segment  {segment of the account: fields} that a deal must have to enter
gates                kinds of tasks: one of each must be done, and none open, before a deal may enter
performer            who gets a deal that enters (see `Performer`)
effects              what entering sets off, in this order
timers               {after_days, effects}: what a deal sets off that is still there after so many days
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from crm.tables import HolderRole
from planning.record_errors import RefusedError

DEAL_FIELDS = ("title", "account_id", "rep_id", "product", "value", "currency", "probability", "expected_on", "source")
"""What of a deal can be changed."""
ACCOUNT_FIELDS = ("account.segment", "account.industry", "account.value", "account.potential", "account.contact")
"""What can be asked of a deal's account; `account.contact` is a person with a role there."""
SETTABLE = ("product", "currency", "probability", "source")
EVENT_LENGTH = 100
MOST_DAYS = 36_500
ABOVE = "above"
"""The holder of the nearest territory above that somebody holds."""
HOLDERS = (*HolderRole, ABOVE)


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a step's form: shown, perhaps to be changed, perhaps to be filled before the deal goes on."""

    field: str
    edit: bool = True
    required: bool = False


@dataclass(frozen=True, slots=True)
class Performer:
    """Who works on something: a certain rep, or whoever holds the account's territory in a role on that day.

    `holder` is primary, cover, support, or `above`; `sales_force` picks one where there are several. Nothing of it: the
    rep of the deal.
    """

    rep_id: int | None = None
    holder: str = ""
    sales_force: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that is set off; `do` names it, `said` are its own words."""

    do: str
    said: Mapping[str, Any]
    to: Performer


@dataclass(frozen=True, slots=True)
class Timer:
    """What is set off when a deal is still in its stage after `after_days` days."""

    after_days: float
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class StageRules:
    """All that a stage says; nothing at all by default."""

    form: tuple[FormField, ...] = ()
    required_by_segment: Mapping[str, tuple[str, ...]] | None = None
    gates: tuple[str, ...] = ()
    performer: Performer | None = None
    effects: tuple[Effect, ...] = ()
    timers: tuple[Timer, ...] = ()

    def segment_fields(self, segment: str) -> tuple[str, ...]:
        """What is asked of a deal with an account of this segment, over and above what is asked of all."""
        return (self.required_by_segment or {}).get(segment, ())


KEYS = ("form", "required_by_segment", "gates", "performer", "effects", "timers")


def read_rules(where: str, said: Mapping[str, Any] | None) -> StageRules:
    """Rules from their form in JSON; `where` begins every complaint.

    Raises:
        RefusedError: what is wrong, where, and what was expected.
    """
    said = said or {}
    only(where, said, KEYS)
    form = tuple(read_field(f"{where}, form {at}", one) for at, one in enumerate(listed(where, said, "form"), 1))
    if twice := next((one.field for at, one in enumerate(form) if one.field in [o.field for o in form[:at]]), None):
        refuse(f"{where}, form", f"has {twice} twice")
    by_segment = said.get("required_by_segment") or {}
    if not isinstance(by_segment, Mapping):
        refuse(f"{where}, required_by_segment", "is not a table of segments")
    for segment, names in by_segment.items():
        check_fields(f"{where}, required_by_segment {segment}", names)
    gates = listed(where, said, "gates")
    if bad := next((one for one in gates if not isinstance(one, str) or not one.strip()), None):
        refuse(f"{where}, gates", f"holds {bad!r}, expected kinds of tasks")
    timers = listed(where, said, "timers")
    return StageRules(
        form,
        {str(segment): tuple(names) for segment, names in by_segment.items()},
        tuple(gates),
        read_performer(f"{where}, performer", said["performer"]) if said.get("performer") else None,
        read_effects(where, said),
        tuple(read_timer(f"{where}, timer {at}", one) for at, one in enumerate(timers, 1)),
    )


def read_field(where: str, said: Any) -> FormField:
    """One field of a form."""
    table(where, said, ("field", "edit", "required"))
    name = said.get("field")
    if name not in (*DEAL_FIELDS, *ACCOUNT_FIELDS):
        refuse(where, f"has no field {name!r}; there are: {', '.join((*DEAL_FIELDS, *ACCOUNT_FIELDS))}")
    edit = said.get("edit", name in DEAL_FIELDS)
    if edit and name in ACCOUNT_FIELDS:
        refuse(where, f"lets {name} be changed, which belongs to the account: show it, or ask for it")
    return FormField(name, bool(edit), bool(said.get("required", False)))


def check_fields(where: str, names: Any) -> None:
    """Refuse a list of fields that cannot be asked for."""
    if not isinstance(names, list | tuple):
        refuse(where, f"is {names!r}, expected a list of fields")
    known = (*DEAL_FIELDS, *ACCOUNT_FIELDS)
    if strange := next((one for one in names if one not in known), None):
        refuse(where, f"cannot ask for {strange!r}; it may ask for: {', '.join(known)}")


def read_performer(where: str, said: Any) -> Performer:
    """Who works on something."""
    table(where, said, ("rep_id", "holder", "sales_force"))
    made = Performer(said.get("rep_id"), said.get("holder") or "", said.get("sales_force") or "")
    if (made.rep_id is None) == (not made.holder):
        refuse(where, "expected either rep_id or holder")
    if made.rep_id is not None and (isinstance(made.rep_id, bool) or not isinstance(made.rep_id, int)):
        refuse(where, f"has rep_id {made.rep_id!r}, expected the number of a rep")
    if made.holder and made.holder not in HOLDERS:
        refuse(where, f"has holder {made.holder!r}, expected one of {', '.join(HOLDERS)}")
    return made


def read_timer(where: str, said: Any) -> Timer:
    """One timer."""
    table(where, said, ("after_days", "effects"))
    days = number(where, said, "after_days", least=0.0, most=MOST_DAYS)
    effects = read_effects(where, said)
    if not days or not effects:
        refuse(where, "needs days above 0 and effects")
    return Timer(days, effects)


def read_effects(where: str, said: Mapping[str, Any]) -> tuple[Effect, ...]:
    """The effects of a stage or timer."""
    effects = listed(where, said, "effects")
    return tuple(read_effect(f"{where}, effect {at}", one) for at, one in enumerate(effects, 1))


def read_effect(where: str, said: Any) -> Effect:
    """One effect."""
    if not isinstance(said, Mapping) or said.get("do") not in DO:
        refuse(where, f"is {said!r}, expected something to do: {', '.join(DO)}")
    check, keys = DO[said["do"]]
    only(where, said, ("do", *keys))
    check(where, said)
    to = read_performer(f"{where}, to", said["to"]) if said.get("to") else Performer()
    rest = {name: value for name, value in said.items() if name not in ("do", "to") and value is not None}
    return Effect(said["do"], rest, to)


def check_task(where: str, said: Mapping[str, Any]) -> None:
    """A task: its title, kind, and by when."""
    words(where, said, "title")
    words(where, said, "kind")
    number(where, said, "due_days", least=0.0, most=MOST_DAYS, needed=False)


def check_set(where: str, said: Mapping[str, Any]) -> None:
    """A field of the deal, and its value."""
    name, value = said.get("field"), said.get("value")
    if name not in SETTABLE:
        refuse(where, f"cannot set {name!r}; it may set: {', '.join(SETTABLE)}")
    if name == "probability":
        if value is not None and number(where, said, "value", least=0.0) > 1:
            refuse(where, f"sets probability to {value!r}, expected a number from 0 to 1")
    elif not isinstance(value, str):
        refuse(where, f"sets {name} to {value!r}, expected text")


def check_follow_up(where: str, said: Mapping[str, Any]) -> None:
    """Another sale: its title, and the pipeline it begins in (its own without one)."""
    words(where, said, "title", needed=False)
    words(where, said, "pipeline", needed=False)
    number(where, said, "value", needed=False)


def check_hand_over(where: str, said: Mapping[str, Any]) -> None:
    """A deal handed over needs somebody to take it."""
    if not said.get("to"):
        refuse(where, "needs somebody to hand over to")


def check_event(where: str, said: Mapping[str, Any]) -> None:
    """An event: its name."""
    words(where, said, "event")
    if len(said["event"]) > EVENT_LENGTH or said["event"].split() != [said["event"]]:
        refuse(where, f"emits {said['event']!r}, expected a name like offer.sent")


DO: Mapping[str, tuple[Callable[[str, Mapping[str, Any]], None], tuple[str, ...]]] = {
    "create_task": (check_task, ("title", "kind", "due_days", "to")),
    "set_field": (check_set, ("field", "value")),
    "create_opportunity": (check_follow_up, ("title", "pipeline", "value", "to")),
    "hand_over": (check_hand_over, ("to",)),
    "emit": (check_event, ("event",)),
}
"""By what is done, how it is checked and what it may say."""


def words(where: str, said: Mapping[str, Any], name: str, *, needed: bool = True) -> None:
    """Refuse what is no text."""
    value = said.get(name)
    if (value is None and not needed) or (isinstance(value, str) and value.strip()):
        return
    refuse(where, f"has {name} {value!r}, expected text")


def number(
    where: str, said: Mapping[str, Any], name: str, *, least: float = -1e15, most: float = 1e15, needed: bool = True
) -> float:
    """A number, 0 where it is not needed and not there."""
    value = said.get(name)
    if value is None and not needed:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        refuse(where, f"has {name} {value!r}, expected a number")
    return float(value)


def listed(where: str, said: Mapping[str, Any], name: str) -> list[Any]:
    """A list, empty where it is not there."""
    value = said.get(name) or []
    if not isinstance(value, list | tuple):
        refuse(f"{where}, {name}", f"is {value!r}, expected a list")
    return list(value)


def table(where: str, said: Any, keys: tuple[str, ...]) -> None:
    """Refuse what is no table of these keys."""
    if not isinstance(said, Mapping):
        refuse(where, f"is {said!r}, expected {', '.join(keys)}")
    only(where, said, keys)


def only(where: str, said: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    """Refuse a key that nobody reads."""
    if strange := next((one for one in said if one not in keys), None):
        refuse(where, f"has no {strange!r}; there are: {', '.join(keys)}")


def refuse(where: str, why: str) -> NoReturn:
    """Say what is wrong.

    Raises:
        RefusedError: always.
    """
    raise RefusedError(f"{where}: {why}.")
