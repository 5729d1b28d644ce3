"""Reading a case or an event file: TOML text into checked structs, or one error that names every mistake by line.

The machinery is that of the charter loader; `checks.py` holds what a case must get right against its charter.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter import load_charter
from tocsin.charter.files.catalog import find
from tocsin.charter.files.disk import Folder, decode, read_bytes
from tocsin.charter.files.loader import BYTES_MAX, check_format, convert, parse_toml
from tocsin.charter.files.locate import Mistake, Path, located
from tocsin.charter.files.structure import mistakes, shown
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Charter
from tocsin.errors import CaseError, NotFound, Problem, TermError
from tocsin.replay.case import SCHEMA, Case
from tocsin.replay.checks import event_mistakes, mistakes_in
from tocsin.replay.times import when

STEP = re.compile(r"^step\[(\d+)\](\.?)")
STEP_TIMES = ("at", "latest", "deadline", "start", "end")
RECORDED_TIMES = ("deadline", "effective")
A_TIME = "a date such as 2026-01-31, or a time with its zone such as 2026-01-31T12:00:00+01:00"
FIRST_YEAR, LAST_YEAR = 1800, 2200
A_YEAR = f"the years {FIRST_YEAR} to {LAST_YEAR}"


class EventFile(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A file with one event and nothing else."""

    event: Event


def load_case(path_or_name: str | Folder) -> Case:
    """The case in a file, or the shipped case of that name, checked against its charter.

    Raises NotFound where there is no such case, CaseError with every mistake in it, and CharterError where the
    charter it names is a file with mistakes.
    """
    return load_case_and_charter(path_or_name)[0]


def load_case_and_charter(path_or_name: str | Folder) -> tuple[Case, Charter]:
    """The same, with the charter it is to be replayed under."""
    path = find(str(path_or_name), "cases", "case")
    text, name = _text(path)
    raw = parse_toml(text, name, CaseError)
    case = _structured(raw, text, name)
    try:
        charter = charter_of(case, path.parent)
    except NotFound as error:
        mistake = Mistake(("case", "charter"), str(error).partition(" Known:")[0], ", ".join(error.known))
        raise CaseError(_located([mistake], text, name)) from None
    if found := list(mistakes_in(case, charter, raw)):
        raise CaseError(_located(found, text, name))
    return case, charter


def load_event(path_or_name: str | Folder) -> Event:
    """The event in a file with one `[event]` table, or the shipped example of that name.

    Raises NotFound where there is no such file, and CaseError with every mistake in it.
    """
    text, name = _text(find(str(path_or_name), "examples", "event"))
    raw = parse_toml(text, name, CaseError)
    event = convert(raw, EventFile, text, name, CaseError).event
    if found := list(event_mistakes(event, ("event",))):
        raise CaseError(_located(found, text, name))
    return event


def charter_of(case: Case, beside: Folder | None = None) -> Charter:
    """The charter a case names: a shipped one, or a file, whose path starts from the folder of the case."""
    named = case.case.charter
    if beside is not None and ("/" in named or named.endswith(".toml")):
        named = str(beside / named)
    return load_charter(named)


def _located(found: Iterable[Mistake], text: str, name: str) -> list[Problem]:
    """The mistakes as Problems; steps are counted from 1, as a replay prints them."""
    return [replace(problem, field=STEP.sub(_from_one, problem.field)) for problem in located(found, text, name)]


def _from_one(found: re.Match[str]) -> str:
    return f"step {int(found[1]) + 1}" + (", " if found[2] else "")


def _text(path: Folder) -> tuple[str, str]:
    name = str(path)
    return decode(read_bytes(path, BYTES_MAX, CaseError), name, CaseError), name


def _structured(raw: dict[str, Any], text: str, name: str) -> Case:
    """Every field is of its type. Raises CaseError with all that are not."""
    check_format(raw, SCHEMA, "docs/CASES.md", text, name, CaseError)
    bad_times = list(_times_as_text(raw))
    try:
        case = msgspec.convert(raw, Case)
    except msgspec.ValidationError as error:
        found_all = bad_times + (mistakes(raw, Case) or [Mistake((), str(error))])
        raise CaseError(_located(found_all, text, name)) from None
    if bad_times:
        raise CaseError(_located(bad_times, text, name))
    return case


def _times_as_text(raw: dict[str, Any]) -> Iterator[Mistake]:
    """Write dates and times as text in the raw steps; those that are none are told, and replaced by some date."""
    steps = raw.get("step")
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict):
            continue
        yield from _as_text(step, STEP_TIMES, ("step", index))
        if isinstance(step.get("recorded"), dict):
            yield from _as_text(step["recorded"], RECORDED_TIMES, ("step", index, "recorded"))


def _as_text(table: dict[str, Any], fields: tuple[str, ...], path: Path) -> Iterator[Mistake]:
    for field in fields:
        if field not in table:
            continue
        value = table[field]
        table[field] = value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value
        if (mistake := _time_mistake(value, (*path, field))) is not None:
            table[field] = "1970-01-01"
            yield mistake


def _time_mistake(value: object, path: Path) -> Mistake | None:
    if isinstance(value, str):
        try:
            value = when(value)
        except TermError:
            return Mistake(path, f"{shown(value)} is no date or time with its zone", A_TIME)
    if isinstance(value, datetime) and value.tzinfo is None:
        fix = f"add the zone: {value.isoformat()}Z for UTC, or an offset such as +01:00"
        return Mistake(path, f"{value.isoformat()} has no time zone", A_TIME, fix)
    if not isinstance(value, date):
        return Mistake(path, f"{shown(value)} is no date or time", A_TIME)
    return None if FIRST_YEAR <= value.year <= LAST_YEAR else Mistake(path, f"{shown(value)} is too far off", A_YEAR)
