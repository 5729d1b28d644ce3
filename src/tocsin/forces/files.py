"""Reading a case of forces (TOML) and a plan (JSON): every mistake with file, line, field and how to mend it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.files.catalog import find
from tocsin.charter.files.disk import Folder, decode, read_bytes, resource_path
from tocsin.charter.files.loader import BYTES_MAX, check_format, convert, parse_toml
from tocsin.charter.files.locate import Mistake, Path, located, readable
from tocsin.charter.files.structure import mistakes, suggestion
from tocsin.errors import ForcesError, Problem
from tocsin.forces.model import Capability, ForceCase, Plan
from tocsin.forces.operation_checks import operation_mistakes
from tocsin.states import is_state
from tocsin.terms import is_invented

SCHEMA = 1
FOLDER = "operations"
"""Where the shipped cases and inventories lie."""
PLAN_BYTES_MAX = 40_000_000
PLAN_PROBLEMS_MAX = 20
A_NATION = "an ISO 3166-1 alpha-3 code such as FRA, or XAA to XZZ for an invented state"
OWNERS = frozenset({"NATO"})
"""Alliances with forces that belong to no one state: NATO has its own fleet of early-warning aircraft."""


class CapabilityFile(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The capability codes that ship."""

    capability: tuple[Capability, ...]


def load_case(path_or_name: str | Folder) -> ForceCase:
    """The case in a file, or the shipped one of that name, with all capabilities it may speak of.

    Raises NotFound where there is none, and ForcesError with every mistake in it.
    """
    path = find(str(path_or_name), FOLDER, "case of forces")
    name = str(path)
    return case_in(decode(read_bytes(path, BYTES_MAX, ForcesError), name, ForcesError), name)


def case_in(text: str, name: str) -> ForceCase:
    """The case in the text of such a file; `name` stands in messages. Raises ForcesError with every mistake in it."""
    raw = parse_toml(text, name, ForcesError)
    check_format(raw, SCHEMA, "docs/FORCES.md", text, name, ForcesError)
    case = convert(raw, ForceCase, text, name, ForcesError)
    own = {capability.id for capability in case.capability}
    shipped = [capability for capability in capabilities() if capability.id not in own]
    whole = replace(case, capability=(*case.capability, *shipped))
    found = [*_capability_mistakes(case, whole), *_line_mistakes(whole), *_nation_mistakes(whole)]
    if found := [*found, *operation_mistakes(whole)]:
        raise ForcesError(located(found, text, name))
    return whole


def inventory_of(path_or_name: str, case: ForceCase) -> str:
    """The inventory that a case names, as `load_inventory` takes it: beside its file, else a shipped one.

    Raises ForcesError where the case names none.
    """
    path, named = find(str(path_or_name), FOLDER, "case of forces"), case.case.inventory
    if not named:
        fix = 'say --inventory UNITS, or add inventory = "units.csv" to [case]'
        raise ForcesError([Problem(str(path), 0, "case.inventory", "the case names no inventory", "a file", fix)])
    beside = path.parent / named
    return str(beside) if beside.is_file() else named


@cache
def capabilities() -> tuple[Capability, ...]:
    """The capability codes that ship, in the order of their file."""
    path = resource_path("data", "capabilities")
    text = decode(read_bytes(path, BYTES_MAX, ForcesError), path.name, ForcesError)
    return convert(parse_toml(text, path.name, ForcesError), CapabilityFile, text, path.name, ForcesError).capability


def load_plan(path: Folder) -> Plan:
    """A plan as `forces plan --json` prints it. Raises ForcesError with every field that does not fit."""
    return plan_in(read_bytes(path, PLAN_BYTES_MAX, ForcesError), str(path))


def plan_in(content: bytes, name: str) -> Plan:
    """The plan in the bytes of such a file; `name` stands in messages."""
    try:
        raw = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fix = "print one with: tocsin forces plan CASE --inventory UNITS --json"
        raise ForcesError([Problem(name, 0, "", "this is not JSON", "a plan", fix)]) from None
    try:
        return msgspec.convert(raw, Plan)
    except msgspec.ValidationError as error:
        found = mistakes(raw, Plan) or [Mistake((), str(error))]
        shown = found[:PLAN_PROBLEMS_MAX]
        raise ForcesError([Problem(name, 0, readable(one.path), *one[1:]) for one in shown]) from None


def is_nation(code: str) -> bool:
    """Whether a code is that of a state, one kept for invented states, or of an alliance that owns forces itself."""
    return is_invented(code) or is_state(code) or code in OWNERS


def unknown_capability(path: Path, name: str, known: Iterable[str]) -> Mistake:
    """The mistake of a capability that nobody defines."""
    codes = sorted(known)
    fix = suggestion(name, codes) or "name one of these, or add a [[capability]] to the case"
    return Mistake(path, f"there is no capability '{name}'", ", ".join(codes), fix)


def _capability_mistakes(case: ForceCase, whole: ForceCase) -> Iterator[Mistake]:
    known = {capability.id: capability.counted for capability in whole.capability}
    yield from _twice("capability", [capability.id for capability in case.capability])
    for index, capability in enumerate(case.capability):
        path: Path = ("capability", index)
        yield from _substitutes(path, capability.counted, capability.substitutes, known)
    for index, cap in enumerate(case.cap):
        if cap.counted not in known.values():
            units = sorted(set(known.values()))
            found = f"no capability counts '{cap.counted}'"
            yield Mistake(("cap", index, "counted"), found, ", ".join(units), suggestion(cap.counted, units))
    for (nation, counted), times in Counter((cap.nation, cap.counted) for cap in case.cap).items():
        if times > 1:
            index = max(place for place, cap in enumerate(case.cap) if (cap.nation, cap.counted) == (nation, counted))
            yield Mistake(("cap", index), f"{nation} has {times} caps for {counted}", "one", "remove the others")


def _line_mistakes(case: ForceCase) -> Iterator[Mistake]:
    known = {capability.id: capability.counted for capability in case.capability}
    yield from _twice("line", [line.id for line in case.line])
    for index, line in enumerate(case.line):
        path: Path = ("line", index)
        if line.capability not in known:
            yield unknown_capability((*path, "capability"), line.capability, known)
        yield from _substitutes(path, known.get(line.capability), line.substitutes or (), known)
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
            yield Mistake(path, f"'{nation}' is no state", A_NATION)


def _twice(table: str, names: list[str]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in first:
            yield Mistake((table, index, "id"), f"there is already a {table} '{name}'", "", "give it another name")
        first.setdefault(name, index)
