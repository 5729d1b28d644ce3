"""Forces in the terminal: an inventory, a plan, what a package breaks."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tocsin.cli.forces_answers import InventoryAnswer, UnitsAnswer
from tocsin.cli.tables import banner, indented, plain, row, section, table, title
from tocsin.forces.arcs import terms_of
from tocsin.forces.model import Break, ForcePackage, Plan, Unfilled, Unit

WHY = "invented forces, or forces of which no source is given"
NAMED_MAX = 6


def print_inventory(console: Console, found: InventoryAnswer) -> None:
    """What each nation offers, by capability."""
    banner(console, found.hypothetical, WHY)
    nations = len({offer.nation for offer in found.offers})
    units = _many(found.units, "unit")
    title(console, f"{units} of {_many(nations, 'nation')}, no mistake", found.inventory)
    console.print()
    made = table("nation", "capability", "units", "strength", "counted", right=("units", "strength"), keep=("nation",))
    for offer in found.offers:
        row(made, offer.nation, offer.capability, f"{offer.units:,}", f"{offer.strength:,}", offer.counted)
    console.print(made)


def print_units(console: Console, found: UnitsAnswer, counted: dict[str, str]) -> None:
    """The units, one a row."""
    banner(console, found.hypothetical, WHY)
    title(console, _many(len(found.units), "unit"), found.inventory)
    console.print()
    if not found.units:
        return
    numbers, whole = ("strength", "ready"), ("unit", "capability", "ready")
    made = table("unit", "name", "capability", "strength", "ready", "caveats", right=numbers, keep=whole)
    for unit in found.units:
        strength = f"{unit.strength:,} {counted[unit.capability]}"
        row(made, unit.id, unit.name, unit.capability, strength, f"{unit.notice_to_move_hours} h", _caveats(unit))
    console.print(made)


def print_plan(console: Console, plan: Plan) -> None:
    """The lines with their four counters, why lines are not filled, and who goes where."""
    banner(console, plan.hypothetical, WHY)
    about, package = plan.case.case, plan.package
    title(console, plain(about.title), f"{about.operation}, hours after {about.activation} 00:00 UTC")
    console.print()
    _print_lines(console, plan)
    if plan.unfilled:
        section(console, f"Not filled ({len(plan.unfilled)})")
        capability = {line.id: line.capability for line in plan.case.line}
        for one in plan.unfilled:
            _print_unfilled(console, one, capability[one.line])
    section(console, f"Units sent ({len(package.assignments)})")
    _print_assignments(console, plan)
    section(console, "Package")
    indented(console, f"cost {_money(package.cost_cents)}; weighted shortfall {package.weighted_shortfall:,}")
    indented(console, f"found by {package.algorithm}: lawful, the same for the same input, not proved the best")
    indented(console, package.digest)


def print_verified(console: Console, package: ForcePackage, breaks: Iterable[Break], *, hypothetical: bool) -> None:
    """Whether a package is lawful, and every rule that it breaks."""
    banner(console, hypothetical, WHY)
    found = list(breaks)
    if not found:
        indented(
            console, f"✓ lawful: every rule is kept by {_many(len(package.assignments), 'assignment')}", 0, "green"
        )
    else:
        rules = ", ".join(f"{rule} ({times})" for rule, times in Counter(one.rule for one in found).items())
        indented(console, f"✗ not lawful: {rules}", 0, "bold bright_red")
        for one in found:
            where = ", ".join(plain(name) for name in (one.unit, one.line, one.nation) if name)
            indented(console, f"✗ {one.rule}: {where + ': ' if where else ''}{plain(one.says)}", hang=2)
    indented(console, plain(package.digest))


def _print_lines(console: Console, plan: Plan) -> None:
    numbers = ("required", "pledged", "filled", "shortfall")
    made = table("line", "in place", *numbers, "", right=("in place", *numbers), keep=("line",))
    lines = {line.id: line for line in plan.case.line}
    short = {one.line: one.rule for one in plan.unfilled}
    for total in plan.package.totals:
        line = lines[total.line]
        told = short.get(line.id, "")
        mark = f"✗ {told}{', essential' if line.essential else ''}" if told else "✓"
        row(
            made,
            line.id,
            f"by {line.in_place_by_hours} h",
            f"{total.required:,}",
            f"{total.pledged:,}",
            f"{total.filled:,}",
            f"{total.shortfall:,}",
            Text(mark, style="bold bright_red" if told else "green"),
        )
    console.print(made)


def _print_unfilled(console: Console, one: Unfilled, capability: str) -> None:
    fails = " The package fails without it." if one.essential else ""
    said = f"✗ {one.line}: {one.shortfall:,} of {capability} missing. {one.rule}: {one.says}.{fails}"
    indented(console, said, hang=2)
    for held in one.blocked:
        more = f" and {len(held.units) - NAMED_MAX} more" if len(held.units) > NAMED_MAX else ""
        named = ", ".join(held.units[:NAMED_MAX])
        indented(console, f"{held.rule}: {held.strength:,} held back: {named}{more}", 4, "dim", hang=2)


def _print_assignments(console: Console, plan: Plan) -> None:
    counted, units = terms_of(plan.case).counted, {unit.id: unit for unit in plan.units}
    numbers = ("strength", "leaves", "in place")
    made = table("line", "unit", *numbers, "", right=numbers, keep=("line", "unit"))
    order = {line.id: place for place, line in enumerate(plan.case.line)}
    for one in sorted(plan.package.assignments, key=lambda one: (order[one.line], one.in_place_from_hours)):
        row(
            made,
            one.line,
            one.unit,
            f"{one.strength:,} {counted[units[one.unit].capability]}",
            f"{one.ready_hours} to {one.leave_by_hours} h",
            f"from {one.in_place_from_hours} h",
            f"soft caveat: {', '.join(one.soft)}" if one.soft else "",
        )
    console.print(made)


def _caveats(unit: Unit) -> str:
    return "; ".join(f"{'hard' if one.hard else 'soft'} {one.scope} {one.tag}" for one in unit.caveats)


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
