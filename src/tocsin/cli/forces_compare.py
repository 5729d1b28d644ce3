"""`tocsin forces compare`: a plan from published contributions beside the record of what was sent."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.forces_options import CASE
from tocsin.cli.options import AS_JSON
from tocsin.forces.wording import many, some

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.forces.record import Comparison, Difference, LineCompared, Told
    from tocsin.forces.record_model import Sourced

WHY = "a plan made up afterwards, from what was published; what was sent is recorded"
TOLD_MAX = 4


def compare(
    case: CASE,
    *,
    inventory: Annotated[
        str,
        typer.Option(
            "--inventory",
            metavar="UNITS",
            help="What was offered. Without it: what the case names, else the one with the case's name.",
        ),
    ] = "",
    record: Annotated[
        str,
        typer.Option("--record", metavar="RECORD", help="What was sent. Without it: the one with the case's name."),
    ] = "",
    official: Annotated[
        bool, typer.Option("--official", help="Plan only with units whose figures were all published officially.")
    ] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Show every statement with its source and class.")] = False,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write plan and record, day by day, as a picture too.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a picture that is there.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Plan a real case from what was published, and hold the plan against what was sent.

    Line by line and day by day, with what differs and why it can. What rests on the press or on a weaker source is told
    first. The cases turkey-2003 and kazakhstan-2022 ship.
    """
    from tocsin.cli import new_file, tables
    from tocsin.forces import record as records
    from tocsin.forces.explain import plan_of
    from tocsin.forces.files import inventory_of, load_case
    from tocsin.forces.greedy import greedy
    from tocsin.forces.inventory import load_inventory
    from tocsin.forces.record_file import load_record

    if svg is not None:
        new_file.check_new(svg, force=force)
    asked = load_case(case)
    offered = inventory or (inventory_of(case, asked) if asked.case.inventory else asked.case.id)
    units = load_inventory(offered, asked.capability)
    seen = load_record(record or asked.case.id, asked, units, case_name=case, inventory_name=offered)
    used = records.official(units, seen) if official else units
    left_out = [unit.id for unit in units if unit not in used]
    plan = plan_of(asked, used, greedy(asked, used))
    found = records.compare(plan, seen, left_out)
    if svg is not None:
        from tocsin.pictures.sent import sent

        new_file.write_new(svg, sent(found).alone(plan), force=force)
    if as_json:
        tables.print_json(found)
    else:
        print_comparison(tables.terminal(), found, sources=sources)


def print_comparison(console: "Console", found: "Comparison", *, sources: bool) -> None:
    """What it rests on, the lines side by side, then each line day by day; on request every statement as well."""
    from tocsin.cli.tables import banner, indented, section, title

    banner(console, found.hypothetical, WHY)
    _print_weak(console, found)
    title(console, f"{found.title}: planned and sent", f"{found.operation}; days after {found.activation}")
    console.print()
    _print_lines(console, found)
    for line in found.lines:
        section(console, f"{line.line}: {line.required:,} {line.counted}")
        _print_days(console, line)
        for one in line.differences:
            indented(console, f"• {_difference(one, line)}", hang=2)
        for who, reasons in _why(line).items():
            indented(console, f"why ({_listed(who)}): {'; '.join(reasons)}", 4, "dim", hang=2)
    section(console, "In all")
    for says in _in_all(found):
        indented(console, says, hang=2)
    if not sources:
        console.print()
        indented(console, "every statement with its source and how it was seen: --sources", 0, "dim")
        return
    for line in found.lines:
        section(console, f"Sources on {line.line}")
        for says in _stated(line):
            indented(console, says, hang=2)
    section(console, "Days that count")
    for day in found.milestones:
        indented(console, f"{day.on}, {day.kind}: {_sourced(day)}", hang=2)
    section(console, "Published, and not counted")
    for beside in found.beside:
        named = f"{beside.nation}: " if beside.nation else ""
        indented(console, f"{named}{_sourced(beside)} Not counted: {beside.why}", hang=2)


def _print_weak(console: "Console", found: "Comparison") -> None:
    """What rests on weak sources and on the press, before anything else."""
    from rich.text import Text

    from tocsin.cli.tables import weak_first

    weak_first(console, [f"{one.about} ({one.seen_as})" for one in found.weak])
    if found.press:
        share = f"{len(found.press)} of {found.statements} statements"
        said = Text.assemble(("Rests on the press: ", "bold yellow"), (f"{share}, on {_about(found.press)}.", "yellow"))
        console.print(said)
        console.print()


def _about(told: "Iterable[Told]") -> str:
    return _listed(list(dict.fromkeys(one.about for one in told)))


def _listed(names: Iterable[str]) -> str:
    """Names with commas; of many the first ones and how many more."""
    return some([name.replace("_", " ") for name in names], TOLD_MAX)


def _why(line: "LineCompared") -> dict[tuple[str, ...], list[str]]:
    """By whom it is about: why plan and record can differ."""
    found: dict[tuple[str, ...], list[str]] = {}
    for reason in line.reasons:
        found.setdefault(reason.who, []).append(reason.says)
    return found


def _stated(line: "LineCompared") -> Iterator[str]:
    """Where the figures of a line come from: what was asked, offered and seen, each with its source."""
    for asked in line.asked:
        yield f"asked: {_sourced(asked)}"
    for offer in line.offers:
        yield f"offered, {', '.join(offer.units)}, {offer.published}: {_sourced(offer)}"
    for one in line.seen:
        told = "no number" if one.quantity is None else f"{one.quantity:,}"
        days = f"{one.on}" if one.since is None else f"{one.since} to {one.on}"
        word = "or seen" if one.instead_of else "seen"
        yield f"{word}, {one.nation or 'all together'}, {days}, {told}: {_sourced(one)}"


def _sourced(one: "Sourced") -> str:
    """A statement with its class and source, what is inferred in it, and what another source says."""
    inferred = f" Inferred: {', '.join(one.inferred).replace('_', ' ')}." if one.inferred else ""
    rival = f" Or: {one.conflict}" if one.conflict else ""
    return f"{one.says}{inferred}{rival} [{one.class_}: {one.source}]"


def _print_lines(console: "Console", found: "Comparison") -> None:
    from tocsin.cli.tables import row, table

    numbers = ("required", "planned", "sent")
    days = ("first: plan", "seen", "all: plan", "seen")
    made = table("line", *numbers, *days, right=numbers, keep=("line", *numbers, *days))
    modelled = {line.line for line in found.lines if any("required" in one.modelled for one in line.asked)}
    for line in found.lines:
        row(
            made,
            line.line,
            f"{line.required:,}{'*' if line.line in modelled else ''}",
            f"{line.planned:,}",
            _range(line.sent_least, line.sent_most),
            _day(line.planned_first_day, ""),
            _days(line.seen_first_day, line.seen_first_day_by, ""),
            _day(line.planned_all_day, ""),
            _days(line.seen_all_day, line.seen_all_day_by, ""),
        )
    console.print(made)
    if modelled:
        console.print("* nobody published how much was asked: it is modelled")


def _print_days(console: "Console", line: "LineCompared") -> None:
    """The days as runs in which nothing changes."""
    from tocsin.cli.tables import row, table
    from tocsin.forces.record import runs

    numbers = ("days", "planned", "seen")
    made = table("days", "dates", "planned", "seen", "seen anew", right=numbers, keep=(*numbers, "dates"))
    for first, last in runs(line.days, lambda day: (day.planned, day.seen_least, day.seen_most)):
        numbered = f"{first.day}" if first.day == last.day else f"{first.day} to {last.day}"
        dates = f"{first.date}" if first.day == last.day else f"{first.date} to {last.date}"
        seen = _range(first.seen_least, first.seen_most)
        row(made, numbered, dates, f"{first.planned:,}", seen, _seen_anew(line, first.date))
    console.print(made)


def _seen_anew(line: "LineCompared", day: date) -> str:
    """Who is seen anew on a day, by class of source."""
    anew: dict[str, list[str]] = {}
    for one in line.seen:
        if day in (one.on, one.since):
            anew.setdefault(one.class_, []).append(one.nation or "all")
    return "; ".join(f"{seen_as}: {', '.join(dict.fromkeys(who))}" for seen_as, who in anew.items())


def _in_all(found: "Comparison") -> Iterator[str]:
    """From the request to the decision, to the first unit and to all; and what was left out."""
    if found.request is not None:
        apart = (found.activation - found.request).days
        yield f"from the request of {found.request} to the decision of {found.activation}: {many(apart, 'day')}"
    lines = found.lines
    first = _least([line.planned_first_day for line in lines])
    seen = _days(_least([line.seen_first_day for line in lines]), _least([line.seen_first_day_by for line in lines]))
    yield f"from the decision to the first unit: planned {_day(first)}, seen {seen}"
    last = _most([line.planned_all_day for line in lines])
    seen = _days(_most([line.seen_all_day for line in lines]), _most([line.seen_all_day_by for line in lines]))
    yield f"from the decision to all: planned {_day(last)}, seen {seen}"
    if found.unpublished:
        yield f"not published, and planned as 0: {found.unpublished}"
    if found.left_out:
        yield f"not planned with, because not all their figures are official: {', '.join(found.left_out)}"
    if found.decisions:
        yield f"how it was decided: tocsin replay {found.decisions}"
    yield f"the plan is {found.digest}"


def _least(days: list[int | None]) -> int | None:
    return min((day for day in days if day is not None), default=None)


def _most(days: list[int | None]) -> int | None:
    """The last of the days; none where a line has none."""
    known = [day for day in days if day is not None]
    return max(known, default=None) if len(known) == len(days) else None


def _difference(one: "Difference", line: "LineCompared") -> str:
    match one.kind:
        case "first":
            return f"first of it seen {_later(one.least, one.most)} planned"
        case "all":
            return f"all that was sent there {_later(one.least, one.most)} planned"
        case "quantity":
            return _quantity(one, line)
        case "not seen":
            return f"{one.nation}: {one.least:,} {line.counted} planned, never seen"
        case "not planned":
            return f"{one.nation}: seen ({_range(one.least, one.most)}), and not planned"


def _later(least: int, most: int | None) -> str:
    """'2 to 4 days later than', '2 days sooner than', '22 days sooner to 27 days later than'."""
    if most is None or least == most:
        return f"{many(abs(least), 'day')} {'later' if least >= 0 else 'sooner'} than"
    if least >= 0:
        return f"{least} to {many(most, 'day')} later than"
    if most <= 0:
        return f"{-most} to {many(-least, 'day')} sooner than"
    return f"{many(-least, 'day')} sooner to {many(most, 'day')} later than"


def _quantity(one: "Difference", line: "LineCompared") -> str:
    """'sent: 470 persons less than planned', or between two numbers where sources differ."""
    least, most = one.least, one.most
    if most is None:
        return f"sent: {_beyond(least, line.counted)}, by what was told in numbers"
    if least == most:
        return f"sent: {_beyond(least, line.counted)}"
    if least > 0:
        return f"sent: {least:,} to {_beyond(most, line.counted)}"
    if most < 0:
        return f"sent: {-most:,} to {_beyond(least, line.counted)}"
    return f"sent: from {_beyond(least, line.counted)} to {_beyond(most, line.counted)}"


def _beyond(number: int, counted: str) -> str:
    return "as planned" if number == 0 else f"{abs(number):,} {counted} {'more' if number > 0 else 'less'} than planned"


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"{least:,} and more" if least else "not told"
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _day(day: int | None, word: str = "day ") -> str:
    return "never" if day is None else f"{word}{day}"


def _days(first: int | None, last: int | None, word: str = "day ") -> str:
    if first is None or last is None or first == last:
        return _day(first, word)
    return f"{word}{first} to {last}"
