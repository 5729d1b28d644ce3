"""Whether a package keeps every rule, exactly, in whole numbers. docs/FORCES.md states the rules.

It takes the package's word for nothing: all is worked out anew from the case and the inventory.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tocsin.forces.arcs import Terms, Window, arc, soft_tags, terms_of
from tocsin.forces.closure import closure_hours
from tocsin.forces.figures import (
    Served,
    assignment_of,
    inputs_digest,
    line_totals,
    package_digest,
    weighted_shortfall,
)
from tocsin.forces.model import Assignment, Break, ForceCase, ForcePackage, RequirementLine, RuleId, Unit
from tocsin.forces.tally import Tally
from tocsin.forces.wording import RULE_WORDS

Found = list[tuple[Assignment, Unit, RequirementLine, Window | RuleId]]
"""The assignments whose unit and line there are, each with its window or the rule it breaks."""


def verify(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> tuple[Break, ...]:
    """Every rule that the package breaks, and where; nothing for a lawful one. A package may be lawful and short."""
    if ambiguous := list(_ambiguous(case, units)):
        return tuple(ambiguous)
    terms = terms_of(case)
    tally = Tally(terms, units)
    breaks = [*_origin(case, units, package)]
    by_id = {unit.id: unit for unit in units}
    found: Found = []
    for one in package.assignments:
        if one.unit not in by_id or one.line not in terms.lines:
            breaks.append(_break("known", unit=one.unit, line=one.line))
            continue
        unit, line = by_id[one.unit], terms.lines[one.line]
        window = arc(terms, unit, line)
        found.append((one, unit, line, window))
        if isinstance(window, Window):
            tally.take(Served(unit, line, window))
        else:
            tally.count(unit, line)
            breaks.append(_break(window, unit=unit.id, line=line.id))
    breaks += _together(terms, tally, found)
    breaks += _figures(terms, units, package, found, tally)
    return tuple(breaks)


def _ambiguous(case: ForceCase, units: Sequence[Unit]) -> Iterator[Break]:
    """Inputs of which nobody can tell what they mean: two of one name, or a capability that is not there."""
    for kind, ids in (
        ("capabilities", [capability.id for capability in case.capability]),
        ("requirement lines", [line.id for line in case.line]),
        ("units", [unit.id for unit in units]),
    ):
        for name, times in Counter(ids).items():
            if times > 1:
                yield Break(rule="inputs", says=f"there are {times} {kind} '{name}'")
    known = {capability.id for capability in case.capability}
    for line in case.line:
        if line.capability not in known:
            yield Break(rule="inputs", says=f"there is no capability '{line.capability}'", line=line.id)
    for unit in units:
        if unit.capability not in known:
            yield Break(rule="inputs", says=f"there is no capability '{unit.capability}'", unit=unit.id)


def _origin(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> Iterator[Break]:
    if package.case != case.case.id:
        yield Break(rule="inputs", says=f"it is a package for the case '{package.case}', not '{case.case.id}'")
    if package.inputs != inputs_digest(case, units):
        yield Break(rule="inputs", says="it was made from another case or inventory, or from an earlier state of them")
    if package.digest != package_digest(package):
        yield Break(rule="digest", says="it was changed after its digest was made")


def _together(terms: Terms, tally: Tally, found: Found) -> Iterator[Break]:
    """The rules that units keep together."""
    for unit, times in Counter(unit.id for _, unit, _, _ in found).items():
        if times > 1:
            yield Break(rule="once", says=f"it is assigned {times} times", unit=unit)
    for first, last, asked, there in tally.lift.overfull():
        when = f"from hour {terms.leaves[first]} to hour {terms.leaves[last]}"
        yield Break(rule="lift", says=f"{asked} t must leave {when}, and {there} t can")
    for line_id, nation in tally.given:
        line = terms.lines[line_id]
        if tally.too_much_of_one(line, nation):
            given = f"{tally.given[line_id, nation]} of {line.required} required"
            says = f"it gives {given}, at most {line.one_nation_percent} %"
            yield Break(rule="one nation", says=says, line=line_id, nation=nation)
    for nation, counted in tally.sent:
        if tally.over_cap((nation, counted)):
            sent, pledged = tally.sent[nation, counted], tally.pledged[nation, counted]
            says = f"it sends {sent} of {pledged} {counted} pledged, at most {tally.percents[nation, counted]} %"
            yield Break(rule="cap", says=says, nation=nation)


def _figures(terms: Terms, units: Sequence[Unit], package: ForcePackage, found: Found, tally: Tally) -> Iterator[Break]:
    """What a package states of itself, against what the inputs give."""
    if list(package.assignments) != sorted(package.assignments, key=lambda one: (one.unit, one.line)):
        yield Break(rule="figures", says="the assignments do not stand in order of unit and line")
    for one, unit, line, window in found:
        if isinstance(window, Window):
            is_true = one == assignment_of(Served(unit, line, window))
        else:  # times follow from nothing, where the unit may not serve
            is_true = (one.nation, one.strength, one.soft) == (unit.nation, unit.strength, soft_tags(unit, line))
        if not is_true:
            yield Break(
                rule="figures", says="its nation, strength, times or tags are others", unit=unit.id, line=line.id
            )
    totals = line_totals(terms, units, tally.filled)
    if package.totals != totals:
        stated = {total.line: total for total in package.totals}
        wrong = [total.line for total in totals if stated.get(total.line) != total]
        yield Break(rule="figures", says=f"totals are others: {', '.join(wrong) or 'their order or number'}")
    if package.weighted_shortfall != (missing := weighted_shortfall(terms, totals)):
        yield Break(rule="figures", says=f"the weighted shortfall is {missing}, not {package.weighted_shortfall}")
    if package.cost_cents != (cost := sum(unit.cost_cents for _, unit, _, _ in found)):
        yield Break(rule="figures", says=f"the cost is {cost} cents, not {package.cost_cents}")
    closure = closure_hours(
        terms, [(unit.lift_tonnes, window) for _, unit, _, window in found if type(window) is Window]
    )
    if closure is not None and package.closure_hours != closure:
        yield Break(rule="figures", says=f"all of it can be in place by hour {closure}, not {package.closure_hours}")


def _break(rule: RuleId, *, unit: str, line: str) -> Break:
    return Break(rule=rule, says=f"not so: {RULE_WORDS[rule]}", unit=unit, line=line)
