"""What improving a force package brings and costs: greedy against improved, on the instances of bench_forces.

Seconds are of this process's CPU, so that other work on the machine does not count; a search has as many as its
size's target. Ratio is greedy over improved weighted shortfall. Gap is what of the value is not proved to be needed.
Where fairness comes before cost, the gap of both as one sum is told too: a plain model makes that sum small.
"""

from collections.abc import Iterator, Sequence
from math import exp, floor, log
from statistics import median
from time import process_time
from typing import NamedTuple

from benchmarks.bench_forces import FINE, SEEDS, SIZES, Size, instance
from tocsin.forces.greedy import greedy
from tocsin.forces.model import ForceCase, ForcePackage, Objective, Stage, Unit
from tocsin.forces.plan.budget import Budget, gap
from tocsin.forces.plan.ground import ground_of, program_of
from tocsin.forces.plan.ground import measure as measure_of
from tocsin.forces.plan.improve import improve
from tocsin.forces.plan.solve import relax
from tocsin.forces.verify import verify

PACE = 50.0
"""Seconds on the wall that one of CPU may take, where the machine does other work."""
SHORTFALL: tuple[Objective, ...] = ("shortfall",)
CHEAP: tuple[Objective, ...] = ("shortfall", "cost", "fairness")
FAIR: tuple[Objective, ...] = ("shortfall", "fairness", "cost")
"""Harder: after cost hardly a choice is left for fairness."""


class Run(NamedTuple):
    """One line of the table."""

    size: str
    objectives: tuple[Objective, ...]
    seconds: int | None
    """None: as long as the node limit lets it."""
    seeds: Sequence[int]


SHORT = (
    Run("small", SHORTFALL, None, (1, 2, 3)),
    Run("small", CHEAP, None, (1,)),
    Run("small", FAIR, None, (1,)),
    Run("medium", SHORTFALL, 30, (1,)),
    Run("large", SHORTFALL, 60, (1,)),
    Run("small, fine", SHORTFALL, 15, (1,)),
)
FULL = (
    Run("small", SHORTFALL, None, SEEDS),
    Run("small", CHEAP, None, SEEDS),
    Run("small", FAIR, None, SEEDS),
    Run("medium", SHORTFALL, 45, SEEDS),
    Run("large", SHORTFALL, 180, SEEDS),
    Run("large", FAIR, 180, (1, 2, 3)),
    Run("small, fine", SHORTFALL, 15, SEEDS),
    Run("medium, fine", SHORTFALL, 45, (1, 2, 3, 4, 5)),
    Run("large, fine", SHORTFALL, 180, (1, 2, 3)),
)


class Measured(NamedTuple):
    """One instance."""

    seconds: float
    greedy: int
    improved: int
    stages: tuple[Stage, ...]
    one_sum: float | None
    """The gap of cost and fairness as one sum; None where fairness does not come before cost."""


def measure(size: Size, seed: int, objectives: tuple[Objective, ...], seconds: int | None) -> Measured:
    """Improve the greedy package of one instance."""
    case, units = instance(size, seed)
    start = greedy(case, units)
    began = process_time()
    budget = Budget(seconds=seconds, clock=process_time, pace=PACE)
    package, search = improve(case, units, start, objectives=objectives, fairness="equal", budget=budget)
    took = process_time() - began
    assert not verify(case, units, package)
    one_sum = gap_of_sum(case, units, package) if objectives == FAIR else None
    return Measured(took, start.weighted_shortfall, package.weighted_shortfall, search.stages, one_sum)


def gap_of_sum(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> float:
    """What of the cost and of what nations bear beyond equal shares, added up, is not proved to be needed.

    Proved by the relaxation, in which units may be divided and no more is missing than in the package.
    """
    ground = ground_of(case, units, FAIR, "equal")
    unit_at = {unit.id: place for place, unit in enumerate(units)}
    line_at = {line.id: place for place, line in enumerate(case.line)}
    values = measure_of(ground, [(unit_at[one.unit], line_at[one.line]) for one in package.assignments])
    force, matrix = program_of(ground, "fairness", {"shortfall": values["shortfall"]})
    cost = matrix.cost.copy()
    cost[force.served] += ground.stock.cost[force.arcs.unit] / ground.scale
    least = relax(matrix._replace(cost=cost), Budget()).value * ground.scale
    return gap(values["cost"] + values["fairness"], floor(least))


def table(runs: Sequence[Run]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    yield f"{'improved':<12} {'objectives':<24} {'n':>3} {'CPU s':>7} {'ratio':>6}  gap of each objective, proved"
    for run in runs:
        found = [measure((SIZES | FINE)[run.size], seed, run.objectives, run.seconds) for seed in run.seeds]
        ratio = exp(sum(log(one.greedy / max(1, one.improved)) for one in found) / len(found))
        proofs = [_proof([one.stages[number] for one in found]) for number in range(len(run.objectives))]
        sums = [one.one_sum for one in found if one.one_sum is not None]
        proofs += [f"{100 * median(sums):.1f} % as one sum"] if sums else []
        took = median(one.seconds for one in found)
        names = ",".join(run.objectives)
        yield f"{run.size:<12} {names:<24} {len(found):>3} {took:>7.1f} {ratio:>6.2f}  {'; '.join(proofs)}"


def _proof(stages: Sequence[Stage]) -> str:
    """The median gap of some instances, and of how many the value is proved."""
    gaps = [gap(stage.value, stage.bound) for stage in stages]
    return f"{100 * median(gaps):.1f} %, {sum(stage.proved for stage in stages)} of {len(stages)}"


def main(*, full: bool = False) -> None:
    for line in table(FULL if full else SHORT):
        print(line, flush=True)
