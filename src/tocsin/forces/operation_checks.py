"""What each type of operation asks of a case, told as located mistakes. docs/FORCES.md, part 1, says why."""

from collections.abc import Iterator

from tocsin.charter.files.locate import Mistake, Path
from tocsin.forces.arcs import hours
from tocsin.forces.model import ForceCase, OperationType

BY_CONSENT: dict[OperationType, str] = {
    "disaster relief": "the state that is struck",
    "border security": "the state whose border it is",
}
"""Types of operation that are done at a state's wish, and whose wish that is."""


def operation_mistakes(case: ForceCase) -> Iterator[Mistake]:
    """What a case lacks, or says against its own type."""
    yield from _mandate(case)
    yield from _ends(case)
    yield from _consent(case)
    most = case.case.within_hours
    for index, line in enumerate(case.line):
        if most is not None and line.in_place_by_hours > most:
            found = f"the line is in place by hour {line.in_place_by_hours}, and the case promises {most}"
            yield Mistake(
                ("line", index, "in_place_by_hours"), found, f"at most {most}", "sooner, or raise case.within_hours"
            )


def _mandate(case: ForceCase) -> Iterator[Mistake]:
    about = case.case
    until: Path = ("case", "until")
    if about.operation == "peacekeeping" and about.until is None:
        found = "peacekeeping is done under a mandate, and its end is not said"
        yield Mistake(until, found, "a date such as 2026-01-31", "add until = …, the day it must be renewed")
    if about.until is not None and about.until <= about.activation:
        yield Mistake(until, f"the mandate ends on {about.until}, before it begins", "a later day")
    elif about.exit_days is not None and about.until is None:
        found = "an exit is from a mandate that ends, and no end is said"
        yield Mistake(("case", "exit_days"), found, "", "add until = …, or leave out exit_days")
    elif about.exit_days and about.until is not None and about.exit_days >= (about.until - about.activation).days:
        found = f"the exit takes {about.exit_days} days, and the mandate has {(about.until - about.activation).days}"
        yield Mistake(("case", "exit_days"), found, "fewer days than the mandate has")


def _ends(case: ForceCase) -> Iterator[Mistake]:
    """A line ends before the mandate does, and before the exit begins."""
    about = case.case
    if about.until is None or about.until <= about.activation:
        return
    last = hours(about.activation, about.until)
    leaves = last - 24 * (about.exit_days or 0)
    for index, line in enumerate(case.line):
        ends = line.ends_hours
        path: Path = ("line", index, "sustain_days")
        fix = "shorten it, or plan again once the mandate is renewed"
        if ends > last:
            yield Mistake(path, f"the line lasts beyond {about.until}, the end of the operation's mandate", "", fix)
        elif ends > leaves > 0:
            found = f"the line lasts into the {about.exit_days} days of exit before {about.until}"
            yield Mistake(path, found, f"an end by hour {leaves}", fix)


def _consent(case: ForceCase) -> Iterator[Mistake]:
    """Who helps at a state's wish asks for its consent: at every destination stands that gate."""
    whose = BY_CONSENT.get(case.case.operation)
    if whose is None:
        return
    asked = {gate.destination for gate in case.gate if gate.kind == "host consent"}
    told = set(asked)
    for index, line in enumerate(case.line):
        if line.destination not in told:
            told.add(line.destination)
            found = f"{case.case.operation} is done by consent, and nobody's is asked for '{line.destination}'"
            fix = f"add one, given_by {whose}; from = the day it consents, left out while it has not"
            yield Mistake(("line", index, "destination"), found, "a [[gate]] of kind 'host consent' for it", fix)
