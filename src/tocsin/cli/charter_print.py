"""Charters in the terminal."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tocsin.charter.files.text import ArticleText, ImportedText
from tocsin.charter.model import Clause
from tocsin.charter.told.names import coded
from tocsin.charter.told.words import grave_words, history_words, report_words
from tocsin.cli.charter_check import Checked
from tocsin.cli.charter_reforms import print_reforms
from tocsin.cli.charter_view import CharterView, DutyView, MatterView, OrganView, Summary
from tocsin.cli.tables import banner, class_text, indented, readings, row, section, table, title, weak_first
from tocsin.terms import WEAK_CLASSES

PARTS = (
    "parties", "groups", "organs", "weights", "matters", "areas", "duties", "provisions", "conduct", "readings",
    "unset", "instruments", "clauses",
)  # fmt: skip


def print_list(console: Console, summaries: Iterable[Summary], today: date) -> None:
    """All charters, one row each."""
    found = list(summaries)
    title(console, "Charters", f"Members as of {today}, today. Shares in % of rows.")
    console.print()
    made = table(
        "charter",
        "members",
        "rows, seen how",
        "in force",
        "duty to help, decided by",
        keep=("rows, seen how", "in force"),
    )
    for one in found:
        name = Text.assemble((one.id, "bold"), "\n", one.title)
        for flag, said in ((one.hypothetical, "HYPOTHETICAL"), (one.outline, "outline only")):
            name.append(f"\n{said}" if flag else "", style="bright_red" if said == "HYPOTHETICAL" else "dim")
        row(made, name, _members(one), _shares(one), _instruments(one), _help(one))
    console.print(made)
    console.print()
    console.print(
        Text("others: observers, partners, acceding states.  !: weak source, check before you rely on it.", style="dim")
    )
    console.print(Text("no row: none of today states one, which says nothing of the treaty.", style="dim"))
    console.print(Text("Next: tocsin charter show nato --on 2003-02-10", style="dim"))


def _members(summary: Summary) -> Text:
    others = f"\n+{summary.others_today} others" if summary.others_today else ""
    return Text.assemble(str(summary.members_today), (others, "dim"))


def _shares(summary: Summary) -> Text:
    said = Text(f"{summary.rows} rows")
    for name, percent in summary.source_class_percent.items():
        said.append_text(Text.assemble(f"\n{percent:3d} ", class_text(name)))
    return said


def _help(summary: Summary) -> Text:
    if not summary.help:
        return Text("no row", style="dim")
    said = Text()
    for one in dict.fromkeys((one.clause, one.source_class, one.decided) for one in summary.help):
        clause, source_class, decided = one
        weak = " !" if source_class in WEAK_CLASSES else ""
        said.append("\n" if said else "").append(f"{clause}{weak}: {decided}")
    return said


def _instruments(summary: Summary, most: int = 4) -> Text:
    lines = [f"{one.id} {one.in_force or one.signed or 'no date'}" for one in summary.instruments[:most]]
    more = len(summary.instruments) - most
    return Text("\n".join([*lines, *([f"and {more} more"] if more > 0 else [])]))


def print_charter(console: Console, view: CharterView, only: Iterable[str]) -> None:
    """A charter on one day; `only` names the parts to print, none for all."""
    banner(console, view.hypothetical, view.why_hypothetical)
    known = f"as known on {view.known}" if view.known else "as known today"
    title(console, view.title, f"{view.id} on {view.on}, {known}; {readings(view.readings_chosen)}")
    if view.outline:
        console.print(Text("Outline only: instruments, clauses and parties; no rules or duties yet.", style="yellow"))
    if view.summary:
        console.print(Text(view.summary))
    print_reforms(console, view.reforms, view.on)
    console.print()
    if view.weak_percent:
        weak_first(console, [f"{view.weak_percent} % of all rows, marked ! below"])
    for part in PARTS:
        if part in only or not only:
            _PRINT[part](console, view)


def _print_parties(console: Console, view: CharterView) -> None:
    section(console, f"Parties ({len(view.parties)})")
    if view.not_in_force:
        indented(console, view.not_in_force, 0, "yellow", hang=2)
    made = table("code", "name", "status", "since", "seen how", "note", keep=("code", "since", "note"))
    marks = _marks(one.note for one in view.parties)
    for one in view.parties:
        standing = ", ".join((one.status, *one.overlays)) + (f"\n{one.contested}" if one.contested else "")
        since = str(one.since or "not said")
        row(made, one.id, one.name, standing, since, class_text(one.source_class), marks[one.note])
    console.print(made)
    _print_notes(console, marks)
    for status in view.statuses:
        if said := " ".join(filter(None, (status.note, *status.unset.values()))):
            indented(console, f"{status.id}: {said}", 0, "dim", hang=2)


def _marks(notes: Iterable[str]) -> dict[str, str]:
    """A footnote mark for each note, the same for the same words; none for a row without one."""
    said = dict.fromkeys(note for note in notes if note)
    return {"": ""} | {note: f"[{number}]" for number, note in enumerate(said, 1)}


def _print_notes(console: Console, marks: Mapping[str, str]) -> None:
    for note, mark in marks.items():
        if note:
            indented(console, f"{mark} {note}", 0, "dim", hang=4)


def _print_organs(console: Console, view: CharterView) -> None:
    section(console, f"Organs ({len(view.organs)})")
    for one in view.organs:
        _heading(console, one.name, one.id, one.clause, one.source_class)
        _facts(
            console,
            ("sit", one.seats),
            ("decide", f"{one.electorate} ({one.electors})" if one.electorate else "unset"),
            ("chair", one.chair or "unset"),
            ("convened by", _convened_by(one, view)),
            ("within", one.convene_within),
            ("note", one.note),
        )


def _print_matters(console: Console, view: CharterView) -> None:
    section(console, f"Matters ({len(view.matters)}): what can be decided, where, by which rule")
    for one in view.matters:
        _heading(console, one.title, f"{one.id}, {one.kind}", one.clause, one.source_class)
        _print_forums(console, one)
        about = "one named party, the subject" if one.subject else ""
        _facts(
            console,
            ("about", about),
            ("raised by", _named(one.raised_by, view)),
            ("needs first", ", ".join(one.needs)),
            ("then", one.then),
            ("note", one.note),
        )


def _print_forums(console: Console, matter: MatterView) -> None:
    for forum in matter.forums:
        under = f" (under the reading '{forum.reading}')" if forum.reading else ""
        why = f" {forum.why}" if forum.why else ""
        indented(
            console,
            Text.assemble((f"{forum.organ}: ", "bold"), f"{forum.rule_in_words}{under}.", (why, "dim")),
            2,
            hang=2,
        )
    if not matter.forums:
        indented(console, "no forum is open on this day", 2, "yellow")


def _print_duties(console: Console, view: CharterView) -> None:
    section(console, f"Duties ({len(view.duties)}): what is owed, when, and unless what")
    for one in view.duties:
        _heading(console, one.title, f"{one.id}, {one.modality}", one.clause, one.source_class)
        _print_duty(console, one, view)


def _print_duty(console: Console, duty: DutyView, view: CharterView) -> None:
    _facts(
        console,
        ("when", duty.when),
        *(("unless" if number == 0 else "", said) for number, said in enumerate(duty.unless)),
        ("owed by", duty.bearer),
        ("owed", duty.content),
        ("means", duty.means),
        ("limits", duty.limits),
        ("asked for by", _named(duty.request_by, view)),
        ("asked of", _named((duty.request_to,), view)),
        ("judged by", duty.qualified_by),
        ("decided as", duty.decision),
        *((("reports" if number == 0 else ""), report_words(report)) for number, report in enumerate(duty.reports)),
        ("ends", duty.ends),
        ("note", duty.note),
    )


def _print_provisions(console: Console, view: CharterView) -> None:
    section(console, f"Provisions ({len(view.provisions)}): entering, leaving, changing")
    for one in view.provisions:
        _heading(console, one.kind, one.id, one.clause, one.source_class)
        notice = f"{one.notice} to {_named((one.notice_to,), view)}" if one.notice_to and one.notice else one.notice
        _facts(
            console,
            ("", one.says),
            ("not before", str(one.earliest or "")),
            ("notice", notice),
            ("notice to", "" if one.notice else _named((one.notice_to,), view)),
            ("decided as", one.matter),
            ("ratified by", _SHARES.get(one.ratified_by, f"{one.ratified_by} of the members")),
            ("meanwhile", _TRANSITIONS[one.transitional]),
            ("note", one.note),
        )


_SHARES = {"": "", "all": "all members", "none": "nobody need ratify"}
_TRANSITIONS = {
    "": "",
    "keep": "procedures already open keep the old rule",
    "restart": "procedures already open start anew",
}


def _print_conduct(console: Console, view: CharterView) -> None:
    section(console, f"Conduct ({1 if view.conduct else 0}): what newcomers read, what takes two persons")
    one = view.conduct
    if one is None:
        indented(console, f"no row: newcomers read {history_words('')}", 0, "dim")
        return
    _heading(console, "conduct", one.id, one.clause, one.source_class)
    _facts(
        console,
        ("newcomers", f"read {history_words(one.joiner_history)}"),
        ("two persons", ", ".join(grave_words(name) for name in one.two_persons)),
        ("note", one.note),
    )


def _print_groups(console: Console, view: CharterView) -> None:
    section(console, f"Groups ({len(view.groups)}), with their parties on this day")
    for one in view.groups:
        _heading(console, one.id, one.says, one.clause, one.source_class)
        case = f"known only in a case, from: {', '.join(one.depends_on)}" if one.depends_on else ""
        _facts(console, ("parties", case or _named(one.parties, view) or "nobody on this day"))


def _print_weights(console: Console, view: CharterView) -> None:
    section(console, f"Weights ({len(view.weights)})")
    for one in view.weights:
        _heading(console, one.id, f"{one.unit}; {one.total} in all", one.clause, one.source_class)
        named = coded(view.names)
        _facts(console, ("", ", ".join(f"{named.get(party, party)} {value}" for party, value in one.values.items())))


def _print_areas(console: Console, view: CharterView) -> None:
    section(console, f"Areas ({len(view.areas)}): where the duties reach")
    for one in view.areas:
        _heading(console, one.name, one.id, one.clause, one.source_class)
        _facts(console, ("where", one.where))


def _convened_by(organ: OrganView, view: CharterView) -> str:
    several = f"{organ.convene_requesters} of: " if organ.convene_requesters > 1 else ""
    return f"{several}{_named(organ.convened_by, view)}" if organ.convened_by else "unset"


def _named(actors: Iterable[str], view: CharterView) -> str:
    """Groups and roles as they are called; parties, offices and organs by name, with their code."""
    named = coded(view.names)
    return ", ".join(named.get(actor, actor) for actor in actors)


def _print_readings(console: Console, view: CharterView) -> None:
    section(console, f"Readings ({len(view.readings)}): rival answers to contested questions")
    for question in dict.fromkeys(one.question for one in view.readings):
        console.print(Text(f"{question}?", style="bold"))
        for one in view.readings:
            if one.question == question:
                held = f" Held by {_named(one.held_by, view)}." if one.held_by else ""
                sign = "● " if one.chosen else "○ "
                indented(console, Text.assemble(sign, (one.id, "bold"), f": {one.says}", (held, "dim")), 2, hang=2)
    if view.readings:
        console.print(Text("Choose one with --reading NAME; 'tocsin duties' shows them side by side.", style="dim"))


def _print_unset(console: Console, view: CharterView) -> None:
    section(console, f"Unset ({len(view.unset)}): what no source gives, never guessed")
    made = table("row", "field", "why")
    for one in view.unset:
        row(made, one.row, one.field.replace("_", " "), one.reason)
    if view.unset:
        console.print(made)


def _print_instruments(console: Console, view: CharterView) -> None:
    section(console, f"Instruments ({len(view.instruments)})")
    made = table("id", "title", "kind", "signed", "in force", "note", keep=("id", "signed", "in force", "note"))
    marks = _marks(one.note for one in view.instruments)
    for one in view.instruments:
        days = (str(day or "unset") for day in (one.signed, one.in_force))
        row(made, one.id, one.title, one.kind, *days, marks[one.note])
    console.print(made)
    _print_notes(console, marks)


def _print_clauses(console: Console, view: CharterView) -> None:
    section(console, f"Clauses ({len(view.clauses)}), in our own words")
    made = table("clause", "what it says", "seen how", keep=("clause",))
    for one in view.clauses:
        row(made, one.id, one.summary, class_text(one.source_class))
    console.print(made)


_PRINT: dict[str, Callable[[Console, CharterView], None]] = {
    "parties": _print_parties,
    "groups": _print_groups,
    "organs": _print_organs,
    "weights": _print_weights,
    "matters": _print_matters,
    "areas": _print_areas,
    "duties": _print_duties,
    "provisions": _print_provisions,
    "conduct": _print_conduct,
    "readings": _print_readings,
    "unset": _print_unset,
    "instruments": _print_instruments,
    "clauses": _print_clauses,
}


def _heading(console: Console, name: str, small: str, clause: str, source_class: str) -> None:
    seen = class_text(source_class)
    console.print(Text.assemble((name, "bold"), (f"  {small}  ", "dim"), (clause, "cyan"), "  ", seen))


def _facts(console: Console, *facts: tuple[str, str]) -> None:
    """Labelled lines, the labels in a column of their own; empty ones are left out."""
    made = table("", "")
    made.show_header, made.box, made.padding = False, None, (0, 1, 0, 0)
    made.columns[0].min_width = 12
    for label, said in facts:
        if said:
            row(made, Text(label, style="dim"), said)
    if made.row_count:
        console.print(Padding(made, (0, 0, 0, 2)))


def print_checked(console: Console, results: Iterable[Checked]) -> None:
    """Each file's mistakes by line, or its one line; mistakes go to standard error."""
    for result in results:
        banner(console, result.hypothetical, result.why_hypothetical)
        for problem in result.problems:
            typer.echo(str(problem), err=True)
        if result.problems:
            count = len(result.problems)
            typer.echo(f"{result.file}: {count} mistake{'s' if count != 1 else ''}", err=True)
        else:
            console.print(Text(f"✓ {result.summary}"), soft_wrap=True)
        for note in result.notes:
            console.print(Text(f"  note: {note}", style="dim"), soft_wrap=True)


def print_imported(console: Console, imported: ImportedText) -> None:
    """What was attached to what."""
    title(console, f"Attached {imported.file} to {imported.instrument} of the charter {imported.charter}")
    console.print(Text(f"{len(imported.articles)} articles, {imported.characters:,} characters, {imported.sha256}"))
    console.print(Text("It lies in your own data folder and is not part of Tocsin.", style="dim"))
    first = imported.articles[0].number if imported.articles else "1"
    console.print(Text(f"Next: tocsin charter text show {imported.charter} {first}", style="dim"))


def print_article(
    console: Console, article: str, clauses: Iterable[Clause], attached: Iterable[tuple[str, ArticleText | None]]
) -> None:
    """An article: what the charter says it says, and the user's own copy of it."""
    seen = {row.id: row.class_ or "memory" for row in clauses}
    title(console, f"Article {article}")
    weak_first(console, {name: kind for name, kind in seen.items() if kind in WEAK_CLASSES})
    for one in clauses:
        console.print(Text.assemble((one.id, "cyan"), "  ", class_text(seen[one.id]), (f"  {one.source}", "dim")))
        indented(console, one.summary)
    for instrument, text in attached:
        section(console, f"Your copy of {instrument}")
        if text is None:
            console.print(Text(f"none yet: tocsin charter text import FILE.txt --instrument {instrument}", style="dim"))
        else:
            console.print(Text(text.text))
            console.print(Text(text.sha256, style="dim"))
