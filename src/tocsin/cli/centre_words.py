"""What a centre answers, on the terminal. Whatever others wrote is shown, and steers nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from rich.console import Console
from rich.text import Text

from tocsin.alliance.facts import AnyFact, PositionStated
from tocsin.alliance.lessons import sentence
from tocsin.cli.tables import banner, indented, listing, plain, row, section, table, terminal, title
from tocsin.errors import Malformed
from tocsin.replay.words import hours_text, time_text
from tocsin.states import state_codes, state_name
from tocsin.web.shape import read

Told = Mapping[str, Any]
"""A JSON object that a centre answered."""

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


def print_answer(answer: Told) -> None:
    """What came of an act."""
    console, told = terminal(), harmless(answer)
    status = told.get("status", "")
    if status == "pending":
        said = "It waits for a second person of your seat. The other desk says:"
        console.print(Text.assemble(("… ", "yellow"), said))
        console.print(Text(f"  tocsin pending confirm {told.get('pending', '')}"), soft_wrap=True)
        return
    again = " It had been accepted before; this is what came of it then." if status == "repeated" else ""
    console.print(Text.assemble(("✓ ", "green"), f"Accepted.{again}"))
    for said in fact_words(answer):
        indented(console, said, hang=2)
    for handled in told.get("handled", ()):
        indented(console, handled_words(handled), hang=2)


def fact_words(answer: Told) -> list[str]:
    """The facts in words; those that only serve others by their name."""
    found = []
    for told in answer.get("facts", ()):
        try:
            fact = read(told, AnyFact)
        except Malformed:  # a later release may know more kinds
            found.append(plain(str(told.get("fact", "something this release does not know"))))
        else:
            found.append(plain(sentence(fact, names()) or _plain_words(fact)))
    return found


def _plain_words(fact: AnyFact) -> str:
    """A fact that no account tells: what a party said, else the kind of fact."""
    if not isinstance(fact, PositionStated):
        return str(fact.__struct_config__.tag)
    position = fact.position.replace("_", " ")
    entered = f", entered by {named(fact.by)}" if fact.by != fact.party else ""
    note = f" ({fact.note})" if fact.note else ""
    return f"{named(fact.party)}: {position}{entered}{note}"


def handled_words(told: Told) -> str:
    """What became of a warning, in words."""
    what = f"warning '{told.get('warning', '')}'"
    match told.get("handled"):
        case "held":
            audience = listing(told.get("audience", ()))
            return f"{what}: {told.get('marking')}, for {audience}; nobody else learns what it says"
        case "re-marked":
            return f"{what}: now {told.get('marking')}, for {listing(told.get('audience', ()))}"
        case "recalled":
            return f"{what}: recalled; whoever holds it is told and must confirm"
        case "delivered":
            return f"{what}: delivered to {told.get('to')}"
        case "acknowledged":
            return f"{what}: acknowledged by {told.get('by')}"
        case other:
            return f"{what}: {other}"


def print_situation(answer: Told) -> None:
    console, told = terminal(), harmless(answer)
    banner(console, bool(told.get("hypothetical")))
    seat = f"{told['name']} ({told['seat']})" if told["name"] != told["seat"] else told["seat"]
    title(console, f"{told['title']}: the situation of {seat}", f"{told['mode']} centre, {time_text(told['now'])}")
    _rows(console, "Asked of you", told.get("asks", ()), ask_words, "Nothing is asked of you.")
    _rows(console, "Falls due", told.get("deadlines", ()), deadline_words, "Nothing falls due.")
    section(console, "Cases")
    _case_table(console, told.get("cases", ()))


def print_cases(cases: Sequence[Told]) -> None:
    """All cases that a seat sees."""
    _case_table(terminal(), harmless(cases))


def print_case(answer: Told) -> None:
    """One crisis: what was said, what is before the organs, what is offered, and the account."""
    console, told = terminal(), harmless(answer)
    until = f", closed {time_text(told['closed'])}" if told.get("closed") else ""
    title(console, told["case"], f"opened {time_text(told['opened'])}{until}")
    _rows(console, "Warnings", told.get("warnings", ()), warning_words)
    _rows(console, "Requests", told.get("requests", ()), request_words)
    for procedure in told.get("procedures", ()):
        _procedure(console, procedure)
    _rows(console, "Required and pledged", told.get("requirement", ()), line_words)
    for label, name in (("Mandates", "mandates"), ("Consents", "consents"), ("Deployments", "deployments")):
        _rows(console, label, told.get(name, {}).items(), lambda pair: f"{pair[0]}, until {_until(pair[1])}")
    _rows(console, "Reports owed", told.get("reports_owed", ()), str)
    reached = [line for line in told.get("headlines", ()) if line.get("hours") is not None]
    _rows(console, "Headline times", reached, headline_words)
    _rows(console, "Account", told.get("account", ()), str)


def print_released(releases: Sequence[Told]) -> None:
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
        row(made, told["case"], name, told["author"], marking, f"{told.get('why', '')}{clause}")
    console.print(made)


def print_warning(answer: Told, holders: Iterable[Told] = ()) -> None:
    """A warning with its substance."""
    console, told = terminal(), harmless(answer)
    said = told["marking"] + (" ORCON" if told.get("orcon") else "")
    for_whom = f" for {listing(told['audience'])}" if told.get("audience") else ""  # its author alone is told of all
    console.print(Text.assemble((f" {said} ", f"reverse {MARKINGS.get(told['marking'], '')}"), for_whom))
    under = f"{told['case']}, from {named(told['author'])}, {time_text(told['at'])}"
    under += f", version {told['version']}" if "version" in told else ""
    title(console, told["warning"], under)
    if told.get("recalled"):
        why = f": {told['recall_why']}" if told.get("recall_why") else ""
        console.print(Text(f"Recalled by its author on {time_text(told['recalled'])}{why}", style="bold bright_red"))
    console.print()
    indented(console, "Its text was erased." if told.get("is_erased") else told.get("text", ""), by=0)
    if told.get("why"):
        clause = f" [{told['clause']}]" if told.get("clause") else ""
        console.print()
        indented(console, f"You see it: {told['why']}{clause}", by=0, style="dim")
    _rows(console, "Who holds it", harmless(list(holders)), holder_words)


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


def item_words(told: Told) -> list[str]:
    """One item of a feed: a head, and what it says."""
    about = " ".join(part for part in (told.get("case", ""), told.get("name", "")) if part)
    by = f" by {named(told['by'])}" if told.get("by") else ""
    kind = told.get("kind", "")
    head = f"{told.get('cursor', '')}  {time_text(told['at'])}  {kind}{f': {about}' if about else ''}{by}"
    return [head, *(f"  {said}" for said in told.get("says") or fact_words(told))]


def named(actor: str) -> str:
    return names().get(actor, actor)


@cache
def names() -> dict[str, str]:
    """English names of states."""
    return {code: state_name(code) or code for code in state_codes()}


def ask_words(told: Told) -> str:
    by = f", by {time_text(told['by'])}" if told.get("by") else ""
    where = " ".join(part for part in (told.get("case", ""), told.get("name", "")) if part)
    return f"{told['kind']}{f' ({where})' if where else ''}: {told['says']}{by}"


def deadline_words(told: Told) -> str:
    return f"{time_text(told['at'])}  {told['what']}{', and it is late' if told.get('is_late') else ''}"


def warning_words(told: Told) -> str:
    if not told.get("is_released"):
        return f"'{told['warning']}': not released to you; commitment {told['commitment'][:16]}…"
    state = ", recalled" if told.get("recalled") else ""
    return f"'{told['warning']}' from {named(told['author'])}, {told['marking']}{state}"


def request_words(told: Told) -> str:
    return f"'{told['request']}' by {named(told['by'])}: duty {told['duty']}, {told['status']}"


def line_words(told: Told) -> str:
    line = told["line"]
    short = f", short of {told['shortfall']}" if told.get("shortfall") else ""
    return f"{line['id']}: {told.get('pledged', 0)} of {line['required']} {line['unit']} {line['capability']}{short}"


def headline_words(told: Told) -> str:
    return f"{told['says']}: {hours_text(told.get('hours'))}"


def holder_words(told: Told) -> str:
    sees = "sees it" if told["sees"] else "does not see it"
    had = f", received {time_text(told['delivered'])}" if told.get("delivered") else ", has not received it"
    return f"{told['seat']}: {sees} ({told['why']}){had}{', confirmed' if told.get('is_confirmed') else ''}"


def _procedure(console: Console, told: Told) -> None:
    section(console, f"Procedure {told['procedure']}: {told['matter']} in {told['organ']}")
    indented(console, f"{standing_words(told)}, by the rule '{told['rule']}' [{told['clause']}]")
    if told.get("text"):
        indented(console, f"Text, version {told['version']}: {told['text']}", hang=2)
    for line in told.get("positions", ()):
        indented(console, position_words(line), 4, hang=2)
    for why in told.get("why", ()):
        indented(console, why, 4, style="dim", hang=2)


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


def _until(at: object) -> str:
    return time_text(str(at)) if at else "no end is set"
