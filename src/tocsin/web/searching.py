"""What takes time about force packages: made better, explained, planned anew with things changed; never for long.

Others wait for this machine too. What is cut short by the clock is the best found so far, and says so.
"""

from collections.abc import Callable, Sequence
from time import monotonic

from msgspec.structs import replace

from tocsin.errors import ForcesError, Problem
from tocsin.forces.changes import Change, parse_all
from tocsin.forces.explain import plan_of
from tocsin.forces.explanation import (
    Explanation,
    LineExplained,
    MattersMost,
    explained,
    matters_most,
    moving_for,
    unsearched,
)
from tocsin.forces.extras import has_solver
from tocsin.forces.gaps import GapReport, Scenario, report
from tocsin.forces.greedy import greedy
from tocsin.forces.levels import Question
from tocsin.forces.model import ForceCase, ForcePackage, Objective, Plan, Principle, Unfilled, Unit
from tocsin.forces.needed import most_needed
from tocsin.forces.remedy import RemedySearch, tried
from tocsin.forces.repair import Repair
from tocsin.forces.together import greedy_together, improved_in_turn, sharing_caps
from tocsin.forces.what_if import begin_with, inputs_of, objectives_of
from tocsin.forces.what_if import what_if as compared
from tocsin.web.planning import check_size, lawful, planned

SECONDS_MAX = 20
"""Longest search."""

LINE_SECONDS = 1
"""Less does not answer a line of a large case: then the first lines are answered, and not none."""


class _Impatient(Exception):
    """The time is over."""


class Patience:
    """The time there is for one piece of work, and whether anybody still wants it."""

    def __init__(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> None:
        self._until, self.stop = monotonic() + min(seconds, SECONDS_MAX), stop

    @property
    def left(self) -> float:
        """Seconds."""
        return 0.0 if self.stop() else max(0.0, self._until - monotonic())

    def share(self, of: int, least: float = 0) -> "Patience":
        """An equal share of the time that is left, for the first of so many pieces of work, at least so much."""
        return Patience(min(self.left, max(self.left / of, least)), self.stop)

    def tick(self, _: int, __: int) -> None:
        """Told after each step of a search. Raises where it has to end."""
        if not self.left:
            raise _Impatient


def improved(
    case: ForceCase,
    units: tuple[Unit, ...],
    objectives: Sequence[Objective],
    fairness: Principle,
    patience: Patience,
    start: ForcePackage | None = None,
) -> Plan:
    """A plan made better by objectives in their order; the one found at once, where there are none or no solver.

    `start` is what is begun with; left out, it is the package found at once.
    """
    if not objectives or not has_solver():
        return planned(case, units)
    from tocsin.forces.plan.budget import Budget  # noqa: PLC0415  # of the extra 'solver'
    from tocsin.forces.plan.improve import improve  # noqa: PLC0415  # the same

    budget = Budget(seconds=patience.left, clock=monotonic, stop=patience.stop)
    package, search = improve(
        case, units, start or greedy(case, units), objectives=objectives, fairness=fairness, budget=budget
    )
    return replace(plan_of(case, units, package), search=search)


def gaps(
    cases: Sequence[ForceCase], units: tuple[Unit, ...], inventory: str, patience: Patience, *, together: bool = False
) -> GapReport:
    """What is missing over several cases, each with the best package that is found in its share of the time.

    Where they are together, what is proved of one alone is true of it beside the others as well. Raises ForcesError
    where they cannot be.
    """
    cases = sharing_caps(cases) if together else cases
    searches = len(cases) * (2 if together else 1)
    scenarios = []
    for number, case in enumerate(cases):
        plan = improved(case, units, ("shortfall",), "equal", patience.share(searches - number))
        bound = None if plan.search is None else plan.search.stages[0].bound
        scenarios.append(Scenario(case, plan.package, bound))
    if together:

        def improve(case: ForceCase, rest: tuple[Unit, ...], start: ForcePackage) -> ForcePackage:
            return improved(case, rest, ("shortfall",), "equal", patience.share(len(cases)), start).package

        packages = improved_in_turn(cases, units, greedy_together(cases, units), improve)
        scenarios = [one._replace(package=package) for one, package in zip(scenarios, packages, strict=True)]
    return report(inventory, units, scenarios, together=together)


def explain(plan: Plan, line: str, patience: Patience) -> Explanation:
    """Why lines are not filled, or one of them, and of each the cheapest single change that fills it.

    Raises ForcesError for a plan that breaks a rule, and for a line that it has not.
    """
    plan = lawful(plan)
    _check_line(plan, line)
    short = [one for one in plan.unfilled if line in ("", one.line)]
    left = len(short) + (not line)  # the last share is for the pledge that matters most
    lines = [_explained(plan, one, patience.share(left - number, LINE_SECONDS)) for number, one in enumerate(short)]
    return Explanation(
        case=plan.case.case.id,
        title=plan.case.case.title,
        digest=plan.package.digest,
        hypothetical=plan.hypothetical,
        solver=has_solver(),
        lines=tuple(lines),
        matters_most=None if line else _matters_most(plan, patience),
    )


def what_if(plan: Plan, changes: Sequence[str], line: str, patience: Patience) -> Plan:
    """The plan once all changes are made, one after the other, each written as an option of `forces what-if`.

    With a line that one is filled first; without, it is planned as the plan was, with the same objectives. Where that
    cannot be, or the time is over, `what_if.caution` in it says so. Raises ForcesError for a plan that breaks a rule,
    a line that it has not, and with every change that cannot be read or made.
    """
    plan = lawful(plan)
    _check_line(plan, line)
    made = changes_in(changes)
    case, units, _ = inputs_of(plan, made)
    check_size([case], units, "changes")
    if line:
        package, is_cut = _filling(plan, case, units, line, patience)
        return compared(plan, made, line, package, is_cut=is_cut)
    fairness = "equal" if plan.search is None else plan.search.fairness
    found = improved(case, units, objectives_of(plan), fairness, patience, begin_with(plan, case, units))
    is_cut = found.search is not None and not found.search.reproducible
    return compared(plan, made, line, found.package, found.search, is_cut=is_cut)


def changes_in(texts: Sequence[str]) -> list[Change]:
    """The changes that options stand for. Raises ForcesError with every one that cannot be read."""
    return parse_all(_option(text) for text in texts)


def _option(text: str) -> tuple[str, str]:
    """The option, and what stands after it; its two hyphens may be left out."""
    name, _, value = text.strip().partition(" ")
    return f"--{name.removeprefix('--')}", value


def _check_line(plan: Plan, line: str) -> None:
    ids = [one.id for one in plan.case.line]
    if line and line not in ids:
        raise ForcesError([Problem("plan", 0, "line", f"there is no line '{line[:64]}'", ", ".join(ids[:40]))])


def _explained(plan: Plan, one: Unfilled, patience: Patience) -> LineExplained:
    """A line that is short; where the time is over, without what would fill it."""

    def find(asked: Question, package: ForcePackage) -> RemedySearch:
        try:
            patience.tick(0, 0)
            return _cheapest(asked, package, patience)
        except _Impatient:
            return RemedySearch(None, 0, proved=False)

    return explained(plan, one, find, "plan.json") if patience.left else unsearched(plan, one)


def _cheapest(asked: Question, package: ForcePackage, patience: Patience) -> RemedySearch:
    if not has_solver():
        return tried(asked, package, quick=not asked.moves_all, over=lambda: not patience.left)
    from tocsin.forces.plan.concession import Limits, cheapest  # noqa: PLC0415  # of the extra 'solver'

    return cheapest(asked, package, Limits(seconds=patience.left, clock=monotonic))


def _matters_most(plan: Plan, patience: Patience) -> MattersMost | None:
    """The pledge that matters most, as far as repairs of the package tell; none where the time is over."""
    if not plan.package.assignments:
        return None
    try:
        return matters_most(most_needed(plan.case, plan.units, plan.package, None, patience.tick))
    except _Impatient:
        return None


def _filling(
    plan: Plan, case: ForceCase, units: tuple[Unit, ...], line: str, patience: Patience
) -> tuple[ForcePackage, bool]:
    """The package that fills a line first, and whether the clock cut the search for it short."""
    if has_solver():
        from tocsin.forces.plan.budget import Budget  # noqa: PLC0415  # of the extra 'solver'
        from tocsin.forces.plan.replan import fill_first  # noqa: PLC0415  # the same

        budget = Budget(seconds=patience.left, clock=monotonic, stop=patience.stop)
        moving = moving_for(case, units, line)
        package = fill_first(case, units, plan.package, line, budget, moving=moving)
        return package, budget.by_clock or budget.stopped
    return Repair(case, units, plan.package, line).package(), False
