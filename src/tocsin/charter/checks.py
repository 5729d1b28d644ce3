"""Everything a charter must get right beyond the types of its fields. Each check stands with its subject.

A check reads the whole document and yields its Mistakes; here they are located and put in file order.
"""

from collections.abc import Callable, Iterator

from tocsin.charter import checks_parties, checks_references, checks_rows, checks_time
from tocsin.charter.checks_conditions import conditions
from tocsin.charter.checks_index import Index
from tocsin.charter.checks_rules import rules
from tocsin.charter.locate import Mistake, located
from tocsin.charter.model import SCHEMA, Document
from tocsin.errors import Problem

Check = Callable[[Index], Iterator[Mistake]]


def check_document(document: Document, text: str, name: str) -> list[Problem]:
    """Every mistake in the document, in file order; empty if it may be used. `text` is what it was read from."""
    index = Index(document, text)
    return located((mistake for check in CHECKS for mistake in check(index)), text, name)


def note_document(document: Document, text: str, name: str) -> list[Problem]:
    """What a reader should know although it is no mistake, such as duties that await a rule nobody published."""
    return located(checks_rows.unset_rules(Index(document, text)), text, name)


def _format(index: Index) -> Iterator[Mistake]:
    if index.document.schema != SCHEMA:
        found = f"the file is of format {index.document.schema}; this release reads format {SCHEMA}"
        yield Mistake(("schema",), found, str(SCHEMA))


CHECKS: tuple[Check, ...] = (
    _format,
    checks_parties.declared_parties,
    checks_parties.weights,
    checks_time.backwards,
    checks_time.duplicates,
    checks_time.memberships,
    checks_time.keys,
    checks_references.references,
    checks_references.reserved_names,
    checks_references.cycles,
    checks_rows.sources,
    checks_rows.unset_fields,
    checks_rows.sourced_fields,
    checks_rows.decision_paths,
    checks_rows.lengths,
    rules,
    conditions,
)
