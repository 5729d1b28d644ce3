"""Alliances side by side on one day: every cell leads to the clauses it rests on, and says where nobody knows."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.errors import NotFound, TermError
from tocsin.measures.comparison_cells import cell
from tocsin.measures.comparison_model import Cell, Column, Comparison, TopicRow, Variant
from tocsin.measures.comparison_topics import TOPICS, Topic, lines_of
from tocsin.measures.comparison_words import party
from tocsin.terms import WEAK_CLASSES

TOPIC_IDS: tuple[str, ...] = tuple(topic.id for topic in TOPICS)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(topic.group for topic in TOPICS))


def compare(
    charters: Iterable[Charter], *, on: date, known: date | None = None, topics: Iterable[str] = ()
) -> Comparison:
    """What each charter says on each topic on `on`, as it could be known on `known` (None: as known today).

    No reading is chosen: where one would change a cell, its `contested` says how. `topics` keeps those topics only,
    by id. Raises TermError for the same alliance twice or for none, NotFound for an unknown topic.
    """
    held = list(charters)
    ids = [charter.id for charter in held]
    if not held or len(set(ids)) < len(ids):
        raise TermError("compare each alliance once" if held else "name at least one alliance to compare")
    chosen = list(topics)
    for topic in chosen:
        if topic not in TOPIC_IDS:
            raise NotFound("topic", topic, list(TOPIC_IDS))
    snapshots = [charter.as_of(on, known) for charter in held]
    rows = tuple(_row(topic, snapshots) for topic in TOPICS if not chosen or topic.id in chosen)
    return Comparison(
        on=on,
        known=known,
        columns=tuple(_column(charter, snapshot, rows) for charter, snapshot in zip(held, snapshots, strict=True)),
        rows=rows,
        names={code: party(snapshot, code) for snapshot in snapshots for code in snapshot.standings},
    )


def _row(topic: Topic, snapshots: Sequence[Snapshot]) -> TopicRow:
    cells = tuple(_cell(topic, snapshot) for snapshot in snapshots)
    return TopicRow(id=topic.id, group=topic.group, title=topic.title, cells=cells)


def _cell(topic: Topic, snapshot: Snapshot) -> Cell:
    """The cell without any reading, and what each reading would make of it."""
    plain = _plain(topic, snapshot)
    variants = [_variant(topic, snapshot, plain, reading) for reading in snapshot.all_readings]
    return replace(plain, contested=tuple(one for one in variants if one is not None))


def _plain(topic: Topic, snapshot: Snapshot) -> Cell:
    return cell(snapshot, lines_of(topic, snapshot))


def _variant(topic: Topic, snapshot: Snapshot, plain: Cell, reading: str) -> Variant | None:
    """What this reading adds to the cell and takes from it; None where it changes nothing."""
    other = _plain(topic, snapshot.under([reading]))
    before, after = {line.says for line in plain.lines}, {line.says for line in other.lines}
    if before == after:
        return None
    return Variant(
        question=snapshot.all_readings[reading].question,
        reading=reading,
        adds=tuple(line for line in other.lines if line.says not in before),
        drops=tuple(line.says for line in plain.lines if line.says not in after),
    )


def _column(charter: Charter, snapshot: Snapshot, rows: Iterable[TopicRow]) -> Column:
    cells = [one for row in rows for one in row.cells if one.alliance == charter.id]
    cited = dict.fromkeys(clause for one in cells for clause in one.clauses)
    lines = [line for one in cells for line in one.lines]
    weak = sum(line.source_class in WEAK_CLASSES for line in lines)
    return Column(
        id=charter.id,
        title=charter.document.charter.title,
        hypothetical=charter.document.charter.hypothetical,
        outline=charter.document.charter.outline,
        hash=charter.hash,
        members=tuple(sorted(snapshot.group("members"))),
        weak_percent=round(100 * weak / max(1, len(lines))),
        clauses={name: snapshot.clauses[name] for name in cited if name in snapshot.clauses},
    )
