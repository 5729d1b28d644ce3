"""What takes time about force packages: made better, explained, planned anew with things changed; never for long.

Others wait for this machine too. What is cut short by the clock is the best found so far, and says so.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from time import monotonic

from msgspec.structs import replace

from tocsin.errors import ForcesError, Problem
from tocsin.forces.case_checks import A_NATION, is_nation
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.changes import Change, NewPledge, parse
from tocsin.forces.explain import plan_of
from tocsin.forces.explanation import Explanation, LineExplained, MattersMost, explained, matters_most, reach_of
from tocsin.forces.greedy import greedy
from tocsin.forces.levels import Question
from tocsin.forces.model import ForceCase, ForcePackage, Objective, Plan, Principle, Unfilled, Unit
from tocsin.forces.needed import most_needed
from tocsin.forces.remedy import Search, tried
from tocsin.forces.repair import Repair
from tocsin.forces.what_if import inputs_of
from tocsin.forces.what_if import what_if as compared
from tocsin.web.planning import check_size, lawful, planned

SECONDS_MAX = 20
"""Longest search."""


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

    def tick(self, _: int, __: int) -> None:
        """Told after each step of a search. Raises where it has to end."""
        if not self.left:
            raise _Impatient


def has_solver() -> bool:
    """Whether the extra 'solver' is there."""
    return find_spec("highspy") is not None and find_spec("numpy") is not None


def improved(
    case: ForceCase,
    units: tuple[Unit, ...],
    objectives: Sequence[Objective],
    fairness: Principle,
    patience: Patience,
) -> Plan:
    """A plan made better by objectives in their order; the one found at once, where there are none or no solver."""
    if not objectives or not has_solver():
        return planned(case, units)
    from tocsin.forces.plan.budget import Budget  # noqa: PLC0415  # of the extra 'solver'
    from tocsin.forces.plan.improve import improve  # noqa: PLC0415  # the same

    budget = Budget(seconds=patience.left, clock=monotonic, stop=patience.stop)
    start = greedy(case, units)
    package, search = improve(case, units, start, objectives=objectives, fairness=fairness, budget=budget)
    return replace(plan_of(case, units, package), search=search)


def explain(plan: Plan, line: str, patience: Patience) -> Explanation:
    """Why lines are not filled, or one of them, and of each the cheapest single change that fills it.

    Raises ForcesError for a plan that breaks a rule, and for a line that it has not.
    """
    plan = lawful(plan)
    _check_line(plan, line)
    lines = [_explained(plan, one, patience) for one in plan.unfilled if line in ("", one.line)]
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

    With a line that one is filled first. Raises ForcesError for a plan that breaks a rule, a line that it has not, and
    with every change that cannot be read or made.
    """
    plan = lawful(plan)
    _check_line(plan, line)
    made = changes_in(changes)
    case, units, _ = inputs_of(plan, made)
    check_size([case], units, "changes")
    package = _filling(plan, case, units, line, patience) if line else greedy(case, units)
    return compared(plan, made, line, package)


def changes_in(texts: Sequence[str]) -> list[Change]:
    """The changes that options stand for. Raises ForcesError with every one that cannot be read."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            changes.append(_change(text))
        except ForcesError as error:
            problems += error.problems
    if problems:
        raise ForcesError(problems)
    return changes


def _change(text: str) -> Change:
    name, _, value = text.strip().partition(" ")
    option = f"--{name.removeprefix('--')}"
    if option not in OPTIONS:
        known = ", ".join(one.removeprefix("--") for one in OPTIONS)
        raise ForcesError([Problem("changes", 0, name[:40], "there is no such change", known)])
    change = parse(option, value)
    if isinstance(change, NewPledge) and not is_nation(change.nation):
        raise ForcesError([Problem(text, 0, "nation", f"'{change.nation}' is no state", A_NATION)])
    return change


def _check_line(plan: Plan, line: str) -> None:
    ids = [one.id for one in plan.case.line]
    if line and line not in ids:
        raise ForcesError([Problem("plan", 0, "line", f"there is no line '{line[:64]}'", ", ".join(ids[:40]))])


def _explained(plan: Plan, one: Unfilled, patience: Patience) -> LineExplained:
    """A line that is short; where the time is over, without what would fill it."""

    def find(asked: Question, package: ForcePackage) -> Search:
        try:
            patience.tick(0, 0)
            return _cheapest(asked, package, patience)
        except _Impatient:
            return Search(None, 0, proved=False, near=asked.is_near)

    if patience.left:
        return explained(plan, one, find, "plan.json")
    (line,) = (row for row in plan.case.line if row.id == one.line)
    return LineExplained(
        line=one.line,
        capability=line.capability,
        shortfall=one.shortfall,
        essential=one.essential,
        rule=one.rule,
        says=one.says,
        blocked=one.blocked,
        outcome="unknown",
        change=None,
        serving=(),
        moved=(),
        command="",
        proved=False,
        moving="all",
        tried=0,
    )


def _cheapest(asked: Question, package: ForcePackage, patience: Patience) -> Search:
    if not has_solver():
        return tried(asked, package, quick=asked.is_near)
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


def _filling(plan: Plan, case: ForceCase, units: tuple[Unit, ...], line: str, patience: Patience) -> ForcePackage:
    """The package that fills a line first."""
    if has_solver():
        from tocsin.forces.plan.budget import Budget  # noqa: PLC0415  # of the extra 'solver'
        from tocsin.forces.plan.replan import fill_first  # noqa: PLC0415  # the same

        budget = Budget(seconds=patience.left, clock=monotonic, stop=patience.stop)
        if found := fill_first(case, units, plan.package, line, budget, reach=reach_of(case, units, line)):
            return found
    return Repair(case, units, plan.package, line).package()
