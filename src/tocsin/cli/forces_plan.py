"""`tocsin forces plan`: a lawful package at once, then the best that can be found and how good it is proved to be."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from tocsin.cli import forces_draw
from tocsin.cli.forces_options import CASE, NO, SECONDS_MAX, inventory_here, principle
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from types import FrameType

    from tocsin.forces.model import ForceCase, ForcePackage, Objective, Principle, Search, Unit
    from tocsin.forces.plan.budget import Progress

    Improved = tuple[ForcePackage, Search | None]

NO_SOLVER = (
    "The solver is not installed, so this is the answer found at once. Packages are improved by the extra 'solver':\n"
    "  pip install 'tocsin[solver]', or in a checkout: scripts/venv requirements-full.lock"
)

INVENTORY = Annotated[
    str,
    typer.Option(
        "--inventory",
        metavar="UNITS",
        help="Path of an inventory as CSV, or the name of a shipped one. Left out: the one that the case names; where "
        "it names none, the only one in this folder.",
    ),
]
OBJECTIVE = Annotated[
    str,
    typer.Option(
        "--objective",
        metavar="LIST",
        help="What is made small, in this order, with commas: shortfall, closure, cost, fairness.",
    ),
]
FAIRNESS = Annotated[
    str,
    typer.Option(
        "--fairness", metavar="PRINCIPLE", help="What fair shares are measured by: capacity, benefit or equal."
    ),
]
SECONDS = Annotated[
    int | None,
    typer.Option(
        "--seconds",
        metavar="N",
        min=1,
        max=SECONDS_MAX,
        help="Stop after so long, with the best so far. A plan that this cuts short is not reproducible.",
    ),
]
NODES = Annotated[
    int | None,
    typer.Option(
        "--nodes", metavar="N", min=1, max=10**9, help="Nodes that each search tree may have; left out: 2,000."
    ),
]
GREEDY = Annotated[bool, typer.Option("--greedy", help="Only the answer that is found at once.")]


def plan(
    case: CASE,
    *,
    inventory: INVENTORY = "",
    objective: OBJECTIVE = "shortfall,cost",
    fairness: FAIRNESS = "equal",
    seconds: SECONDS = None,
    nodes: NODES = None,
    greedy: GREEDY = False,
    html: forces_draw.HTML = None,
    xlsx: forces_draw.XLSX = None,
    as_json: AS_JSON = False,
) -> None:
    """Fill the requirement lines of a case from an inventory: every rule kept, every gap explained.

    A lawful package is found at once, then improved, and told how far from the best it can be at most. Ctrl-C keeps
    the best so far. The same input gives the same plan, unless --seconds or Ctrl-C cut the search short. With --json
    it is a plan that 'forces verify' checks. Exit code 1: a line is not filled.
    """
    from msgspec.structs import replace

    from tocsin.cli import forces_print, tables
    from tocsin.forces.explain import plan_of
    from tocsin.forces.files import inventory_of, load_case
    from tocsin.forces.greedy import greedy as at_once
    from tocsin.forces.inventory import load_inventory

    objectives, measure = _objectives(objective), principle(fairness)
    forces_draw.check(html, xlsx)
    asked = load_case(case)
    if not inventory and not asked.case.inventory:
        inventory = inventory_here()
    units = load_inventory(inventory or inventory_of(case, asked), asked.capability, asked.case.activation)
    package, search = at_once(asked, units), None
    if not greedy:
        package, search = improved(asked, units, package, objectives, measure, seconds=seconds, nodes=nodes)
    found = replace(plan_of(asked, units, package), search=search)
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_plan(tables.terminal(), found)
    forces_draw.write(found, html, xlsx)
    if found.unfilled:
        raise typer.Exit(NO)


def _objectives(text: str) -> "tuple[Objective, ...]":
    from tocsin.forces.model import Objective

    known: tuple[Objective, ...] = get_args(Objective)
    words = [word.strip() for word in text.split(",")]
    chosen = tuple(name for word in words for name in known if name == word)
    if len(chosen) < len(words) or len(set(chosen)) < len(chosen):
        raise typer.BadParameter(f"'{text}': each of {', '.join(known)} at most once.", param_hint="--objective")
    return chosen


def improved(
    case: "ForceCase",
    units: "tuple[Unit, ...]",
    start: "ForcePackage",
    objectives: "tuple[Objective, ...]",
    fairness: "Principle",
    *,
    seconds: int | None,
    nodes: int | None,
) -> "Improved":
    """The improved package; the one found at once, and nothing of a search, where there is no solver."""
    import time

    try:
        from tocsin.forces.plan.budget import Budget
        from tocsin.forces.plan.improve import improve
    except ImportError:
        typer.echo(NO_SOLVER, err=True)
        return start, None
    with _until_interrupted() as stop, _watched(seconds) as told:
        budget = Budget(seconds=seconds, nodes=nodes, clock=time.monotonic, stop=stop, told=told)
        found = improve(case, units, start, objectives=objectives, fairness=fairness, budget=budget)
    if budget.stopped:
        typer.echo("Stopped: this is the best so far.", err=True)
    return found


@contextmanager
def _until_interrupted() -> "Iterator[Callable[[], bool]]":
    """Whether somebody pressed Ctrl-C. A second time it ends the program, as always."""
    pressed: list[int] = []

    def press(number: int, _: "FrameType | None") -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)
        typer.echo("Stopping; the best so far is kept. Once more ends at once.", err=True)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _watched(seconds: int | None) -> "Iterator[Callable[[Progress], None]]":
    """A bar on standard error that says how the search stands, where somebody watches."""
    import sys

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from tocsin.cli.forces_print import progress_words

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("planning", total=seconds)
        yield lambda one: bar.update(task, completed=one.seconds, description=progress_words(one))
