"""A package is checked exactly: the product and a checker written from docs/FORCES.md alone say the same."""

import itertools
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import forces_oracle
from tests.forces_instances import CODES, ZERO, asked, battalion, instances
from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.explain import plan_of, unfilled
from tocsin.forces.figures import Served, assignment_of, package_digest, package_of
from tocsin.forces.greedy import greedy
from tocsin.forces.lift import LiftBook
from tocsin.forces.model import (
    RULES,
    Assignment,
    Cap,
    Caveat,
    ForceCase,
    ForcePackage,
    Gate,
    Lift,
    Mandate,
    Plan,
    RuleId,
    Unit,
)
from tocsin.forces.verify import verify
from tocsin.forces.wording import RULE_WORDS
from tocsin.terms import PartyId

ALONE = RULES[RULES.index("capability") : RULES.index("gate") + 1]
"""The rules that a unit breaks on a line whatever else is assigned; `lift` may be one as well."""

Instance = tuple[ForceCase, tuple[Unit, ...]]
Changes = dict[str, Any]


def as_json(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> forces_oracle.Json:
    plan = Plan(hypothetical=True, case=case, units=tuple(units), package=package)
    decoded: forces_oracle.Json = msgspec.json.decode(msgspec.json.encode(plan))
    return decoded


def said(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> set[forces_oracle.Break]:
    return {(one.rule, one.unit, one.line, one.nation) for one in verify(case, units, package)}


def second(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> set[forces_oracle.Break]:
    return forces_oracle.judge(as_json(case, units, package))


def made(case: ForceCase, units: Sequence[Unit], pairs: Sequence[tuple[int, int]]) -> ForcePackage:
    """A package of these assignments, by number of unit and line, lawful or not, with the figures that follow."""
    terms = terms_of(case)
    chosen = []
    for unit, line in ((units[first], case.line[other]) for first, other in pairs):
        window = arc(terms, unit, line)
        chosen.append(Served(unit, line, window if isinstance(window, Window) else Window(0, 0, 0, -1, -1)))
    return package_of(terms, units, chosen, "by hand")


@given(instances())
def test_the_instant_answer_is_lawful(instance: Instance) -> None:
    case, units = instance
    package = greedy(case, units)
    assert verify(case, units, package) == ()
    assert second(case, units, package) == set()
    assert greedy(case, units) == package


@given(instances(), st.data())
def test_two_checkers_agree_on_any_choice_of_units(instance: Instance, data: st.DataObject) -> None:
    case, units = instance
    numbers = st.tuples(st.integers(0, max(0, len(units) - 1)), st.integers(0, len(case.line) - 1))
    package = made(case, units, data.draw(st.lists(numbers, max_size=8 if units else 0)))
    assert said(case, units, package) == second(case, units, package)


CHANGES = (
    "assignments",
    "totals",
    "case",
    "inputs",
    "weighted_shortfall",
    "cost_cents",
    "closure_hours",
    "digest",
    "algorithm",
)


@given(instances(), st.sampled_from(CHANGES), st.booleans(), st.data())
def test_two_checkers_agree_on_a_package_that_was_tampered_with(
    instance: Instance, field: str, sealed: bool, data: st.DataObject
) -> None:
    case, units = instance
    package = tampered(greedy(case, units), field, data)
    if sealed:
        package = replace(package, digest=package_digest(package))
    found = said(case, units, package)
    assert found == second(case, units, package)
    assert found or (sealed and field == "algorithm") or package == greedy(case, units)


def tampered(package: ForcePackage, field: str, data: st.DataObject) -> ForcePackage:
    """The package with one field changed."""
    value = getattr(package, field)
    if field == "assignments":
        stray = Assignment(
            unit=data.draw(st.sampled_from(("unit0", "unit1", "nobody"))),
            line=data.draw(st.sampled_from(("line0", "line1", "nowhere"))),
            nation=PartyId("XAA"),
            strength=3,
            ready_hours=0,
            leave_by_hours=0,
            in_place_from_hours=0,
        )
        return replace(package, assignments=data.draw(st.sampled_from(((*value, stray), value[1:], value[::-1]))))
    if field == "totals":
        return replace(package, totals=(replace(value[0], filled=value[0].filled + 1), *value[1:]))
    return replace(package, **{field: value + 1 if isinstance(value, int) else f"{value}x"})


@given(instances())
def test_a_package_of_other_inputs_is_told_apart(instance: Instance) -> None:
    case, units = instance
    package = greedy(case, units)
    more = replace(case, case=replace(case.case, title="Another"))
    assert said(more, units, package) == second(more, units, package) == {("inputs", "", "", "")}
    twice = (*units, *units[:1])
    assert said(case, twice, package) == second(case, twice, package)
    lost = replace(case, capability=CODES[1:])
    assert said(lost, units, package) == second(lost, units, package)


@given(instances())
def test_what_holds_a_unit_back_is_what_assigning_it_would_break(instance: Instance) -> None:
    case, units = instance
    package = greedy(case, units)
    plain = as_json(case, units, package)
    pairs = [(one.unit, one.line) for one in package.assignments]
    for line in unfilled(case, units, package):
        there = [unit for unit, on in pairs if on == line.line]
        held = [unit for blocked in line.blocked for unit in blocked.units]
        serving = forces_oracle.serving(
            plain["case"], next(one for one in plain["case"]["line"] if one["id"] == line.line)
        )
        assert sorted(there + held) == sorted(unit.id for unit in units if unit.capability in serving)
        for blocked in line.blocked:
            for unit in blocked.units:
                broken = forces_oracle.judge_choice(plain["case"], plain["units"], [*pairs, (unit, line.line)])
                assert blocked.rule in {rule for rule, *_ in broken}
        assert line.rule == (line.blocked[0].rule if line.blocked else "capability")


@given(instances(lines_max=2, units_max=4))
def test_a_line_held_back_by_rules_of_single_units_alone_cannot_be_filled_further(instance: Instance) -> None:
    case, units = instance
    package = greedy(case, units)
    plain = as_json(case, units, package)
    ids = [line.id for line in case.line]
    best = dict.fromkeys(ids, 0)
    for places in itertools.product((None, *ids), repeat=len(units)):
        pairs = [(unit.id, place) for unit, place in zip(units, places, strict=True) if place is not None]
        if not forces_oracle.judge_choice(plain["case"], plain["units"], pairs):
            for name in ids:
                strength = sum(unit.strength for unit, place in zip(units, places, strict=True) if place == name)
                best[name] = max(best[name], strength)
    filled = {total.line: total.filled for total in package.totals}
    assert all(filled[name] <= best[name] for name in ids)
    for line in unfilled(case, units, package):
        if all(blocked.rule in ALONE for blocked in line.blocked):
            assert best[line.line] == filled[line.line]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), max_size=6),
)
def test_the_interval_condition_is_exact(tonnes: list[int], asked: list[tuple[int, int, int]]) -> None:
    book = LiftBook(tuple(tonnes))
    taken = []
    for first, last, load in asked:
        if first <= last < len(tonnes):
            fits = book.tight(first, last, load) is None
            taken.append((tuple(range(first, last + 1)), load))
            case = {"lift": [{"leaves_hours": hour, "tonnes": there, "count": 1} for hour, there in enumerate(tonnes)]}
            loadable = forces_oracle._all_loaded(case, taken)  # noqa: SLF001  # one part of the oracle, by itself
            assert fits == loadable
            if fits:
                book.take(first, last, load)
            else:
                taken.pop()
    assert book.overfull() == []


def test_a_case_nobody_offers_anything_for_is_told_so() -> None:
    plan = plan_of(asked(), (), greedy(asked(), ()))
    assert [(one.rule, one.shortfall, one.blocked) for one in plan.unfilled] == [("capability", 10, ())]
    assert verify(plan.case, plan.units, plan.package) == ()


def test_forces_of_real_states_without_a_source_count_as_hypothetical() -> None:
    real = battalion("unit", nation=PartyId("FRA"))
    assert plan_of(asked(), (real,), greedy(asked(), (real,))).hypothetical
    sourced = replace(real, source="a communiqué")
    assert not plan_of(asked(), (sourced,), greedy(asked(), (sourced,))).hypothetical


def test_a_break_says_in_words_what_is_wrong() -> None:
    case, units = asked(), (battalion("one"), battalion("late", notice_to_move_hours=60))
    package = made(case, units, [(0, 0), (0, 0), (1, 0)])
    assert {one.rule: one.says for one in verify(case, units, package)} == {
        "notice": f"not so: {RULE_WORDS['notice']}",
        "once": "it is assigned 2 times",
    }


def test_every_rule_has_its_words_and_its_place_in_the_document() -> None:
    guide = (Path(__file__).parent.parent / "docs/FORCES.md").read_text(encoding="utf-8")
    assert tuple(RULE_WORDS) == RULES
    assert all(f"| `{rule}` |" in guide for rule in RULES)


def test_a_soft_caveat_is_told_and_forbids_nothing() -> None:
    case = asked()
    soft = Caveat(hard=False, scope="area", tag="ford")
    unit = battalion("unit", caveats=(soft, soft))
    window = arc(terms_of(case), unit, case.line[0])
    assert isinstance(window, Window)
    assert assignment_of(Served(unit, case.line[0], window)).soft == ("ford",)


DAY = ZERO + timedelta(days=1)
"""Hour 24."""
HOST = Gate(kind="host consent", given_by=PartyId("XAB"), destination="ford")
PASSAGE = replace(HOST, kind="transit permission")

# Name: changes of the unit, of its line and of the case, under which it may just serve; the same by one more, and the
# rule it then breaks. Transit takes 4 hours, the line is needed at hour 48 and ends then, or 24 hours a day later.
EDGES: dict[str, tuple[Changes, Changes, RuleId]] = {
    "notice": ({"unit": {"notice_to_move_hours": 44}}, {"unit": {"notice_to_move_hours": 45}}, "notice"),
    "endurance": (
        {"unit": {"endurance_days": 2}, "line": {"sustain_days": 2}},
        {"unit": {"endurance_days": 1}, "line": {"sustain_days": 2}},
        "endurance",
    ),
    "offer begins": (
        {"unit": {"valid_from": DAY}, "line": {"in_place_by_hours": 28}},
        {"unit": {"valid_from": DAY}, "line": {"in_place_by_hours": 27}},
        "validity",
    ),
    "offer ends": (
        {"unit": {"valid_until": DAY}, "line": {"in_place_by_hours": 24}},
        {"unit": {"valid_until": DAY}, "line": {"in_place_by_hours": 25}},
        "validity",
    ),
    "mandate comes": (
        {"mandate": Mandate(nation=PartyId("XAA"), lead_hours=44)},
        {"mandate": Mandate(nation=PartyId("XAA"), lead_hours=45)},
        "mandate",
    ),
    "mandate ends": (
        {"mandate": Mandate(nation=PartyId("XAA"), lead_hours=0, until=DAY + timedelta(days=1))},
        {"mandate": Mandate(nation=PartyId("XAA"), lead_hours=0, until=DAY)},
        "mandate",
    ),
    "host consents": (
        {"gate": replace(HOST, from_=DAY), "line": {"in_place_by_hours": 24}},
        {"gate": replace(HOST, from_=DAY), "line": {"in_place_by_hours": 23}},
        "gate",
    ),
    "host's consent ends": (
        {"gate": replace(HOST, from_=ZERO, until=DAY), "line": {"in_place_by_hours": 24}},
        {"gate": replace(HOST, from_=ZERO, until=DAY), "line": {"in_place_by_hours": 25}},
        "gate",
    ),
    "passage opens": (
        {"gate": replace(PASSAGE, from_=DAY), "line": {"in_place_by_hours": 28}},
        {"gate": replace(PASSAGE, from_=DAY), "line": {"in_place_by_hours": 27}},
        "gate",
    ),
    "passage closes": (
        {"gate": replace(PASSAGE, from_=ZERO, until=DAY), "unit": {"notice_to_move_hours": 24}},
        {"gate": replace(PASSAGE, from_=ZERO, until=DAY), "unit": {"notice_to_move_hours": 25}},
        "gate",
    ),
    "passage is not given": ({}, {"gate": PASSAGE}, "gate"),
    "a passage others need": ({"gate": replace(PASSAGE, nations=(PartyId("XAC"),))}, {"gate": PASSAGE}, "gate"),
    "lift leaves as it is ready": (
        {"lift": 20, "unit": {"notice_to_move_hours": 20, "self_deploying": False}},
        {"lift": 20, "unit": {"notice_to_move_hours": 21, "self_deploying": False}},
        "lift",
    ),
    "lift leaves at the last hour": (
        {"lift": 44, "unit": {"self_deploying": False}},
        {"lift": 45, "unit": {"self_deploying": False}},
        "lift",
    ),
    "lift is just enough": (
        {"lift": 20, "unit": {"self_deploying": False, "lift_tonnes": 10}},
        {"lift": 20, "unit": {"self_deploying": False, "lift_tonnes": 11}},
        "lift",
    ),
    "half of a line from one nation": (
        {"line": {"one_nation_percent": 50}},
        {"line": {"one_nation_percent": 49}},
        "one nation",
    ),
    "half of what is pledged": ({"cap": 50}, {"cap": 49}, "cap"),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_limit_that_is_just_met_is_kept_and_one_more_breaks_it(edge: str) -> None:
    within, beyond, rule = EDGES[edge]
    for changes, broken in ((within, set[str]()), (beyond, {str(rule)})):
        case, units = edged(changes)
        package = made(case, units, [(0, 0)])
        assert {name for name, *_ in said(case, units, package)} == broken
        assert said(case, units, package) == second(case, units, package)
        assert bool(greedy(case, units).assignments) == (not broken)


def edged(changes: Changes) -> Instance:
    """A line for one unit, and a second that its nation pledges and nobody asks for."""
    case = asked(**{name: (changes[name],) for name in ("mandate", "gate") if name in changes})
    case = replace(
        case,
        line=(replace(case.line[0], substitutes=(), **changes.get("line", {})),),
        lift=(Lift(leaves_hours=changes["lift"], tonnes=10),) if "lift" in changes else (),
        cap=(Cap(nation=PartyId("XAA"), counted="persons", percent=changes["cap"]),) if "cap" in changes else (),
    )
    return case, (battalion("unit", **changes.get("unit", {})), battalion("home", capability="b"))
