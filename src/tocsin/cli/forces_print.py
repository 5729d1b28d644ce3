"""Forces in the terminal: an inventory, a plan, what a package breaks."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from tocsin.cli import forces_mandate
from tocsin.cli.forces_answers import Counted, InventoryAnswer, ReadAs, UnitsAnswer, Verified
from tocsin.cli.tables import banner, indented, plain, row, section, table, title
from tocsin.forces.arcs import terms_of
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.figures import proof_words
from tocsin.forces.model import Blocked, ForcePackage, Objective, Plan, Search, Unfilled, Unit
from tocsin.forces.unpublished import as_known, units_sent, unpublished_words
from tocsin.forces.wording import many, money, some

if TYPE_CHECKING:
    from tocsin.forces.plan.budget import Progress

NAMED_MAX = 6
INSIDE = (
    "What is inside a plan is what whoever made it says was asked and offered. "
    "--case and --inventory hold it against your own."
)
EACH_ALONE = "Hours are the earliest of each unit alone. Lift is shared: all of it is in place by hour {:,}."


def print_inventory(console: Console, found: InventoryAnswer) -> None:
    """What each nation offers, by capability."""
    banner(console, found.hypothetical, found.why)
    nations = len({offer.nation for offer in found.offers})
    units = many(found.units, "unit")
    title(console, f"{units} of {many(nations, 'nation')}, no mistake", found.inventory)
    console.print()
    print_offers(console, found.offers)
    print_reading(console, found.columns, found.notes)
    print_remarks(console, found.remarks)


def print_remarks(console: Console, remarks: Iterable[str]) -> None:
    """What breaks no rule and somebody should know."""
    told = list(remarks)
    if told:
        section(console, f"Notes ({len(told)})")
    for one in told:
        indented(console, plain(one), hang=2, style="yellow")


def print_offers(console: Console, offers: Iterable[Counted]) -> None:
    """What is offered, by nation and capability."""
    made = table(
        "nation",
        "capability",
        "units",
        "strength",
        "counted",
        right=("units", "strength"),
        keep=("nation", "units", "strength"),
    )
    for offer in offers:
        row(made, offer.nation, offer.capability, f"{offer.units:,}", f"{offer.strength:,}", offer.counted)
    console.print(made)


def print_reading(console: Console, columns: Iterable[ReadAs], notes: Iterable[str]) -> None:
    """Which columns were read as what, and what else there is to know of how a file was read."""
    named = ", ".join(f"'{plain(column.found)}' as {column.read_as}" for column in columns)
    told = [*([f"columns: {named}"] if named else []), *map(plain, notes)]
    if told:
        section(console, "How it was read")
    for one in told:
        indented(console, one, hang=2)


def print_units(console: Console, found: UnitsAnswer, counted: dict[str, str]) -> None:
    """The units, one a row."""
    banner(console, found.hypothetical, found.why)
    title(console, many(len(found.units), "unit"), found.inventory)
    console.print()
    if not found.units:
        if found.offered:
            indented(console, f"the inventory offers: {', '.join(found.offered)}", 0, hang=2)
        return
    numbers = ("strength", "ready")
    made = table("unit", "name", "capability", *numbers, "caveats", right=numbers, keep=numbers)
    for unit in found.units:
        strength = f"{unit.strength:,} {counted[unit.capability]}"
        row(made, unit.id, unit.name, unit.capability, strength, f"{unit.notice_to_move_hours} h", _caveats(unit))
    console.print(made)


def print_plan(console: Console, plan: Plan) -> None:
    """The lines with their four counters, why lines are not filled, and who goes where."""
    banner(console, plan.hypothetical, why_hypothetical(plan.units, plan.case))
    about, package, used = plan.case.case, plan.package, units_sent(plan.units, plan.package)
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
    if package.assignments:
        indented(console, EACH_ALONE.format(package.closure_hours), 0, "dim")
    if plan.mandate_course is not None:
        forces_mandate.print_course(console, plan.mandate_course, about.activation)
    print_remarks(console, plan.notes)
    section(console, "Package")
    cost = as_known(money(package.cost_cents), used)
    indented(console, f"cost {cost}; weighted shortfall {package.weighted_shortfall:,}")
    if package.assignments:
        indented(console, f"the force closes at hour {package.closure_hours:,}, on day {package.closure_hours // 24:,}")
    if unpublished := unpublished_words(used):
        indented(console, f"not published: {unpublished}", hang=2)
    if plan.search is None:
        indented(console, f"found by {package.algorithm}: lawful, the same for the same input, not proved the best")
    else:
        _print_search(console, plan, plan.search)
    indented(console, package.digest)


def print_verified(console: Console, package: ForcePackage, answer: Verified, why: str) -> None:
    """Whether a package is lawful by which case and inventory, and every rule it breaks; `why` it is hypothetical."""
    banner(console, bool(why), why)
    if answer.lawful:
        kept = f"every rule is kept by {many(len(package.assignments), 'assignment')}"
        indented(console, f"✓ lawful: {kept}, {_held_against(answer)}", 0, "green", hang=2)
    else:
        rules = ", ".join(f"{rule} ({times})" for rule, times in Counter(one.rule for one in answer.breaks).items())
        indented(console, f"✗ not lawful: {rules}, {_held_against(answer)}", 0, "bold bright_red", hang=2)
        for one in answer.breaks:
            where = ", ".join(plain(name) for name in (one.unit, one.line, one.nation) if name)
            indented(console, f"✗ {one.rule}: {where + ': ' if where else ''}{plain(one.says)}", hang=2)
    indented(console, plain(package.digest))
    if answer.case_inside or answer.inventory_inside:
        indented(console, INSIDE, 2, "dim")


def _held_against(answer: Verified) -> str:
    if answer.case_inside and answer.inventory_inside:
        return "by the case and inventory inside this plan"
    if not (answer.case_inside or answer.inventory_inside):
        return "by your case and inventory"
    if answer.case_inside:
        return "by your inventory and the case inside this plan"
    return "by your case and the inventory inside this plan"


def _print_search(console: Console, plan: Plan, search: Search) -> None:
    """What each objective comes to, at once and improved, and how far from the best that can be."""
    in_part = any("cost_cents" in unit.unset for unit in plan.units)
    numbers = ("at once", "improved", "no less than")
    made = table("objective", *numbers, "", right=numbers, keep=numbers)
    for stage in search.stages:
        amounts = (_amount(stage.objective, number) for number in (stage.greedy, stage.value, stage.bound))
        proof = proof_words(stage.value, stage.bound)
        name = f"fairness ({search.fairness})" if stage.objective == "fairness" else stage.objective
        if in_part and stage.objective in ("cost", "fairness"):
            name += ", as published"
        row(made, name, *amounts, Text(proof, style="green" if stage.proved else "yellow"))
    console.print(made)
    same = "the same for the same input" if search.reproducible else "not reproducible: the search was cut short"
    indented(console, f"found by {plan.package.algorithm}: lawful, {same}")


def progress_words(one: "Progress") -> str:
    """How a search stands."""
    if one.value is None:
        return f"{one.objective}, {one.step}"
    proof = "" if one.bound is None else f", {proof_words(one.value, one.bound)}"
    return f"{one.objective} {_amount(one.objective, one.value)}{proof}; {one.step}"


def _amount(objective: Objective, number: int) -> str:
    if objective in ("cost", "fairness"):
        return money(number)
    return f"{number:,} h" if objective == "closure" else f"{number:,}"


def _print_lines(console: Console, plan: Plan) -> None:
    numbers = ("required", "pledged", "filled", "shortfall")
    made = table("line", "in place", *numbers, "", right=("in place", *numbers), keep=("in place", *numbers))
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
    print_blocked(console, one.blocked)


def print_blocked(console: Console, blocked: Iterable[Blocked]) -> None:
    """What each rule holds back of a line, most strength first."""
    for held in blocked:
        said = f"{held.rule}: {held.strength:,} held back: {some(held.units, NAMED_MAX)}"
        indented(console, said, 4, "dim", hang=2)


def _print_assignments(console: Console, plan: Plan) -> None:
    counted, units = terms_of(plan.case).counted, {unit.id: unit for unit in plan.units}
    numbers = ("strength", "leaves", "in place")
    made = table("line", "unit", *numbers, "", right=numbers, keep=numbers)
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
