"""Real operations planned from published contributions, and held against what was sent.

The days in a record are worked out a second time here, one combination of accounts after the other.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console

from tests.cli import tocsin
from tests.forces_instances import ZERO, asked, battalion, instances
from tocsin.charter.files.catalog import resource_names
from tocsin.cli.forces_compare import print_comparison
from tocsin.errors import ForcesError, NotFound
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import ForceCase, Plan, Unit
from tocsin.forces.record import Difference, LineCompared, compare
from tocsin.forces.record_days import TOGETHER, History, Span
from tocsin.forces.record_file import FOLDER, load_record
from tocsin.forces.record_model import Record, RecordAbout, Sighting
from tocsin.pictures.sent import sent
from tocsin.states import is_state
from tocsin.terms import PartyId

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "src/tocsin/operations"
GUIDE = (ROOT / "docs/FORCES.md").read_text(encoding="utf-8")
REAL = ("kazakhstan-2022", "turkey-2003")
CLASSES = {"official text", "official statement", "press", "secondary", "memory"}
ONE_DAY = timedelta(days=1)


def case_of(name: str) -> tuple[ForceCase, tuple[Unit, ...], Record]:
    case = load_case(name)
    units = load_inventory(name, case.capability, case.case.activation)
    return case, units, load_record(name, case, units)


def compared(name: str, *options: str) -> dict[str, Any]:
    """The lines of a comparison as JSON has them, by name."""
    return {line["line"]: line for line in tocsin("forces", "compare", name, *options, "--json").json["lines"]}


def raw(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


# the two cases that ship


def test_a_real_case_ships_with_its_inventory_and_its_record() -> None:
    assert tuple(resource_names(FOLDER)) == REAL
    for name in REAL:
        assert (SHIPPED / f"{name}.toml").is_file()
        assert (SHIPPED / f"{name}.csv").is_file()


@pytest.mark.parametrize("name", REAL)
def test_every_row_of_a_record_has_a_source_and_says_how_it_was_seen(name: str) -> None:
    record = raw(SHIPPED / f"sent/{name}.toml")
    rows = [row for table in ("asked", "offer", "seen", "milestone", "beside") for row in record[table]]
    assert len(rows) > 20
    for row in rows:
        assert row["class"] in CLASSES
        assert row["source"].strip()
        assert row["says"].strip()


@pytest.mark.parametrize("name", REAL)
def test_every_unit_of_a_real_inventory_is_of_a_real_nation_and_has_a_source(name: str) -> None:
    with (SHIPPED / f"{name}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["source"].strip()
            assert row["nation"] == "NATO" or is_state(row["nation"])


@pytest.mark.parametrize("name", REAL)
def test_what_nobody_published_stands_at_nothing_and_is_named(name: str) -> None:
    case, units, record = case_of(name)
    offers = {unit: offer for offer in record.offer for unit in offer.units}
    for unit in units:
        offer = offers[unit.id]
        for field in offer.unset:
            if field == "location":
                assert unit.location == "not published"
            elif field == "transit_hours":
                assert set(unit.transit_hours.values()) == {0}
            else:
                assert not getattr(unit, field)
        assert {"lift_tonnes", "cost_cents"} <= {*offer.unset}, "neither was published of any unit"
        assert unit.self_deploying
    assert not case.lift


@pytest.mark.parametrize("name", REAL)
def test_the_decision_and_the_request_are_those_of_the_recorded_case(name: str) -> None:
    case, _, record = case_of(name)
    recorded = raw(ROOT / f"src/tocsin/cases/{record.record.decisions}.toml")
    steps = recorded["step"]
    adopted = {step["at"] for step in steps if step["do"] == "close" and step["recorded"]["result"] == "adopted"}
    requested = {_day(step["at"]) for step in steps if step["do"] == "request"}
    assert case.case.activation in adopted
    assert {one.on for one in record.milestone if one.kind == "request"} == requested
    ended = {_day(step["at"]) for step in steps if step["do"] == "end deployment"}
    assert {one.on for one in record.milestone if one.kind == "gone"} == ended


def _day(at: date) -> date:
    return date(at.year, at.month, at.day)


def test_what_was_sent_to_turkey_adds_up_to_the_sourced_figures() -> None:
    lines = compared("turkey-2003")
    figures = {name: (line["required"], line["planned"], line["sent_least"]) for name, line in lines.items()}
    assert figures == {
        "early-warning": (2, 2, 2),
        "missile-defence": (3, 3, 3),
        "nbc-protection": (10_000, 10_000, 10_000),
        "more-early-warning": (2, 2, 2),
        "more-missile-defence": (2, 2, 2),
    }
    seen = {name: (line["seen_first_day"], line["seen_first_day_by"]) for name, line in lines.items()}
    assert seen["early-warning"] == (5, 7), "24 February by the Dutch ministry, 26 February by NATO"
    assert seen["missile-defence"] == (7, 10), "26 February by NATO, 1 March retold"
    assert seen["more-early-warning"] == (27, 33), "18 March retold, 24 March in the press"


def test_what_was_sent_to_kazakhstan_adds_up_to_the_sourced_figures() -> None:
    line = compared("kazakhstan-2022")["peacekeepers"]
    assert (line["required"], line["planned"]) == (2_500, 2_500)
    assert (line["sent_least"], line["sent_most"]) == (2_030, 2_500)
    by_nation = {one["nation"]: (one["seen_least"], one["seen_most"]) for one in line["nations"]}
    assert by_nation == {"ARM": (100, 100), "BLR": (0, None), "KGZ": (150, 150), "RUS": (0, None), "TJK": (200, 200)}
    days = {one["date"]: (one["planned"], one["seen_least"], one["seen_most"]) for one in line["days"]}
    assert days["2022-01-06"] == (2_150, 0, None)
    assert days["2022-01-08"] == (2_500, 450, None)
    assert days["2022-01-09"] == (2_500, 2_030, 2_500)
    assert days["2022-01-19"] == (2_500, 0, 0)


def test_from_official_figures_alone_a_tenth_of_the_peacekeepers_can_be_planned() -> None:
    line = compared("kazakhstan-2022", "--official")["peacekeepers"]
    assert line["planned"] == 250
    kinds = {(one["kind"], one["nation"]) for one in line["differences"]}
    assert {("not planned", "RUS"), ("not planned", "BLR"), ("not planned", "TJK")} < kinds


# small records, by hand


def planned(case: ForceCase, units: Sequence[Unit]) -> Plan:
    return plan_of(case, units, greedy(case, units))


def record(*seen: Sighting) -> Record:
    return Record(schema=1, record=RecordAbout(case="case", title="An operation"), seen=seen)


def sighting(days: int, quantity: int | None, **changes: Any) -> Sighting:  # noqa: ANN401  # any field
    row = Sighting(
        line="line",
        nation=PartyId("XAA"),
        on=ZERO + days * ONE_DAY,
        quantity=quantity,
        says="Seen.",
        source="invented",
        class_="press",
    )
    return replace(row, **changes)


def held(*seen: Sighting) -> LineCompared:
    """Ten are planned for day 0, five each of XAA and XAB; against these sightings."""
    units = (battalion("a"), battalion("b", nation=PartyId("XAB")))
    return compare(planned(asked(), units), record(*seen)).lines[0]


def days(line: LineCompared) -> list[tuple[int, int, int | None]]:
    return [(one.planned, one.seen_least, one.seen_most) for one in line.days]


def test_what_comes_later_and_in_less_is_told_in_days_and_numbers() -> None:
    line = held(sighting(2, 3), sighting(3, 4, nation=PartyId("XAB")))
    assert days(line) == [(10, 0, 0), (10, 0, 0), (10, 3, 3), (10, 7, 7)]
    assert line.differences == (Difference("first", 2, 2), Difference("all", 3, 3), Difference("quantity", -3, -3))


def test_a_nation_that_never_came_and_one_that_was_not_planned_are_named() -> None:
    line = held(sighting(0, 5), sighting(0, 5, nation=PartyId("XAC")))
    assert line.differences == (Difference("not seen", 5, 5, "XAB"), Difference("not planned", 5, 5, "XAC"))


def test_where_sources_differ_a_day_holds_both_accounts() -> None:
    line = held(sighting(1, 10, id="one"), sighting(3, 8, instead_of="one", nation=PartyId("XAA")))
    assert days(line) == [(10, 0, 0), (10, 0, 10), (10, 0, 10), (10, 8, 10)]
    assert line.differences[:3] == (Difference("first", 1, 3), Difference("all", 1, 3), Difference("quantity", -2, 0))
    assert [one.kind for one in line.reasons] == ["sources differ"]


def test_what_was_seen_without_a_number_leaves_the_most_open() -> None:
    line = held(sighting(0, None), sighting(1, 4, nation=PartyId("XAB")))
    assert days(line) == [(10, 0, None), (10, 4, None)]
    assert (line.sent_least, line.sent_most) == (4, None)
    assert Difference("quantity", -6, None) in line.differences


def test_a_number_for_all_together_holds_until_a_nation_is_seen_again() -> None:
    line = held(sighting(0, None), sighting(1, 9, nation=TOGETHER), sighting(3, 2))
    assert days(line) == [(10, 0, None), (10, 9, 9), (10, 9, 9), (10, 2, 2)]
    assert (line.sent_least, line.sent_most) == (9, 9)


def test_a_line_nobody_was_seen_on_and_nobody_planned_for_does_not_differ() -> None:
    line = compare(planned(asked(), ()), record()).lines[0]
    assert (line.differences, line.seen_first_day, line.planned_first_day) == ((), None, None)


def test_a_contribution_published_after_the_decision_is_a_reason() -> None:
    case, units, seen = case_of("turkey-2003")
    found = compare(planned(case, units), seen)
    reasons = {line.line: {one.kind for one in line.reasons} for line in found.lines}
    assert "offered later" in reasons["nbc-protection"]
    assert "offered later" not in reasons["missile-defence"]
    assert reasons["missile-defence"] >= {"lift", "inferred"}


# any record


@settings(max_examples=60)
@given(instances())
def test_a_record_that_is_the_plan_does_not_differ(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    plan = planned(*instance)
    assert all(not line.differences for line in compare(plan, record(*the_same(plan))).lines)


def the_same(plan: Plan) -> Iterator[Sighting]:
    """What is planned, as if it had been seen: a sighting for every day on which something of a nation arrives."""
    there: dict[tuple[str, PartyId], int] = {}
    for one in sorted(plan.package.assignments, key=lambda one: one.in_place_from_hours):
        key = one.line, one.nation
        there[key] = there.get(key, 0) + one.strength
        arrives = one.in_place_from_hours // 24
        yield sighting(arrives, there[key], line=one.line, nation=one.nation)


@settings(max_examples=60)
@given(instances(), st.integers(1, 5))
def test_what_comes_days_later_is_told_as_that_many_days(
    instance: tuple[ForceCase, tuple[Unit, ...]], late: int
) -> None:
    plan = planned(*instance)
    moved = [replace(one, on=one.on + late * ONE_DAY) for one in the_same(plan)]
    for line in compare(plan, record(*moved)).lines:
        apart = {(one.kind, one.least, one.most) for one in line.differences}
        assert apart == ({("first", late, late), ("all", late, late)} if line.planned else set())


NAMES = [PartyId("XAA"), PartyId("XAB"), TOGETHER]


@st.composite
def sightings(draw: st.DrawFn) -> tuple[Sighting, ...]:
    """Sightings of one line on different days, some of which contradict another."""
    found: list[Sighting] = []
    for nation in NAMES:
        on = sorted(draw(st.sets(st.integers(0, 9), max_size=3)))
        for number, day in enumerate(on):
            first = draw(st.integers(0, 2))
            name = f"{nation or 'all'}-{number}"
            quantity = draw(st.one_of(st.none(), st.integers(0, 9)))
            since = ZERO + max(day - first, 0) * ONE_DAY if first else None
            found.append(sighting(day, quantity, nation=nation, since=since, id=name))
            rival = draw(st.integers(0, 9))
            if rival not in on or rival == day:
                found.append(sighting(rival, draw(st.integers(0, 9)), nation=nation, instead_of=name))
    return tuple(found)


@given(sightings())
def test_a_day_holds_the_least_and_the_most_of_all_combinations_of_accounts(seen: tuple[Sighting, ...]) -> None:
    history = History(seen)
    for number in range(-1, 12):
        day = ZERO + number * ONE_DAY
        assert history.whole(day) == brute_force(seen, day)


def brute_force(seen: Sequence[Sighting], day: date) -> Span:
    """The same from every choice of one account a nation, each on its own."""
    first, second, together = (list(told_by(seen, nation)) for nation in NAMES)
    sums = []
    for rows in product(first, second):
        apart = [one_account(one, day) for one in rows]
        mosts = [most for _, most in apart if most is not None]
        sums.append((sum(least for least, _ in apart), sum(mosts) if len(mosts) == len(apart) else None))
    return widest([span for rows in together for span in number_for_all(seen, rows, day, widest(sums))])


def widest(spans: Sequence[tuple[int, int | None]]) -> Span:
    known = [most for _, most in spans if most is not None]
    return Span(min(least for least, _ in spans), max(known) if len(known) == len(spans) else None)


def told_by(seen: Iterable[Sighting], nation: PartyId) -> Iterator[list[Sighting]]:
    """Every account of one nation: none of its rivals, or one of them in the place of what it contradicts."""
    own = [one for one in seen if one.nation == nation]
    rivals = [one for one in own if one.instead_of]
    main = [one for one in own if not one.instead_of]
    yield main
    for rival in rivals:
        yield [rival if one.id == rival.instead_of else one for one in main]


def one_account(rows: Sequence[Sighting], day: date) -> tuple[int, int | None]:
    sure = [one for one in rows if one.on <= day]
    there = [max(sure, key=lambda one: one.on).quantity if sure else 0]
    there += [one.quantity for one in rows if one.first <= day < one.on]
    known = [one for one in there if one is not None]
    return (min(known) if len(known) == len(there) else 0), (max(known) if len(known) == len(there) else None)


def number_for_all(
    seen: Iterable[Sighting], rows: Sequence[Sighting], day: date, apart: tuple[int, int | None]
) -> list[tuple[int, int | None]]:
    """What the last number for all together makes of the nations' sum."""
    told = sorted((one for one in rows if one.on <= day), key=lambda one: one.on)
    if not told or told[-1].quantity is None:
        return [apart]
    if any(one.nation and told[-1].on < one.first <= day for one in seen):
        return [apart]
    number = told[-1].quantity
    return [(number, number)] if apart[0] <= number else [(number, number), (apart[0], apart[0])]


# records as files

SOURCED = 'says = "Seen."\nsource = "invented"\nclass = "press"\n'
WHOLE = (
    f'schema = 1\n[record]\ncase = "case"\ntitle = "An operation"\n[[asked]]\nline = "line"\n{SOURCED}'
    f'[[offer]]\nunits = ["a"]\npublished = 2026-03-01\n{SOURCED}'
    f'[[seen]]\nid = "one"\nline = "line"\nnation = "XAA"\non = 2026-03-04\nquantity = 5\n{SOURCED}'
    f'[[milestone]]\nkind = "decision"\non = 2026-03-02\n{SOURCED}'
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('case = "case"', 'case = "other"', "it is the record of 'other', and the case is 'case'"),
        ('line = "line"\nnation', 'line = "lime"\nnation', "there is no line 'lime'"),
        ('units = ["a"]', 'units = ["b"]', "there is no unit 'b'"),
        ('units = ["a"]', 'units = ["a", "a"]', "there is already an [[offer]] of 'a'"),
        ('units = ["a"]', "units = []", "offer[0].units"),
        ('nation = "XAA"', 'nation = "QQQ"', "'QQQ' is no state"),
        ("quantity = 5", "quantity = -5", "seen[0].quantity"),
        ('class = "press"', 'class = "hearsay"', "asked[0].class"),
        ('class = "press"', 'class = "invented"', "asked[0].class"),
        ('source = "invented"', 'source = ""', "asked[0].source"),
        ("on = 2026-03-04", "on = 2026-03-04\nsince = 2026-03-05", "it may begin on 2026-03-05 and is sure on"),
        ("on = 2026-03-04", "on = 2062-03-04", "2062-03-04 lies too far from the decision"),
        ('id = "one"', 'instead_of = "two"', "there is no sighting 'two' of the same line and nation"),
        (
            'id = "one"',
            'line = "line"\non = 2026-03-04\nnation = "XAA"\n' + SOURCED + "[[seen]]",
            "is seen on 2026-03-04 already",
        ),
        ("on = 2026-03-02", "on = 2026-03-03", "nothing says that it was decided on 2026-03-02"),
        ("schema = 1", "schema = 2", "the file is of format 2"),
        ("[[milestone]]", "[[milestones]]", "milestones"),
        ("[[seen]]", "[[seen", "toml"),
    ],
)
def test_a_mistake_in_a_record_is_located(old: str, new: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "record.toml"
    path.write_text(WHOLE, encoding="utf-8")
    assert load_record(path, asked(), (battalion("a"),)).seen[0].quantity == 5
    assert old in WHOLE
    path.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ForcesError) as caught:
        load_record(path, asked(), (battalion("a"),))
    assert told in str(caught.value)
    assert "record.toml" in str(caught.value)


def test_a_unit_without_a_statement_where_its_figures_come_from_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "record.toml"
    path.write_text(WHOLE, encoding="utf-8")
    with pytest.raises(ForcesError, match="nothing says where the figures of the unit 'b' come from"):
        load_record(path, asked(), (battalion("a"), battalion("b")))


def test_a_decision_in_the_year_9999_is_a_mistake_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "record.toml"
    last = date(9999, 12, 31)
    path.write_text(WHOLE.replace("2026-03-02", str(last)).replace("2026-03-04", str(last)), encoding="utf-8")
    case = asked(case=replace(asked().case, activation=last))
    with pytest.raises(ForcesError, match="lies too far"):
        load_record(path, case, (battalion("a"),))


def test_a_record_nobody_ships_is_not_found() -> None:
    with pytest.raises(NotFound, match="turkey-2003"):
        load_record("turkey-2004", asked(), ())


# the command


def test_an_inventory_that_a_shipped_record_is_not_of_is_told_so_and_the_record_is_not_blamed() -> None:
    done = tocsin("forces", "compare", "turkey-2003", "--inventory", "meridian")
    assert done.code == 2
    assert done.err.startswith("1 mistake found:\nmeridian: the record says nothing of 25 units: XAA-1BDE, ")
    assert "8 units of the record not there: NATO-E3A-1, " in done.err
    assert "fix: name a record of its own with --record" in done.err


def test_a_case_that_a_shipped_record_is_not_of_is_told_so(tmp_path: Path) -> None:
    shipped = ROOT / "src/tocsin/operations/turkey-2003.toml"
    text = shipped.read_text(encoding="utf-8").replace("activation = 2003-02-19", "activation = 2003-02-20")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('id = "early-warning"', 'id = "eyes"'), encoding="utf-8")
    done = tocsin("forces", "compare", str(path))
    assert done.code == 2
    assert f"{path}: the record says nothing of 1 line: eyes; 1 line of the record not there: early-warning" in done.err
    assert f"{path}: case.activation: it counts from 2003-02-20" in done.err
    assert "operations/sent" not in done.err


def test_of_the_record_of_another_case_that_alone_is_told() -> None:
    done = tocsin("forces", "compare", "turkey-2003", "--record", "kazakhstan-2022")
    assert (done.code, done.err.startswith("1 mistake found:")) == (2, True)
    assert "it is the record of 'kazakhstan-2022', and the case is 'turkey-2003'" in done.err


def test_the_press_and_weaker_sources_are_told_before_anything_else() -> None:
    done = tocsin("forces", "compare", "turkey-2003")
    assert done.code == 0
    assert done.out.startswith(" HYPOTHETICAL  a plan made up afterwards")
    order = ("Rests on weak sources: missile-defence NLD", "Rests on the press: 12 of 34", "The defence of Turkey")
    assert sorted(order, key=done.flat.index) == [*order]


def test_a_comparison_is_told_line_by_line_and_day_by_day() -> None:
    done = tocsin("forces", "compare", "turkey-2003")
    assert "early-warning 2 2 2 3 5 to 7 3 5 to 7" in done.flat
    assert "nbc-protection 10,000* 10,000 10,000" in done.flat
    assert "* nobody published how much was asked: it is modelled" in done.out
    assert "7 to 8 2003-02-26 to 2003-02-27 0 0 to 3 official statement: NLD" in done.flat
    assert "• first of it seen 2 days sooner to 1 day later than planned" in done.out
    assert "• first of it seen 22 days sooner to 27 days later than planned" in done.out
    assert "from the request of 2003-02-10 to the decision of 2003-02-19: 9 days" in done.out
    assert "from the decision to the first unit: planned day 3, seen day 5 to 7" in done.out
    assert "how it was decided: tocsin replay nato-2003-turkey" in done.out


def test_every_statement_is_shown_with_its_source_on_request() -> None:
    done = tocsin("forces", "compare", "kazakhstan-2022", "--sources")
    _, _, found = case_of("kazakhstan-2022")
    for _, one in found.statements():
        assert " ".join(one.says.split()) in done.flat
        assert one.source in done.flat
    assert "or seen, all together, 2022-01-09, 2,500" in done.flat


def test_with_official_figures_alone_the_units_left_out_are_named() -> None:
    done = tocsin("forces", "compare", "kazakhstan-2022", "--official")
    assert "not planned with, because not all their figures are official: BLR-1, RUS-1, TJK-1" in done.flat
    assert "• sent: 1,780 to 2,250 persons more than planned" in done.flat
    assert "• RUS: seen (not told), and not planned" in done.flat


def test_a_case_inventory_and_record_of_ones_own_are_compared(tmp_path: Path) -> None:
    files = {name: tmp_path / f"my{name}" for name in (".toml", ".csv", "-sent.toml")}
    files[".toml"].write_text(
        'schema = 1\n[case]\nid = "case"\ntitle = "Mine"\noperation = "rapid reaction"\nactivation = 2026-03-02\n'
        '[[line]]\nid = "line"\ncapability = "infantry-light"\nrequired = 5\ndestination = "ford"\n'
        "in_place_by_hours = 48\npriority = 1\n",
        encoding="utf-8",
    )
    files[".csv"].write_text(
        "id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,self_deploying\n"
        "a,XAA,A,infantry-light,5,Home,24,12,100,yes\n",
        encoding="utf-8",
    )
    files["-sent.toml"].write_text(WHOLE, encoding="utf-8")
    mine = ("--inventory", str(files[".csv"]), "--record", str(files["-sent.toml"]))
    done = tocsin("forces", "compare", str(files[".toml"]), *mine)
    assert (done.code, done.err) == (0, "")
    assert "• first of it seen 1 day later than planned" in done.out
    assert tocsin("forces", "compare", str(files[".toml"])).code == 2


@pytest.mark.parametrize("name", REAL)
def test_the_answer_has_the_same_figures_in_the_table_and_in_json(name: str) -> None:
    done = tocsin("forces", "compare", name)
    for line in compared(name).values():
        assert f"{line['line']} {line['required']:,}" in done.flat.replace("*", "")
        assert f"{line['line']}: {line['required']:,} {line['counted']}" in done.out


def test_plan_and_record_are_drawn_day_by_day_and_no_file_is_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "sent.svg"
    assert tocsin("forces", "compare", "kazakhstan-2022", "--svg", str(path)).code == 0
    drawn = path.read_text(encoding="utf-8")
    assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own
    assert "peacekeepers: 2,500 persons asked, 2,500 planned, 2,030 to 2,500 sent." in drawn
    assert "HYPOTHETICAL" in drawn
    assert (drawn.count('class="place"'), drawn.count('class="asked"')) == (4 + 1, 1 + 1)
    path.write_text("mine", encoding="utf-8")
    again = ("forces", "compare", "kazakhstan-2022", "--svg", str(path))
    assert (tocsin(*again).code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert (tocsin(*again, "--force").code, path.read_text(encoding="utf-8")) == (0, drawn)


@settings(max_examples=30)
@given(instances(), sightings())
def test_any_record_can_be_compared_told_and_drawn(
    instance: tuple[ForceCase, tuple[Unit, ...]], seen: tuple[Sighting, ...]
) -> None:
    plan = planned(*instance)
    found = compare(plan, record(*(replace(one, line="line0") for one in seen)))
    out = StringIO()
    print_comparison(Console(file=out, width=100), found, sources=True)
    assert all(line.line in out.getvalue() for line in found.lines)
    assert ET.fromstring(sent(found).alone(plan)) is not None  # noqa: S314  # our own


def test_the_guide_shows_what_the_command_prints() -> None:
    part = GUIDE.partition("## 14.")[2]
    shown = [line for line in part.partition("```text\n")[2].partition("```")[0].splitlines() if line.strip()]
    assert len(shown) > 10
    printed = [line.rstrip() for line in tocsin("forces", "compare", "turkey-2003").out.splitlines()]
    assert [line for line in shown if line.rstrip() not in printed and line != "…"] == []
