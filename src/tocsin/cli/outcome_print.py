"""An outcome in the terminal."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from tocsin.charter.rules.levers import Lever
from tocsin.charter.told.judged import Contested
from tocsin.charter.told.names import coded
from tocsin.charter.told.outcome import Missing, OutcomeAnswer
from tocsin.cli.tables import banner, indented, listing, readings, section, title, weak_first
from tocsin.terms import POSITIONS, Position, Verdict

STYLES = {"adopted": "bold green", "blocked": "bold bright_red", "open": "bold yellow", "escalated": "bold magenta"}
SIGNS = {"adopted": "✓", "blocked": "✗", "open": "?", "escalated": "↑"}
LEVERS_SHOWN = 8
NAMES_SHOWN = 12
UNKNOWN_ELECTORS = "the electors of that day are not known"
LACKING: dict[Missing, str] = {
    "rule": "while the rule is unset",
    "reading": "until a reading is chosen",
    "electors": f"while {UNKNOWN_ELECTORS}",
}
VERBS: dict[Position, str] = {
    "support": "supporting",
    "object": "objecting",
    "abstain": "abstaining",
    "qualified_abstention": "abstaining with a declaration",
    "absent": "staying away",
    "not_stated": "saying nothing",
}


def print_answer(console: Console, answer: OutcomeAnswer) -> None:
    """What it rests on, the verdict and why, and who could change it."""
    alliance = f"{answer.why_invented}, and " if answer.invented else ""
    banner(console, True, f"{alliance}positions entered by hand; no state has taken them")
    title(console, f"{answer.title}: {answer.charter_title}", _where(answer))
    console.print(Text(f"rule: {answer.rule_in_words}", style="dim"))
    console.print()
    weak_first(console, answer.weak)
    verdict = answer.outcome.verdict
    console.print(Text(f"{SIGNS[verdict]} {verdict.upper()}", style=STYLES[verdict]))
    for sentence in answer.explanation:
        indented(console, sentence.lstrip(), 2 + len(sentence) - len(sentence.lstrip()))
    _print_conditions(console, answer)
    _print_contested(console, answer)
    if answer.caution:
        indented(console, f"! {answer.caution}", 2, "bold yellow", hang=2)
    _print_positions(console, answer)
    _print_levers(console, answer)


def _print_conditions(console: Console, answer: OutcomeAnswer) -> None:
    """What must have come first, and what follows."""
    for need in answer.needs:
        clause = f" [{need.clause}]" if need.clause else ""
        indented(console, f"Only after: '{need.title}'{clause} is adopted", 2, "bold yellow", hang=2)
    if answer.then:
        head = "Then" if answer.outcome.verdict == "adopted" else "Once adopted"
        indented(console, f"{head}: {answer.then}", 2, hang=2)


def _print_contested(console: Console, answer: OutcomeAnswer) -> None:
    """One line for each question of readings, and what those readings say."""
    if answer.readings_agree:
        indented(console, f"All readings agree: {_rival(answer.contested[0], answer)}.", 2, "magenta", hang=2)
        return
    for question in dict.fromkeys(one.question for one in answer.contested):
        rivals = [one for one in answer.contested if one.question == question]
        told = "; ".join(f"under '{one.reading}' {_rival(one, answer)}" for one in rivals)
        indented(console, f"Contested: {told}.", 2, "magenta", hang=2)
        for one in rivals:
            rests = ", ".join(filter(None, (one.clause, one.source_class)))
            indented(console, f"'{one.reading}': {one.says} [{rests}]", 4, "dim", hang=2)


def _rival(one: Contested, answer: OutcomeAnswer) -> str:
    """'adopted, binding Belarus, Russia', or 'blocked by Armenia'."""
    if one.verdict == "adopted":
        return f"adopted, binding {listing(one.bound, answer.names, NAMES_SHOWN)}"
    by = f" by {listing(one.blockers, answer.names, NAMES_SHOWN)}" if one.blockers else ""
    return f"{one.verdict}{by}"


def _where(answer: OutcomeAnswer) -> str:
    state = "closed: no more positions will come" if answer.closed else "open: positions may still come"
    about = f"; about {_named(answer)[answer.subject]}" if answer.subject else ""
    return f"in {answer.organ_name}, {_electors(answer)}, on {answer.on}{about}; {state}; {readings(answer.readings)}"


def _electors(answer: OutcomeAnswer) -> str:
    """'7 electors', or '7 seats, of which 6 vote on this'."""
    if not answer.electors_known:
        return UNKNOWN_ELECTORS
    seats = len(answer.electors)
    voting = seats - len(answer.not_counted.keys() & set(answer.electors))
    return f"{seats} electors" if voting == seats else f"{seats} seats, of which {voting} vote on this"


def _named(answer: OutcomeAnswer) -> dict[str, str]:
    return coded({party: answer.names.get(party, party) for party in {*answer.electors, *answer.ignored}}) | {
        answer.subject: f"{answer.names.get(answer.subject, answer.subject)} ({answer.subject})"
    }


def _print_positions(console: Console, answer: OutcomeAnswer) -> None:
    section(console, "Positions")
    _print_stated(console, answer.positions, answer)
    for question, stated in answer.questions.items():
        console.print(Text(f"on the question '{question}'", style="bold"))
        _print_stated(console, stated, answer)
    if answer.not_counted:
        named = _named(answer)
        left = ", ".join(f"{named.get(party, party)}, {why}" for party, why in answer.not_counted.items())
        indented(console, f"not counted: {left}", 2, "yellow")
    if answer.ignored:
        why = f"no elector in {answer.organ_name}" if answer.electors_known else UNKNOWN_ELECTORS
        indented(console, f"not counted, {why}: {listing(answer.ignored, _named(answer))}", 2, "yellow")


def _print_stated(console: Console, stated: Mapping[str, Position], answer: OutcomeAnswer) -> None:
    whole = {party: stated.get(party, "not_stated") for party in answer.electors if party not in answer.not_counted}
    for position in POSITIONS:
        who = [party for party, said in whole.items() if said == position]
        if who:
            words = position.replace("_", " ")
            indented(
                console, Text.assemble((f"{words} ({len(who)}): ", "dim"), listing(who, _named(answer), NAMES_SHOWN)), 2
            )


def _print_levers(console: Console, answer: OutcomeAnswer) -> None:
    section(console, "What would change it")
    if answer.missing:
        console.print(Text(f"  cannot be told {LACKING[answer.missing]}", style="dim"))
        return
    alone = [lever for lever in answer.levers if len(lever.parties) == 1 and not lever.elsewhere]
    together = [lever for lever in answer.levers if lever not in alone]
    for text in _each_alone(alone, answer.names):
        indented(console, text, 2, hang=2)
    for lever in together[:LEVERS_SHOWN]:
        indented(console, _lever(lever, answer.names), 2, hang=2)
    more = len(together) - LEVERS_SHOWN
    if more > 0:
        console.print(Text(f"  and {more} other sets of parties; --json lists them", style="dim"))
    if not answer.levers:
        console.print(Text("  no set of parties that was tried", style="dim"))
    size = answer.levers_searched_up_to
    console.print(
        Text(
            f"  All sets of up to {size} part{'ies' if size > 1 else 'y'} were tried. This is no forecast.", style="dim"
        )
    )


def _each_alone(levers: Iterable[Lever], names: Mapping[str, str]) -> Iterable[Text]:
    """'✗ blocked, by any one of these objecting: Albania, Belgium'."""
    found: dict[tuple[Verdict, Position], list[str]] = {}
    for lever in levers:
        for party, position in lever.moves.items():
            found.setdefault((lever.verdict, position), []).append(party)
    for (verdict, position), parties in found.items():
        head = Text.assemble((f"{SIGNS[verdict]} {verdict}", STYLES[verdict]))
        if len(parties) == 1:
            yield head.append(f", by {listing(parties, names)} {VERBS[position]}", style="default")
        else:
            said = f", by any one of these {len(parties)} {VERBS[position]}: {listing(parties, names, NAMES_SHOWN)}"
            yield head.append(said, style="default")


def _lever(lever: Lever, names: Mapping[str, str]) -> Text:
    """'✓ adopted, by Belmora supporting'."""
    said: dict[str, list[str]] = {}
    for party, position in lever.moves.items():
        said.setdefault(VERBS[position], []).append(names.get(party, party))
    for question, moves in lever.elsewhere.items():
        for party, position in moves.items():
            said.setdefault(f"{VERBS[position]} on '{question}'", []).append(names.get(party, party))
    how = "; ".join(f"{', '.join(who)} {doing}" for doing, who in said.items())
    return Text.assemble((f"{SIGNS[lever.verdict]} {lever.verdict}", STYLES[lever.verdict]), f", by {how}")
