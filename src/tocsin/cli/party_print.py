"""A party's alliances in the terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from tocsin.cli.compare_print import INVENTED, print_collisions
from tocsin.cli.tables import banner, class_text, indented, row, section, table, title, weak_first
from tocsin.measures.collision_model import Collision
from tocsin.measures.comparison_duties import MODALS
from tocsin.measures.comparison_party import Alliance, BorneDuty, PartyView, alliances_said
from tocsin.measures.membership_svg import span_words
from tocsin.terms import RIGHTS, WEAK_CLASSES


def print_party(console: Console, view: PartyView) -> None:
    """Where it stands, what it owes, where duties could collide."""
    banner(console, any(one.hypothetical for one in view.alliances), INVENTED)
    known = f"as known on {view.known}" if view.known else "as known today"
    title(console, f"{view.name} ({view.party}) on {view.on}", f"{alliances_said(len(view.alliances))}, {known}")
    console.print()
    weak_first(console, view.weak)
    if not view.alliances:
        console.print(Text("It belongs to none of these charters on this day."))
    else:
        _print_standings(console, view)
    if view.left:
        told = "; ".join(f"{span.alliance} ({span_words(span)})" for span in view.left)
        indented(console, f"At other times: {told}.", 0, "dim", hang=2)
    for one in view.alliances:
        _print_duties(console, one)
    if view.alliances:
        print_collisions(console, view.collisions, view.names)
    if view.collisions:
        console.print()
        console.print(Text("The events can be had as files to feed to `tocsin duties`:", style="dim"))
        told = f"tocsin party {view.party} --on {view.on} --events FOLDER"
        console.print(Text(told, style="dim"), soft_wrap=True)


def _print_standings(console: Console, view: PartyView) -> None:
    made = table("alliance", "status", "since", "rights", "rests on", keep=("alliance", "since"))
    for one in view.alliances:
        status = ", ".join((one.status, *one.overlays)) + (f"\n{one.contested}" if one.contested else "")
        seen = Text.assemble(", ".join(one.clauses), " ", class_text(one.source_class))
        row(made, Text(one.id, style="bold"), status, str(one.since or "not said"), _rights(one), seen)
    console.print(made)


def _rights(one: Alliance) -> str:
    if set(one.rights) == set(RIGHTS):
        return "all"
    return ", ".join(one.rights).replace("_", " ") or "none"


def _print_duties(console: Console, one: Alliance) -> None:
    section(console, f"{one.id}: {one.title}")
    if not one.duties:
        console.print(Text("no duty that it bears has a row", style="dim italic"))
    for duty in one.duties:
        _print_duty(console, duty)


def _print_duty(console: Console, duty: BorneDuty) -> None:
    weak = "! " if duty.source_class in WEAK_CLASSES else ""
    borne = "" if duty.borne == "always" else f", {duty.borne}"
    heading = Text.assemble(
        (weak, "bold yellow"),
        (duty.title, "bold"),
        (f"  {MODALS[duty.modality]}{borne}  ", "dim"),
        (duty.clause, "cyan"),
    )
    indented(console, heading, 2, hang=2)
    indented(console, f"when: {duty.when}", 4, hang=6)
    for said in duty.decision:
        indented(console, f"decision: {said}", 4, "dim", hang=10)


def event_names(collisions: Iterable[Collision]) -> Iterator[tuple[str, str]]:
    """File names and texts of the events, numbered by collision: '03-csto-assist.toml'."""
    for number, one in enumerate(collisions, start=1):
        seen = []
        for witness in one.witnesses:
            if witness.event not in seen:
                seen.append(witness.event)
                yield f"{number:02}-{witness.charter}-{witness.duty}.toml", witness.toml
