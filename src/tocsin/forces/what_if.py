"""A plan once things are changed, beside the plan that stood. docs/FORCES.md, part 9."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from tocsin.forces.amend import apply
from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.changes import Change, written
from tocsin.forces.explain import plan_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.greedy import greedy
from tocsin.forces.model import Borne, Changed, ForceCase, ForcePackage, Objective, Plan, Search, Unit, WhatIf
from tocsin.forces.prices import price_of
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

Way = Literal["searched", "filled first", "repaired", "at once"]
"""How a package is found."""
WAY_WORDS: dict[Way, str] = {
    "searched": "searched for by a solver",
    "filled first": "searched for by a solver with a line first",
    "repaired": "made by mending a package that stood",
    "at once": "found at once, without a search",
}
AFTER_A_LINE: tuple[Objective, ...] = ("shortfall", "cost")
"""What is made small once a line is filled."""


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


def objectives_of(plan: Plan) -> tuple[Objective, ...]:
    """What a plan was made for, in order, so that it can be planned so again; none where it was found at once."""
    if plan.search is not None:
        return tuple(dict.fromkeys(stage.objective for stage in plan.search.stages))
    return AFTER_A_LINE if way_of(plan.package, None) == "filled first" else ()


def begin_with(plan: Plan, case: ForceCase, units: tuple[Unit, ...]) -> ForcePackage:
    """What planning again with changed inputs begins with: the package found at once, or the one that stood.

    The latter where all of it may still serve and less is missing, so that what took long to find is not lost.
    """
    start, kept = greedy(case, units), _still(plan.package, case, units)
    return start if kept is None or start.weighted_shortfall <= kept.weighted_shortfall else kept


def _still(stood: ForcePackage, case: ForceCase, units: tuple[Unit, ...]) -> ForcePackage | None:
    """Who served what in a package, as a package of other inputs; none where not all of them may any more."""
    terms, by_id = terms_of(case), {unit.id: unit for unit in units}
    served = []
    for one in stood.assignments:
        unit, line = by_id.get(one.unit), terms.lines[one.line]
        if unit is None or not isinstance(window := arc(terms, unit, line), Window):
            return None
        served.append(Served(unit, line, window))
    package = package_of(terms, units, served, stood.algorithm)
    return None if verify(case, units, package) else package


def way_of(package: ForcePackage, search: Search | None) -> Way:
    """How a package was found, by what is said of it."""
    if search is not None and search.stages:
        return "searched"
    if package.algorithm.startswith("fill first"):
        return "filled first"
    return "repaired" if package.algorithm.startswith("repair") else "at once"


def caution(before: Plan, line: str, new: ForcePackage, search: Search | None, *, is_cut: bool) -> str:
    """Why a new package does not compare like with like, in words; empty where it does.

    With a line first it is the package that stood made better, by the solver or by mending: only where no solver
    ever looked at that one may its help be taken for that of the changes.
    """
    was, now = way_of(before.package, before.search), way_of(new, search)
    told = []
    alike = {("searched", "filled first"), ("at once", "repaired")} if line else set()
    if was != now and (was, now) not in alike:
        told.append(f"The package before was {WAY_WORDS[was]}, this one was {WAY_WORDS[now]}")
    if is_cut:
        told.append("The time was over before the search for this one was")
    if not told:
        return ""
    return f"{'. '.join(told)}: what is better or worse may come of that, and not of what was changed."


def what_if(
    before: Plan,
    changes: Sequence[Change],
    line: str,
    new: ForcePackage,
    search: Search | None = None,
    *,
    is_cut: bool = False,
) -> Plan:
    """The plan of a new package of the changed inputs, with what is other than before.

    `is_cut`: whether a clock, or somebody, ended the search for it.
    """
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
        caution=caution(before, line, new, search, is_cut=is_cut),
    )
    return replace(plan_of(case, units, new), what_if=told, search=search)


def costs(units: Iterable[Unit], package: ForcePackage) -> dict[PartyId, int]:
    """By nation: what its units that are sent cost."""
    cents = {unit.id: unit.cost_cents for unit in units}
    found: dict[PartyId, int] = {}
    for one in package.assignments:
        found[one.nation] = found.get(one.nation, 0) + cents[one.unit]
    return found
