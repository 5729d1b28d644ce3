"""`tocsin forces gaps`: what an alliance lacks over a set of scenarios, and who is nearest to provide it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli import forces_plan
from tocsin.cli.forces_options import NO
from tocsin.cli.options import AS_JSON
from tocsin.forces.extras import has_solver
from tocsin.forces.wording import many, some

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.forces.gaps import Gap, GapReport, Near, Scenario, ScenarioTotals
    from tocsin.forces.model import ForceCase, ForcePackage, Unit

NAMED_MAX = 4


def gaps(
    cases: Annotated[
        list[str],
        typer.Argument(
            metavar="ALLIANCE|CASES...",
            help="Paths of cases or of folders with cases, names of shipped ones, or a shipped set such as 'meridian'.",
        ),
    ],
    inventory: Annotated[
        str,
        typer.Option(
            "--inventory",
            metavar="UNITS",
            help="The inventory. Left out: that of the set, the only one in the folder, or the one the cases name.",
        ),
    ] = "",
    seconds: forces_plan.SECONDS = None,
    nodes: forces_plan.NODES = None,
    greedy: forces_plan.GREEDY = False,
    together: Annotated[
        bool,
        typer.Option("--together", help="All scenarios at once: no unit serves two of them, and caps hold over all."),
    ] = False,
    as_json: AS_JSON = False,
) -> None:
    """Say what an alliance lacks over a set of scenarios, which rule binds, and who is nearest to provide it.

    Each scenario is planned for itself, with the whole inventory, as 'forces plan' does; --seconds holds for each
    search. With --together they share it: who serves one scenario serves no other. Nearest is the nation one of whose
    units that stay at home has fewest rules in its way, then fewest that are no matter of hours, then fewest hours to
    gain. Exit code 1: something is missing.
    """
    from tocsin.cli import tables
    from tocsin.forces.explain import why_hypothetical
    from tocsin.forces.gaps import report, with_all_capabilities
    from tocsin.forces.inventory import load_inventory
    from tocsin.forces.scenarios import load_scenarios
    from tocsin.forces.together import sharing_caps

    asked = load_scenarios(cases, inventory)
    named = asked.inventory
    if not named:
        raise typer.BadParameter("name the inventory that these cases are planned with.", param_hint="--inventory")
    whole = with_all_capabilities(asked.cases)
    units = load_inventory(named, [capability for case in whole for capability in case.capability])
    if together:
        whole = sharing_caps(whole)
    scenarios = list(_planned(whole, units, seconds, nodes, improving=not greedy))
    if together:
        scenarios = _at_once(scenarios, units, seconds, nodes, improving=not greedy)
    found = report(named, units, scenarios, together=together)
    if as_json:
        tables.print_json(found)
    else:
        made_up = next((case for case in whole if case.case.hypothetical), None)
        print_gaps(tables.terminal(), found, why_hypothetical(units, made_up))
    if found.gaps:
        raise typer.Exit(NO)


def _planned(
    cases: "tuple[ForceCase, ...]",
    units: "tuple[Unit, ...]",
    seconds: int | None,
    nodes: int | None,
    *,
    improving: bool,
) -> "Iterator[Scenario]":
    """Each case with the best package that is found; those found at once where there is no solver."""
    from tocsin.forces.gaps import Scenario
    from tocsin.forces.greedy import greedy

    for case in cases:
        package, search = greedy(case, units), None
        if improving:
            package, search = forces_plan.improved(
                case, units, package, ("shortfall",), "equal", seconds=seconds, nodes=nodes
            )
            improving = search is not None
        yield Scenario(case, package, None if search is None else search.stages[0].bound)


def _at_once(
    alone: "list[Scenario]", units: "tuple[Unit, ...]", seconds: int | None, nodes: int | None, *, improving: bool
) -> "list[Scenario]":
    """The scenarios beside each other. What is proved of one alone is true of it beside others as well."""
    from tocsin.forces.together import greedy_together, improved_in_turn

    def improve(case: "ForceCase", rest: "tuple[Unit, ...]", start: "ForcePackage") -> "ForcePackage":
        return forces_plan.improved(case, rest, start, ("shortfall",), "equal", seconds=seconds, nodes=nodes)[0]

    cases = [one.case for one in alone]
    packages = greedy_together(cases, units)
    if improving and has_solver():
        packages = improved_in_turn(cases, units, packages, improve)
    return [one._replace(package=package) for one, package in zip(alone, packages, strict=True)]


def print_gaps(console: "Console", found: "GapReport", why: str) -> None:
    """The scenarios, a table of what is missing, and of each gap where, why and who is nearest.

    `why` says what of it is made up.
    """
    from tocsin.cli.tables import banner, plain, row, section, table, title

    banner(console, found.hypothetical, why)
    at_once = " at once" if found.together else ""
    title(console, f"What is missing over {many(len(found.scenarios), 'scenario')}{at_once}", plain(found.inventory))
    console.print()
    made = table("scenario", "operation", "lines", "short", "", right=("lines", "short"), keep=("scenario",))
    for one in found.scenarios:
        row(made, one.scenario, one.operation, f"{one.lines}", f"{one.short}", _bound(one))
    console.print(made)
    console.print()
    if not found.gaps:
        console.print("✓ every line of every scenario is filled", style="green")
        return
    numbers = ("worst", "sum", "scenarios")
    made = table("missing", *numbers, "counted", "bound by", right=numbers, keep=("missing",))
    for gap in found.gaps:
        short = f"{len(gap.short_in)} of {gap.asked_in}"
        rules = ", ".join(one.rule for one in gap.rules)
        row(made, gap.capability, f"{gap.worst:,}", f"{gap.shortfall:,}", short, gap.counted, rules)
    console.print(made)
    for gap in found.gaps:
        section(console, gap.capability)
        _print_gap(console, gap)


def _bound(one: "ScenarioTotals") -> str:
    """How good the package of a scenario is known to be."""
    if one.bound is None:
        return ""
    if one.bound >= one.weighted_shortfall:
        return "proved: nothing less is missing"
    return f"weighted {one.weighted_shortfall:,}, proved {one.bound:,} at least"


def _print_gap(console: "Console", gap: "Gap") -> None:
    from tocsin.cli.tables import indented

    for place in gap.places:
        where = f"{place.destination}, {'later' if place.within == 'later' else f'within {place.within}'}"
        named = some(place.scenarios, NAMED_MAX)
        said = f"{place.shortfall:,} of {place.required:,} {gap.counted} missing at {where}: {named}"
        indented(console, said, hang=2)
    rules = ", ".join(f"{one.rule} ({one.shortfall:,} on {many(one.lines, 'line')})" for one in gap.rules)
    indented(console, f"bound by {rules}", style="dim", hang=2)
    if not gap.nearest:
        indented(
            console, "nearest: nobody; what is pledged of it is sent already, or nothing is", style="yellow", hang=2
        )
    for near in gap.nearest:
        indented(console, f"near: {_near(near, gap.counted)}", hang=2)


def _near(near: "Near", counted: str) -> str:
    from tocsin.cli.tables import plain

    stands = "; ".join(f"{miss.rule}: {plain(miss.says)}" for miss in near.misses) or "nothing is in its way"
    return f"{near.nation} with {near.unit} ({near.strength:,} {counted}) for {near.scenario}, {near.line}: {stands}"
