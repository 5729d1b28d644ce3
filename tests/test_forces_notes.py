"""Tags and names that meet nothing: no prohibition is lost over capitals, and whatever meets nothing is told."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import tocsin
from tests.forces_instances import asked, battalion
from tocsin.forces.amend import apply
from tocsin.forces.arcs import arc, soft_tags, terms_of
from tocsin.forces.canonical import as_csv
from tocsin.forces.changes import DropCaveat
from tocsin.forces.explain import made_anew, plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Cap, Caveat, ForceCase, Gate, Mandate, Scope, Unit
from tocsin.forces.notes import NOTES_MAX, notes_of
from tocsin.terms import PartyId

SOMEBODY, NOBODY = PartyId("XAA"), PartyId("XAQ")


def case(*tasks: str, phase: str = "") -> ForceCase:
    (line,) = asked().line
    return asked(line=(replace(line, tasks=tasks, phase=phase),))


def bound(*tags: str, scope: Scope = "task", hard: bool = True, name: str = "u") -> Unit:
    return battalion(name, caveats=tuple(Caveat(hard=hard, scope=scope, tag=tag) for tag in tags))


@pytest.mark.parametrize(
    ("scope", "tag", "asks"),
    [
        ("task", "Night", case("combat", "night")),
        ("task", "night", case("NIGHT")),
        ("task", "night-move", case("Night-Move")),
        ("area", "FORD", case()),
        ("phase", "phase-one", case(phase="Phase one")),
        ("phase", "Phase-one", case(phase=" phase  - one ")),
    ],
)
def test_a_hard_caveat_holds_however_its_tag_is_spelled(scope: Scope, tag: str, asks: ForceCase) -> None:
    unit = bound(tag, scope=scope)
    assert arc(terms_of(asks), unit, asks.line[0]) == "caveat"
    assert soft_tags(bound(tag, scope=scope, hard=False), asks.line[0]) == (tag,)
    assert notes_of(asks, [unit]) == ()


@given(st.sampled_from(("night", "night-move", "a1")), st.data())
def test_capitals_make_no_difference_to_any_caveat(tag: str, data: st.DataObject) -> None:
    spelled = "".join(data.draw(st.sampled_from((sign, sign.upper()))) for sign in tag)
    assert arc(terms_of(case(tag)), bound(spelled), case(tag).line[0]) == "caveat"


def test_a_caveat_is_dropped_in_all_its_spellings() -> None:
    units = (bound("Night", name="a"), bound("night", "combat", name="b"))
    _, after = apply(DropCaveat(nation=SOMEBODY, tag="NIGHT"), case("night"), units)
    assert [tuple(one.tag for one in unit.caveats) for unit in after] == [(), ("combat",)]


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        (bound("nihgt"), "the hard caveat on the task 'nihgt' (u) meets no line, and forbids nothing: did you mean"),
        (bound("nihgt"), "did you mean the task 'night'?"),
        (
            bound("Night", scope="area"),
            "the area 'Night' (u) meets no line, and forbids nothing: did you mean the task",
        ),
        (bound("ford"), "did you mean the area 'ford'?"),
        (bound("arctic", scope="area"), "that meet no line of this case, and forbid nothing here: area 'arctic' (u)"),
    ],
)
def test_a_hard_caveat_that_meets_nothing_is_told(unit: Unit, told: str) -> None:
    (note,) = notes_of(case("night"), [unit])
    assert told in note


def test_a_soft_caveat_that_meets_nothing_is_no_matter() -> None:
    assert notes_of(case("night"), [bound("nihgt", hard=False)]) == ()


def test_nations_that_a_case_names_and_an_inventory_has_not_are_told() -> None:
    gates = [
        Gate(kind="host consent", given_by=SOMEBODY, destination="ford", from_=date(2026, 3, 1), nations=nations)
        for nations in ((NOBODY,), (SOMEBODY, NOBODY), (SOMEBODY,), ())
    ]
    asks = asked(
        cap=tuple(Cap(nation=nation, counted="persons", percent=50) for nation in (SOMEBODY, NOBODY)),
        mandate=tuple(Mandate(nation=nation, lead_hours=1) for nation in (SOMEBODY, NOBODY)),
        gate=tuple(gates),
    )
    gate = "the gate 'host consent' of XAA for ford names XAQ, of whom the inventory has no unit"
    assert notes_of(asks, [battalion("u")]) == (
        "the cap of XAQ for persons holds nothing back: the inventory has no unit of it",
        "the mandate of XAQ holds nothing back: the inventory has no unit of it",
        f"{gate}, so that it concerns nobody",
        gate,
    )


@pytest.mark.parametrize(
    ("transit", "told"),
    [
        ({"any": 4}, ()),
        ({"ford": 4}, ()),
        ({"Ford": 4}, ("no unit names the destination 'ford' in its transit_hours: is 'Ford' meant?",)),
        ({"fords": 4, "any": 9}, ("no unit names the destination 'ford' in its transit_hours: is 'fords' meant?",)),
        (
            {"delta": 4, "any": 9},
            ("no unit names the destination 'ford' in its transit_hours, only 'any' does where it is given",),
        ),
    ],
)
def test_a_destination_that_nobody_names_is_told_where_others_are_named(
    transit: dict[str, int], told: tuple[str, ...]
) -> None:
    assert notes_of(asked(), [battalion("u", transit_hours=transit)]) == told


def test_of_many_notes_the_rest_is_counted() -> None:
    caps = tuple(
        Cap(nation=PartyId(f"X{one}{two}"), counted="persons", percent=5) for one in "BCD" for two in "ABCDE" * 5
    )
    told = notes_of(asked(cap=caps), [battalion("u")])
    assert (len(told), told[-1]) == (NOTES_MAX + 1, f"and {len(caps) - NOTES_MAX} more notes")


@pytest.fixture
def slip(tmp_path: Path) -> tuple[str, str]:
    """A case and an inventory in which one caveat is spelled wrong."""
    units = load_inventory("meridian", load_case("meridian-ford").capability)
    wrong = [replace(unit, caveats=(Caveat(hard=True, scope="task", tag="nigth"),)) for unit in units[:1]]
    path = tmp_path / "units.csv"
    path.write_text(as_csv([*wrong, *units[1:]]), encoding="utf-8")
    return "meridian-ford", str(path)


def test_a_plan_its_page_and_a_check_tell_what_meets_nothing(slip: tuple[str, str], tmp_path: Path) -> None:
    asks, offered = slip
    meant, page = "did you mean the task 'night'?", tmp_path / "plan.html"
    words = ("forces", "plan", asks, "--inventory", offered, "--greedy")
    done = tocsin(*words, "--html", str(page))
    assert "Notes (2) the hard caveat on the task 'nigth'" in done.flat
    assert meant in done.flat
    assert "did you mean the task" in page.read_text(encoding="utf-8")
    assert any(meant in note for note in tocsin(*words, "--json").json["notes"])
    for command in (("check",), ("import", "--check")):
        told = tocsin("forces", "inventory", command[0], offered, *command[1:], "--case", asks)
        assert (told.code, meant in told.flat) == (0, True)


def test_the_notes_of_a_plan_are_made_anew_with_it() -> None:
    units = (bound("nihgt"),)
    plan = plan_of(case("night"), units, greedy(case("night"), units))
    assert made_anew(replace(plan, notes=("somebody else's",))) == plan
    assert plan.notes
