"""Why a line is not filled: for every unit that has the capability, the first rule that keeps it from the line."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tocsin.forces.arcs import Terms, Window, arc, terms_of
from tocsin.forces.figures import Served
from tocsin.forces.model import RULES, Blocked, ForceCase, ForcePackage, HeldBy, LineTotal, Plan, Unfilled, Unit
from tocsin.forces.notes import notes_of
from tocsin.forces.operation import mandate_course
from tocsin.forces.tally import Tally, tally_of
from tocsin.forces.wording import many
from tocsin.terms import is_invented

WORDS: dict[HeldBy, str] = {
    "capability": "nothing more of this capability is pledged",
    "caveat": "a hard caveat forbids it",
    "endurance": "it would not last as long as the line needs it",
    "transit": "nobody said how long it takes there",
    "notice": "notice to move and transit end too late",
    "validity": "the offer begins too late or ends too early",
    "mandate": "the national mandate comes too late or ends too early",
    "gate": "host consent, transit permission or status of forces is missing when needed",
    "once": "it serves another line",
    "lift": "there is not enough lift in time",
    "one nation": "its nation may not give more of this line",
    "cap": "its nation's cap is reached",
    "free": "no rule forbids it: the plan keeps it at home for an objective that comes before the shortfall",
}
"""What keeps a unit from a line, in words."""
ORDER: tuple[HeldBy, ...] = (*RULES, "free")


def unfilled(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> tuple[Unfilled, ...]:
    """Every line that a lawful package of these inputs leaves short, and what holds it back.

    The binding rule of a line is the one that keeps back most strength; of equal ones the first in order. A unit that
    no rule keeps back is `free`: a package of `greedy`, or one in which shortfall comes first, leaves none so.
    """
    terms = terms_of(case)
    return unfilled_beside(terms, tally_of(terms, units, package), units, package)


def unfilled_beside(terms: Terms, tally: Tally, units: Sequence[Unit], package: ForcePackage) -> tuple[Unfilled, ...]:
    """The same beside all that the tally has taken, which are the units of the package and maybe more."""
    return tuple(_why(terms, tally, units, total) for total in package.totals if total.shortfall)


def plan_of(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> Plan:
    """A lawful package with its inputs and why lines are not filled: all that somebody else needs to check it."""
    made = Plan(
        hypothetical=is_hypothetical(case, units),
        case=case,
        units=tuple(units),
        package=package,
        unfilled=unfilled(case, units, package),
        notes=notes_of(case, units),
    )
    return replace(made, mandate_course=mandate_course(made))


def made_anew(plan: Plan) -> Plan:
    """A plan whose package is lawful, with all made anew that its digest does not stand for.

    What it says of its search, and of what was changed, stays: nobody can tell that from the plan alone.
    """
    return replace(plan_of(plan.case, plan.units, plan.package), search=plan.search, what_if=plan.what_if)


def is_hypothetical(case: ForceCase, units: Iterable[Unit]) -> bool:
    """Whether the case says that it is made up, or forces in it are."""
    return case.case.hypothetical or are_hypothetical(units)


def are_hypothetical(units: Iterable[Unit]) -> bool:
    """Whether units are of invented states, or of real ones and nobody says where they were seen."""
    return any(is_invented(unit.nation) or not unit.source for unit in units)


def why_hypothetical(units: Sequence[Unit], case: ForceCase | None = None) -> str:
    """What of a case and units is made up, in words; empty where nothing is."""
    bare = sum(not unit.source and not is_invented(unit.nation) for unit in units)
    reasons = [
        *(["forces of invented states"] if any(is_invented(unit.nation) for unit in units) else []),
        *([f"{many(bare, 'unit')} of real states without a source"] if bare else []),
    ]
    if case is not None and case.case.hypothetical:
        sourced = "" if reasons or not units else "; of each unit it is said where it was seen"
        reasons.append(f"a case that says it is made up{sourced}")
    return ", ".join(reasons)


def _why(terms: Terms, tally: Tally, units: Sequence[Unit], total: LineTotal) -> Unfilled:
    line = terms.lines[total.line]
    held: dict[HeldBy, list[Unit]] = {}
    for unit in units:
        if unit.capability in terms.accepted[line.id] and tally.lines.get(unit.id) != line.id:
            window = arc(terms, unit, line)
            broken = tally.first_broken(Served(unit, line, window)) if isinstance(window, Window) else window
            held.setdefault(broken or "free", []).append(unit)
    blocked = [
        Blocked(rule=rule, units=tuple(unit.id for unit in kept), strength=sum(unit.strength for unit in kept))
        for rule, kept in held.items()
    ]
    blocked.sort(key=lambda one: (-one.strength, ORDER.index(one.rule)))
    rule: HeldBy = blocked[0].rule if blocked else "capability"
    return Unfilled(
        line=line.id,
        shortfall=total.shortfall,
        essential=line.essential,
        rule=rule,
        says=WORDS[rule],
        blocked=tuple(blocked),
    )
