"""Common mistakes and other sentences about alliances, checked against the charters: nothing is hard coded.

A claims file holds the sentences and the questions their truth hangs on; docs/FACTS.md explains it. A verdict names
the rows it rests on, and altering such a row alters the verdict.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from tocsin.charter import load_charter
from tocsin.charter.claims.answers import answer
from tocsin.charter.claims.checks import file_mistakes
from tocsin.charter.claims.evidence import Evidence, Facts
from tocsin.charter.claims.model import SCHEMA, Claim, ClaimFile, SeenStep
from tocsin.charter.files.catalog import find
from tocsin.charter.files.disk import Folder, decode, read_bytes
from tocsin.charter.files.loader import BYTES_MAX, convert, parse_toml
from tocsin.charter.files.locate import Mistake, located
from tocsin.charter.files.structure import shown
from tocsin.charter.forum import lookup
from tocsin.charter.rows import RENAME
from tocsin.charter.snapshot import Charter
from tocsin.errors import CaseError
from tocsin.terms import WEAK_CLASSES, SourceClass

__all__ = ["Claim", "ClaimFile", "ClaimVerdict", "Evidence", "check_claims", "judge_claims", "load_claims"]

T = TypeVar("T")

COMMON_MISTAKES = "common-mistakes"
GOLDEN_DECISIONS = "golden-decisions"

Charters = Callable[[str], Charter] | Mapping[str, Charter]
Cases = Callable[[str], tuple[SeenStep, ...]] | Mapping[str, tuple[SeenStep, ...]]


class ClaimVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=RENAME):
    """What is to be thought of one claim. `open`: a charter, case, row or number that it hangs on is missing or unset.

    `evidence` holds what the verdict rests on: for 'false' the rows that refute the claim, else all that were asked.
    """

    id: str
    says: str
    source: str
    correct: str
    verdict: Literal["true", "false", "open"]
    because: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    hypothetical: bool = False
    """Whether a charter that was asked is hypothetical, or positions or the event are made up to show the rule."""
    class_: SourceClass | None = None
    """How the claim's own source was seen, where the file says so."""
    other: bool | None = None
    """Whether that source is another than those of the rows that answer, where the file says so."""


def check_claims(charters: Charters = load_charter, path: str | Folder | None = None) -> list[ClaimVerdict]:
    """A verdict on every claim of a file, or of the common mistakes that ship with Tocsin.

    Raises NotFound and CaseError as `load_claims` does, and CharterError for a charter that cannot be used.
    """
    return judge_claims(load_claims(path), charters)


def judge_claims(file: ClaimFile, charters: Charters = load_charter, cases: Cases | None = None) -> list[ClaimVerdict]:
    """The same for a file that is at hand; `cases` gives the steps of recorded cases, else those that ship."""
    facts = Facts(_by_name("charter", charters), _by_name("case", cases or case_steps), file.value)
    return [_verdict(claim, facts) for claim in file.claim]


def load_claims(path: str | Folder | None = None) -> ClaimFile:
    """The claims in a file, or those of a shipped file by its name; None: the common mistakes.

    Raises NotFound where there is no such file, and CaseError with every mistake in it by line.
    """
    return load_claims_text(*_text(find(str(path or COMMON_MISTAKES), "claims", "claim list")))


def load_claims_text(text: str, name: str) -> ClaimFile:
    """The same for text that is at hand; `name` stands for the file in messages."""
    raw = parse_toml(text, name, CaseError)
    schema = raw.get("schema", SCHEMA)
    if isinstance(schema, int) and not isinstance(schema, bool) and schema != SCHEMA:
        fix = "use a newer Tocsin" if schema > SCHEMA else f"write schema = {SCHEMA} and see docs/FACTS.md"
        found = f"the file is of format {shown(schema)}; this release reads format {SCHEMA}"
        raise CaseError(located([Mistake(("schema",), found, str(SCHEMA), fix)], text, name))
    file = convert(raw, ClaimFile, text, name, CaseError)
    if mistakes := list(file_mistakes(file)):
        raise CaseError(located(mistakes, text, name))
    return file


def case_steps(name_or_path: str) -> tuple[SeenStep, ...]:
    """What claims may ask of a recorded case, read without replaying it. Raises NotFound and CaseError."""
    text, name = _text(find(name_or_path, "cases", "case"))
    raw: dict[str, Any] = parse_toml(text, name, CaseError)
    try:
        return msgspec.convert(raw.get("step", ()), tuple[SeenStep, ...])
    except msgspec.ValidationError:
        mistake = Mistake(("step",), "the steps of this case cannot be read", "", "check the case by itself first")
        raise CaseError(located([mistake], text, name)) from None


def _by_name(kind: str, source: Callable[[str], T] | Mapping[str, T]) -> Callable[[str], T]:
    return (lambda name: lookup(kind, name, source)) if isinstance(source, Mapping) else source


def _text(path: Folder) -> tuple[str, str]:
    name = str(path)
    return decode(read_bytes(path, BYTES_MAX, CaseError), name, CaseError), name


def _verdict(claim: Claim, facts: Facts) -> ClaimVerdict:
    answers = [(answer(ask, facts), ask.expect) for ask in claim.assert_]
    against = [found for found, expected in answers if found.value is not None and found.value is not expected]
    unknown = [found for found, _ in answers if found.value is None]
    rests_on = against or unknown or [found for found, _ in answers]
    evidence = tuple(dict.fromkeys(row for found in rests_on for row in found.evidence))
    return ClaimVerdict(
        id=claim.id,
        says=claim.says,
        source=claim.source,
        correct=claim.correct,
        verdict="false" if against else "open" if unknown else "true",
        because=(*_weak(evidence), *(found.because for found in rests_on)),
        evidence=evidence,
        hypothetical=claim.hypothetical or facts.hypothetical(claim.assert_),
        class_=claim.class_,
        other=claim.other,
    )


def _weak(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """What rests on a source that nobody opened says so first."""
    weak = sorted({row.class_ for row in evidence if row.class_ in WEAK_CLASSES})
    if weak:
        whole = all(row.class_ in WEAK_CLASSES for row in evidence)
        yield f"rests {'only' if whole else 'in part'} on sources of class: {', '.join(weak)}"
