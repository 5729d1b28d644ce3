"""What differs between two charters, or between two days of one, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tocsin.charter.changes import EVIDENCE, Change, Key, compare, structs_of
from tocsin.charter.forum import forums_on
from tocsin.charter.model import Area, Conduct, Duty, Matter
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import RuleRow
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.names import names_on, party_name
from tocsin.charter.told.words import condition_words, grave_words, history_words, report_words, rule_words

HEADINGS = {
    "membership": "Parties", "party": "Names of parties", "organ": "Organs", "office": "Offices", "matter": "Matters",
    "rule": "Rules", "duty": "Duties", "provision": "Provisions", "conduct": "Conduct",
    "reading": "Readings", "status": "Statuses", "group": "Groups", "weights": "Weights", "area": "Areas",
    "instrument": "Instruments", "clause": "Clauses",
}  # fmt: skip
NAMES = ("title", "name", "says", "summary", "status", "kind")
"""Fields that tell a reader what a row is, the first that it has."""


class FieldWords(Struct, frozen=True, kw_only=True):
    """One field of a changed row, in words; empty where the row does not give it."""

    field: str
    old: str
    new: str


class ChangeView(Struct, frozen=True, kw_only=True):
    """One row that differs: as data, and in words."""

    change: Change
    says: str
    """what the row is: its title, its name or the rule in words"""
    words: tuple[FieldWords, ...]


def changes_of(old: Snapshot, new: Snapshot) -> tuple[ChangeView, ...]:
    """What makes of the first the second."""
    before, after = _Words(old), _Words(new)
    return tuple(_told(change, before, after) for change in compare(old, new).changes)


class _Words:
    """The rows of one side, in words."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.structs: Mapping[Key, Struct] = structs_of(snapshot)
        self.names = names_on(snapshot)

    def says(self, key: Key) -> str:
        row = self.structs[key]
        if isinstance(row, RuleRow):
            return self._rule(row, key.reading)
        if key.table == "membership":
            return f"{party_name(self.snapshot, getattr(row, 'party', ''))}: {getattr(row, 'status', '')}"
        if isinstance(row, Conduct):
            two = f"; two persons {', '.join(grave_words(name) for name in row.two_persons)}" if row.two_persons else ""
            return f"newcomers read {history_words(row.joiner_history)}{two}"
        return next((str(getattr(row, name)) for name in NAMES if getattr(row, name, "")), "")

    def field(self, key: Key, name: str) -> str:
        """One field of a row; nothing where the row does not give it."""
        row = self.structs[key]
        value = next(
            (
                getattr(row, attribute)
                for attribute, written in zip(row.__struct_fields__, row.__struct_encode_fields__, strict=True)
                if written == name
            ),
            None,
        )
        if isinstance(row, Matter) and name == "forum":
            return "; ".join(self._forums(row, key.reading))
        if isinstance(row, Area | Duty) and name in ("where", "when") and value is not None:
            return condition_words(value)
        if isinstance(row, Duty) and name == "unless":
            return "; ".join(part.why for part in row.unless)
        if isinstance(row, Duty) and name == "report":
            return "; ".join(report_words(part) for part in row.report)
        return _plain(value)

    def _forums(self, matter: Matter, reading: str) -> Iterator[str]:
        for forum in forums_on(self.snapshot, matter):
            said = "unset" if forum.rule == "unset" else self._rule(forum.rule, forum.reading or reading)
            yield f"{self.names.get(forum.organ, forum.organ)}: {said}"

    def _rule(self, row: Any, reading: str) -> str:  # noqa: ANN401  # a member of the union of rules
        rules = self.snapshot.under((reading,)).rules if reading else self.snapshot.rules
        return rule_words(row, rules)


def _told(change: Change, before: _Words, after: _Words) -> ChangeView:
    new_key = change.key._replace(id=change.new_id or change.id)
    if change.kind == "added":
        return ChangeView(change=change, says=after.says(new_key), words=())
    if change.kind == "removed":
        return ChangeView(change=change, says=before.says(change.key), words=())
    says = after.says(new_key)
    words = [
        FieldWords(field=one.field, old=before.field(change.key, one.field), new=after.field(new_key, one.field))
        for one in change.fields
    ]
    if change.table == "rule":
        # The fields of a rule say little one by one; the sentence they make together does.
        words = [field for field in words if field.field in EVIDENCE]
        if not change.same_meaning:
            words.insert(0, FieldWords(field="rule", old=before.says(change.key), new=says))
            says = ""
    return ChangeView(change=change, says=says, words=tuple(words))


def _plain(value: object) -> str:
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value)
    if isinstance(value, Struct) and not isinstance(value, Row):
        given = {name: getattr(value, name) for name in value.__struct_fields__}
        return ", ".join(f"{name} {_plain(part)}" for name, part in given.items() if part)
    return str(value)
