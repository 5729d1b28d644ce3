"""Comparisons in the terminal: few alliances side by side, many of them topic by topic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.cli.tables import banner, indented, listing, print_json, row, section, table, title
from tocsin.errors import NotFound
from tocsin.measures.collision_events import HYPOTHETICAL
from tocsin.measures.collision_model import KIND_WORDS, Collision
from tocsin.measures.comparison import GROUPS, TOPIC_IDS
from tocsin.measures.comparison_model import Cell, Comparison, Line, TopicRow
from tocsin.measures.comparison_topics import TOPICS
from tocsin.measures.overlap import Overlap
from tocsin.terms import WEAK_CLASSES

COLUMN_LEAST = 26
"""Narrower columns than this cannot be read: then each topic becomes a block."""
LINES_MOST = 3
STYLES = {"none": "bold", "not known": "dim", "said": "", "no row": "dim italic"}
INVENTED = "an invented alliance is among these; it stands for no real state or treaty"


class ComparisonAnswer(Struct, frozen=True, kw_only=True):
    """What `compare --json` prints."""

    hypothetical: bool
    comparison: Comparison
    overlap: Overlap | None
    collisions: tuple[Collision, ...] | None


def answer_of(
    comparison: Comparison, overlap: Overlap | None, collisions: tuple[Collision, ...] | None
) -> ComparisonAnswer:
    """The parts that were asked for; None for the others. Made-up events make the answer hypothetical."""
    return ComparisonAnswer(
        hypothetical=comparison.hypothetical or bool(collisions),
        comparison=comparison,
        overlap=overlap,
        collisions=collisions,
    )


def topics_of(asked: Iterable[str]) -> list[str]:
    """Topic ids for ids and names of groups, in any case. Raises NotFound for others."""
    found: list[str] = []
    for name in asked:
        group = [topic.id for topic in TOPICS if topic.group.lower() == name.lower()]
        if not group and name not in TOPIC_IDS:
            raise NotFound("topic", name, [*TOPIC_IDS, *GROUPS])
        found.extend(group or [name])
    return found


def print_topics(console: Console, *, as_json: bool) -> None:
    """The topics there are."""
    if as_json:
        print_json({"topics": [{"id": topic.id, "group": topic.group, "title": topic.title} for topic in TOPICS]})
        return
    for group in GROUPS:
        section(console, group)
        for topic in TOPICS:
            if topic.group == group:
                console.print(Text.assemble("  ", (f"{topic.id:20}", "bold"), topic.title))


def print_comparison(console: Console, comparison: Comparison, *, with_clauses: bool = False) -> None:
    """All rows; with few enough alliances for the width side by side, else one block a topic."""
    banner(console, comparison.hypothetical, INVENTED)
    ids = [column.id for column in comparison.columns]
    known = f"as known on {comparison.known}" if comparison.known else "as known today"
    title(console, f"{', '.join(ids)} on {comparison.on}", f"{known}; no reading chosen")
    if weak := [f"{column.id} {column.weak_percent} %" for column in comparison.columns if column.weak_percent]:
        console.print()
        said = Text.assemble(("Rests partly on weak sources: ", "bold yellow"), (", ".join(weak), "yellow"))
        console.print(said.append(" of the statements, marked ! below.", style="yellow"))
    wide = console.width >= 16 + COLUMN_LEAST * len(ids)
    for group, rows in groupby(comparison.rows, key=lambda one: one.group):
        section(console, group)
        held = list(rows)
        most = LINES_MOST if len(comparison.rows) > len(GROUPS) else 1000
        if wide:
            _side_by_side(console, ids, held, most, with_clauses)
        else:
            _blocks(console, held, most, with_clauses)
    _print_key(console)


def _print_key(console: Console) -> None:
    console.print()
    for sign in (
        "!  weak source (secondary, memory): check before you rely on it",
        "?  not known: no source tells    none: a row says the treaty has no such thing    no row: the file is silent",
        "≠  contested: what a rival reading would make of it",
        "'and 2 more': --topic TOPIC, --html or --json has them",
    ):
        indented(console, sign, 0, "dim", hang=3)
    console.print(Text("Next: --html compare.html for the whole page, --clauses, --topic list", style="dim"))


def _side_by_side(
    console: Console, ids: Sequence[str], rows: Iterable[TopicRow], most: int, with_clauses: bool
) -> None:
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0),
                 show_lines=True)  # fmt: skip
    made.add_column("", width=13)
    for name in ids:
        made.add_column(name, ratio=1, overflow="fold")
    for one in rows:
        cells = [_bulleted(list(_cell_lines(cell, most, with_clauses))) for cell in one.cells]
        row(made, Text(one.title, style="bold"), *cells)
    console.print(made)


def _bulleted(lines: Sequence[Text]) -> Text:
    """One statement plainly; several with a dot before each, so that one sees where the next begins."""
    return lines[0] if len(lines) == 1 else Text("\n").join(Text("· ") + line for line in lines)


def _blocks(console: Console, rows: Iterable[TopicRow], most: int, with_clauses: bool) -> None:
    for one in rows:
        console.print(Text(one.title, style="bold"))
        silent = [cell.alliance for cell in one.cells if cell.status == "no row" and not cell.contested]
        for cell in one.cells:
            if cell.alliance in silent:
                continue
            for number, said in enumerate(_cell_lines(cell, most, with_clauses)):
                label = Text(f"{cell.alliance if number == 0 else '':8}", style="cyan")
                indented(console, label + said, 2, hang=10)
        if silent:
            indented(console, f"no row: {', '.join(silent)}", 2, "dim italic", hang=8)


def _cell_lines(cell: Cell, most: int, with_clauses: bool) -> Iterator[Text]:
    """Each statement of a cell; the weak ones begin with '!', those that no source tells with '?'."""
    for line in cell.lines[:most]:
        yield _line_text(line, with_clauses)
    if len(cell.lines) > most:
        yield Text(f"and {len(cell.lines) - most} more", style="dim")
    if cell.status == "no row":
        yield Text("no row", style=STYLES["no row"])
    for variant in cell.contested:
        said = "; ".join(map(_said, variant.adds[:most])) or "not: " + "; ".join(variant.drops[:most])
        clauses = [clause for line in variant.adds for clause in line.clauses]
        shown = f" [{', '.join(dict.fromkeys(clauses))}]" if with_clauses and clauses else ""
        yield Text.assemble((f"≠ contested, under '{variant.reading}': ", "magenta"), said, (shown, "cyan"))


def _line_text(line: Line, with_clauses: bool) -> Text:
    weak = "! " if line.source_class in WEAK_CLASSES else ""
    unknown = "? " if line.kind == "not known" else ""
    said = Text.assemble((weak, "bold yellow"), unknown, _said(line), style=STYLES[line.kind])
    if with_clauses and line.clauses:
        said.append(f" [{', '.join(line.clauses)}]", style="cyan")
    return said


def _said(line: Line) -> str:
    """The statement with the parties it counts."""
    return f"{line.says}: {_codes(line.parties)}" if line.parties else line.says


def _codes(parties: Sequence[str], most: int = 60) -> str:
    rest = f" and {len(parties) - most} more" if len(parties) > most else ""
    return " ".join(parties[:most]) + rest


def print_overlap(console: Console, overlap: Overlap) -> None:
    """The matrix, then the names."""
    section(console, f"Parties they share on {overlap.on} (members of both; in brackets: others with a status in both)")
    made = table("", *overlap.alliances, right=overlap.alliances)
    for a in overlap.alliances:
        cells = []
        for b in overlap.alliances:
            both = overlap.shared(a, b)
            cells.append(f"{len(both.members)}" + (f" ({len(both.others)})" if both.others and a != b else ""))
        row(made, Text(a, style="bold"), *cells)
    console.print(made)
    for one in overlap.cells:
        if one.a < one.b and (one.members or one.others):
            named = ", ".join(overlap.names.get(code, code) for code in one.members) or "no members of both"
            more = ", ".join(overlap.names.get(code, code) for code in one.others)
            said = Text.assemble((f"{one.a}, {one.b}: ", "cyan"), named, (f" ({more})" if more else "", "dim"))
            indented(console, said, 2, hang=4)


def print_collisions(console: Console, found: Iterable[Collision], names: Mapping[str, str]) -> None:
    """Collisions by kind, below the banner: every event in them is made up."""
    held = list(found)
    section(console, f"Where duties could collide ({len(held)})")
    banner(console, True, HYPOTHETICAL.partition(": ")[2])
    if not held:
        console.print(Text("None was found among the events that the duties' own conditions can tell apart."))
    for kind, group in groupby(held, key=lambda one: one.kind):
        console.print(Text.assemble((kind, "bold"), (f"  {KIND_WORDS[kind]}", "dim")))
        for one in group:
            _print_collision(console, one, names)


def _print_collision(console: Console, one: Collision, names: Mapping[str, str]) -> None:
    refs = [f"{ref.charter} {ref.duty} [{ref.clause}]" for ref in (one.first, one.second)]
    weak = "! " if one.weak else ""
    indented(console, Text.assemble((weak, "bold yellow"), (" / ".join(refs), "cyan")), 2, hang=4)
    indented(console, Text.assemble(("HYPOTHETICAL ", "bright_red"), one.says), 4, hang=2)
    if len(one.parties) > 1:
        indented(console, f"concerns {listing(one.parties, names, 12)}", 4, "dim", hang=2)
    if one.avoided_by:
        indented(console, f"way out: {'; '.join(way.rstrip('.') for way in one.avoided_by)}", 4, "dim", hang=2)
