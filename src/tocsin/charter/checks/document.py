"""Everything a charter must get right beyond the types of its fields. Each check stands with its subject.

A check reads the whole document and yields its Mistakes; here they are located and put in file order.
"""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from tocsin.charter.checks import notes, parties, references, rows, time
from tocsin.charter.checks.conditions import conditions
from tocsin.charter.checks.index import Index
from tocsin.charter.checks.rules import rules
from tocsin.charter.files.locate import Mistake, located
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.model import SCHEMA, Document
from tocsin.errors import Problem

Check = Callable[[Index], Iterator[Mistake]]


def check_document(document: Document, text: str, name: str) -> list[Problem]:
    """Every mistake in the document, in file order; empty if it may be used. `text` is what it was read from."""
    index = Index(document, text)
    return located((mistake for check in CHECKS for mistake in check(index)), text, name)


def note_document(document: Document, text: str, name: str) -> list[Problem]:
    """What a reader should know although it is no mistake, such as duties that await a rule nobody published."""
    index = Index(document, text)
    return located((mistake for note in NOTES for mistake in note(index)), text, name)


def _format(index: Index) -> Iterator[Mistake]:
    if index.document.schema != SCHEMA:
        found = f"the file is of format {index.document.schema}; this release reads format {SCHEMA}"
        yield Mistake(("schema",), found, str(SCHEMA))


def _timezone(index: Index) -> Iterator[Mistake]:
    zone = index.document.charter.timezone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        accepted = "a name of the IANA time zone database, such as 'UTC' or 'Europe/Brussels'"
        fix = suggestion(zone, sorted(available_timezones()))
        yield Mistake(("charter", "timezone"), f"there is no time zone '{zone}'", accepted, fix)


NOTES: tuple[Check, ...] = (notes.unset_rules, notes.endless_silence, notes.early_members)

CHECKS: tuple[Check, ...] = (
    _format,
    _timezone,
    parties.declared_parties,
    parties.weights,
    time.backwards,
    time.duplicates,
    time.memberships,
    time.conduct,
    time.keys,
    references.references,
    references.reserved_names,
    references.cycles,
    rows.sources,
    rows.unset_fields,
    rows.sourced_fields,
    rows.decision_paths,
    rows.lengths,
    rules,
    conditions,
)
