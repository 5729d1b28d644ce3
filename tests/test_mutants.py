"""Rows of shipped charters dropped, swapped or shifted: the loader, a decision, a claim or a case notices.

The short run takes a seeded sample. The long run takes a hundred of each charter; what survives it is written to
tests/golden/mutant-survivors.md by `.venv/bin/python -m tests.test_mutants`, and judged there.
"""

import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from tests.mutants import Mutant, Raw, changed, mutants, says_the_same
from tocsin.charter import load_charter
from tocsin.charter.checks.document import check_document
from tocsin.charter.claims.judge import GOLDEN_DECISIONS, judge_claims, load_claims
from tocsin.charter.claims.model import Claim, ClaimFile
from tocsin.charter.files.catalog import find, resource_names, shipped
from tocsin.charter.model import Document
from tocsin.charter.snapshot import Charter
from tocsin.errors import TocsinError
from tocsin.replay.case import Case
from tocsin.replay.checks import mistakes_in
from tocsin.replay.compare import Comparison
from tocsin.replay.load import load_case
from tocsin.replay.run import blind, names_of
from tocsin.replay.runner import Runner

pytestmark = pytest.mark.exhaustive

CHARTERS = [name for name in shipped() if not load_charter(name).document.charter.hypothetical]
SURVIVORS = Path(__file__).parent / "golden" / "mutant-survivors.md"
NOTICED_BY = ("loader", "decision", "claim", "case")
INTRODUCTION = """\
# What nobody notices

Rows of shipped charters are dropped, swapped with their neighbour or shifted: a seeded sample of a hundred changes a
charter, see tests/mutants.py. Whoever notices first is counted: the loader, a golden decision, a common claim, a case
whose comparison changes. Written by `.venv/bin/python -m tests.test_mutants`, which keeps the judgements. Where several
kinds survive that the table does not judge, `./check --long` fails. *Equivalent*: no computation can differ. *Gap*: it
could, and nobody asks yet.
"""
SHORT, LONG = 5, 100
SEED = 20260101
KILLED_AT_LEAST = 0.7
"""Of each charter; of all together more than four fifths, see the table."""
UNJUDGED_MAX = 4
"""Kinds of survivor a charter may show that the table has not: a row that is added draws another sample."""


class Base(NamedTuple):
    """A charter as it ships, and what was found with it."""

    raw: Raw
    files: tuple[ClaimFile, ...]
    verdicts: tuple[dict[str, str], ...]
    cases: dict[str, Case]
    marks: dict[str, tuple[object, ...]]


@cache
def base(name: str) -> Base:
    raw = tomllib.loads(find(name).read_text(encoding="utf-8"))
    files = tuple(_about(load_claims(file), name) for file in (GOLDEN_DECISIONS, None))
    cases = {case: load_case(case) for case in resource_names("cases")}
    cases = {case: found for case, found in cases.items() if found.case.charter == name}
    charter = load_charter(name)
    return Base(
        raw=raw,
        files=files,
        verdicts=tuple({found.id: found.verdict for found in _judged(file, name, charter)} for file in files),
        cases=cases,
        marks={case: marks(found, charter) for case, found in cases.items()},
    )


def _about(file: ClaimFile, name: str) -> ClaimFile:
    return replace(file, claim=tuple(claim for claim in file.claim if name in charters_of(claim)))


def charters_of(claim: Claim) -> set[str]:
    return {getattr(ask, field, "") for ask in claim.assert_ for field in ("charter", "other")} - {""}


def _judged(file: ClaimFile, name: str, charter: Charter) -> Iterator[Any]:
    """Verdicts one by one, so that the first that differs is enough."""
    for claim in file.claim:
        yield from judge_claims(
            replace(file, claim=(claim,)), lambda asked: charter if asked == name else load_charter(asked)
        )


def marks(case: Case, charter: Charter) -> tuple[object, ...]:
    """How a case compares with the record, line by line and reading by reading."""
    raw = tomllib.loads(find(case.case.id, "cases", "case").read_text(encoding="utf-8"))
    if any(mistakes_in(case, charter, _as_text(raw))):
        return ("refused",)
    found: list[object] = []
    for choice in case.case.rival_readings or ((),):
        runner = Runner(blind(case), charter, choice, names_of(case, charter), None)
        comparison = Comparison(runner.seat, case.event)
        lines = [comparison.line(step, number, runner.take(number)) for number, step in enumerate(case.step, 1)]
        found += [(line.mark, line.differences, line.missing) for line in lines]
    return tuple(found)


def _as_text(raw: Raw) -> Raw:
    """Times of steps as text, as the loader hands them to the checks."""
    for step in raw["step"]:
        for field in ("at", "latest", "deadline", "start", "end"):
            if field in step and not isinstance(step[field], str):
                step[field] = step[field].isoformat().replace("+00:00", "Z")
    return raw


def killer(name: str, raw: Raw) -> str:
    """Who notices: 'loader', 'decision', 'claim' or 'case'; empty: nobody."""
    known = base(name)
    try:
        document = msgspec.convert(raw, Document)
    except msgspec.ValidationError:
        return "loader"
    if check_document(document, "", name):
        return "loader"
    charter = Charter(document, "sha256:mutant")
    try:
        for word, file, before in zip(("decision", "claim"), known.files, known.verdicts, strict=True):
            if any(found.verdict != before[found.id] for found in _judged(file, name, charter)):
                return word
        if any(marks(case, charter) != known.marks[case_id] for case_id, case in known.cases.items()):
            return "case"
    except TocsinError:
        return "case"
    return ""


def sample(name: str, count: int) -> list[tuple[Mutant, Raw]]:
    """So many mutants of a charter that say something else than it, the same ones every time."""
    plain = base(name).raw
    found = list(mutants(plain))
    random.Random(f"{SEED}/{name}").shuffle(found)  # noqa: S311  # a sample, not a secret
    pairs = ((mutant, changed(plain, mutant)) for mutant in found)
    real = ((mutant, raw) for mutant, raw in pairs if not says_the_same(raw, plain))
    return [pair for pair, _ in zip(real, range(count), strict=False)]


def tried(name: str, count: int) -> list[tuple[Mutant, str]]:
    return [(mutant, killer(name, raw)) for mutant, raw in sample(name, count)]


def told(name: str, results: list[tuple[Mutant, str]]) -> str:
    """Counts, for whoever reads the test's output."""
    counts = Counter(word or "nobody" for _, word in results)
    return f"{name}: {len(results)} mutants, noticed by " + ", ".join(f"{w} {n}" for w, n in counts.most_common())


@pytest.mark.parametrize("name", CHARTERS)
def test_most_of_a_few_mutants_are_noticed(name: str) -> None:
    results = tried(name, SHORT)
    print(told(name, results))
    assert len(results) == SHORT
    assert sum(bool(word) for _, word in results) >= SHORT * 0.4, [mutant[:2] for mutant, word in results if not word]


@pytest.mark.long
@pytest.mark.parametrize("name", CHARTERS)
def test_what_nobody_notices_is_listed_and_judged(name: str) -> None:
    results = tried(name, LONG)
    print(told(name, results))
    kinds = {mutant.operator for mutant, word in results if not word}
    assert len(kinds - judged_kinds().keys()) <= UNJUDGED_MAX, sorted(kinds - judged_kinds().keys())
    assert sum(bool(word) for _, word in results) >= LONG * KILLED_AT_LEAST


def test_a_thousand_mutants_and_more_are_tried() -> None:
    assert len(CHARTERS) * LONG >= 1_000


def test_a_row_that_is_only_moved_is_no_mutant() -> None:
    plain: Raw = {"membership": [{"party": "XAA", "note": "n"}, {"party": "XAB"}]}
    assert says_the_same(plain, {"membership": [{"party": "XAB"}, {"party": "XAA"}]})
    assert not says_the_same(plain, {"membership": [{"party": "XAA"}]})


def judged_kinds() -> dict[str, str]:
    """The kinds of mutant in the table of survivors, each with its judgement."""
    if not SURVIVORS.exists():
        return {}
    rows = [line.split(" | ") for line in SURVIVORS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {cells[0].removeprefix("| "): cells[-1].removesuffix(" |") for cells in rows[1:]}


def write_survivors() -> None:
    """The table anew, with the judgements that stand in it."""
    judged, results = judged_kinds(), {name: tried(name, LONG) for name in CHARTERS}
    everything = [(name, mutant, word) for name, found in results.items() for mutant, word in found]
    counts = Counter(word or "nobody" for _, _, word in everything)
    lines = [INTRODUCTION, "charter: mutants, noticed first by loader, decision, claim, case, nobody", ""]
    for name, found in results.items():
        by = Counter(word or "nobody" for _, word in found)
        lines.append(f"- {name}: {len(found)}: " + ", ".join(str(by[word]) for word in (*NOTICED_BY, "nobody")))
    killed = len(everything) - counts["nobody"]
    lines.append(f"- all: {len(everything)}: " + ", ".join(str(counts[word]) for word in (*NOTICED_BY, "nobody")))
    lines += ["", f"Noticed: {killed} of {len(everything)}, {killed / len(everything):.1%}.", ""]
    lines += ["| kind of mutant | survivors | of | one of them | judgement |", "|---|---|---|---|---|"]
    alive = Counter(mutant.operator for _, mutant, word in everything if not word)
    tries = Counter(mutant.operator for _, mutant, _ in everything)
    for kind, count in alive.most_common():
        name, mutant = next((name, one) for name, one, word in everything if not word and one.operator == kind)
        example = f"{name} {mutant.where}".strip()
        lines.append(f"| {kind} | {count} | {tries[kind]} | {example} | {judged.get(kind, 'not judged yet')} |")
    SURVIVORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_survivors()
