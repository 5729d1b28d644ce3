"""Reading a case of forces (TOML) and a plan (JSON): every mistake with file, line, field and how to mend it."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.files.catalog import find
from tocsin.charter.files.disk import Folder, decode, read_bytes, resource_path
from tocsin.charter.files.loader import BYTES_MAX, check_format, convert, hidden_characters, parse_toml
from tocsin.charter.files.locate import Mistake, located, readable
from tocsin.charter.files.structure import mistakes
from tocsin.errors import ForcesError, Problem
from tocsin.forces.case_checks import case_mistakes
from tocsin.forces.model import Capability, ForceCase, Plan
from tocsin.forces.unit_checks import twice_mistakes, unit_mistakes

SCHEMA = 1
FOLDER = "operations"
"""Where the shipped cases and inventories lie."""
PLAN_BYTES_MAX = 40_000_000
PLAN_PROBLEMS_MAX = 20
PRINT_IT = "print one with: tocsin forces plan CASE --inventory UNITS --json"
IN_JSON: tuple[tuple[str, str], ...] = (
    ("a list of tables", "a list of objects"),
    ("a single table", "a single object"),
    ("a table", "an object"),
    ("a text in quotes", "a text"),
    ("None stands", "null stands"),
)
"""What the words for TOML are in JSON."""


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
    if found := list(case_mistakes(whole, len(case.capability))):
        raise ForcesError(located(found, text, name))
    return whole


def inventory_of(path_or_name: str, case: ForceCase) -> str:
    """The inventory that a case names, as `load_inventory` takes it: beside its file, else a shipped one.

    Raises ForcesError where the case names none, or one that there is not.
    """
    path, named = find(str(path_or_name), FOLDER, "case of forces"), case.case.inventory
    if not named:
        fix = 'say --inventory UNITS, or add inventory = "units.csv" to [case]'
        raise ForcesError([Problem(str(path), 0, "case.inventory", "the case names no inventory", "a file", fix)])
    beside = path.parent / named
    if beside.is_file():
        return str(beside)
    if resource_path(FOLDER, named).with_suffix(".csv").is_file():
        return named
    found, fix = f"there is no file '{named}' beside the case, and none ships", "put it there, or say --inventory UNITS"
    raise ForcesError([Problem(str(path), 0, "case.inventory", found, "a file beside the case, or a name", fix)])


@cache
def capabilities() -> tuple[Capability, ...]:
    """The capability codes that ship, in the order of their file."""
    path = resource_path("data", "capabilities")
    text = decode(read_bytes(path, BYTES_MAX, ForcesError), path.name, ForcesError)
    return convert(parse_toml(text, path.name, ForcesError), CapabilityFile, text, path.name, ForcesError).capability


def load_plan(path: Folder) -> Plan:
    """A plan as `forces plan --json` prints it.

    Raises ForcesError with every field that does not fit, and with what no reader of its case or inventory would take.
    """
    return plan_in(read_bytes(path, PLAN_BYTES_MAX, ForcesError), str(path))


def plan_in(content: bytes, name: str) -> Plan:
    """The plan in the bytes of such a file; `name` stands in messages."""
    try:
        raw = msgspec.json.decode(content.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ForcesError([Problem(name, 0, "", "this is not JSON", "a plan", PRINT_IT)]) from None
    try:
        plan = msgspec.convert(raw, Plan)
    except msgspec.ValidationError as error:
        found = [_in_json(one) for one in mistakes(raw, Plan)] or [Mistake((), str(error), "a plan")]
        raise _refused([*found[:-1], found[-1]._replace(fix=PRINT_IT)], name) from None
    check_plan(plan, name)
    return plan


def _in_json(one: Mistake) -> Mistake:
    """A mistake in the form of a plan, in the words of JSON. Nobody writes plans: they are printed."""
    found, accepted = one.found, one.accepted
    for word, instead in IN_JSON:
        found, accepted = found.replace(word, instead), accepted.replace(word, instead)
    fix = one.fix if one.fix.startswith("did you mean") else ""
    return one._replace(found=found, accepted=accepted, fix=fix)


def check_plan(plan: Plan, name: str) -> None:
    """Raises ForcesError with what no reader of a case or an inventory would take in a plan."""
    case = msgspec.to_builtins(plan.case)
    if found := list(_plan_mistakes(plan)) or hidden_characters({"case": case}):
        raise _refused(found, name)


def _refused(found: list[Mistake], name: str) -> ForcesError:
    """The error that tells the first of these mistakes of a plan by their fields."""
    told = [Problem(name, 0, readable(one.path), *one[1:]) for one in found[:PLAN_PROBLEMS_MAX]]
    if (more := len(found) - PLAN_PROBLEMS_MAX) > 0:
        told.append(Problem(name, 0, "", f"{more} more problems are not shown"))
    return ForcesError(told)


def _plan_mistakes(plan: Plan) -> Iterator[Mistake]:
    """What no reader of a case or an inventory would take. Whether offers have ended is left to the rules."""
    for one in case_mistakes(plan.case, len(plan.case.capability)):
        yield one._replace(path=("case", *one.path))
    known = {capability.id for capability in plan.case.capability}
    for index, unit in enumerate(plan.units):
        for one in unit_mistakes(unit, known):
            yield one._replace(path=("units", index, *one.path))
    for index, one in twice_mistakes(plan.units, lambda other: f"units[{other}]"):
        yield one._replace(path=("units", index, *one.path))
