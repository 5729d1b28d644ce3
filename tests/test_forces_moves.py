"""Annealing: what is judged by the batch is judged as it is made."""

import pytest

from benchmarks.bench_forces import Size, instance
from tests.forces_instances import asked, battalion
from tocsin.forces.greedy import greedy
from tocsin.forces.model import Objective
from tocsin.forces.plan.board import NO_LIMIT, Board
from tocsin.forces.plan.budget import Budget
from tocsin.forces.plan.ground import ground_of, measure
from tocsin.forces.plan.improve import improve
from tocsin.forces.plan.moves import Aim, Annealing

SIZES = {"coarse": Size(8, 60, 9), "to the person": Size(8, 60, 9, counted_in=1)}
DRAWN = 1_500
ROOM = 1.1
"""What is held may grow by so much, so that not every move is against it."""
HELD: list[tuple[Objective, ...]] = [
    ("shortfall",),
    ("cost", "shortfall"),
    ("fairness", "shortfall"),
    ("shortfall", "cost", "fairness"),
    ("fairness", "shortfall", "cost"),
]
"""What is made small, and what is held meanwhile."""


@pytest.mark.parametrize("strengths", SIZES)
@pytest.mark.parametrize("names", HELD, ids=" holding ".join)
@pytest.mark.parametrize("warmth", [0.01, 1.0])
def test_no_move_is_dismissed_that_would_be_made(strengths: str, names: tuple[Objective, ...], warmth: float) -> None:
    case, units = instance(SIZES[strengths], 1)
    ground = ground_of(case, units, names, "equal")
    stock, arcs = ground.stock, ground.arcs
    places = {unit.id: place for place, unit in enumerate(units)}
    lines = {line.id: place for place, line in enumerate(case.line)}
    sent = [(places[one.unit], lines[one.line]) for one in greedy(case, units).assignments]
    values = measure(ground, sent)
    weights = tuple(ground.weights[name] for name in sorted(ground.weights))
    whole = max(1, sum(weights))
    most = {name: int(values[name] * ROOM) if name in names[1:] else NO_LIMIT for name in values}
    beyond = most["fairness"] * whole if "fairness" in names[1:] else NO_LIMIT
    aim = Aim(names[0], missing=most["shortfall"], cost=most["cost"], beyond=beyond, weights=weights)
    usual = stock.strength.mean() * stock.weight.mean() if names[0] == "shortfall" else stock.cost.mean() * whole
    board = Board(ground.terms, stock, arcs)
    board.set_out(sent, full=True)
    batch = Annealing(board, stock, arcs, aim).drawn(1, 0, DRAWN, warmth * float(usual))
    worth = Annealing(board, stock, arcs, aim).worth(batch).tolist()
    made = []
    for unit, line, other, allowed in zip(*(column.tolist() for column in batch[:4]), strict=True):
        board.set_out(sent, full=True)
        Annealing(board, stock, arcs, aim).make(unit, line, other, allowed)
        made.append(board.pairs() != sorted(sent))
    assert any(made)
    assert not all(worth)
    assert [place for place in range(DRAWN) if made[place] and not worth[place]] == []


def test_a_burden_is_evened_out_by_units_that_fill_nothing_where_fairness_comes_first() -> None:
    case = asked()  # for ten
    units = tuple(battalion(f"{nation}-1", nation=nation, strength=10, cost_cents=100) for nation in ("XAA", "XAB"))
    package, search = improve(
        case, units, greedy(case, units), objectives=("shortfall", "fairness"), fairness="equal", budget=Budget()
    )
    assert [one.unit for one in package.assignments] == ["XAA-1", "XAB-1"]
    assert [(stage.value, stage.bound) for stage in search.stages] == [(0, 0), (0, 0)]
