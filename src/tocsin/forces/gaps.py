"""What an alliance lacks over a set of scenarios, and who is nearest to provide it. docs/FORCES.md, part 10.

Every scenario is planned for itself, with the whole inventory, or all of them at once out of it (`together.py`).
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.forces.arcs import Terms, terms_of
from tocsin.forces.explain import ORDER, is_hypothetical, unfilled_beside
from tocsin.forces.misses import Miss, fitting, misses_beside, nearness
from tocsin.forces.model import Capability, ForceCase, ForcePackage, HeldBy, LineTotal, OperationType, Unit
from tocsin.forces.tally import Tally, tally_of
from tocsin.forces.together import tallies_of

NEAREST_MAX = 5
DEADLINES: tuple[tuple[int, str], ...] = ((72, "3 days"), (240, "10 days"), (720, "30 days"))
"""Classes of deadlines, in hours after activation. They are ours: no source sets them."""
LATER = "later"


class Scenario(NamedTuple):
    """A case, and a lawful package for it out of the inventory."""

    case: ForceCase
    package: ForcePackage
    bound: int | None = None
    """No lawful package has a smaller weighted shortfall; None where nobody looked."""


class ScenarioTotals(Struct, frozen=True):
    """One scenario, summed up."""

    scenario: Annotated[str, Meta(description="The id of the case.")]
    title: Annotated[str, Meta(description="The same in words.")]
    operation: Annotated[OperationType, Meta(description="Type of operation.")]
    lines: Annotated[int, Meta(description="How many lines it has.")]
    short: Annotated[int, Meta(description="How many of them are not filled.")]
    weighted_shortfall: Annotated[int, Meta(description="That of its package.")]
    bound: Annotated[int | None, Meta(description="No lawful package has less; none: nobody looked.")]
    algorithm: Annotated[str, Meta(description="What found the package.")]


class Place(Struct, frozen=True):
    """Where, and how fast, a capability is missing."""

    destination: Annotated[str, Meta(description="Where.")]
    within: Annotated[str, Meta(description="Class of the deadline: 3 days, 10 days, 30 days, later.")]
    required: Annotated[int, Meta(description="What the lines that are short ask there.")]
    shortfall: Annotated[int, Meta(description="What is missing of that.")]
    scenarios: Annotated[tuple[str, ...], Meta(description="In which scenarios.")]


class Binding(Struct, frozen=True):
    """A rule that binds lines, and what is missing on them."""

    rule: Annotated[HeldBy, Meta(description="The rule.")]
    shortfall: Annotated[int, Meta(description="What is missing on the lines that it binds.")]
    lines: Annotated[int, Meta(description="How many these are.")]


class Near(Struct, frozen=True):
    """A unit that is not sent, of a nation that is near to filling a line, and all that stands in its way."""

    nation: Annotated[str, Meta(description="The nation.")]
    unit: Annotated[str, Meta(description="Its nearest unit.")]
    strength: Annotated[int, Meta(description="The unit's strength.")]
    scenario: Annotated[str, Meta(description="The scenario in which it is near.")]
    line: Annotated[str, Meta(description="The line that it could fill some of.")]
    misses: Annotated[tuple[Miss, ...], Meta(description="All that stands in its way.")]
    hours: Annotated[int, Meta(description="Sum of the hours that must be gained.")]


class Gap(Struct, frozen=True):
    """A capability that is missing in some scenario."""

    capability: Annotated[str, Meta(description="The capability that lines ask for.")]
    counted: Annotated[str, Meta(description="What its strength counts.")]
    asked_in: Annotated[int, Meta(description="In how many scenarios it is asked.")]
    short_in: Annotated[tuple[str, ...], Meta(description="The scenarios in which it is missing.")]
    required: Annotated[int, Meta(description="What all lines of all scenarios ask.")]
    shortfall: Annotated[int, Meta(description="What is missing of that.")]
    weighted_shortfall: Annotated[int, Meta(description="The same by the weight of each line.")]
    worst: Annotated[int, Meta(description="The most that is missing in one scenario.")]
    worst_in: Annotated[str, Meta(description="Which that is.")]
    places: Annotated[tuple[Place, ...], Meta(description="Where and how fast, most missing first.")]
    rules: Annotated[tuple[Binding, ...], Meta(description="What binds, most missing first.")]
    nearest: Annotated[tuple[Near, ...], Meta(description="Up to five nations, the nearest first.")]


class GapReport(Struct, frozen=True):
    """What is missing over a set of scenarios."""

    hypothetical: Annotated[bool, Meta(description="Whether a case or forces in it are invented.")]
    inventory: Annotated[str, Meta(description="The inventory.")]
    together: Annotated[bool, Meta(description="Whether all are at once, so that no unit serves two of them.")]
    scenarios: Annotated[tuple[ScenarioTotals, ...], Meta(description="The scenarios.")]
    gaps: Annotated[tuple[Gap, ...], Meta(description="What is missing, the most weighty first.")]


class Short(NamedTuple):
    """A line that is not filled."""

    scenario: Scenario
    terms: Terms
    total: LineTotal
    rule: HeldBy


def with_all_capabilities(cases: Sequence[ForceCase]) -> tuple[ForceCase, ...]:
    """The cases, each with the capabilities of all, so that one inventory serves them; a case's own come first."""
    every: dict[str, Capability] = {}
    for case in cases:
        for capability in case.capability:
            every.setdefault(capability.id, capability)
    return tuple(_with(case, every) for case in cases)


def report(
    inventory: str, units: tuple[Unit, ...], scenarios: Sequence[Scenario], *, together: bool = False
) -> GapReport:
    """The gaps of an inventory over scenarios, each with a lawful package of it; ids of cases differ.

    With `together` the packages are lawful beside each other, as `together.py` makes them.
    """
    if together:
        tallies = tallies_of([one.case for one in scenarios], units, [one.package for one in scenarios])
    else:
        tallies = tuple(tally_of(terms_of(one.case), units, one.package) for one in scenarios)
    shorts: dict[str, list[Short]] = {}
    near: dict[str, list[Near]] = {}
    asked: dict[str, list[tuple[str, int]]] = {}
    for scenario, tally in zip(scenarios, tallies, strict=True):
        found = _shorts(scenario, tally, units)
        for short in found:
            shorts.setdefault(short.terms.lines[short.total.line].capability, []).append(short)
        for capability, one in _near(scenario, tally, units, found):
            near.setdefault(capability, []).append(one)
        for line in scenario.case.line:
            asked.setdefault(line.capability, []).append((scenario.case.case.id, line.required))
    gaps = [_gap(name, asked[name], mine, near.get(name, ())) for name, mine in shorts.items()]
    gaps.sort(key=lambda gap: (-gap.weighted_shortfall, gap.capability))
    return GapReport(
        hypothetical=any(is_hypothetical(scenario.case, units) for scenario in scenarios),
        inventory=inventory,
        together=together,
        scenarios=tuple(_totals(scenario) for scenario in scenarios),
        gaps=tuple(gaps),
    )


def within(hours: int) -> str:
    """The class of a deadline."""
    return next((name for most, name in DEADLINES if hours <= most), LATER)


def _with(case: ForceCase, every: dict[str, Capability]) -> ForceCase:
    own = {capability.id for capability in case.capability}
    return replace(case, capability=(*case.capability, *(one for name, one in every.items() if name not in own)))


def _totals(scenario: Scenario) -> ScenarioTotals:
    about, package = scenario.case.case, scenario.package
    return ScenarioTotals(
        scenario=about.id,
        title=about.title,
        operation=about.operation,
        lines=len(package.totals),
        short=sum(total.shortfall > 0 for total in package.totals),
        weighted_shortfall=package.weighted_shortfall,
        bound=scenario.bound,
        algorithm=package.algorithm,
    )


def _shorts(scenario: Scenario, tally: Tally, units: Sequence[Unit]) -> list[Short]:
    terms = terms_of(scenario.case)
    rules = {one.line: one.rule for one in unfilled_beside(terms, tally, units, scenario.package)}
    return [Short(scenario, terms, total, rules[total.line]) for total in scenario.package.totals if total.shortfall]


def _near(scenario: Scenario, tally: Tally, units: Sequence[Unit], shorts: Sequence[Short]) -> list[tuple[str, Near]]:
    """(capability of the line, unit) for every unit that is not sent and could fill some of a line that is short."""
    if not shorts:
        return []
    terms = shorts[0].terms
    found = []
    for short in shorts:
        line = terms.lines[short.total.line]
        fit = fitting(terms, line)
        for unit in units:
            if unit.capability not in fit:
                continue
            missed = misses_beside(terms, tally, unit, line)
            if missed is not None:
                gained = sum(miss.hours or 0 for miss in missed)
                near = Near(unit.nation, unit.id, unit.strength, scenario.case.case.id, line.id, missed, gained)
                found.append((line.capability, near))
    return found


def _gap(name: str, asked: Sequence[tuple[str, int]], mine: Sequence[Short], near: Sequence[Near]) -> Gap:
    """What is missing of a capability; `asked` has scenario and quantity of every line that asks for it."""
    by_scenario: dict[str, int] = {}
    for short in mine:
        scenario = short.scenario.case.case.id
        by_scenario[scenario] = by_scenario.get(scenario, 0) + short.total.shortfall
    worst_in = max(by_scenario, key=lambda scenario: by_scenario[scenario])
    return Gap(
        capability=name,
        counted=mine[0].terms.counted[name],
        asked_in=len({scenario for scenario, _ in asked}),
        short_in=tuple(by_scenario),
        required=sum(required for _, required in asked),
        shortfall=sum(by_scenario.values()),
        weighted_shortfall=sum(short.terms.lines[short.total.line].weight * short.total.shortfall for short in mine),
        worst=by_scenario[worst_in],
        worst_in=worst_in,
        places=_places(mine),
        rules=_bindings(mine),
        nearest=_nearest(near),
    )


def _places(shorts: Iterable[Short]) -> tuple[Place, ...]:
    """By destination and class of deadline, most missing first."""
    groups: dict[tuple[str, str], list[Short]] = {}
    for short in shorts:
        line = short.terms.lines[short.total.line]
        groups.setdefault((line.destination, within(line.in_place_by_hours)), []).append(short)
    places = [
        Place(
            destination=destination,
            within=soon,
            required=sum(short.total.required for short in group),
            shortfall=sum(short.total.shortfall for short in group),
            scenarios=tuple(dict.fromkeys(short.scenario.case.case.id for short in group)),
        )
        for (destination, soon), group in groups.items()
    ]
    return tuple(sorted(places, key=lambda place: (-place.shortfall, place.destination, place.within)))


def _bindings(shorts: Iterable[Short]) -> tuple[Binding, ...]:
    groups: dict[HeldBy, list[int]] = {}
    for short in shorts:
        groups.setdefault(short.rule, []).append(short.total.shortfall)
    found = [Binding(rule, sum(missing), len(missing)) for rule, missing in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.shortfall, ORDER.index(one.rule))))


def _nearest(found: Iterable[Near]) -> tuple[Near, ...]:
    """The nearest unit of each nation; of equally near ones the strongest, then by nation and name."""
    ordered = sorted(found, key=lambda near: (nearness(near.misses), -near.strength, near.nation, near.unit))
    by_nation: dict[str, Near] = {}
    for near in ordered:
        by_nation.setdefault(near.nation, near)
    return tuple(by_nation.values())[:NEAREST_MAX]
