"""From a lawful package to a better one: searched, verified, and told how good it is proved to be."""

from collections.abc import Sequence

from tocsin.forces.figures import package_of
from tocsin.forces.model import ForceCase, ForcePackage, Objective, Principle, Search, Stage, Unit
from tocsin.forces.plan.budget import Budget
from tocsin.forces.plan.ground import Ground, Pair, ground_of, measure, served_of
from tocsin.forces.plan.solve import solver
from tocsin.forces.plan.stages import stages
from tocsin.forces.verify import verify

ALGORITHM = "lexicographic 1"


def improve(
    case: ForceCase,
    units: Sequence[Unit],
    start: ForcePackage,
    *,
    objectives: Sequence[Objective],
    fairness: Principle,
    budget: Budget,
) -> tuple[ForcePackage, Search]:
    """A lawful package that is no worse than the start, by objective in their order, and how good it is known to be.

    `start` is a lawful package of these inputs. Raises ForcesError where fairness is asked and the case does not
    measure it.
    """
    ground = ground_of(case, units, objectives, fairness)
    first = _pairs(ground, start)
    pairs, bounds = stages(ground, objectives, first, budget)
    package = package_of(ground.terms, units, served_of(ground, pairs), f"{ALGORITHM}, {solver()}")
    before, after = measure(ground, first), measure(ground, _pairs(ground, package))
    is_better = [after[name] for name in objectives] < [before[name] for name in objectives]
    if not is_better or verify(case, units, package):  # whatever went wrong, what is handed out is lawful
        package, after = start, before
    search = Search(
        solver=solver(),
        stages=tuple(_stage(name, before[name], after[name], bounds[name]) for name in objectives),
        fairness=fairness,
        reproducible=not (budget.by_clock or budget.stopped),
    )
    return package, search


def _stage(objective: Objective, greedy: int, value: int, bound: int) -> Stage:
    return Stage(objective=objective, greedy=greedy, value=value, bound=min(bound, value), proved=bound >= value)


def _pairs(ground: Ground, package: ForcePackage) -> list[Pair]:
    units = {unit.id: place for place, unit in enumerate(ground.units)}
    lines = {line.id: place for place, line in enumerate(ground.terms.case.line)}
    return [(units[one.unit], lines[one.line]) for one in package.assignments]
