"""What `tocsin charter diff` tells, as structs and in the terminal."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.charter.changes import EVIDENCE, Basis, Change, Key, compare, structs_of
from tocsin.charter.model import Area, Conduct, Duty, Forum, Matter
from tocsin.charter.reform import reforms_of
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import RuleRow
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.cli.charter_print import report_words
from tocsin.cli.charter_reforms import ReformView, print_reforms, views_of, why_hypothetical
from tocsin.cli.law_words import condition_words, grave_words, history_words, rule_words
from tocsin.cli.names import names_on, party_name
from tocsin.cli.tables import banner, class_text, indented, section, title

HEADINGS = {
    "membership": "Parties", "party": "Names of parties", "organ": "Organs", "office": "Offices", "matter": "Matters",
    "rule": "Rules", "duty": "Duties", "provision": "Provisions", "conduct": "Conduct",
    "reading": "Readings", "status": "Statuses", "group": "Groups", "weights": "Weights", "area": "Areas",
    "instrument": "Instruments", "clause": "Clauses",
}  # fmt: skip
SIGNS = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow"), "renamed": ("=", "cyan")}
NAMES = ("title", "name", "says", "summary", "status", "kind")
"""Fields that tell a reader what a row is, the first that it has."""


class SideView(Struct, frozen=True, kw_only=True):
    """One of the two charters that are compared, on its day."""

    charter: str
    title: str
    on: date
    hash: str
    hypothetical: bool


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


class DiffView(Struct, frozen=True, kw_only=True):
    """Everything that differs, grouped by table."""

    old: SideView
    new: SideView
    known: date | None
    hypothetical: bool
    why_hypothetical: str
    reforms: tuple[ReformView, ...]
    """reforms that only the second of the two has"""
    counts: dict[str, dict[str, int]]
    """table -> kind of change -> number of rows"""
    changes: tuple[ChangeView, ...]


def once_reformed(today: date, *charters: Charter) -> date:
    """Today, or the first day on which all reforms hold, where that is later."""
    return max([today, *(laid.reform.starts for charter in charters for laid in reforms_of(charter.document))])


def view_of(first: Charter, old: Snapshot, second: Charter, new: Snapshot) -> DiffView:
    """What makes of the first the second, with words for people."""
    found = compare(old, new).changes
    before, after = _Words(old), _Words(new)
    counts: dict[str, dict[str, int]] = {}
    for change in found:
        of_table = counts.setdefault(change.table, {})
        of_table[change.kind] = of_table.get(change.kind, 0) + 1
    drafts = [charter for charter in (second, first) if charter.document.charter.hypothetical]
    laid_before = {laid.reform for laid in reforms_of(first.document)}
    laid = zip(views_of(second.document), reforms_of(second.document), strict=True)
    return DiffView(
        old=_side(first, old),
        new=_side(second, new),
        known=new.known,
        hypothetical=bool(drafts),
        why_hypothetical=why_hypothetical(drafts[0].document) if drafts else "",
        reforms=tuple(view for view, one in laid if one.reform not in laid_before),
        counts=counts,
        changes=tuple(_told(change, before, after) for change in found),
    )


def print_diff(console: Console, view: DiffView) -> None:
    """Banner, the two sides, then table by table what differs."""
    banner(console, view.hypothetical, view.why_hypothetical)
    one = view.old.charter == view.new.charter
    days = f"from {view.old.on} to {view.new.on}" if one else f"on {view.new.on}"
    known = f", as known on {view.known}" if view.known else ""
    heading = view.old.title if one else f"From {view.old.title} to {view.new.title}"
    title(console, heading, f"{view.old.charter}{'' if one else f' → {view.new.charter}'} {days}{known}")
    print_reforms(console, view.reforms, view.new.on)
    console.print()
    if not view.changes:
        console.print(Text("Nothing differs."))
        return
    console.print(Text("+ added   − removed   ~ changed   = other name, same meaning", style="dim"))
    for table, said in HEADINGS.items():
        rows = [row for row in view.changes if row.change.table == table]
        if rows:
            section(console, f"{said} ({len(rows)})")
            for row in rows:
                _print_change(console, row)


def _print_change(console: Console, row: ChangeView) -> None:
    change = row.change
    sign, style = SIGNS[change.kind]
    under = f" (under the reading '{change.reading}')" if change.reading else ""
    renamed = f" → {change.new_id}" if change.new_id else ""
    what = Text.assemble((f"{sign} ", style), (f"{change.id}{renamed}", "bold"), under, f"  {row.says}  ")
    indented(console, what + _basis(change), 0, hang=4)
    for field in row.words:
        if field.field not in EVIDENCE:
            was, now = field.old or "not given", field.new or "not given"
            indented(console, Text.assemble((f"{field.field.replace('_', ' ')}: ", "dim"), was, " → ", now), 4, hang=4)
    if change.kind == "changed" and change.same_meaning:
        indented(console, "what it says is the same; its source, note, clause or wording differs", 4, "dim")
    if change.felt_by:
        indented(console, f"decides: {', '.join(change.felt_by)}", 4, "dim")


def _basis(change: Change) -> Text:
    """The clause it rests on and how that was seen; of a changed row both, where they differ."""
    bases = [basis for basis in dict.fromkeys((change.old, change.new)) if basis is not None]
    said = Text()
    for basis in bases:
        said.append(" → " if said else "")
        said.append_text(_one_basis(basis))
    return said


def _one_basis(basis: Basis) -> Text:
    clause = f"{basis.clause} " if basis.clause else ""
    return Text.assemble("[", (clause, "cyan"), class_text(basis.source_class), "]")


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
        for forum in matter.forum:
            if self._is_open(forum):
                under = forum.reading or reading
                rules = self.snapshot.under((under,)).rules if under else self.snapshot.rules
                said = "unset" if forum.rule == "unset" else rule_words(forum.rule, rules)
                yield f"{self.names.get(forum.organ, forum.organ)}: {said}"

    def _is_open(self, forum: Forum) -> bool:
        on = self.snapshot.on
        dated = (forum.from_ is None or forum.from_ <= on) and (forum.to is None or on < forum.to)
        return dated and forum.organ in self.snapshot.organs

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


def _side(charter: Charter, snapshot: Snapshot) -> SideView:
    about = charter.document.charter
    return SideView(
        charter=about.id, title=about.title, on=snapshot.on, hash=charter.hash, hypothetical=about.hypothetical
    )
