"""What a case of forces must get right beside its types, told as located mistakes. docs/FORCES.md, part 1."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.structure import suggestion
from tocsin.forces.arcs import ANYWHERE
from tocsin.forces.model import ForceCase
from tocsin.forces.operation_checks import operation_mistakes
from tocsin.states import is_state
from tocsin.terms import is_invented

A_NATION = "an ISO 3166-1 alpha-3 code such as FRA, or XAA to XZZ for an invented state"
OWNERS = frozenset({"NATO"})
"""Alliances with forces that belong to no one state: NATO has its own fleet of early-warning aircraft."""


def case_mistakes(case: ForceCase, own: int) -> Iterator[Mistake]:
    """All of them, of a case with all capabilities it may speak of; the first `own` of these are from its file."""
    yield from _capability_mistakes(case, own)
    yield from _cap_mistakes(case)
    yield from _line_mistakes(case)
    yield from _nation_mistakes(case)
    yield from operation_mistakes(case)


def is_nation(code: str) -> bool:
    """Whether a code is that of a state, one kept for invented states, or of an alliance that owns forces itself."""
    return is_invented(code) or is_state(code) or code in OWNERS


def unknown_nation(path: Path, code: str) -> Mistake:
    """The mistake of a code that is no nation's."""
    capitals = code.strip().upper()
    fix = f"write {capitals}" if is_nation(capitals) else ""
    return Mistake(path, f"'{code}' is no state", A_NATION, fix)


def unknown_capability(path: Path, name: str, known: Iterable[str]) -> Mistake:
    """The mistake of a capability that nobody defines."""
    codes = sorted(known)
    fix = suggestion(name, codes) or "name one of these, or add a [[capability]] to the case"
    return Mistake(path, f"there is no capability '{name}'", ", ".join(codes), fix)


def _capability_mistakes(case: ForceCase, own: int) -> Iterator[Mistake]:
    """Substitutes that count something else, also those of shipped codes for which the case puts its own."""
    known = case.counted
    names = [capability.id for capability in case.capability[:own]]
    yield from _twice("capability", names)
    for index, capability in enumerate(case.capability[:own]):
        yield from _substitutes(("capability", index), capability.counted, capability.substitutes, known)
    for shipped in case.capability[own:]:
        for name in shipped.substitutes:
            if name in names and known[name] != shipped.counted:
                found = f"'{name}' may stand in for '{shipped.id}', which counts {shipped.counted}"
                fix = f"give it an id of its own, or put a [[capability]] of its own in the place of '{shipped.id}'"
                yield Mistake(("capability", names.index(name), "counted"), found, shipped.counted, fix)


def _cap_mistakes(case: ForceCase) -> Iterator[Mistake]:
    units = sorted({*case.counted.values()})
    for index, cap in enumerate(case.cap):
        if cap.counted not in units:
            found = f"no capability counts '{cap.counted}'"
            yield Mistake(("cap", index, "counted"), found, ", ".join(units), suggestion(cap.counted, units))
    for (nation, counted), times in Counter((cap.nation, cap.counted) for cap in case.cap).items():
        if times > 1:
            index = max(place for place, cap in enumerate(case.cap) if (cap.nation, cap.counted) == (nation, counted))
            yield Mistake(("cap", index), f"{nation} has {times} caps for {counted}", "one", "remove the others")


def _line_mistakes(case: ForceCase) -> Iterator[Mistake]:
    known = case.counted
    yield from _twice("line", [line.id for line in case.line])
    for index, line in enumerate(case.line):
        path: Path = ("line", index)
        if line.capability not in known:
            yield unknown_capability((*path, "capability"), line.capability, known)
        yield from _substitutes(path, known.get(line.capability), line.substitutes or (), known)
        if line.destination.lower() == ANYWHERE:
            found = f"'{line.destination}' is no place: in transit_hours it stands for all that are not named"
            yield Mistake((*path, "destination"), found, "the name of a place", "name the place")
        if line.in_place_by_hours == 0:
            found = "nothing can be in place at the hour of activation"
            yield Mistake((*path, "in_place_by_hours"), found, "a whole number, 1 or more")


def _substitutes(path: Path, counted: str | None, named: tuple[str, ...], known: dict[str, str]) -> Iterator[Mistake]:
    for place, name in enumerate(named):
        at = (*path, "substitutes", place)
        if name not in known:
            yield unknown_capability(at, name, known)
        elif counted is not None and known[name] != counted:
            yield Mistake(at, f"'{name}' counts {known[name]}, and this counts {counted}", "one that counts the same")


def _nation_mistakes(case: ForceCase) -> Iterator[Mistake]:
    named: list[tuple[Path, str]] = [(("cap", index, "nation"), cap.nation) for index, cap in enumerate(case.cap)]
    named += [(("mandate", index, "nation"), mandate.nation) for index, mandate in enumerate(case.mandate)]
    named += [(("share", index, "nation"), share.nation) for index, share in enumerate(case.share)]
    for index, share in enumerate(case.share):
        if share.nation in {other.nation for other in case.share[:index]}:
            yield Mistake(("share", index), f"{share.nation} has another [[share]] above", "one", "remove one of them")
    for index, gate in enumerate(case.gate):
        named.append((("gate", index, "given_by"), gate.given_by))
        named += [(("gate", index, "nations", place), nation) for place, nation in enumerate(gate.nations)]
        if gate.from_ is not None and gate.until is not None and gate.until <= gate.from_:
            yield Mistake(
                ("gate", index, "until"), f"it ends on {gate.until} and begins on {gate.from_}", "a later day"
            )
    destinations = {line.destination for line in case.line}
    for index, gate in enumerate(case.gate):
        if gate.destination not in destinations:
            found = f"no line has the destination '{gate.destination}'"
            fix = suggestion(gate.destination, sorted(destinations))
            yield Mistake(("gate", index, "destination"), found, ", ".join(sorted(destinations)), fix)
    for path, nation in named:
        if not is_nation(nation):
            yield unknown_nation(path, nation)


def _twice(table: str, names: list[str]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in first:
            yield Mistake((table, index, "id"), f"there is already a {table} '{name}'", "", "give it another name")
        first.setdefault(name, index)
