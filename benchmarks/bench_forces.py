"""What a force package costs: the instant answer, its check and its explanation, on invented inventories.

Ten instances of each size, made by named draws; milliseconds of CPU time, the median. Small has 15 nations, 300 units
and 40 lines; medium 32, 1,000 and 120; large 32, 5,000 and 400. `bench_forces_plan` improves the same instances.
"""

from collections.abc import Callable
from datetime import date
from random import Random
from statistics import median
from time import process_time_ns
from typing import NamedTuple

from tocsin.forces.explain import unfilled
from tocsin.forces.greedy import greedy
from tocsin.forces.model import About, Cap, Capability, Caveat, ForceCase, Lift, Mandate, RequirementLine, Unit
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

SEEDS = range(1, 11)
FAMILIES = 12
COMPANY, PERSON = 100, 1
"""What strengths and requirements are counted in. To the person is harder: a line is seldom filled exactly."""
BUCKETS_HOURS = (24, 72, 120, 168, 240, 360, 480, 720)
TAGS = ("combat", "night", "patrol", "urban", "winter", "maritime")


class Size(NamedTuple):
    nations: int
    units: int
    lines: int
    counted_in: int = COMPANY


SIZES = {"small": Size(15, 300, 40), "medium": Size(32, 1_000, 120), "large": Size(32, 5_000, 400)}
FINE = {f"{name}, fine": size._replace(counted_in=PERSON) for name, size in SIZES.items()}
"""The same with strengths to the person."""

Row = dict[str, str | float]


def instance(size: Size, seed: int) -> tuple[ForceCase, tuple[Unit, ...]]:
    """A case that asks for about nine tenths of what is offered, with lift for half of it. The same for the same seed.

    Caps keep a fifth back, and a third of the lines take at most 60 % from one nation, so that lines are always short.
    It is as short of forces as the instances on which the method was chosen: at once 16 of 40 lines are filled (there
    14 to 25), and 229 of 400 (there 237 to 272).
    """
    draw = Random(f"{size} {seed}")  # noqa: S311  # the draw is named
    nations = [PartyId(f"X{'ABCDEFGH'[number // 26]}{chr(65 + number % 26)}") for number in range(size.nations)]
    codes = tuple(
        Capability(id=f"c{number}", name=f"Capability {number}", counted="persons", substitutes=(f"c{number - 1}",))
        if number % 3
        else Capability(id=f"c{number}", name=f"Capability {number}", counted="persons")
        for number in range(FAMILIES)
    )
    units = tuple(_unit(draw, number, nations, codes, size.counted_in) for number in range(size.units))
    lines = tuple(_line(draw, number, size, codes) for number in range(size.lines))
    load = sum(unit.lift_tonnes for unit in units)
    case = ForceCase(
        schema=1,
        case=About(
            id="bench", title="Bench", operation="rapid reaction", activation=date(2026, 3, 2), hypothetical=True
        ),
        line=lines,
        capability=codes,
        lift=tuple(Lift(leaves_hours=hour, tonnes=load // 16) for hour in BUCKETS_HOURS),
        cap=tuple(Cap(nation=nation, counted="persons", percent=80) for nation in nations),
        mandate=tuple(
            Mandate(nation=nation, lead_hours=draw.choice((0, 48, 120))) for nation in nations if draw.random() < 0.3
        ),
    )
    return case, units


def _unit(draw: Random, number: int, nations: list[PartyId], codes: tuple[Capability, ...], counted_in: int) -> Unit:
    alone = draw.random() < 0.25
    tags = draw.sample(TAGS, draw.choice((0, 0, 0, 1, 2)))
    return Unit(
        id=f"u{number}",
        nation=draw.choice(nations),
        name=f"Unit {number}",
        capability=draw.choice(codes).id,
        strength=counted_in * draw.randint(100 // counted_in, 900 // counted_in),
        location="home",
        notice_to_move_hours=draw.choice((12, 24, 72, 120, 240, 480)),
        transit_hours={"any": draw.randint(6, 120)},
        cost_cents=draw.randint(1_000_000, 90_000_000),
        lift_tonnes=0 if alone else draw.randint(40, 1_500),
        self_deploying=alone,
        endurance_days=draw.choice((20, 45, 90)),
        caveats=tuple(Caveat(hard=draw.random() < 0.7, scope="task", tag=tag) for tag in tags),
    )


def _line(draw: Random, number: int, size: Size, codes: tuple[Capability, ...]) -> RequirementLine:
    return RequirementLine(
        id=f"r{number}",
        capability=draw.choice(codes).id,
        required=size.counted_in * (draw.randint(200, 900) * size.units * 4 // (size.lines * 5 * size.counted_in)),
        destination="there",
        in_place_by_hours=draw.choice((96, 168, 240, 360, 480, 720)),
        priority=draw.randint(1, 9),
        weight=draw.randint(1, 9),
        sustain_days=draw.choice((10, 30, 60)),
        tasks=tuple(draw.sample(TAGS, draw.choice((0, 1, 2)))),
        one_nation_percent=draw.choice((None, None, 60)),
        essential=draw.random() < 0.2,
    )


def run() -> list[Row]:
    """Rows of name, greedy_ms, verify_ms, explain_ms, and how many lines are filled, the median of the instances."""
    rows: list[Row] = []
    for name, size in SIZES.items():
        found = [_measure(*instance(size, seed)) for seed in SEEDS]
        figures = [round(median(values), 1) for values in zip(*found, strict=True)]
        named = ("greedy_ms", "verify_ms", "explain_ms", "filled", "weighted_shortfall")
        rows.append({"name": name, **dict(zip(named, figures, strict=True)), "lines": size.lines})
    return rows


def _measure(case: ForceCase, units: tuple[Unit, ...]) -> tuple[float, ...]:
    package = greedy(case, units)
    assert not verify(case, units, package)
    times = [
        _ms(lambda: greedy(case, units)),
        _ms(lambda: verify(case, units, package)),
        _ms(lambda: unfilled(case, units, package)),
    ]
    return (*times, sum(not total.shortfall for total in package.totals), package.weighted_shortfall)


def _ms(call: Callable[[], object]) -> float:
    start = process_time_ns()
    call()
    return (process_time_ns() - start) / 1e6


def main(*, full: bool = False) -> None:
    """The table of what is instant, then what improving brings; `full` with every instance, which takes hours."""
    from benchmarks import bench_forces_plan

    print(f"{'forces':<10} {'greedy ms':>10} {'verify ms':>10} {'explain ms':>11} {'filled':>12} {'shortfall':>12}")
    for row in run():
        filled = f"{row['filled']:g} of {row['lines']}"
        figures = f"{row['greedy_ms']:>10} {row['verify_ms']:>10} {row['explain_ms']:>11}"
        print(f"{row['name']:<10} {figures} {filled:>12} {row['weighted_shortfall']:>12,.0f}")
    print(flush=True)
    bench_forces_plan.main(full=full)


if __name__ == "__main__":
    main()
