"""`tocsin forces explain` and `tocsin forces what-if`: what would fill a line, and what would be if."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.forces_options import NO, PLAN, SECONDS_MAX
from tocsin.cli.options import AS_JSON
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.extras import has_solver
from tocsin.forces.wording import many, some

if TYPE_CHECKING:
    from tocsin.forces.explanation import Find, MattersMost
    from tocsin.forces.levels import Question
    from tocsin.forces.model import ForceCase, ForcePackage, Plan, Search, Unit
    from tocsin.forces.remedy import RemedySearch

INTERRUPTED = 130
"""What a shell says of a command that was ended by Ctrl-C."""
LINES_NAMED = 40
LINE = Annotated[
    str, typer.Option("--line", metavar="LINE", help="Only this requirement line, by its id or its number in the case.")
]
NODES_OF_EACH, PART_OF_EACH = 200, 0.3
"""For planning without one unit: so many nodes, and so great a part of the seconds left."""

SECONDS = Annotated[
    int | None,
    typer.Option(
        "--seconds",
        metavar="N",
        min=1,
        max=SECONDS_MAX,
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
    most, is_stopped = None, False
    try:
        with progress("Asking what would fill the lines") as tell:
            for number, one in enumerate(short):
                if tell:
                    tell(number, len(short))
                lines.append(explained(read, one, find, str(plan)))
        most = None if only else _matters_most(read, seconds, solver=solver)
    except KeyboardInterrupt:
        is_stopped = True
    found = Explanation(
        case=read.case.case.id,
        title=read.case.case.title,
        digest=read.package.digest,
        hypothetical=read.hypothetical,
        solver=solver,
        lines=tuple(lines),
        matters_most=most,
    )
    if as_json:
        tables.print_json(found)
    else:
        forces_explain_print.print_explanation(tables.terminal(), read, found, only)
    if is_stopped:
        typer.echo(f"\n{_stopped(len(lines), len(short), only)}", err=True)
        sys.exit(INTERRUPTED)
    if any(one.outcome in ("nothing", "unknown") for one in lines):
        raise typer.Exit(NO)


def _stopped(answered: int, asked: int, only: str) -> str:
    """What somebody who pressed Ctrl-C has, and has not."""
    left = asked - answered
    most = "" if only else " It was not asked which pledge matters most."
    if not left:
        return f"Stopped: every line is answered.{most}"
    return f"Stopped: {answered} of {many(asked, 'line')} answered, and {left} not asked.{most}"


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
    from tocsin.forces.changes import parse_all
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
    changes = parse_all((option, text) for option, given in zip(OPTIONS, texts, strict=True) for text in given or ())
    case, units, _ = inputs_of(read, changes)
    package, search, is_cut = _planned(read, case, units, first, seconds)
    found = compared(read, changes, first, package, search, is_cut=is_cut)
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
    if text.isascii() and text.isdecimal():
        if len(text) < 5 and 1 <= int(text) <= len(ids):
            return ids[int(text) - 1]
        message = f"there is no requirement line {text[:20]}. Give 1 to {len(ids)}, or an id: {some(ids, LINES_NAMED)}."
        raise typer.BadParameter(message, param_hint="--line")
    raise NotFound("requirement line", text, ids)


def _finder(seconds: int | None) -> "tuple[Find, bool]":
    """What finds the cheapest change, and whether it is the solver."""
    from time import monotonic

    if not has_solver():
        from tocsin.forces.remedy import tried

        def find(asked: "Question", package: "ForcePackage") -> "RemedySearch":
            until = None if seconds is None else monotonic() + seconds
            return tried(asked, package, over=lambda: until is not None and monotonic() > until)

        return find, False
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

    whole = Budget(seconds=seconds, nodes=NODES_OF_EACH, clock=monotonic)

    def least(units: "tuple[Unit, ...]") -> tuple[int, bool]:
        value, proved = least_shortfall(plan.case, units, whole.part(PART_OF_EACH))
        return (plan.package.weighted_shortfall, False) if value is None else (value, proved)

    return least


def _planned(
    plan: "Plan", case: "ForceCase", units: "tuple[Unit, ...]", first: str, seconds: int | None
) -> "tuple[ForcePackage, Search | None, bool]":
    """The new package, with the line first or planned as the plan was; how it was looked for; whether it was cut short.

    Only a clock, or somebody, cuts it short.
    """
    from tocsin.cli.forces_plan import improved
    from tocsin.forces.greedy import greedy
    from tocsin.forces.repair import Repair
    from tocsin.forces.what_if import begin_with, objectives_of

    if not first:
        if not (objectives := objectives_of(plan)):
            return greedy(case, units), None, False
        fairness = "equal" if plan.search is None else plan.search.fairness
        start = begin_with(plan, case, units) if has_solver() else greedy(case, units)
        package, search = improved(case, units, start, objectives, fairness, seconds=seconds, nodes=None)
        return package, search, search is not None and not search.reproducible
    if has_solver():
        from time import monotonic

        from tocsin.forces.explanation import moving_for
        from tocsin.forces.plan.budget import Budget
        from tocsin.forces.plan.replan import fill_first

        budget = Budget(seconds=seconds, clock=monotonic)
        moving = moving_for(case, units, first)
        return fill_first(case, units, plan.package, first, budget, moving=moving), None, budget.by_clock
    return Repair(case, units, plan.package, first).package(), None, False
