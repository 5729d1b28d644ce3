"""A plan once things are changed, beside the plan that stood. docs/FORCES.md, part 9."""

import shlex
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tocsin.forces.amend import apply
from tocsin.forces.changes import Change, written
from tocsin.forces.explain import plan_of
from tocsin.forces.model import Borne, Changed, ForceCase, ForcePackage, Plan, Search, Unit, WhatIf
from tocsin.forces.prices import price_of
from tocsin.terms import PartyId


def inputs_of(plan: Plan, changes: Iterable[Change]) -> tuple[ForceCase, tuple[Unit, ...], int]:
    """The inputs of a plan with the changes made, and what they cost by our prices.

    With a change they are hypothetical, whatever they were. Raises ForcesError for a change that cannot be made.
    """
    case, units, points = plan.case, plan.units, 0
    for change in changes:
        changed = apply(change, case, units)  # first, as a price is asked only of what can be
        points += price_of(change, case, units).points
        case, units = changed
        case = replace(case, case=replace(case.case, hypothetical=True))
    return case, units, points


def what_if(
    before: Plan, changes: Sequence[Change], line: str, new: ForcePackage, search: Search | None = None
) -> Plan:
    """The plan of a new package of the changed inputs, with what is other than before."""
    case, units, points = inputs_of(before, changes)
    old = before.package
    shortfalls = {total.line: total.shortfall for total in old.totals}
    was, now = costs(before.units, old), costs(units, new)
    told = WhatIf(
        options=tuple(shlex.join(written(change)) for change in changes),
        points=points,
        line=line,
        package=old.digest,
        weighted_shortfall_before=old.weighted_shortfall,
        cost_cents_before=old.cost_cents,
        closure_hours_before=old.closure_hours,
        lines=tuple(
            Changed(
                line=total.line,
                required=total.required,
                shortfall_before=shortfalls[total.line],
                shortfall=total.shortfall,
            )
            for total in new.totals
        ),
        nations=tuple(
            Borne(nation=nation, cost_cents_before=was.get(nation, 0), cost_cents=now.get(nation, 0))
            for nation in sorted({*was, *now})
        ),
    )
    return replace(plan_of(case, units, new), what_if=told, search=search)


def costs(units: Iterable[Unit], package: ForcePackage) -> dict[PartyId, int]:
    """By nation: what its units that are sent cost."""
    cents = {unit.id: unit.cost_cents for unit in units}
    found: dict[PartyId, int] = {}
    for one in package.assignments:
        found[one.nation] = found.get(one.nation, 0) + cents[one.unit]
    return found
