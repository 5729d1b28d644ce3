"""Reading the record of a real operation, a TOML file: every mistake with file, line, field and how to mend it.

docs/FORCES.md, part 14, says what its tables hold.
"""

from collections.abc import Iterable, Iterator

from tocsin.charter.files.catalog import find
from tocsin.charter.files.disk import Folder, decode, read_bytes, resource_path
from tocsin.charter.files.loader import BYTES_MAX, check_format, convert, parse_toml
from tocsin.charter.files.locate import Mistake, Path, located
from tocsin.charter.files.structure import suggestion
from tocsin.errors import ForcesError, Problem
from tocsin.forces.case_checks import A_NATION, is_nation
from tocsin.forces.model import ForceCase, Unit
from tocsin.forces.record_days import TOGETHER
from tocsin.forces.record_model import Record
from tocsin.forces.wording import many, some

SCHEMA = 1
FOLDER = "operations/sent"
"""Where the shipped records lie."""
DAYS_MAX = 2_000
"""How far from the decision a record may reach."""
NAMED_MAX = 6
YEAR_MAX = 9_000
"""The last year of a decision, so that every day of a plan is still a date."""


def load_record(
    path_or_name: str | Folder,
    case: ForceCase,
    units: Iterable[Unit],
    *,
    case_name: str = "the case",
    inventory_name: str = "the inventory",
) -> Record:
    """The record in a file, or the shipped one of that name, of this case and inventory, which messages name so.

    Raises NotFound where there is none, and ForcesError with every mistake in it: lines, units, nations and
    sightings that there are not, a line or unit without its statement, days too far away. Where a shipped record does
    not fit a case or an inventory, that is told as theirs.
    """
    path = find(str(path_or_name), FOLDER, "record of what was sent")
    name = str(path)
    text = decode(read_bytes(path, BYTES_MAX, ForcesError), name, ForcesError)
    raw = parse_toml(text, name, ForcesError)
    check_format(raw, SCHEMA, "docs/FORCES.md", text, name, ForcesError)
    record = convert(raw, Record, text, name, ForcesError)
    known = tuple(units)
    if record.record.case != case.case.id:
        said = f"it is the record of '{record.record.case}', and the case is '{case.case.id}'"
        fix = "name the record of this case with --record"
        raise ForcesError(located([Mistake(("record", "case"), said, case.case.id, fix)], text, name))
    if path.parent == resource_path(FOLDER, "").parent and (
        strange := list(_strange(record, case, known, (case_name, inventory_name)))
    ):
        raise ForcesError(strange)
    if found := [*_named(record, case, known), *_stated_once(record, case, known), *_sightings(record, case)]:
        raise ForcesError(located(found, text, name))
    return record


def _named(record: Record, case: ForceCase, units: Iterable[Unit]) -> Iterator[Mistake]:
    """Lines, units and nations that the record speaks of and that there are not."""
    lines, ids = [line.id for line in case.line], [unit.id for unit in units]
    named: list[tuple[Path, str, str, list[str]]] = []
    named += [(("asked", index, "line"), "line", one.line, lines) for index, one in enumerate(record.asked)]
    named += [(("seen", index, "line"), "line", one.line, lines) for index, one in enumerate(record.seen)]
    for index, offer in enumerate(record.offer):
        named += [(("offer", index, "units", place), "unit", unit, ids) for place, unit in enumerate(offer.units)]
    for path, kind, name, known in named:
        if name not in known:
            yield Mistake(path, f"there is no {kind} '{name}'", ", ".join(known), suggestion(name, known))
    nations = [(("seen", index, "nation"), one.nation) for index, one in enumerate(record.seen)]
    nations += [(("beside", index, "nation"), one.nation) for index, one in enumerate(record.beside)]
    for place, nation in nations:
        if nation != TOGETHER and not is_nation(nation):
            yield Mistake(place, f"'{nation}' is no state", A_NATION)


def _strange(record: Record, case: ForceCase, units: Iterable[Unit], files: tuple[str, str]) -> Iterator[Problem]:
    """In what a case and an inventory, in files of these names, part from a shipped record, which fits its own."""
    lines = {one.line for one in record.asked}
    offered = {unit for offer in record.offer for unit in offer.units}
    for file, kind, there, told in (
        (files[0], "line", [line.id for line in case.line], lines),
        (files[1], "unit", [unit.id for unit in units], offered),
    ):
        unknown = [name for name in there if name not in told]
        missing = sorted(told.difference(there))
        said = [f"the record says nothing of {many(len(unknown), kind)}: {some(unknown, NAMED_MAX)}"] if unknown else []
        said += [f"{many(len(missing), kind)} of the record not there: {some(missing, NAMED_MAX)}"] if missing else []
        if said:
            known = f"the {kind}s of the shipped record: {some(sorted(told), NAMED_MAX)}"
            yield Problem(file, 0, "", "; ".join(said), known, "name a record of its own with --record")
    decided = [one.on for one in record.milestone if one.kind == "decision"]
    if case.case.activation not in decided:
        said_of = f"it counts from {case.case.activation}, and the shipped record has no decision on that day"
        days = ", ".join(str(day) for day in decided)
        yield Problem(files[0], 0, "case.activation", said_of, days, "name a record of its own with --record")


def _stated_once(record: Record, case: ForceCase, units: Iterable[Unit]) -> Iterator[Mistake]:
    """Lines and units that have no statement where their figures come from, or two."""
    asked: list[tuple[Path, str]] = [(("asked", index, "line"), one.line) for index, one in enumerate(record.asked)]
    offered: list[tuple[Path, str]] = [
        (("offer", index, "units", place), unit)
        for index, one in enumerate(record.offer)
        for place, unit in enumerate(one.units)
    ]
    for table, kind, names, stated in (
        ("asked", "line", [line.id for line in case.line], asked),
        ("offer", "unit", [unit.id for unit in units], offered),
    ):
        first = {name for _, name in stated}
        for name in names:
            if name not in first:
                found = f"nothing says where the figures of the {kind} '{name}' come from"
                yield Mistake((), found, f"an [[{table}]] that names it", "add one, with its source")
        for path, name in stated:
            if name not in first:
                yield Mistake(
                    path, f"there is already an [[{table}]] of '{name}'", "one", "put what differs into conflict"
                )
            first.discard(name)


def _sightings(record: Record, case: ForceCase) -> Iterator[Mistake]:
    """Sightings that contradict nothing, begin after they are sure or lie too far away; no word of the decision."""
    by_id = {one.id: one for one in record.seen if one.id}
    zero = case.case.activation
    for index, one in enumerate(record.seen):
        path: Path = ("seen", index)
        if one.id and by_id[one.id] is not one:
            yield Mistake((*path, "id"), f"there is another sighting '{one.id}'", "", "give it another name")
        if one.instead_of:
            rival = by_id.get(one.instead_of)
            if rival is None or (rival.line, rival.nation) != (one.line, one.nation) or rival.instead_of:
                found = f"there is no sighting '{one.instead_of}' of the same line and nation"
                yield Mistake((*path, "instead_of"), found, ", ".join(by_id), "name the one that it contradicts")
        if (other := _on_the_same_day(record, index)) is not None:
            found = f"the same nation is seen on {one.on} already, in seen[{other}]"
            yield Mistake((*path, "on"), found, "one sighting a day", "say which it contradicts with instead_of")
        if one.since is not None and one.since > one.on:
            yield Mistake((*path, "since"), f"it may begin on {one.since} and is sure on {one.on}", "an earlier day")
    if not any(one.kind == "decision" and one.on == zero for one in record.milestone):
        found = f"nothing says that it was decided on {zero}, the day of activation"
        yield Mistake((), found, "a [[milestone]] of kind decision on that day", "add it, with its source")
    dated = [(("seen", index, "on"), one.on) for index, one in enumerate(record.seen)]
    dated += [(("milestone", index, "on"), one.on) for index, one in enumerate(record.milestone)]
    for place, day in dated:
        if zero.year > YEAR_MAX or not -DAYS_MAX <= (day - zero).days <= DAYS_MAX:
            yield Mistake(place, f"{day} lies too far from the decision on {zero}", f"at most {DAYS_MAX:,} days")


def _on_the_same_day(record: Record, index: int) -> int | None:
    """The sighting before this one that is of the same line, nation and day in one account; which counts is unclear."""
    one = record.seen[index]
    for place, other in enumerate(record.seen[:index]):
        alike = (other.line, other.nation, other.on) == (one.line, one.nation, one.on)
        contradict = one.instead_of and one.instead_of in (other.id, other.instead_of)
        contradict = contradict or (other.instead_of and other.instead_of == one.id)
        if alike and not contradict and not (one.instead_of and other.instead_of):
            return place
    return None
