"""One run of HiGHS over a program: its limits, its progress, and the best point so far whatever ended it.

One thread and a fixed seed: the same program gives the same point, unless the clock or a person stopped the run.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import highspy
import numpy as np

from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.program import Floats, Matrix
from tocsin.forces.plan.supply import Ints

SEED = 7
Ended = Literal["proved", "infeasible", "nodes", "clock", "told", "failed"]
Told = Callable[[float | None, float], None]
"""Called with the best value so far, None for none, and the bound."""


class Relaxed(NamedTuple):
    """The optimum of a program in which columns need not be whole."""

    ended: Ended
    value: float
    point: Floats
    reduced: Floats
    """By column: what its growth by 1 adds to the value, at least."""


class Found(NamedTuple):
    """What a search of the whole points found."""

    ended: Ended
    point: Floats | None
    """The best one; None for none."""
    bound: float
    """No whole point has less; endless where there is none."""


def solver() -> str:
    """The solver's name and version."""
    return f"HiGHS {_highs().version()}"


class Simplex:
    """A relaxation that columns may join, solved by the simplex method from where it stood."""

    def __init__(self, matrix: Matrix, budget: Budget) -> None:
        self._budget = budget
        self._highs = _ready(matrix._replace(integer=np.zeros_like(matrix.integer)), budget)
        self._highs.setOptionValue("solver", "simplex")
        self._watch = _Watch(self._highs, budget, None)

    def run(self) -> Ended:
        """Solve it as it is now."""
        if self._budget.seconds < ENDLESS:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + self._budget.left * self._budget.pace)
        self._watch.run()
        return _ended(self._highs, self._budget)

    def add(self, more: Matrix) -> None:
        """Columns join; their rows are those of the program."""
        counts = more.starts[:-1].astype(np.int32), more.rows.astype(np.int32)
        self._highs.addCols(more.cost.size, more.cost, more.lower, more.upper, more.values.size, *counts, more.values)

    def value(self) -> float:
        """The optimum."""
        return float(self._highs.getInfo().objective_function_value)

    def point(self) -> Floats:
        """By column, in the order in which they joined."""
        return np.asarray(self._highs.getSolution().col_value, dtype=np.float64)

    def reduced(self) -> Floats:
        """By column: what its growth by 1 adds to the value, at least."""
        return np.asarray(self._highs.getSolution().col_dual, dtype=np.float64)

    def duals(self) -> Floats:
        """By row."""
        return np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)


def relax(matrix: Matrix, budget: Budget) -> Relaxed:
    """Solve the relaxation at once."""
    simplex = Simplex(matrix, budget)
    ended = simplex.run()
    return Relaxed(ended, simplex.value() if ended == "proved" else -ENDLESS, simplex.point(), simplex.reduced())


def branch(
    matrix: Matrix,
    budget: Budget,
    *,
    start: Floats | None = None,
    target: float = -ENDLESS,
    grain: float = 0.0,
    told: Told | None = None,
) -> Found:
    """Search the whole points until the best is proved, or has the target, or a limit is met.

    Of the start only the columns that must be whole are read. Values lie a multiple of the grain apart, so that one
    is proved the best where the bound is less than that below it.
    """
    highs = _ready(matrix, budget)
    highs.setOptionValue("mip_max_nodes", budget.nodes)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", max(1e-6, 0.999 * grain))
    highs.setOptionValue("mip_min_logging_interval", 1.0)
    if target > -ENDLESS:
        highs.setOptionValue("objective_target", target)
    if start is not None:
        whole = np.flatnonzero(matrix.integer)
        highs.setSolution(whole.size, whole, start[whole])  # the others follow from these
    _Watch(highs, budget, told).run()
    info, ended = highs.getInfo(), _ended(highs, budget)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    point = np.asarray(highs.getSolution().col_value, dtype=np.float64) if found else None
    bound = ENDLESS if ended == "infeasible" else info.mip_dual_bound
    return Found(ended, point, bound)


def probe(matrix: Matrix, budget: Budget, columns: Sequence[int]) -> list[float]:
    """By column: the value of the relaxation where it is 1 and the others are 0; endless where there is none.

    Columns that the budget leaves no time for have no bound.
    """
    matrix, tied = _untied(matrix, columns)
    highs = _ready(matrix, budget)
    highs.setOptionValue("solver", "simplex")
    highs.setOptionValue("solve_relaxation", True)

    def put(column: int, upper: float) -> None:
        own = tied[column].astype(np.int32)
        none = np.zeros(own.size)
        highs.changeColBounds(column, upper, upper)
        highs.changeColsBounds(own.size, own, none, matrix.upper[own] if upper else none)

    for place in columns:
        put(place, 0.0)
    values: list[float] = []
    for column in columns:
        if budget.over():
            values.append(-ENDLESS)
            continue
        put(column, 1.0)
        highs.run()
        ended = _ended(highs, budget)
        value = highs.getInfo().objective_function_value if ended == "proved" else -ENDLESS
        values.append(ENDLESS if ended == "infeasible" else value)
        put(column, 0.0)
    return values


def _untied(matrix: Matrix, columns: Sequence[int]) -> tuple[Matrix, dict[int, Ints]]:
    """The same without the rows that say "x is at most z", and by z of these columns the x of its rows.

    Where z is fixed such a row is a bound of x. Thousands of them make the relaxation many times as slow.
    """
    owner = np.repeat(np.arange(matrix.cost.size), np.diff(matrix.starts))
    is_z = np.isin(owner, columns)
    many = matrix.row_upper.size
    tying = (matrix.row_upper == 0) & (matrix.row_lower == -ENDLESS) & (np.bincount(matrix.rows, minlength=many) == 2)
    for of, value in ((is_z, -1), (~is_z & (matrix.lower[owner] == 0), 1)):
        tying &= np.bincount(matrix.rows[of & (matrix.values == value)], minlength=many) == 1
    z_of, x_of = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=np.int64)
    z_of[matrix.rows[is_z]], x_of[matrix.rows[~is_z]] = owner[is_z], owner[~is_z]
    tied = {z: np.unique(x_of[tying & (z_of == z)]) for z in columns}
    inside = ~tying[matrix.rows]
    kept = matrix._replace(
        row_lower=matrix.row_lower[~tying],
        row_upper=matrix.row_upper[~tying],
        starts=np.concatenate(([0], np.cumsum(np.bincount(owner[inside], minlength=matrix.cost.size)))),
        rows=(np.cumsum(~tying) - 1)[matrix.rows[inside]],
        values=matrix.values[inside],
    )
    return kept, tied


class _Watch:
    """What the solver calls while it runs: it tells of progress and asks whether to stop."""

    def __init__(self, highs: Any, budget: Budget, told: Told | None) -> None:  # noqa: ANN401  # highspy is untyped
        self._highs, self._budget, self._told = highs, budget, told
        self._failed: BaseException | None = None
        """What went wrong in the one who was told; it may not pass through the solver."""
        kinds = highspy.cb.HighsCallbackType
        self._logs = int(kinds.kCallbackMipLogging)
        highs.setCallback(self, None)
        for kind in (kinds.kCallbackMipInterrupt, kinds.kCallbackMipLogging, kinds.kCallbackSimplexInterrupt):
            highs.startCallback(kind)

    def __call__(self, kind: int, _message: str, out: Any, into: Any, _data: object) -> None:  # noqa: ANN401  # the same
        try:
            if int(kind) == self._logs and self._told is not None:
                value = out.mip_primal_bound
                self._told(None if abs(value) == ENDLESS else value, out.mip_dual_bound)
            elif self._budget.over():
                into.user_interrupt = True
        except BaseException as error:  # noqa: BLE001  # kept, and raised once the solver has returned
            self._failed = error
            if into is not None:
                into.user_interrupt = True

    def run(self) -> None:
        """Let the solver run. Raises what the one who was told raised."""
        self._highs.run()
        if self._failed is not None:
            raise self._failed


def _highs() -> Any:  # noqa: ANN401  # highspy's class is untyped
    made: Any = highspy.Highs
    return made()


def _ready(matrix: Matrix, budget: Budget) -> Any:  # noqa: ANN401  # the same
    """A solver with a program and limits."""
    highs = _highs()
    for option, value in (("log_to_console", False), ("threads", 1), ("random_seed", SEED)):
        highs.setOptionValue(option, value)
    if budget.seconds < ENDLESS:
        highs.setOptionValue("time_limit", budget.left * budget.pace)
    highs.passModel(_model(matrix))
    return highs


def _model(matrix: Matrix) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.cost.size, matrix.row_lower.size
    model.col_cost_, model.col_lower_, model.col_upper_ = matrix.cost, matrix.lower, matrix.upper
    model.row_lower_, model.row_upper_ = matrix.row_lower, matrix.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.starts, matrix.rows
    model.a_matrix_.value_ = matrix.values
    kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
    model.integrality_ = [kinds[whole] for whole in matrix.integer.tolist()]
    return model


def _ended(highs: Any, budget: Budget) -> Ended:  # noqa: ANN401  # the same
    """What ended a run; notes where it was the clock."""
    statuses = highspy.HighsModelStatus
    status = highs.getModelStatus()
    if status in (statuses.kOptimal, statuses.kModelEmpty):
        return "proved"
    if status in (statuses.kInfeasible, statuses.kUnboundedOrInfeasible):
        return "infeasible"
    if status == statuses.kTimeLimit:
        budget.note()
        return "clock"
    if status in (statuses.kSolutionLimit, statuses.kObjectiveTarget, statuses.kObjectiveBound):
        return "nodes"
    return "told" if status == statuses.kInterrupt else "failed"
