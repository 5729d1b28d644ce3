"""What differs between two charters, or between one charter on two days: row by row, field by field.

`rows_of` gives the rows that hold on a snapshot's day as plain dictionaries, as a charter file would write them but
for their dates; `compare` finds what was added, removed, changed or only renamed; `apply` makes of the first rows the
second. Rules are compared by what they mean: with all references resolved and all shares reduced.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from tocsin.charter.forum import resolve
from tocsin.charter.model import Matter, Membership
from tocsin.charter.rows import Row
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import Rule
from tocsin.charter.snapshot import Snapshot
from tocsin.errors import TermError
from tocsin.terms import SourceClass

ORDER = (
    "membership",
    "party",
    "organ",
    "office",
    "matter",
    "rule",
    "duty",
    "provision",
    "conduct",
    "reading",
    "status",
    "group",
    "weights",
    "area",
    "instrument",
    "clause",
)
"""Tables in the order in which a reader wants their changes."""

BOOKKEEPING = ("from", "to", "recorded", "key", "supersedes")
"""When a row held and how it was filed: the same law may stand in a row of other dates."""

EVIDENCE = frozenset({"clause", "source", "class", "note", "unset", "why"})
"""What a row rests on. A change in these alone leaves its meaning as it was."""

_FRACTION = re.compile(r"\d+/\d+")
_NUMBER = re.compile(r"(\d+)")


class Key(NamedTuple):
    """Which row: its table, its id (of a membership the party; party and status where that is an overlay), and the
    reading under which it counts, empty for a plain row."""

    table: str
    id: str
    reading: str = ""


PlainRow = dict[str, Any]
Rows = dict[Key, PlainRow]


class Basis(Struct, frozen=True, kw_only=True):
    """The clause a row rests on, and how it was seen."""

    clause: str
    source_class: SourceClass


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field, before and after; None where the row does not give it."""

    field: str
    old: Any = None
    new: Any = None


class Change(Struct, frozen=True, kw_only=True):
    """One row that differs. Its fields hold all that it takes to turn the old row into the new one."""

    kind: Literal["added", "removed", "changed", "renamed"]
    table: str
    id: str
    reading: str = ""
    new_id: str = ""
    """of a renamed rule: its new id"""
    same_meaning: bool = False
    """whether only its name, what it rests on or the way it is written differs, and nothing that it says"""
    fields: tuple[FieldChange, ...] = ()
    row: PlainRow = {}
    """of an added or removed row: the whole of it"""
    old: Basis | None = None
    new: Basis | None = None
    felt_by: tuple[str, ...] = ()
    """of a rule whose meaning changed: the matters that are decided by it"""

    @property
    def key(self) -> Key:
        return Key(self.table, self.id, self.reading)


class Diff(Struct, frozen=True, kw_only=True):
    """All changes, by table in the order of ORDER, then by id, numbers in it by size."""

    changes: tuple[Change, ...]


def compare(old: Snapshot, new: Snapshot) -> Diff:
    """What makes of one day's charter the other's: two days of one charter, or any two charters."""
    before, after = _Side(old), _Side(new)
    found = [*_renamed(before, after)]
    gone = {change.key for change in found}
    come = {Key("rule", change.new_id, change.reading) for change in found}
    for key in before.rows.keys() | after.rows.keys():
        if key not in before.rows and key not in come:
            found.append(_one(key, "added", after, new=after.basis(key)))
        elif key not in after.rows and key not in gone:
            found.append(_one(key, "removed", before, old=before.basis(key)))
        elif key in before.rows and key in after.rows and before.rows[key] != after.rows[key]:
            found.append(_changed(key, before, after))
    return Diff(changes=tuple(sorted(found, key=_place)))


def rows_of(snapshot: Snapshot) -> Rows:
    """The rows that hold on the day, plainly or under any reading, as a file writes them, without their dates.

    A membership keeps its first day; of a matter's forums, those open on the day are given.
    """
    return _Side(snapshot).rows


def structs_of(snapshot: Snapshot) -> dict[Key, Struct]:
    """The same rows as structs."""
    return _Side(snapshot).structs


def apply(rows: Mapping[Key, PlainRow], diff: Diff) -> Rows:
    """The rows with all changes made. Raises TermError where the rows are not those that the diff starts from."""
    made = {key: dict(row) for key, row in rows.items()}
    for change in diff.changes:
        if change.kind == "added":
            if change.key in made:
                raise TermError(f"this diff does not fit: there is a {change.table} '{change.id}' already")
            made[change.key] = dict(change.row)
            continue
        if change.key not in made:
            raise TermError(f"this diff does not fit: there is no {change.table} '{change.id}'")
        row = made.pop(change.key)
        if change.kind != "removed":
            new_key = change.key._replace(id=change.new_id) if change.new_id else change.key
            made[new_key] = _with(row, change)
        elif row != change.row:
            raise TermError(f"this diff does not fit: {change.table} '{change.id}' says something else here")
    return made


class _Side:
    """One of the two: its rows as written, and the structs behind them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.structs: dict[Key, Struct] = dict(_structs(snapshot))
        self.rows: Rows = {key: _plain(key, value, snapshot) for key, value in self.structs.items()}
        self._meanings: dict[Key, object] = {}

    def basis(self, key: Key) -> Basis | None:
        row = self.structs[key]
        if not isinstance(row, Row) or not (row.clause or row.class_):
            return None  # a name, or a status that is built in
        return Basis(clause=row.clause, source_class=self.snapshot.source_class(row))

    def rules(self, reading: str) -> Mapping[str, Rule]:
        return self.snapshot.under((reading,)).rules if reading else self.snapshot.rules

    def meaning(self, key: Key) -> object:
        """What a row says, whatever it is called and rests on. A matter's forums say their rules, not the names."""
        if key not in self._meanings:
            row = {name: value for name, value in self.rows[key].items() if name not in EVIDENCE}
            if key.table == "rule":
                row = meaning(self.structs[key], self.rules(key.reading))  # type: ignore[arg-type]  # it is a rule
            elif key.table == "matter":
                row["forum"] = [self._forum(forum, key.reading) for forum in row["forum"]]
            self._meanings[key] = row
        return self._meanings[key]

    def _forum(self, forum: PlainRow, reading: str) -> PlainRow:
        said = {name: value for name, value in forum.items() if name not in EVIDENCE}
        rules = self.rules(forum.get("reading", "") or reading)
        return said | ({"rule": meaning(rules[said["rule"]], rules)} if said["rule"] in rules else {})

    def decided_by(self, rule: str) -> set[str]:
        """The matters that have an open forum under this rule, directly or inside another rule."""
        found = set()
        for key, row in self.structs.items():
            if isinstance(row, Matter):
                named = {forum["rule"] for forum in self.rows[key]["forum"]}
                if rule in named | {inner for name in named for inner in self._named_in(name, set())}:
                    found.add(key.id)
        return found

    def _named_in(self, rule: str, seen: set[str]) -> set[str]:
        for key, row in self.structs.items():
            if key.table == "rule" and key.id == rule:
                for part in walk(row):  # type: ignore[arg-type]  # the row of a rule is a rule
                    if isinstance(part, str) and part not in seen:
                        seen.add(part)
                        self._named_in(part, seen)
        return seen


def meaning(rule: Rule, rules: Mapping[str, Rule]) -> PlainRow:
    """A rule as it counts: what it names put in its place, shares reduced, without names, dates and sources."""
    stripped = _stripped(msgspec.to_builtins(resolve(rule, rules)))
    assert isinstance(stripped, dict)
    return stripped


def _stripped(value: object) -> object:
    if isinstance(value, dict):
        # The id of an option is part of its question; a rule, which has a kind, means the same under any id.
        aside = {*EVIDENCE, *BOOKKEEPING, "reading", *(("id",) if "kind" in value else ())}
        return {name: _stripped(part) for name, part in value.items() if name not in aside}
    if isinstance(value, list | tuple):
        return [_stripped(part) for part in value]
    if isinstance(value, str) and _FRACTION.fullmatch(value):
        return str(Fraction(value))
    return value


def _structs(snapshot: Snapshot) -> Iterator[tuple[Key, Struct]]:
    """Every row of the day by its key, and those that count only under a reading nobody has chosen."""
    for party in snapshot.document.party:
        if snapshot.belongs(party.id):
            yield Key("party", party.id), party
    yield from _of_one(snapshot)
    for reading in snapshot.all_readings:
        if reading not in snapshot.readings:
            for key, row in _of_one(snapshot.under((reading,))):
                if key.reading == reading:
                    yield key, row


def _of_one(snapshot: Snapshot) -> Iterator[tuple[Key, Row]]:
    tables: dict[str, Mapping[str, Row]] = {
        "instrument": snapshot.instruments,
        "clause": snapshot.clauses,
        "reading": snapshot.all_readings,
        "status": snapshot.statuses,
        "group": snapshot.groups,
        "office": snapshot.offices,
        "organ": snapshot.organs,
        "weights": snapshot.weights,
        "rule": snapshot.rules,
        "matter": snapshot.matters,
        "area": snapshot.areas,
        "duty": snapshot.duties,
        "provision": snapshot.provisions,
        "conduct": {row.id: row for row in (snapshot.conduct,) if row is not None},
    }
    for table, rows in tables.items():
        for name, row in rows.items():
            yield Key(table, name, row.reading), row
    for member in snapshot.memberships:
        status = snapshot.statuses.get(member.status)
        name = f"{member.party} {member.status}" if status is not None and status.overlay else member.party
        yield Key("membership", name, member.reading), member


def _plain(key: Key, value: Struct, snapshot: Snapshot) -> PlainRow:
    row: PlainRow = msgspec.json.decode(msgspec.json.encode(value))  # as JSON: lists and texts
    kept = ("from",) if isinstance(value, Membership) else ()
    for name in BOOKKEEPING:
        if name not in kept:
            row.pop(name, None)
    if isinstance(value, Matter):
        row["forum"] = [
            {name: said for name, said in forum.items() if name not in BOOKKEEPING}
            for forum, struct in zip(row["forum"], value.forum, strict=True)
            if (struct.from_ is None or struct.from_ <= snapshot.on)
            and (struct.to is None or snapshot.on < struct.to)
            and struct.organ in snapshot.organs
        ]
    if key.table == "rule":
        row.setdefault("id", key.id)
    return row


def _renamed(before: _Side, after: _Side) -> Iterator[Change]:
    """Rules that are gone by their name and stand under another one."""
    come = [key for key in after.rows if key.table == "rule" and key not in before.rows]
    for key in sorted(before.rows):
        if key.table != "rule" or key in after.rows:
            continue
        same = [other for other in come if other.reading == key.reading and before.meaning(key) == after.meaning(other)]
        if same:
            come.remove(other := min(same))
            yield Change(
                kind="renamed",
                table="rule",
                id=key.id,
                reading=key.reading,
                new_id=other.id,
                same_meaning=True,
                fields=_fields(before.rows[key], after.rows[other]),
                old=before.basis(key),
                new=after.basis(other),
            )


def _one(
    key: Key, kind: Literal["added", "removed"], side: _Side, old: Basis | None = None, new: Basis | None = None
) -> Change:
    return Change(kind=kind, table=key.table, id=key.id, reading=key.reading, row=side.rows[key], old=old, new=new)


def _changed(key: Key, before: _Side, after: _Side) -> Change:
    same = before.meaning(key) == after.meaning(key)
    felt = before.decided_by(key.id) | after.decided_by(key.id) if key.table == "rule" and not same else set()
    return Change(
        kind="changed",
        table=key.table,
        id=key.id,
        reading=key.reading,
        same_meaning=same,
        fields=_fields(before.rows[key], after.rows[key]),
        old=before.basis(key),
        new=after.basis(key),
        felt_by=tuple(sorted(felt)),
    )


def _place(change: Change) -> tuple[object, ...]:
    parts = [(int(part) if part.isdecimal() else -1, part) for part in _NUMBER.split(change.id)]
    return ORDER.index(change.table), parts, change.reading


def _fields(old: PlainRow, new: PlainRow) -> tuple[FieldChange, ...]:
    names = dict.fromkeys((*old, *new))
    return tuple(
        FieldChange(field=name, old=old.get(name), new=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _with(row: PlainRow, change: Change) -> PlainRow:
    made = dict(row)
    for field in change.fields:
        if made.get(field.field) != field.old:
            found = f"'{field.field}' of {change.table} '{change.id}' is not what it starts from"
            raise TermError(f"this diff does not fit: {found}")
        made.pop(field.field, None)
        if field.new is not None:
            made[field.field] = field.new
    return made
