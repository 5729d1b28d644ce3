"""What a centre answers, on the terminal. Whatever others wrote is shown, and steers nothing."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from tocsin.alliance.facts import AnyFact
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.words import said as words_of
from tocsin.cli.centre_known import Known
from tocsin.cli.tables import BANNER, indented, listing, plain, row, section, table, terminal, title
from tocsin.errors import Malformed
from tocsin.replay.words import hours_text, time_text
from tocsin.web.shape import read

Told = Mapping[str, Any]
"""A JSON object that a centre answered."""

ATTEMPT = "attempt recorded"
"""The kind of fact that an act without effect leaves."""

OUTAGE = "outage recorded"

DELEGATED = re.compile(r"(\S+) \w+ desk (\S+) under a delegation of ")
"""What the record says of an act that a seat did for another: the seat and the desk."""

MOVES = {
    "extend": "its deadline was moved by as much",
    "reopen": "its period began anew",
    "stand": "its deadline stands all the same",
}
"""What a gap does to a silence, by its rule."""

BADGES = {"LIVE": "bold green", "EXERCISE": "bold yellow", "REPLAY": "bold cyan", BANNER: "bold bright_red"}

MARKINGS = {"TLP:RED": "bold bright_red", "TLP:AMBER+STRICT": "yellow", "TLP:AMBER": "yellow", "TLP:GREEN": "green"}


def harmless(value: Any) -> Any:  # noqa: ANN401  # JSON is anything
    """The same with what does not print written out, so that nobody's text can steer the terminal."""
    match value:
        case str():
            return plain(value)
        case dict():
            return {plain(str(key)): harmless(inner) for key, inner in value.items()}
        case list():
            return [harmless(inner) for inner in value]
        case _:
            return value


def print_answer(answer: Told, known: Known) -> None:
    """What came of an act."""
    console, told = terminal(), harmless(answer)
    badges = badges_text(known)
    if told.get("status") == "pending":
        waits = told.get("message") or "It has no effect until a second person of your seat confirms."
        indented(console, Text.assemble(("… ", "yellow"), str(waits)), by=0, hang=2)
        console.print(Text.assemble("Another person with a desk there says:", badges))
        console.print(Text(f"  tocsin pending confirm {told.get('pending', '')}"), soft_wrap=True)
        return
    again = " It had been accepted before; this is what came of it then." if told.get("status") == "repeated" else ""
    attempts = [fact for fact in told.get("facts", ()) if fact.get("fact") == ATTEMPT]
    for fact in attempts:
        clause = f" [{fact['clause']}]" if fact.get("clause") else ""
        why = Text.assemble(
            ("✗ ", "bold bright_red"), f"Recorded, without effect: {fact['what']}. ", fact["why"], clause
        )
        indented(console, why + badges, by=0, hang=2)
    if not attempts:
        console.print(Text.assemble(("✓ ", "green"), f"Accepted.{again}", badges))
    for said in fact_words(answer, known):
        indented(console, said, hang=2)
    for handled in told.get("handled", ()):
        indented(console, handled_words(handled, known), hang=2)


def has_effect(answer: Told) -> bool:
    """Whether an act came to anything: not, where it was recorded as an attempt."""
    return all(fact.get("fact") != ATTEMPT for fact in answer.get("facts", ()))


def badges_text(known: Known) -> Text:
    """What kind of centre it is, behind a line."""
    return Text("").join(Text.assemble("  ", (badge, BADGES.get(badge, ""))) for badge in known.badges)


def print_badges(known: Known) -> None:
    """The line above a page: which kind of centre it is, and whether all of it is invented."""
    if known.badges:
        console = terminal()
        shown = [Text.assemble((f" {badge} ", f"reverse {BADGES.get(badge, '')}")) for badge in known.badges]
        why = "  an invented alliance; nothing here happened" if known.hypothetical else ""
        console.print(Text(" ").join(shown) + Text(why, style="bright_red"))
        console.print()


def fact_words(answer: Told, known: Known) -> list[str]:
    """The facts in words, but for attempts, which are told first."""
    found = []
    for told in answer.get("facts", ()):
        if told.get("fact") == ATTEMPT:
            continue
        try:
            fact = read(told, AnyFact)
        except Malformed:  # a later release may know more kinds
            found.append(plain(str(told.get("fact", "something this release does not know"))))
        else:
            found.append(plain(words_of(fact, known.names)))
    return found


def handled_words(told: Told, known: Known) -> str:
    """What became of a warning, in words."""
    what = f"warning '{told.get('warning', '')}'"
    match told.get("handled"):
        case "held":
            if not told.get("audience"):
                return f"{what}: {told.get('marking')}, for nobody but you: it names nobody who may see it"
            audience = listing(told["audience"], known.names)
            return f"{what}: {told.get('marking')}, for {audience}; nobody else learns what it says"
        case "re-marked":
            return f"{what}: now {told.get('marking')}, for {listing(told.get('audience', ()), known.names)}"
        case "recalled":
            return f"{what}: recalled; whoever holds it is told and must confirm"
        case "delivered":
            return f"{what}: delivered to {known.named(str(told.get('to')))}"
        case "acknowledged":
            return f"{what}: acknowledged by {known.named(str(told.get('by')))}"
        case other:
            return f"{what}: {other}"


def print_situation(answer: Told) -> None:
    console, told = terminal(), harmless(answer)
    print_badges(Known(mode=told["mode"], hypothetical=bool(told.get("hypothetical"))))
    seat = f"{told['name']} ({told['seat']})" if told["name"] != told["seat"] else told["seat"]
    title(console, f"{told['title']}: the situation of {seat}", f"{told['mode']} centre, {time_text(told['now'])}")
    _asks(console, told.get("asks", ()), told["seat"])
    _rows(console, "Falls due", told.get("deadlines", ()), deadline_words, "Nothing falls due.")
    section(console, "Cases")
    _case_table(console, told.get("cases", ()))


def print_cases(cases: Sequence[Told]) -> None:
    """All cases that a seat sees."""
    _case_table(terminal(), harmless(cases))


def print_case(answer: Told, known: Known) -> None:
    """One crisis: what was said, what is before the organs, what is offered, and the account."""
    console, told = terminal(), harmless(answer)
    print_badges(known)
    until = f", closed {time_text(told['closed'])}" if told.get("closed") else ""
    title(console, told["case"], f"opened {time_text(told['opened'])}{until}")
    _rows(console, "Warnings", told.get("warnings", ()), lambda line: warning_words(line, known))
    _rows(console, "Requests", told.get("requests", ()), lambda line: request_words(line, known))
    for procedure in told.get("procedures", ()):
        _procedure(console, procedure, known)
    _rows(console, "Required and pledged", told.get("requirement", ()), line_words)
    for label, name in (("Mandates", "mandates"), ("Consents", "consents"), ("Deployments", "deployments")):
        _rows(console, label, told.get(name, {}).items(), lambda pair: f"{pair[0]}, until {_until(pair[1])}")
    _rows(console, "Reports owed", told.get("reports_owed", ()), str)
    reached = [line for line in told.get("headlines", ()) if line.get("hours") is not None]
    _rows(console, "Headline times", reached, headline_words)
    _rows(console, "Account", told.get("account", ()), str)


def print_released(releases: Sequence[Told], known: Known) -> None:
    """Everything released to a seat, and why."""
    console, lines = terminal(), harmless(releases)
    if not lines:
        console.print("Nothing is released to you.")
        return
    made = table("case", "warning", "from", "marking", "why")
    for told in lines:
        state = "recalled" if told.get("recalled") else "confirmed" if told.get("confirmed") else ""
        marking = Text(str(told.get("marking", "")), style=MARKINGS.get(str(told.get("marking")), ""))
        clause = f" [{told['clause']}]" if told.get("clause") else ""
        name = Text.assemble(told["warning"], (f"\n{state}" if state else "", "bold"))
        row(made, told["case"], name, known.named(told["author"]), marking, f"{told.get('why', '')}{clause}")
    console.print(made)


def print_warning(answer: Told, known: Known, holders: Iterable[Told] = ()) -> None:
    """A warning with its substance."""
    console, told = terminal(), harmless(answer)
    said = told["marking"] + (" ORCON" if told.get("orcon") else "")
    for_whom = (
        f" for {listing(told['audience'], known.names)}" if told.get("audience") else ""
    )  # its author alone is told of all
    console.print(Text.assemble((f" {said} ", f"reverse {MARKINGS.get(told['marking'], '')}"), for_whom))
    under = f"{told['case']}, from {known.named(told['author'])}, {time_text(told['at'])}"
    under += f", version {told['version']}" if "version" in told else ""
    title(console, told["warning"], under)
    if told.get("recalled"):
        why = f": {told['recall_why']}" if told.get("recall_why") else ""
        console.print(Text(f"Recalled by its author on {time_text(told['recalled'])}{why}", style="bold bright_red"))
    console.print()
    indented(console, _substance(told), by=0)
    if told.get("why"):
        clause = f" [{told['clause']}]" if told.get("clause") else ""
        console.print()
        indented(console, f"You see it: {told['why']}{clause}", by=0, style="dim")
    _rows(console, "Who holds it", harmless(list(holders)), lambda line: holder_words(line, known))


def _substance(told: Told) -> str:
    """A warning's text, or why there is none."""
    if told.get("recalled"):
        return f"It was recalled on {time_text(told['recalled'])}; its text is no longer shown."
    return "Its text was erased." if told.get("is_erased") else str(told.get("text", ""))


def print_preview(lines: Sequence[Told]) -> None:
    """Who would see a draft, and who would not."""
    console = terminal()
    made = table("", "seat", "why")
    for told in harmless(lines):
        sign = Text("✓ sees it", style="green") if told["sees"] else Text("· does not", style="dim")
        clause = f" [{told['clause']}]" if told.get("clause") else ""
        row(made, sign, f"{told['name']} ({told['seat']})", f"{told['why']}{clause}")
    console.print(made)
    console.print(Text("Nothing was sent.", style="dim"))


def item_words(told: Told, known: Known) -> list[str]:
    """One item of a feed: a head, and what it says."""
    about = " ".join(part for part in (told.get("case", ""), told.get("name", "")) if part)
    by = f" by {known.named(told['by'])}{_through(told, known)}" if told.get("by") else ""
    kind = told.get("kind", "")
    head = f"{told.get('cursor', '')}  {time_text(told['at'])}  {kind}{f': {about}' if about else ''}{by}"
    return [head, *(f"  {said}" for said in told.get("says") or fact_words(told, known))]


def is_outage(told: Told) -> bool:
    """Whether an item tells that the centre could not hear its members."""
    return any(fact.get("fact") == OUTAGE for fact in told.get("facts", ()))


def _through(told: Told, known: Known) -> str:
    """Whose desk it was, where that was another seat's: ", through Ardovia's desk d-…"."""
    found = DELEGATED.search(str(told.get("attested", "")))
    return f", through {known.named(found[1])}'s desk {found[2]}" if found else ""


def ask_words(told: Told) -> str:
    """What is asked, and until when."""
    by = f" By {time_text(told['by'])}." if told.get("by") else ""
    where = " ".join(part for part in (told.get("case", ""), told.get("name", "")) if part)
    return f"{told['kind']}{f' ({where})' if where else ''}: {told['says']}{by}"


def ask_command(told: Told, seat: str) -> str:
    """The command that answers it. The secretariat says as which office."""
    case, name = shlex.quote(str(told.get("case", ""))), shlex.quote(str(told.get("name", "")))
    text = f"--case {case} --procedure {name}"
    match told["kind"]:
        case "position":
            return f"tocsin position POSITION {text}"
        case "acknowledge text":
            return f"tocsin ack {text}"
        case "acknowledge warning" | "acknowledge recall":
            return f"tocsin ack --case {case} --warning {name}"
        case "confirm position":
            return f"tocsin position POSITION --confirm {text}"
        case "confirm expiry":
            return f"tocsin text confirm{' --by OFFICE' if seat == SECRETARIAT else ''} {text}"
        case "check package":
            return "tocsin forces verify PLAN"
        case "second person":
            return "tocsin pending list"
        case _:
            return ""


def deadline_words(told: Told) -> str:
    return f"{time_text(told['at'])}  {told['what']}{', and it is late' if told.get('is_late') else ''}"


def warning_words(told: Told, known: Known) -> str:
    if not told.get("is_released"):
        return f"'{told['warning']}': not released to you; commitment {told['commitment'][:16]}…"
    state = ", recalled" if told.get("recalled") else ""
    return f"'{told['warning']}' from {known.named(told['author'])}, {told['marking']}{state}"


def request_words(told: Told, known: Known) -> str:
    return f"'{told['request']}' by {known.named(told['by'])}: duty {told['duty']}, {told['status']}"


def line_words(told: Told) -> str:
    line = told["line"]
    short = f", short of {told['shortfall']}" if told.get("shortfall") else ""
    unit, capability = str(line["unit"]), str(line["capability"])
    what = unit if unit.rstrip("s") == capability.rstrip("s") else f"{unit} of {capability}"
    return f"{line['id']}: {told.get('pledged', 0)} of {line['required']} {what}{short}"


def headline_words(told: Told) -> str:
    return f"{told['says']}: {hours_text(told.get('hours'))}"


def holder_words(told: Told, known: Known) -> str:
    sees = "sees it" if told["sees"] else "does not see it"
    had = f", received {time_text(told['delivered'])}" if told.get("delivered") else ", has not received it"
    return (
        f"{known.named(told['seat'])}: {sees} ({told['why']}){had}{', confirmed' if told.get('is_confirmed') else ''}"
    )


def _procedure(console: Console, told: Told, known: Known) -> None:
    section(console, f"Procedure {told['procedure']}: {told['matter']} in {known.named(told['organ'])}")
    indented(console, f"{standing_words(told)}, by the rule '{told['rule']}' [{told['clause']}]")
    if told.get("text"):
        indented(console, f"Text, version {told['version']}: {told['text']}", hang=2)
    for gap in told.get("gaps", ()):
        indented(console, gap_words(gap, str(told.get("on_outage", ""))), style="yellow", hang=2)
    if said := reach_words(told.get("positions", ())):
        indented(console, said, hang=2)
    for line in told.get("positions", ()):
        indented(console, position_words(line), 4, hang=2)
    for why in told.get("why", ()):
        indented(console, why, 4, style="dim", hang=2)


def gap_words(gap: Sequence[str], on_outage: str) -> str:
    """A time of a silence in which nobody could be heard, and what it did to the deadline."""
    start, end = (time_text(at) for at in gap)
    does = MOVES.get(on_outage, "")
    return f"The centre could not hear its members from {start} to {end}{f'; {does}' if does else ''}."


def reach_words(positions: Sequence[Told]) -> str:
    """Which electors are known to have the text; nothing outside silence."""
    asked = [line for line in positions if line.get("delivered") is not None]
    have = [line["name"] for line in asked if line["delivered"]]
    return f"Known to have the text: {listing(have)} ({len(have)} of {len(asked)})" if asked else ""


def standing_words(told: Told) -> str:
    """Where a procedure stands, and what would come of it."""
    outcome = told.get("outcome", "open")
    match told["status"]:
        case "silence":
            return f"under silence until {time_text(told['deadline'])}; if nobody says more: {outcome}"
        case "unconfirmed":
            return f"the silence ran out unconfirmed; once its chair confirms: {outcome}"
        case "open":
            return f"open; as positions stand: {outcome}"
        case status:
            verdict = f": {told['verdict']} ({told['how']})" if told.get("verdict") else ""
            return f"{status}{verdict}"


def position_words(line: Told) -> str:
    """An elector: its position, whether the text reached it, and what it could still change."""
    said = [str(line.get("position", "not_stated")).replace("_", " ")]
    if line.get("on_behalf"):
        said.append(f"entered for it, {line['on_behalf']}")
    if line.get("delivered") is not None:
        got = "confirmed that it has the text" if line.get("acknowledged") else "has the text"
        said.append(got if line["delivered"] else "not known to have the text")
    lever = f"; could still {line['can_still_change']}" if line.get("can_still_change") else ""
    return f"{line['name']}: {', '.join(said)}{lever}"


def _case_table(console: Console, cases: Iterable[Told]) -> None:
    made = table("case", "opened", "warnings", "procedures", "next", right=("warnings", "procedures"))
    for told in cases:
        closed = f"\nclosed {time_text(told['closed'])}" if told.get("closed") else ""
        running = f"{told.get('procedures', 0)} ({told.get('running', 0)} run)"
        due = time_text(told["next_deadline"]) if told.get("next_deadline") else ""
        name = Text.assemble((told["case"], "bold"), (closed, "dim"))
        row(made, name, time_text(told["opened"]), str(told.get("warnings", 0)), running, due)
    console.print(made if made.row_count else "You see no case.")


def _rows(console: Console, label: str, rows: Iterable[Any], words: Callable[[Any], str], nothing: str = "") -> None:
    found = [words(one) for one in rows]
    if not found and not nothing:
        return
    section(console, label)
    for said in found or [nothing]:
        indented(console, said, hang=2)


def _asks(console: Console, asks: Sequence[Told], seat: str) -> None:
    """What is asked of a seat, each with the command that answers it."""
    section(console, "Asked of you")
    for told in asks:
        indented(console, ask_words(told), hang=2)
        if command := ask_command(told, seat):
            console.print(Text(f"    → {command}", style="dim"), soft_wrap=True)
    if not asks:
        indented(console, "Nothing is asked of you.", hang=2)


def _until(at: object) -> str:
    return time_text(str(at)) if at else "no end is set"
