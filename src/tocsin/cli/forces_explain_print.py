"""Explanations and what-ifs in the terminal."""

import re
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tocsin.cli.forces_print import print_blocked
from tocsin.cli.tables import banner, indented, plain, print_command, row, section, table, title
from tocsin.forces.amend import apply
from tocsin.forces.arcs import terms_of
from tocsin.forces.changes import Change
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.explanation import Asked, Explanation, LineExplained, MattersMost, asked_for
from tocsin.forces.levels import Moving
from tocsin.forces.model import Plan
from tocsin.forces.unpublished import as_known, units_sent
from tocsin.forces.wording import many, money

MOVING: dict[Moving, str] = {
    "all": "",
    "near": ", moving only units that could serve it",
    "idle": ", moving no unit that serves another line",
}
_ASKED = re.compile("ask (whoever gives it|[^ ]+) (to|for) (.*)", re.DOTALL)
NO_SOLVER = (
    "Without the extra 'solver' there may be something cheaper, and where nothing is named something may do it all the "
    "same. Get it with: pip install 'tocsin[solver]', or in a checkout scripts/venv requirements-full.lock"
)


def print_explanation(console: Console, plan: Plan, found: Explanation, only: str) -> None:
    """Of each line that is short what holds it back and what fills it; then which pledge matters most."""
    banner(console, found.hypothetical, why_hypothetical(plan.units, plan.case))
    short = sum(only in ("", one.line) for one in plan.unfilled)
    if short:
        answered = "" if len(found.lines) == short else f", of which {len(found.lines)} answered"
        said = f"{many(short, 'line')} not filled{answered}"
    else:
        said = f"{only} is filled" if only else "All lines are filled"
    title(console, f"{plain(found.title)}: {said}", found.digest)
    if found.lines and not found.solver:
        console.print()
        indented(console, NO_SOLVER, 0, "yellow")
    counted = terms_of(plan.case).counted
    for one in found.lines:
        _print_line(console, one, counted[one.capability])
    if found.matters_most is not None:
        section(console, "Which pledge matters most")
        indented(console, _matters(found.matters_most), hang=2)


def supposed(says: str) -> str:
    """A change that asks nobody for anything, such as one for the worse, in words that do not ask either."""
    asked = _ASKED.fullmatch(says)
    if asked is None:
        return says
    who, how, rest = asked.groups()
    return f"suppose {who} {'were to' if how == 'to' else 'gave'} {rest}"


def print_what_if(console: Console, before: Plan, after: Plan, changes: Iterable[Change]) -> None:
    """What was changed, and each line, cost and closure before and after."""
    told = after.what_if
    assert told is not None, "it was made for this"
    banner(console, after.hypothetical, why_hypothetical(after.units, after.case))
    title(console, f"{plain(after.case.case.title)}: what if", f"against {told.package}")
    console.print()
    case, units = before.case, before.units
    for change in changes:
        asked = asked_for(change, case, units)
        says = asked.says if asked.points else supposed(asked.says)
        indented(console, f"{says}: {_price(asked)}", 0, hang=2)
        case, units = apply(change, case, units)
    if not told.options:
        indented(console, "nothing is changed", 0)
    if told.caution:
        console.print()
        indented(console, told.caution, 0, "yellow")
    section(console, f"Lines, {told.line} first" if told.line else "Lines")
    numbers = ("required", "missing before", "missing now")
    made = table("line", *numbers, "", right=numbers, keep=(*numbers, ""))
    for line in told.lines:
        now = "✓" if not line.shortfall else "✗"
        style = "green" if not line.shortfall else "bold bright_red"
        cells = (f"{line.required:,}", f"{line.shortfall_before:,}", f"{line.shortfall:,}")
        word = _step(line.shortfall_before, line.shortfall)
        row(made, line.line, *cells, Text(f"{now}{f' {word}' if word else ''}", style=style))
    console.print(made)
    _print_figures(console, before, after)


def _print_figures(console: Console, before: Plan, after: Plan) -> None:
    told, package = after.what_if, after.package
    assert told is not None, "it was made for this"
    section(console, "Package")
    sums = (
        ("weighted shortfall", f"{told.weighted_shortfall_before:,}", f"{package.weighted_shortfall:,}"),
        (
            "cost",
            as_known(money(told.cost_cents_before), units_sent(before.units, before.package)),
            as_known(money(package.cost_cents), units_sent(after.units, package)),
        ),
        ("closes at hour", f"{told.closure_hours_before:,}", f"{package.closure_hours:,}"),
        ("units sent", f"{len(before.package.assignments):,}", f"{len(package.assignments):,}"),
    )
    made = table("", "before", "now", right=("before", "now"), keep=("before", "now"))
    for name, was, now in sums:
        row(made, name, was, now)
    for nation in told.nations:
        if nation.cost_cents != nation.cost_cents_before:
            row(made, f"cost to {nation.nation}", money(nation.cost_cents_before), money(nation.cost_cents))
    console.print(made)
    console.print()
    indented(console, f"found by {package.algorithm}; {package.digest}", 2)


def _print_line(console: Console, one: LineExplained, counted: str) -> None:
    essential = ", essential" if one.essential else ""
    section(console, f"{one.line}: {one.shortfall:,} {counted} of {one.capability} missing{essential}")
    indented(console, f"✗ {one.rule}: {one.says}.", 2, "bright_red", hang=2)
    print_blocked(console, one.blocked)
    match one.outcome:
        case "nothing":
            indented(console, f"→ No single change fills it: {_families(one)} hold it back together.", 2, hang=2)
        case "unknown":
            indented(console, "→ None was found that fills it; there may be one.", 2, hang=2)
        case "plan again":
            indented(console, "→ No change is needed: planned again, with this line first, it is filled.", 2, hang=2)
        case "change" | "pledge":
            assert one.change is not None, "the outcome says so"
            indented(console, f"→ {one.change.says}", 2, "bold", hang=2)
            indented(console, f"{_price(one.change)}; {_sure(one)}", 4, hang=2)
    for sent in one.serving if one.outcome != "pledge" else ():
        soft = f", with its soft caveat {', '.join(sent.soft)}" if sent.soft else ""
        serves = f"then {sent.unit}, {sent.strength:,} {counted}, serves from hour {sent.in_place_from_hours}{soft}"
        indented(console, serves, 4, hang=2)
    for moved in one.moved:
        where = f"serves {moved.after}" if moved.after else "stays at home"
        indented(
            console, f"then {moved.unit} {where}{f' instead of {moved.before}' if moved.before else ''}", 4, hang=2
        )
    if one.command:
        print_command(console, f"  {one.command}", "shows the whole plan that follows")


def _families(one: LineExplained) -> str:
    rules = [held.rule for held in one.blocked] or ["capability"]
    return rules[0] if len(rules) == 1 else f"{', '.join(rules[:-1])} and {rules[-1]}"


def _sure(one: LineExplained) -> str:
    if one.proved:
        return f"no cheaper one fills it, of {one.tried:,} tried in every amount"
    moved = MOVING[one.moving]
    return f"the cheapest that was found, of {one.tried:,} tried{moved}"


def _price(asked: Asked) -> str:
    """'290 points, 50 and 5 for each of 48 h'."""
    if not asked.points:
        return "nobody is asked for anything"
    if not asked.amount:
        return f"{asked.points:,} points"
    each = f"{asked.each:,} for each of {asked.amount:,} {asked.measure}"
    return f"{asked.points:,} points, {asked.base:,} and {each}"


def _matters(found: MattersMost) -> str:
    if not found.unit:
        sure = "" if found.proved else " that was found"
        return f"None{sure}: whichever of the {found.sent} units sent withdraws, others can take its place."
    named = f"{found.unit}, {plain(found.name)} of {found.nation}"
    if found.proved:
        says = f"{named}: without it the weighted shortfall is {found.rise:,} more, however one plans."
        return f"{says} Nobody else's absence costs more."
    return f"{named}: without it the weighted shortfall is up to {found.rise:,} more. Others may matter more."


def _step(before: int, now: int) -> str:
    return f"{now - before:+,}" if now != before else ""
