"""Objectives one after another: each is made as small as can be found while those before it keep what they reached."""

from collections.abc import Sequence

from tocsin.forces.model import Objective
from tocsin.forces.plan.board import IDLE, Board
from tocsin.forces.plan.budget import Budget, Progress
from tocsin.forces.plan.core import Task, minimise
from tocsin.forces.plan.ground import Ground, Pair, Values, closed_by, closing_hours, measure, place_of

FIRST = 0.5
"""Part of the seconds left that an objective may use, where others come after it."""


def stages(
    ground: Ground, objectives: Sequence[Objective], start: Sequence[Pair], budget: Budget
) -> tuple[list[Pair], Values]:
    """A lawful package, no worse than the start, and by objective what none comes below that keeps those before it."""
    best, whole = list(start), ground
    held: Values = {}
    bounds: Values = {}
    for number, objective in enumerate(objectives):
        part = budget.part(FIRST if number + 1 < len(objectives) else 1.0)
        bounds[objective] = 0
        if not budget.over():
            if objective == "closure":
                best, bounds[objective] = _close(ground, held, best, part)
            elif (found := minimise(Task(ground, objective, dict(held)), best, part)) is not None:
                best, bounds[objective] = found.pairs, found.bound
                if number == 0:  # now, as what is added later is not weighed by those that follow
                    best = _tidied(whole, objectives[:1], best)
        value = measure(whole, best)[objective]
        if objective == "closure":
            ground = closed_by(ground, value)
        else:
            held[objective] = value
    return _tidied(whole, objectives, best), bounds


def _close(ground: Ground, held: Values, start: Sequence[Pair], budget: Budget) -> tuple[list[Pair], int]:
    """The package that closes first, and the hour before which none does, by halving the hours that are left.

    An hour is possible where a package that closes by it keeps what is held, and is not where a bound exceeds that.
    """
    best = list(start)
    if not held:  # nothing is asked before: no package closes before the empty one
        return [], 0
    hours = closing_hours(ground)
    reached = place_of(hours, measure(ground, best)["closure"])
    first = unknown = 0
    """The first hour not known to be impossible, and the first that was not tried in vain."""
    while unknown < reached and not budget.over():
        middle = (unknown + reached) // 2
        budget.told(Progress("closure", f"hour {hours[middle]}", hours[reached], hours[first], budget.spent))
        answer = _possible(closed_by(ground, hours[middle]), held, best, budget.part(FIRST, told=_quiet))
        if isinstance(answer, list):
            best = answer
            reached = place_of(hours, measure(ground, best)["closure"])
        else:
            unknown = middle + 1
            first = unknown if answer else first
    return best, hours[first]


def _possible(ground: Ground, held: Values, start: Sequence[Pair], budget: Budget) -> list[Pair] | bool:
    """A package that keeps what is held; else whether none does (True), or none was found (False)."""
    objective = next(iter(held))
    others = {name: most for name, most in held.items() if name != objective}
    task = Task(ground, objective, others, target=held[objective])
    found = minimise(task, None, budget, start)
    if found is None:
        return True
    return found.pairs if found.value <= held[objective] else found.bound > held[objective]


def _quiet(_: Progress) -> None:
    """What a question about one hour finds is not told: its value is of another objective."""


def _tidied(ground: Ground, objectives: Sequence[Objective], pairs: Sequence[Pair]) -> list[Pair]:
    """Without units that fill nothing, and with every unit that still fills something, where shortfall comes first."""
    if objectives[0] != "shortfall":
        return list(pairs)
    board = Board(ground.terms, ground.stock, ground.arcs)
    board.set_out(pairs, full=True)
    arcs = list(zip(ground.arcs.unit.tolist(), ground.arcs.line.tolist(), strict=True))
    changed = True
    while changed:
        changed = False
        for unit, line in arcs:
            short = board.filled[line] < board.required[line]
            if short and board.line[unit] == IDLE and board.fits(unit, line):
                board.put(unit, line)
                changed = True
        for unit, line in board.pairs() if "fairness" not in objectives else ():
            if board.filled[line] - board.strength[unit] >= board.required[line]:
                board.take(unit)
                changed = True
    return board.pairs()
