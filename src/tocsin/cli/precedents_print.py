"""Precedents in the terminal: case by case, oldest first, and one line that sums them up."""

from rich.console import Console
from rich.text import Text

from tocsin.cli.tables import banner, class_text, indented, mark_text, title, weak_first
from tocsin.replay.precedents import TIMES, UNKNOWN, Asked, Interval, Precedent, Precedents, Search, known_words
from tocsin.replay.words import DEEDS, day_text, hours_text, span_text, time_text
from tocsin.terms import WEAK_CLASSES

STEPS_MAX = 6


def print_precedents(console: Console, answer: Precedents) -> None:
    title(console, f"Precedents: {answer.search.words or 'any step'}", meant(answer.search))
    console.print()
    if not answer.found:
        _print_nothing(console, answer.search)
        return
    banner(console, any(one.hypothetical for one in answer.found), "some of these cases are invented, they are marked")
    weak_first(console, {one.case: one.class_ for one in answer.found if one.class_ in WEAK_CLASSES})
    for one in answer.found:
        _print_case(console, one)
    _print_summary(console, answer)
    console.print(Text(f"Next: tocsin replay {answer.found[0].case} --sources", style="dim"))


def meant(search: Search) -> str:
    """What the words were taken to mean."""
    said = [f"steps: {', '.join(DEEDS[kind] for kind in search.kinds)}"] if search.kinds else []
    said += [f"outcome: {' or '.join(search.outcomes)}"] if search.outcomes else []
    said += [_texts_only(search)] if search.in_texts else []
    said += [f"with the words: {' '.join(search.texts)}"] if search.texts else []
    said += [f"clause {search.clause}"] if search.clause else []
    said += [f"charter {search.system}"] if search.system else []
    return "; ".join(said)


def _texts_only(search: Search) -> str:
    """Why the texts were searched: nothing was of that kind, or nothing of it fits what else was asked."""
    fits = " that fits the rest" if search.clause or search.system or len(search.texts) > 1 else ""
    return f"no step of that kind{fits} is recorded, so the texts were searched"


def _print_case(console: Console, one: Precedent) -> None:
    head = Text.assemble(
        (day_text(one.date), "bold"), "  ", (one.title, "bold"), (f"  {one.case}, {one.charter}", "dim")
    )
    head.append("  HYPOTHETICAL" if one.hypothetical else "", style="bright_red")
    console.print(head)
    for step in one.steps[:STEPS_MAX]:
        _print_step(console, step)
    if len(one.steps) > STEPS_MAX:
        console.print(Text(f"    and {len(one.steps) - STEPS_MAX} more steps", style="dim"))
    came = Text.assemble(("outcome: ", "dim"), (one.outcome, "bold"), f": {one.outcome_says}")
    indented(console, came, 2, hang=2)
    times = ", ".join(f"{says} {_length(one.times[name])}" for name, says in TIMES.items())
    indented(console, Text.assemble(("times: ", "dim"), times), 2, hang=2)
    console.print()


def _print_step(console: Console, step: Asked) -> None:
    whom = f" to {step.to}" if step.to else ""
    under = f" under {', '.join(step.clauses)}" if step.clauses else ""
    about = step.duty or step.matter
    what = f"{DEEDS[step.do]}{f' ({about})' if about else ''}"
    said = Text.assemble((f"{time_text(step.at)}  ", "dim"), f"{step.by or 'several'}{whom}: {what}{under}")
    said.append(f" → {step.came}" if step.came else "", style="bold")
    said.append("  ")
    said.append_text(mark_text(step.mark))
    said.append("  ")
    said.append_text(class_text(step.class_))
    indented(console, said, 2, hang=4)


def _print_summary(console: Console, answer: Precedents) -> None:
    total = answer.summary
    outcomes = ", ".join(f"{count} {name}" for name, count in total.outcomes.items())
    console.print(Text(f"{_count(total.cases, 'case')}, {_count(total.steps, 'step')}: {outcomes}", style="bold"))
    for name, says in TIMES.items():
        found = total.times[name]
        if not found.known:
            console.print(Text(f"  to {says}: unbounded or unknown in all {found.unknown}"))
            continue
        range_ = f"{hours_text(found.least_hours)} to {hours_text(found.most_hours)}"
        apart = f"; unbounded or unknown in {found.unknown}" if found.unknown else ""
        console.print(Text(f"  to {says}: median {hours_text(found.median_hours)} of {found.known} ({range_}){apart}"))
    console.print(Text("Times count from the first warning or request; a day stands for all its hours.", style="dim"))


def _print_nothing(console: Console, search: Search) -> None:
    console.print(Text("There is no such precedent in the recorded cases."))
    words = ", ".join(known_words())
    indented(console, Text.assemble(("Words that stand for kinds of step and for outcomes: ", "dim"), words), 2, hang=2)
    if search.texts:
        indented(console, "Any other word must stand in the texts of a case; try fewer.", 2)
    console.print(Text("Next: tocsin replay list", style="dim"))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _length(interval: Interval | None) -> str:
    return UNKNOWN if interval is None else span_text(interval.hours_least, interval.hours_most)
