"""Ordered rules: what fits, who follows, and every fault named."""

import tomllib
from pathlib import Path

import pytest

from balancing import InvalidRules, choose_rep, read_rules, rules_of
from geo.place import Place
from tests.balancing.lead_builders import lead, rep

SQUARE = [[9.5, 49.5], [10.5, 49.5], [10.5, 50.5], [9.5, 50.5]]
BOTH = [rep("Ann", load_min=50), rep("Bo")]


def one(**fields: object) -> object:
    return {"rule": [{"id": "only", **fields}]}


def test_the_first_rule_that_fits_decides_by_priority_then_by_order() -> None:
    rules = rules_of(
        {
            "name": "New leads",
            "version": 3,
            "rule": [
                {"id": "all", "priority": 9, "order": "least_loaded"},
                {"id": "shops", "priority": 1, "type": "Retail", "reps": ["Ann"], "order": "least_loaded"},
                {"id": "shops again", "priority": 1, "type": "retail", "order": "least_loaded"},
            ],
        }
    )
    choice = choose_rep(lead(type="RETAIL"), BOTH, rules)
    assert (choice.rep, choice.rule, choice.rules) == ("Ann", "shops", "New leads, version 3")
    assert choice.why.startswith("rule “shops”: Ann is the only one possible")
    assert choose_rep(lead(type="office"), BOTH, rules).rule == "all"


@pytest.mark.parametrize(
    ("when", "fits", "fits_not"),
    [
        ({"industry": ["food", "toys"]}, {"industry": "Toys"}, {"industry": "steel"}),
        ({"territory": "North"}, {"territory": "North"}, {}),
        ({"size_min": 10}, {"size": 10}, {"size": 9.9}),
        ({"size_max": 10}, {"size": 10}, {"size": None}),
        ({"value_min": 5}, {"value": 5}, {"value": 4}),
        ({"polygon": SQUARE}, {"place": Place(50.5, 10.5)}, {"place": Place(50.6, 10)}),
        ({"polygon": {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]}}, {}, {"place": None}),
    ],
)
def test_each_condition_holds_and_does_not(when, fits, fits_not) -> None:
    rules = rules_of(one(**when))
    assert choose_rep(lead(**fits), BOTH, rules).rule == "only"
    nobody = choose_rep(lead(**fits_not), BOTH, rules)
    assert (nobody.rep, nobody.why) == (None, "nobody: no rule of Rules, version 1 fits")


def test_a_rule_that_finds_nobody_hands_on_or_stops() -> None:
    def rules(otherwise):
        first = {"id": "cold", "needs": {"cold": 2}, "order": "skills", "otherwise": otherwise}
        return rules_of({"rule": [first, {"id": "all"}]})

    handed_on = choose_rep(lead(), BOTH, rules("next"))
    assert (handed_on.rep, handed_on.rule) == ("Bo", "all")
    assert "before it rule “cold” found nobody: Ann: cold at 0, 2 needed" in handed_on.why
    stopped = choose_rep(lead(), BOTH, rules("stop"))
    assert (stopped.rep, stopped.rule) == (None, "cold")


def test_a_rule_raises_the_least_levels_of_a_lead_and_never_lowers_them() -> None:
    group = [rep("Ann", skills={"cold": 2}), rep("Bo", skills={"cold": 3})]
    rules = rules_of(one(needs={"cold": 1}, order="skills"))
    assert choose_rep(lead(needs={"cold": 3}), group, rules).rep == "Bo"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], "given [], expected name, version and rules"),
        ({"rule": []}, "rule: given [], expected at least one rule"),
        ({"rule": ["x"]}, "rule 1: given 'x', expected a table with fields"),
        ({"rule": [{"id": "a"}], "rules": 1}, "rules: not known here, expected name, version or rule"),
        ({"version": 0, "rule": [{"id": "a"}]}, "version: given 0, expected a whole number of 1 or more"),
        ({"rule": [{"id": "a"}, {"id": "a"}]}, "rule 2 “a”, id: given 'a', expected an id that no other rule has"),
        ({"rule": [{}]}, "rule 1, id: given nothing, expected a text"),
        (one(size_min="ten"), "rule 1 “only”, size_min: given 'ten', expected a number of 0 or more"),
        (one(size_min=5, size_max=4), "rule 1 “only”, size_max: given 4.0, expected no less than size_min, 5"),
        (one(priority=True), "rule 1 “only”, priority: given True, expected a number"),
        (one(order="lottery"), "rule 1 “only”, order: given 'lottery', expected a name out of territory"),
        (one(order=[{"by": "nearest", "step": -1}]), "rule 1 “only”, order: given {'by': 'nearest', 'step': -1}"),
        (one(order=[]), "rule 1 “only”, order: given [], expected at least one of"),
        (one(filters=["lottery"]), "rule 1 “only”, filters: given ['lottery'], expected names out of"),
        (one(reps=[]), "rule 1 “only”, reps: given [], expected at least one text"),
        (one(type=3), "rule 1 “only”, type: given 3, expected a text or a list of texts"),
        (one(needs={"cold": "high"}), "rule 1 “only”, needs: given {'cold': 'high'}, expected skills with numbers"),
        (one(otherwise="maybe"), "rule 1 “only”, otherwise: given 'maybe', expected next or stop"),
        (one(polygon=[[1, 2], [3, 4]]), "rule 1 “only”, polygon: given [[1, 2], [3, 4]], expected at least three"),
        (one(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]]), "rule 1 “only”, polygon:"),
        (one(polygon=[[0, 0], [200, 0], [200, 9]]), "rule 1 “only”, polygon:"),
        (one(polygon={"type": "Point", "coordinates": [1, 2]}), "rule 1 “only”, polygon:"),
        (one(colour="red"), "rule 1 “only”, colour: not known, expected one of id, priority"),
    ],
)
def test_every_fault_is_named(data, fault) -> None:
    with pytest.raises(InvalidRules) as error:
        rules_of(data)
    assert error.value.faults[0].startswith(fault)


def test_all_faults_are_found_at_once() -> None:
    with pytest.raises(InvalidRules, match=r"\(and 2 more\)") as error:
        rules_of({"rule": [{"id": "a", "size_min": "x", "order": "y"}, {"id": "b", "reps": 1}]})
    assert len(error.value.faults) == 3


def test_the_rules_of_the_guide_can_be_read() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "leads.md").read_text(encoding="utf-8")
    block = guide.split("## Rules")[1].split("The first rule that fits")[0]
    rules = rules_of(tomllib.loads("\n".join(line[4:] for line in block.splitlines())))
    assert [rule.id for rule in rules.in_order()] == ["large cold shops in the centre", "everything else"]


def test_rules_are_read_from_toml_and_json(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        'name = "Neu"\n[[rule]]\nid = "Kälte"\nneeds = { cold = 2 }\norder = [{ by = "nearest", step = 5000 }, "taxi"]\n'
    )
    (tmp_path / "rules.json").write_text(
        '{"name": "Neu", "rule": [{"id": "Kälte", "needs": {"cold": 2}, "order": [{"by": "nearest", "step": 5000}, "taxi"]}]}'
    )
    toml, json = (read_rules(tmp_path / f"rules.{ending}") for ending in ("toml", "json"))
    assert toml == json and toml.rules[0].id == "Kälte"
    (tmp_path / "rules.toml").write_text("[[rule]\n")
    with pytest.raises(InvalidRules, match=r"rules\.toml cannot be read"):
        read_rules(tmp_path / "rules.toml")
    with pytest.raises(InvalidRules, match="No such file"):
        read_rules(tmp_path / "none.toml")


def test_a_rep_whom_a_rule_names_and_who_is_not_there_is_a_fault() -> None:
    rules = rules_of({"rule": [{"id": "a", "reps": ["Ann", "Nobody"]}, {"id": "b"}]})
    assert rules.strangers(tuple(BOTH)) == ("rule “a”, reps: given “Nobody”, expected one of: Ann, Bo",)
    assert rules_of({"rule": [{"id": "b", "reps": ["Bo"]}]}).strangers(tuple(BOTH)) == ()
