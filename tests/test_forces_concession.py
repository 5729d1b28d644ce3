"""The cheapest single change that fills a line is the cheapest, and fills it."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any, NamedTuple, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.bench_forces import Size, instance
from tests.forces_changes_brute import cheapest as by_trying
from tests.forces_instances import CODES, NATIONS, PLACES, ZERO, asked, battalion
from tests.forces_oracle import judge, judge_choice
from tocsin.forces.changes import kind_of, parse
from tocsin.forces.explain import plan_of
from tocsin.forces.greedy import greedy
from tocsin.forces.levels import Moving, question
from tocsin.forces.model import (
    About,
    Cap,
    Caveat,
    ChangeKind,
    ForceCase,
    ForcePackage,
    Gate,
    GateKind,
    Lift,
    Mandate,
    Price,
    RequirementLine,
    Unit,
)
from tocsin.forces.needed import most_needed
from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.concession import Limits, cheapest
from tocsin.forces.plan.replan import fill_first, least_shortfall
from tocsin.forces.remedy import is_remedy, tried
from tocsin.forces.repair import Repair, floors_of

MOVINGS: tuple[Moving, ...] = get_args(Moving)
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


class Impeded(NamedTuple):
    """Small inputs, what the instant answer makes of them, and a line that it leaves short."""

    case: ForceCase
    units: tuple[Unit, ...]
    package: ForcePackage
    line: str
    prices: dict[str, tuple[int, int]]

    @classmethod
    def draw(cls, seed: int) -> "Impeded | None":
        """Units that could serve, were there not one thing or another; the same for the same seed."""
        draw = Random(seed)  # noqa: S311  # the draw is named
        lines = tuple(_line(draw, f"line{number}") for number in range(draw.choice((1, 2, 2, 3))))
        units = tuple(_unit(draw, f"unit{number}") for number in range(draw.randint(2, 4)))
        prices: dict[str, tuple[int, int]] = {kind: (draw.randint(1, 30), draw.randint(0, 3)) for kind in KINDS}
        prices["pledge"] = (draw.choice((1, 60, 200)), draw.randint(0, 9))
        case = ForceCase(
            schema=1,
            case=About(id="case", title="A case", operation="rapid reaction", activation=ZERO),
            line=lines,
            capability=CODES,
            lift=tuple(_lift(draw) for _ in range(draw.randint(0, 3))),
            cap=tuple(
                Cap(nation=nation, counted="persons", percent=draw.choice((80, 50, 20)))
                for nation in NATIONS
                if draw.random() < 0.2
            ),
            mandate=tuple(
                Mandate(nation=draw.choice(NATIONS), lead_hours=draw.randint(0, 60), until=_day(draw, 0.3, 0, 9))
                for _ in range(draw.choice((0, 0, 0, 1, 2)))
            ),
            gate=tuple(_gate(draw) for _ in range(draw.choice((0, 0, 0, 0, 1, 2)))),
            price=tuple(Price(change=kind, base=base, each=each) for kind in KINDS for base, each in (prices[kind],)),
        )
        package = greedy(case, units)
        short = [total.line for total in package.totals if total.shortfall]
        return cls(case, units, package, draw.choice(short), prices) if short else None


def _line(draw: Random, name: str) -> RequirementLine:
    return RequirementLine(
        id=name,
        capability=draw.choice(("a", "a", "b")),
        required=draw.randint(3, 9),
        destination=draw.choice(PLACES),
        in_place_by_hours=draw.randint(20, 80),
        priority=draw.randint(1, 3),
        sustain_days=draw.choice((0, 4)),
        tasks=draw.choice(((), ("night",))),
        one_nation_percent=draw.choice((None, None, None, 50, 90)),
    )


def _unit(draw: Random, name: str) -> Unit:
    alone = draw.random() < 0.4
    return Unit(
        id=name,
        nation=draw.choice(NATIONS),
        name=name,
        capability=draw.choice(("a", "a", "b")),
        strength=draw.randint(2, 7),
        location="home",
        notice_to_move_hours=draw.choice((0, 10, 30, 75)),
        transit_hours=draw.choice(({"any": 4}, {"any": 9}, {"ford": 3, "any": 30}, {"delta": 8})),
        cost_cents=1,
        lift_tonnes=0 if alone else draw.randint(1, 6),
        self_deploying=alone,
        endurance_days=draw.choice((5, 5, 5, 0)),
        valid_from=_day(draw, 0.2, 0, 5),
        valid_until=_day(draw, 0.2, 5, 9),
        caveats=(Caveat(hard=True, scope="task", tag="night"),) if draw.random() < 0.25 else (),
    )


def _lift(draw: Random) -> Lift:
    return Lift(
        leaves_hours=draw.randint(0, 60),
        tonnes=draw.randint(1, 6),
        count=draw.randint(1, 2),
        asset=draw.choice(("", "heavy", "light")),
    )


def _gate(draw: Random) -> Gate:
    return Gate(
        kind=draw.choice(get_args(GateKind)),
        given_by=draw.choice(NATIONS),
        destination=draw.choice(PLACES),
        from_=_day(draw, 0.7, -1, 4),
        until=_day(draw, 0.3, 5, 9),
        nations=draw.choice(((), (NATIONS[0],))),
    )


def _day(draw: Random, often: float, first: int, last: int) -> date | None:
    return ZERO + timedelta(days=draw.randint(first, last)) if draw.random() < often else None


def plain(value: object) -> Any:  # noqa: ANN401  # plain JSON
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize("seed", [260, 500_540, 500_996])
def test_a_change_that_stands_first_is_not_named_where_it_takes_more_of_it(seed: int) -> None:
    drawn = Impeded.draw(seed)
    assert drawn is not None
    case, units, package, line, prices = drawn
    found = cheapest(question(case, units, line), package)
    assert found.remedy is not None
    assert found.remedy.points == by_trying(plain(case), plain(units), floors_of(package), line, prices)


@settings(max_examples=80)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool))
def test_nothing_cheaper_than_the_named_change_fills_the_line(drawn: Impeded) -> None:
    case, units, package, line, prices = drawn
    least = by_trying(plain(case), plain(units), floors_of(package), line, prices)
    found = cheapest(question(case, units, line), package)
    assert found.proved
    assert (found.remedy.points if found.remedy else None) == least
    if found.remedy:
        plan = plan_of(found.remedy.case, found.remedy.units, found.remedy.package)
        assert judge(plain(plan)) == set()
    without = tried(question(case, units, line), package).remedy
    assert without is None or (least is not None and least <= without.points)


@settings(max_examples=60)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool))
def test_the_named_change_fills_the_line_once_it_is_planned_again(drawn: Impeded) -> None:
    case, units, package, line, _ = drawn
    for moving in MOVINGS:
        remedy = cheapest(question(case, units, line, moving=moving, package=package), package).remedy
        if remedy is not None:
            again = fill_first(remedy.case, remedy.units, package, line, Budget(), moving=moving)
            floors = floors_of(package) | {line: 0}
            assert all(total.shortfall <= floors[total.line] for total in again.totals)
            assert judge(plain(plan_of(remedy.case, remedy.units, again))) == set()


@settings(max_examples=60)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool), st.integers(0, 6), st.sampled_from(MOVINGS))
def test_a_change_for_the_better_makes_nothing_worse_however_soon_the_search_is_over(
    drawn: Impeded, patience: int, moving: Moving
) -> None:
    case, units, package, line, _ = drawn
    remedy = cheapest(question(case, units, line, moving=moving, package=package), package).remedy
    if remedy is not None:
        over = iter(range(10**9))
        budget = Budget(stop=lambda: next(over) >= patience)
        again = fill_first(remedy.case, remedy.units, package, line, budget, moving=moving)
        floors = floors_of(package)
        assert all(total.shortfall <= floors[total.line] for total in again.totals)
        assert judge(plain(plan_of(remedy.case, remedy.units, again))) == set()


@settings(max_examples=60)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool))
def test_the_fewer_units_are_moved_the_less_is_found(drawn: Impeded) -> None:
    case, units, package, line, _ = drawn
    found = [
        cheapest(question(case, units, line, moving=moving, package=package), package).remedy for moving in MOVINGS
    ]
    points = [one.points if one else ENDLESS for one in found]
    assert points == sorted(points)


@settings(max_examples=40)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool))
def test_what_is_taken_away_is_made_up_for_as_far_as_can_be(drawn: Impeded) -> None:
    case, units, package, line, _ = drawn
    rest = tuple(unit for unit in units if unit.nation != NATIONS[0])
    floors = floors_of(package)
    again = fill_first(case, rest, package, line, Budget())
    assert again is not None
    assert judge(plain(plan_of(case, rest, again))) == set()
    weights = {one.id: one.weight for one in case.line}

    assert _worse({total.line: total.shortfall for total in again.totals}, floors, weights, line) <= min(
        _worse(shortfalls, floors, weights, line) for shortfalls in _lawful(plain(case), plain(rest))
    )


def _worse(
    shortfalls: Mapping[str, int], floors: Mapping[str, int], weights: Mapping[str, int], line: str
) -> tuple[int, int, int]:
    """What others are short of beyond their floors, what the line is, and all of it; weighed."""
    beyond = sum(weights[name] * max(0, short - floors[name]) for name, short in shortfalls.items() if name != line)
    return beyond, shortfalls[line], sum(weights[name] * short for name, short in shortfalls.items())


def _lawful(case: dict[str, Any], units: list[dict[str, Any]]) -> Iterator[dict[str, int]]:
    """The shortfalls of every lawful package."""
    names = [line["id"] for line in case["line"]]
    for chosen in product(("", *names), repeat=len(units)):
        pairs = [(unit["id"], name) for unit, name in zip(units, chosen, strict=True) if name]
        if not judge_choice(case, units, pairs):
            filled = {
                name: sum(unit["strength"] for unit, at in zip(units, chosen, strict=True) if at == name)
                for name in names
            }
            yield {line["id"]: max(0, line["required"] - filled[line["id"]]) for line in case["line"]}


@settings(max_examples=40)
@given(st.integers(0, 1_000_000).map(Impeded.draw).filter(bool))
def test_no_other_unit_matters_more_than_the_one_that_is_named(drawn: Impeded) -> None:
    case, units, package, _, _ = drawn

    def least(some: tuple[Unit, ...]) -> int:
        weights = {one.id: one.weight for one in case.line}
        return min(
            sum(weights[name] * short for name, short in one.items()) for one in _lawful(plain(case), plain(some))
        )

    def replan(some: tuple[Unit, ...]) -> tuple[int, bool]:
        value, proved = least_shortfall(case, some, Budget())
        assert value is not None
        return value, proved

    needed = most_needed(case, units, package, replan)
    sent = {one.unit for one in package.assignments}
    base = least(units)
    rises = {unit.id: least(tuple(one for one in units if one is not unit)) - base for unit in units if unit.id in sent}
    assert needed.proved
    assert needed.rise == max(rises.values(), default=0)
    assert (needed.unit is None) == (needed.rise == 0)
    if needed.unit is not None:
        assert rises[needed.unit.id] == needed.rise
    at_most = most_needed(case, units, package)
    assert at_most.rise + package.weighted_shortfall >= base + needed.rise
    assert not at_most.proved


HELD = battalion("unit", strength=10)
LIFTED = replace(HELD, self_deploying=False)
SUSTAINED = asked(line=(replace(asked().line[0], sustain_days=4),))
NIGHT = (Caveat(hard=True, scope="task", tag="night"),)
LATER = ZERO + timedelta(days=4)
NATION = NATIONS[0]


def lined(**changes: object) -> ForceCase:
    return asked(line=(replace(asked().line[0], **changes),))


TWO = (battalion("one"), battalion("two"))
KINDS_NAMED: list[tuple[str, ForceCase, tuple[Unit, ...]]] = [
    ("--transit unit:ford:48", asked(), (replace(HELD, transit_hours={"delta": 8}),)),
    ("--own-lift unit", asked(), (replace(LIFTED, lift_tonnes=3),)),
    ("--add-lift 3t@44", asked(price=(Price(change="own-lift", base=99),)), (replace(LIFTED, lift_tonnes=3),)),
    ("--add-lift 10t@9", asked(lift=(Lift(leaves_hours=9, tonnes=90),)), (replace(LIFTED, lift_tonnes=100),)),
    (
        "--add-lift 1:heavy",
        asked(lift=tuple(Lift(leaves_hours=hour, tonnes=10, asset="heavy") for hour in (9, 20))),
        (
            battalion("one", self_deploying=False, lift_tonnes=20, transit_hours={"any": 35}),
            battalion("two", self_deploying=False, lift_tonnes=20, notice_to_move_hours=15),
        ),
    ),
    ("--notice unit:44", asked(), (replace(HELD, notice_to_move_hours=60),)),
    ("--offer-from unit:2026-03-03", asked(), (replace(HELD, valid_from=ZERO + timedelta(days=3)),)),
    ("--extend unit:2026-03-04", asked(), (replace(HELD, valid_until=ZERO + timedelta(days=1)),)),
    ("--rotate unit", SUSTAINED, (HELD,)),
    ("--drop-caveat XAA:night", lined(tasks=("night",)), (replace(HELD, caveats=NIGHT),)),
    ("--mandate XAA:44", asked(mandate=(Mandate(nation=NATION, lead_hours=80),)), (HELD,)),
    (
        "--mandate XAA:open",
        asked(mandate=(Mandate(nation=NATION, lead_hours=1, until=ZERO + timedelta(days=1)),)),
        (HELD,),
    ),
    (
        "--gate host-consent:ford:2026-03-04:XAB",
        asked(gate=(Gate(kind="host consent", given_by=NATIONS[1], destination="ford", from_=LATER),)),
        (HELD,),
    ),
    (
        "--gate status-of-forces:ford:open:XAB",
        asked(
            gate=(
                Gate(
                    kind="status of forces",
                    given_by=NATIONS[1],
                    destination="ford",
                    from_=ZERO,
                    until=ZERO + timedelta(days=1),
                ),
            )
        ),
        (HELD,),
    ),
    ("--cap XAA:persons:100", asked(cap=(Cap(nation=NATION, counted="persons", percent=80),)), TWO),
    ("--one-nation line:100", lined(one_nation_percent=50), TWO),
    ("--one-nation line:none", lined(one_nation_percent=95, required=9), (HELD,)),
    ("--deadline line:50", asked(), tuple(replace(unit, notice_to_move_hours=46) for unit in TWO)),
    ("--pledge XAA:a:10", asked(), (battalion("ship", capability="c"),)),
]


@pytest.mark.parametrize(("text", "case", "units"), KINDS_NAMED, ids=[text for text, _, _ in KINDS_NAMED])
def test_every_kind_of_change_is_the_answer_somewhere(text: str, case: ForceCase, units: tuple[Unit, ...]) -> None:
    package = greedy(case, units)
    asked_about = question(case, units, "line")
    found, without = cheapest(asked_about, package), tried(asked_about, package)
    assert found.remedy is not None
    assert found.remedy.change == parse(*text.split(maxsplit=1))
    assert found.proved
    assert without.remedy is not None
    assert without.remedy.change == found.remedy.change
    again = fill_first(found.remedy.case, found.remedy.units, package, "line", Budget())
    assert again is not None
    assert again.totals[0].shortfall == 0
    repaired = Repair(found.remedy.case, found.remedy.units, package, "line")
    assert repaired.is_filled


def test_the_table_names_every_kind() -> None:
    assert {kind_of(parse(*text.split(maxsplit=1))) for text, _, _ in KINDS_NAMED} == set(KINDS)


def test_a_line_that_another_package_fills_needs_no_change() -> None:
    line = replace(asked().line[0], required=5)
    case = asked(line=(line, replace(line, id="other", destination="delta")))
    units = (
        battalion("any"),
        battalion("bound", caveats=(Caveat(hard=True, scope="area", tag="delta"),), cost_cents=2),
    )
    package = greedy(case, units)
    assert floors_of(package) == {"line": 0, "other": 5}
    for found in (cheapest(question(case, units, "other"), package), tried(question(case, units, "other"), package)):
        assert found.remedy is not None
        assert (found.remedy.change, found.remedy.points, found.proved) == (None, 0, True)


def test_where_two_things_hold_a_line_back_no_single_change_fills_it() -> None:
    case = asked(mandate=tuple(Mandate(nation=nation, lead_hours=900) for nation in NATIONS))
    gate = Gate(kind="host consent", given_by=NATIONS[1], destination="ford")
    case = replace(case, gate=(gate,))
    found = cheapest(question(case, (HELD,), "line"), greedy(case, (HELD,)))
    assert (found.remedy, found.proved) == (None, True)


@pytest.mark.parametrize("ticks", [1, 30, 60, 120, 240, 480, 100_000])
def test_wherever_the_clock_cuts_the_search_short_what_it_names_fills_the_line(ticks: int) -> None:
    case, units = instance(Size(nations=8, units=100, lines=14), 1)
    package = greedy(case, units)
    (short, *_) = (total.line for total in package.totals if total.shortfall)
    clock = iter(range(10**9))
    asked_ = question(case, units, short)
    found = cheapest(asked_, package, Limits(seconds=ticks, clock=lambda: float(next(clock))))
    assert found.remedy is not None or ticks == 1
    if found.remedy is not None:
        assert is_remedy(asked_, package, found.remedy.case, found.remedy.units, found.remedy.package)


def test_of_equal_prices_the_kind_that_stands_first_is_named_and_the_least_amount() -> None:
    free = tuple(Price(change=kind, base=5) for kind in KINDS)
    case = asked(price=free, mandate=(Mandate(nation=NATION, lead_hours=80),))
    found = cheapest(question(case, (HELD,), "line"), greedy(case, (HELD,)))
    assert found.remedy is not None
    assert found.remedy.change == parse("--mandate", "XAA:44")
    case = asked(price=free, lift=(Lift(leaves_hours=9, tonnes=1, asset="heavy"),))
    units = (replace(LIFTED, lift_tonnes=4),)
    case = replace(case, price=tuple(row for row in free if row.change != "own-lift"))
    found = cheapest(question(case, units, "line"), greedy(case, units))
    assert found.remedy is not None
    assert found.remedy.change == parse("--add-lift", "3t@9")
