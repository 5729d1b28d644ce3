"""Lines and cells: what stands in a comparison, always with the clauses it rests on."""

from collections.abc import Iterable

from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Snapshot
from tocsin.measures.comparison_model import Cell, CellStatus, Line, LineKind
from tocsin.terms import SOURCE_CLASSES, WEAK_CLASSES, PartyId, SourceClass


def line(
    snapshot: Snapshot,
    says: str,
    rows: Iterable[Row],
    *,
    clauses: Iterable[str] = (),
    kind: LineKind = "said",
    parties: Iterable[PartyId] = (),
    hours: int | None = None,
) -> Line:
    """A statement that rests on these rows and on these clauses beside theirs."""
    held = list(rows)
    extra = [clause for clause in clauses if clause]
    classes = [*(snapshot.source_class(row) for row in held), *(class_of(snapshot, clause) for clause in extra)]
    return Line(
        says=says,
        kind=kind,
        clauses=tuple(dict.fromkeys([*(row.clause for row in held if row.clause), *extra])),
        source_class=weakest(classes),
        parties=tuple(parties),
        hours=hours,
    )


def not_known(snapshot: Snapshot, row: Row, field: str, label: str = "") -> Line | None:
    """The line that says why no source gives a field; None where the row does not list it as unset."""
    if field not in row.unset:
        return None
    why = row.unset[field].rstrip(".")
    return line(snapshot, f"{label}{': ' if label else ''}not known (unset): {why}", [row], kind="not known")


def class_of(snapshot: Snapshot, clause: str) -> SourceClass:
    """How a clause was seen; one that is not in force on the day counts as remembered."""
    row = snapshot.clauses.get(clause)
    return row.class_ if row is not None and row.class_ is not None else "memory"


def weakest(classes: Iterable[SourceClass]) -> SourceClass:
    """The weakest of them by the order of SOURCE_CLASSES; memory for none."""
    return max(classes, key=SOURCE_CLASSES.index, default="memory")


def cell(snapshot: Snapshot, lines: Iterable[Line]) -> Cell:
    """The cell these lines make."""
    held = tuple(dict.fromkeys(lines))
    return Cell(alliance=snapshot.charter_id, status=_status(held), lines=held, weak=_weak(snapshot, held))


def _status(lines: tuple[Line, ...]) -> CellStatus:
    kinds = {one.kind for one in lines}
    if not kinds:
        return "no row"
    if len(kinds) == 1:
        return kinds.pop()
    return "said" if "said" in kinds else "not known"


def _weak(snapshot: Snapshot, lines: Iterable[Line]) -> dict[str, SourceClass]:
    """Weak clauses of the lines; a row that is weaker than its clauses stands under the first of them."""
    found: dict[str, SourceClass] = {}
    for one in lines:
        seen = {clause: class_of(snapshot, clause) for clause in one.clauses}
        found |= {clause: name for clause, name in seen.items() if name in WEAK_CLASSES}
        if one.source_class in WEAK_CLASSES and not WEAK_CLASSES.intersection(seen.values()):
            found[one.clauses[0] if one.clauses else "no clause"] = one.source_class
    return found
