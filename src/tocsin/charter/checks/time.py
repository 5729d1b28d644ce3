"""Checks on the two dates of a row: when it holds, and since when it could be known."""

from collections.abc import Iterator

from tocsin.charter.checks.index import TABLES, Index, Node
from tocsin.charter.files.locate import Mistake
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.model import DEFAULT_STATUSES, Forum, Membership, Notice
from tocsin.charter.rows import Row


def backwards(index: Index) -> Iterator[Mistake]:
    """Rows and forums that end before they begin, and notices that take effect before they are given."""
    for node in index.nodes:
        value = node.value
        if isinstance(value, Notice):
            if value.given and value.effective and value.effective < value.given:
                found = f"the notice takes effect on {value.effective}, before it was given on {value.given}"
                yield Mistake((*node.path, "effective"), found)
        elif isinstance(value, Row | Forum) and (end := value.to) is not None:
            if value.from_ is not None and end <= value.from_:
                found = f"it ends on {end} and begins on {value.from_}, so it holds on no day"
                yield Mistake((*node.path, "to"), found, "a day after 'from': the first day it no longer holds")
            elif node.span.is_empty:
                found = f"it ends on {end}, before what it rests on or stands in begins ({node.span.start})"
                yield Mistake((*node.path, "to"), found, "", "give 'from', or rest it on the clause of its time")


def duplicates(index: Index) -> Iterator[Mistake]:
    """Two rows of one id that hold on one day, are known on one day, and do not exclude each other by reading."""
    for (table, name), nodes in index.by_id.items():
        if not name or table in ("party", "conduct"):
            continue  # names have no dates; of conduct only one row holds, whatever its id
        for first, second in clashes(index, nodes):
            found = f"{table} '{name}' stands on line {index.line(first.path)} already, and both hold"
            fix = "close the earlier row with 'to', or give it a key and let the later one supersede it"
            yield Mistake((*second.path, "id"), f"{found} {second.span.within(first.span)}", "", fix)


def memberships(index: Index) -> Iterator[Mistake]:
    """Two statuses of one party on one day, where neither is laid over the other."""
    statuses = {row.id: row for row in (*DEFAULT_STATUSES, *index.document.status)}
    overlays = {row.id for row in statuses.values() if row.overlay}
    by_party: dict[str, list[Node]] = {}
    for node in index.rows("membership"):
        row = node.value
        if isinstance(row, Membership) and row.status not in overlays:
            by_party.setdefault(row.party, []).append(node)
    for party, nodes in by_party.items():
        for first, second in clashes(index, nodes):
            other = f"the row on line {index.line(first.path)} (status '{getattr(first.value, 'status', '')}')"
            found = f"{party} has this status and that of {other} at once, {second.span.within(first.span)}"
            fix = "close the earlier row with 'to' on the day the later one begins; or, where this row corrects it, "
            fix += "give the earlier row a key and name that here under 'supersedes'"
            yield Mistake(second.path, found, "one status a day", fix)


def conduct(index: Index) -> Iterator[Mistake]:
    """Two rows on conduct that hold on one day."""
    for first, second in clashes(index, list(index.rows("conduct"))):
        found = f"conduct stands on line {index.line(first.path)} already, and both hold"
        fix = "close the earlier row with 'to', or give it a key and let the later one supersede it; "
        fix += "a reform's row takes the place of the one whose id it has"
        yield Mistake(second.path, f"{found} {second.span.within(first.span)}", "one row on any day", fix)


def keys(index: Index) -> Iterator[Mistake]:
    """Keys given twice, and rows that supersede a key nobody has, or in the end themselves."""
    for table in TABLES:
        nodes = [node for node in index.rows(table) if isinstance(node.value, Row)]
        given: dict[str, Node] = {}
        follows: dict[str, str] = {}
        for node in nodes:
            row = node.value
            assert isinstance(row, Row)
            if row.key and row.key in given:
                found = f"the key '{row.key}' stands on line {index.line(given[row.key].path)} already"
                yield Mistake((*node.path, "key"), found, "a key of its own for each row")
            elif row.key:
                given[row.key] = node
                follows[row.key] = row.supersedes
        for node in nodes:
            row = node.value
            assert isinstance(row, Row)
            if row.supersedes and row.supersedes not in given:
                accepted = ", ".join(given) or "no row of this table has a key yet"
                found = f"no row of [[{table}]] has the key '{row.supersedes}'"
                fix = suggestion(row.supersedes, list(given)) or "give the earlier row that key"
                yield Mistake((*node.path, "supersedes"), found, accepted, fix)
            elif row.key and _returns(row.key, follows):
                yield Mistake((*node.path, "supersedes"), f"'{row.key}' in the end supersedes itself")


def clashes(index: Index, nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Pairs of rows (the earlier in the file first) that hold and are known on one day and do not exclude each
    other by reading. A row is reported once, with the first row it clashes with."""
    known = [index.known(node) for node in nodes]
    for later, second in enumerate(nodes):
        for earlier, first in enumerate(nodes[:later]):
            together = known[earlier].meets(known[later])
            if together and first.span.meets(second.span) and not index.exclude(first.reading, second.reading):
                yield first, second
                break


def _returns(key: str, follows: dict[str, str]) -> bool:
    """Whether following the superseded keys from `key` leads back to it."""
    seen = set()
    at = follows.get(key, "")
    while at and at not in seen:
        if at == key:
            return True
        seen.add(at)
        at = follows.get(at, "")
    return False
