"""`tocsin forces explain` and `tocsin forces what-if`: what would fill a line, and what would be if."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import AS_JSON
from tocsin.forces.change_options import OPTIONS

if TYPE_CHECKING:
    from tocsin.forces.changes import Change
    from tocsin.forces.explanation import Find, MattersMost
    from tocsin.forces.model import ForceCase, ForcePackage, Plan, Search, Unit

NO = 1

PLAN = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan as 'forces plan --json' prints it.")]
LINE = Annotated[
    str, typer.Option("--line", metavar="LINE", help="Only this requirement line, by its id or its number in the case.")
]
SECONDS = Annotated[
    int | None,
    typer.Option(
        "--seconds",
        metavar="N",
        min=1,
        help="Look no longer than so many seconds, for each question. Without it a search ends by a number of steps, "
        "and gives the same every time.",
    ),
]


def explain(plan: PLAN, line: LINE = "", seconds: SECONDS = None, as_json: AS_JSON = False) -> None:
    """Say why lines are not filled, and of each the cheapest single change that fills it.

    A change fills a line where a lawful package then fills it and no other line is short of more than now. Prices are
    a convention that a case may replace. With the extra 'solver' nothing cheaper does it; without it there may be
    something cheaper. It also says which pledge matters most. Exit code 1: no single change fills a line.
    """
    from tocsin.cli import forces_explain_print, tables
    from tocsin.cli.forces_draw import lawful
    from tocsin.cli.ledger_open import progress
    from tocsin.forces.explanation import Explanation, LineExplained, explained

    read = lawful(plan)
    only = _line(read, line)
    short = [one for one in read.unfilled if only in ("", one.line)]
    find, solver = _finder(seconds)
    lines: list[LineExplained] = []
    with progress("Asking what would fill the lines") as tell:
        for number, one in enumerate(short):
            if tell:
                tell(number, len(short))
            lines.append(explained(read, one, find, str(plan)))
    found = Explanation(
        case=read.case.case.id,
        title=read.case.case.title,
        digest=read.package.digest,
        hypothetical=read.hypothetical,
        solver=solver,
        lines=tuple(lines),
        matters_most=None if only else _matters_most(read, seconds, solver=solver),
    )
    if as_json:
        tables.print_json(found)
    else:
        forces_explain_print.print_explanation(tables.terminal(), read, found, only)
    if any(one.outcome in ("nothing", "unknown") for one in lines):
        raise typer.Exit(NO)


def _option(name: str) -> object:
    """The option of a change; it may be repeated."""
    accepted, says = OPTIONS[name]
    return typer.Option(name, metavar=accepted, help=f"{says} May be repeated.")


Texts = list[str] | None


def what_if(
    plan: PLAN,
    *,
    drop_caveat: Annotated[Texts, _option("--drop-caveat")] = None,
    add_lift: Annotated[Texts, _option("--add-lift")] = None,
    own_lift: Annotated[Texts, _option("--own-lift")] = None,
    without: Annotated[Texts, _option("--without")] = None,
    notice: Annotated[Texts, _option("--notice")] = None,
    transit: Annotated[Texts, _option("--transit")] = None,
    offer_from: Annotated[Texts, _option("--offer-from")] = None,
    extend: Annotated[Texts, _option("--extend")] = None,
    rotate: Annotated[Texts, _option("--rotate")] = None,
    mandate: Annotated[Texts, _option("--mandate")] = None,
    gate: Annotated[Texts, _option("--gate")] = None,
    cap: Annotated[Texts, _option("--cap")] = None,
    one_nation: Annotated[Texts, _option("--one-nation")] = None,
    deadline: Annotated[Texts, _option("--deadline")] = None,
    pledge: Annotated[Texts, _option("--pledge")] = None,
    line: Annotated[
        str,
        typer.Option(
            "--line", metavar="LINE", help="Fill this line first, while no other is short of more than before."
        ),
    ] = "",
    seconds: SECONDS = None,
    as_json: AS_JSON = False,
) -> None:
    """Plan again with things changed, and show each line before and after.

    Without --line it is planned as the plan was. Changes are made in the order of the options in the help. With
    --json it is a plan that 'forces verify' checks. Exit code 1: the line is not filled; without --line: a line is not.
    """
    from tocsin.cli import forces_explain_print, tables
    from tocsin.cli.forces_draw import lawful
    from tocsin.forces.what_if import inputs_of
    from tocsin.forces.what_if import what_if as compared

    texts = (
        drop_caveat,
        add_lift,
        own_lift,
        without,
        notice,
        transit,
        offer_from,
        extend,
        rotate,
        mandate,
        gate,
        cap,
        one_nation,
        deadline,
        pledge,
    )
    read = lawful(plan)
    first = _line(read, line)
    changes = _changes(dict(zip(OPTIONS, texts, strict=True)))
    case, units, _ = inputs_of(read, changes)
    package, search = _planned(read, case, units, first, seconds)
    found = compared(read, changes, first, package, search)
    if as_json:
        tables.print_json(found)
    else:
        forces_explain_print.print_what_if(tables.terminal(), read, found, changes)
    missing = {total.line for total in package.totals if total.shortfall}
    if first in missing if first else missing:
        raise typer.Exit(NO)


def _line(plan: "Plan", text: str) -> str:
    """The id of a line that is named by it or by its number; empty for none."""
    from tocsin.errors import NotFound

    ids = [line.id for line in plan.case.line]
    if not text or text in ids:
        return text
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= len(ids):
        return ids[int(text) - 1]
    raise NotFound("requirement line", text, ids)


def _changes(texts: "dict[str, Texts]") -> "list[Change]":
    """What is asked for. Raises ForcesError with every option that cannot be read."""
    from tocsin.errors import ForcesError, Problem
    from tocsin.forces.case_checks import A_NATION, is_nation
    from tocsin.forces.changes import NewPledge, parse

    changes: list[Change] = []
    problems: list[Problem] = []
    for option, written in texts.items():
        for text in written or ():
            try:
                change = parse(option, text)
            except ForcesError as error:
                problems += error.problems
                continue
            if isinstance(change, NewPledge) and not is_nation(change.nation):
                problems.append(Problem(f"{option} {text}", 0, "nation", f"'{change.nation}' is no state", A_NATION))
            changes.append(change)
    if problems:
        raise ForcesError(problems)
    return changes


def has_solver() -> bool:
    """Whether the extra 'solver' is installed."""
    from importlib.util import find_spec

    return find_spec("highspy") is not None and find_spec("numpy") is not None


def _finder(seconds: int | None) -> "tuple[Find, bool]":
    """What finds the cheapest change, and whether it is the solver."""
    if not has_solver():
        from tocsin.forces.remedy import tried

        return tried, False
    from time import monotonic

    from tocsin.forces.plan.concession import Limits, cheapest

    limits = Limits() if seconds is None else Limits(seconds=seconds, clock=monotonic)
    return (lambda asked, package: cheapest(asked, package, limits)), True


def _matters_most(plan: "Plan", seconds: int | None, *, solver: bool) -> "MattersMost | None":
    """The pledge that matters most; none where nothing is sent. At large size without planning anew."""
    from tocsin.cli.ledger_open import progress
    from tocsin.forces.explanation import is_large, matters_most
    from tocsin.forces.needed import most_needed

    if not plan.package.assignments:
        return None
    replan = _replan(plan, seconds) if solver and not is_large(plan.case, plan.units) else None
    with progress("Planning without each unit") as tell:
        return matters_most(most_needed(plan.case, plan.units, plan.package, replan, tell or (lambda _, __: None)))


def _replan(plan: "Plan", seconds: int | None) -> "Callable[[tuple[Unit, ...]], tuple[int, bool]]":
    from time import monotonic

    from tocsin.forces.plan.budget import Budget
    from tocsin.forces.plan.replan import least_shortfall

    def least(units: "tuple[Unit, ...]") -> tuple[int, bool]:
        value, proved = least_shortfall(plan.case, units, Budget(seconds=seconds, clock=monotonic))
        return (plan.package.weighted_shortfall, False) if value is None else (value, proved)

    return least


def _planned(
    plan: "Plan", case: "ForceCase", units: "tuple[Unit, ...]", first: str, seconds: int | None
) -> "tuple[ForcePackage, Search | None]":
    """The new package: with the line first, or planned as the plan was; and how it was looked for."""
    from tocsin.cli.forces_plan import improved
    from tocsin.forces.greedy import greedy
    from tocsin.forces.repair import Repair

    if not first:
        package = greedy(case, units)
        if plan.search is None:
            return package, None
        objectives = tuple(stage.objective for stage in plan.search.stages)
        return improved(case, units, package, objectives, plan.search.fairness, seconds=seconds, nodes=None)
    if has_solver():
        from time import monotonic

        from tocsin.forces.explanation import reach_of
        from tocsin.forces.plan.budget import Budget
        from tocsin.forces.plan.replan import fill_first

        budget = Budget(seconds=seconds, clock=monotonic)
        if found := fill_first(case, units, plan.package, first, budget, reach=reach_of(case, units, first)):
            return found, None
    return Repair(case, units, plan.package, first).package(), None
