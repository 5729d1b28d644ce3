"""Several scenarios at once out of one inventory: who serves one of them serves no other. docs/FORCES.md, part 10.

Each keeps its own days, lift, permissions and mandates; units and caps are shared. So of each scenario's package every
rule can be checked alone, and over all of them two: no unit serves twice, and no nation sends more than its caps allow.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from tocsin.errors import ForcesError, Problem
from tocsin.forces.arcs import terms_of
from tocsin.forces.figures import Served, package_of, served_in
from tocsin.forces.greedy import by_capability, candidates, precedence
from tocsin.forces.model import Cap, ForceCase, ForcePackage, Unit
from tocsin.forces.tally import Tally, tally_of
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

ALGORITHM = "greedy together 1"
ROUNDS_MAX = 3
"""So often each scenario is planned anew beside the others."""

Units = tuple[Unit, ...]
Improve = Callable[[ForceCase, Units, ForcePackage], ForcePackage]
"""Makes a lawful package of a case and an inventory better, or leaves it as it is."""
Kept = tuple[PartyId, str]
"""A nation, and what is counted."""


def sharing_caps(cases: Sequence[ForceCase]) -> tuple[ForceCase, ...]:
    """The cases, which have the capabilities of all, each with the caps of all; where they differ the least holds.

    Raises ForcesError where two of them count a capability differently, so that no cap says how much of it is sent.
    """
    first: dict[str, ForceCase] = {}
    for case in cases:
        for code, counted in case.counted.items():
            other = first.setdefault(code, case)
            if other.counted[code] != counted:
                found = f"'{code}' counts {counted}, and {other.counted[code]} in {other.case.id}"
                fix = "let it count the same in both, or give one of them another id"
                raise ForcesError([Problem(case.case.id, 0, "capability", found, other.counted[code], fix)])
    least: dict[Kept, int] = {}
    for cap in (cap for case in cases for cap in case.cap):
        least[cap.nation, cap.counted] = min(cap.percent, least.get((cap.nation, cap.counted), cap.percent))
    caps = tuple(Cap(nation=nation, counted=counted, percent=most) for (nation, counted), most in least.items())
    return tuple(replace(case, cap=caps) for case in cases)


def greedy_together(cases: Sequence[ForceCase], units: Units) -> tuple[ForcePackage, ...]:
    """A lawful package for each case, found at once: part 7 with the lines of all of them in one order.

    The cases are as `sharing_caps` gives them.
    """
    terms = [terms_of(case) for case in cases]
    tallies = [Tally(one, units) for one in terms]
    chosen: list[list[Served]] = [[] for _ in cases]
    offered = by_capability(units)
    lines = [(place, line) for place, case in enumerate(cases) for line in case.line]
    for place, line in sorted(lines, key=lambda one: precedence(one[1])):
        tally = tallies[place]
        for served in candidates(terms[place], line, offered):
            if tally.filled.get(line.id, 0) >= line.required:
                break
            if tally.first_broken(served) is None:
                chosen[place].append(served)
                tally.take(served)
                for other in tallies:
                    if other is not tally:
                        other.take_elsewhere(served.unit)
    return tuple(package_of(one, units, served, ALGORITHM) for one, served in zip(terms, chosen, strict=True))


def improved_in_turn(
    cases: Sequence[ForceCase], units: Units, packages: Sequence[ForcePackage], improve: Improve
) -> tuple[ForcePackage, ...]:
    """The packages made better, one scenario after the other, each beside what the others send; never worse.

    It ends where a round over all of them brings nothing. What two scenarios would gain by an exchange is not found.
    """
    found = list(packages)
    for _ in range(ROUNDS_MAX):
        before = [one.weighted_shortfall for one in found]
        for place, case in enumerate(cases):
            if not found[place].weighted_shortfall:
                continue
            own = {one.unit for one in found[place].assignments}
            busy = {one.unit for package in found for one in package.assignments} - own
            rest = tuple(unit for unit in units if unit.id not in busy)
            left = _caps_left(case, units, busy, rest)
            terms = terms_of(left)
            start = package_of(terms, rest, served_in(terms, rest, found[place]), found[place].algorithm)
            if verify(left, rest, start):  # what its caps leave was rounded down below what is sent
                continue
            if (better := improve(left, rest, start)).weighted_shortfall < start.weighted_shortfall:
                terms = terms_of(case)
                found[place] = package_of(terms, units, served_in(terms, units, better), better.algorithm)
        if [one.weighted_shortfall for one in found] == before:
            break
    return tuple(found)


def tallies_of(cases: Sequence[ForceCase], units: Units, packages: Sequence[ForcePackage]) -> tuple[Tally, ...]:
    """Of each scenario what its units have taken, and which units serve another."""
    by_id = {unit.id: unit for unit in units}
    found = []
    for place, case in enumerate(cases):
        tally = tally_of(terms_of(case), units, packages[place])
        for other, package in enumerate(packages):
            for one in package.assignments if other != place else ():
                tally.take_elsewhere(by_id[one.unit])
        found.append(tally)
    return tuple(found)


def _caps_left(case: ForceCase, units: Units, busy: set[str], rest: Units) -> ForceCase:
    """The case with what its caps leave of the rest of the inventory, once the busy units are sent elsewhere.

    In whole per cent, rounded down: at most what the caps allow over all.
    """
    counted = case.counted

    def strength(of: Units, cap: Cap) -> int:
        return sum(one.strength for one in of if (one.nation, counted[one.capability]) == (cap.nation, cap.counted))

    sent = tuple(unit for unit in units if unit.id in busy)
    rows = []
    for cap in case.cap:
        allowed = cap.percent * strength(units, cap) - 100 * strength(sent, cap)
        there = strength(rest, cap)
        rows.append(replace(cap, percent=min(100, allowed // there) if there else 0))
    return replace(case, cap=tuple(rows))
