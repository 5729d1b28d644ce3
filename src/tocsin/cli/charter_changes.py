"""What `tocsin charter diff` tells, as structs and in the terminal."""

from datetime import date

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.charter.changes import EVIDENCE, Basis, Change
from tocsin.charter.reform import reforms_of
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.charter.told.changes import HEADINGS, ChangeView, changes_of
from tocsin.charter.told.drafts import why_hypothetical
from tocsin.cli.charter_reforms import ReformView, print_reforms, views_of
from tocsin.cli.tables import banner, class_text, indented, section, title

SIGNS = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow"), "renamed": ("=", "cyan")}


class SideView(Struct, frozen=True, kw_only=True):
    """One of the two charters that are compared, on its day."""

    charter: str
    title: str
    on: date
    hash: str
    hypothetical: bool


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
    found = changes_of(old, new)
    counts: dict[str, dict[str, int]] = {}
    for change in (one.change for one in found):
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
        changes=found,
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


def _side(charter: Charter, snapshot: Snapshot) -> SideView:
    about = charter.document.charter
    return SideView(
        charter=about.id, title=about.title, on=snapshot.on, hash=charter.hash, hypothetical=about.hypothetical
    )
