"""Old commands under today's law: what is the same, what would differ and why, what cannot be judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli import tocsin
from tocsin.alliance.codec import decode_act, encode_act
from tocsin.charter.files.catalog import resource_names
from tocsin.ledger import FileLedger, FileReader, MemoryLedger
from tocsin.replay.records import Opening, encode
from tocsin.replay.redecide import Redecided, redecide
from tocsin.replay.run import replay

CASE = "nato-2003-turkey"


def records(*cases: str) -> list[tuple[int, bytes]]:
    """The records that replaying these cases leaves, with their indices."""
    ledger = MemoryLedger()
    for case in cases:
        replay(case, ledger=ledger)
    return [(entry.index, entry.body) for entry in ledger.entries() if entry.kind == "record"]


def forged(data: bytes, **changes: Any) -> bytes:  # noqa: ANN401  # any field of an act
    """An act with some fields changed."""
    return encode_act(msgspec.structs.replace(decode_act(data), **changes))


def test_every_act_of_every_shipped_case_is_decided_the_same_today() -> None:
    done = list(redecide(records(*resource_names("cases"))))
    assert len(done) > 100
    assert {(act.word, act.because) for act in done} == {("same", "")}


def test_facts_that_today_s_law_would_not_bring_are_named() -> None:
    (opening, *acts) = records(CASE)
    place = next(number for number, (_, data) in enumerate(acts) if decode_act(data).facts)
    index, data = acts[place]
    acts[place] = (index, forged(data, facts=()))
    (found,) = [act for act in redecide([opening, *acts[: place + 1]]) if act.word != "same"]
    assert found.index == index
    assert found.word == "would differ"
    assert found.because.startswith("it brought no fact; today it would bring '")


def test_a_field_that_would_differ_is_named_with_both_values() -> None:
    (opening, *acts) = records(CASE)
    index, data = next(one for one in acts if b'"position stated"' in one[1])
    act = decode_act(data)
    fact = msgspec.structs.replace(act.facts[0], party="XAA")
    (*_, found) = redecide([opening, *acts[: acts.index((index, data))], (index, forged(data, facts=(fact,)))])
    assert found.word == "would differ"
    assert 'was "XAA"; today it would be' in found.because


def test_a_command_that_would_be_refused_says_by_what() -> None:
    """Without the acts before it, a position belongs to no procedure."""
    (opening, *acts) = records(CASE)
    later = next(one for one in acts if b'"position stated"' in one[1])
    (found,) = redecide([opening, later])
    assert found.word == "would differ"
    assert found.because.startswith("it would be refused: ")


def test_a_charter_that_changed_since_is_told_though_nothing_differs() -> None:
    (opening, (index, data), *_) = records(CASE)
    (found,) = redecide([opening, (index, forged(data, charter_hash="0" * 64, engine="0"))])
    assert found.word == "same"
    assert found.because == "charter 'nato' has changed since; it was decided by engine 0, and this is engine 1"


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (lambda all_: all_[1:2], "it belongs to no run of a case"),
        (lambda _: [(1, b"\xff no record")], "This is no act of any schema"),
        (lambda all_: [(1, all_[1][1].replace(b'"schema":1', b'"schema":99'))], "act schema 99; this release reads 1"),
        (lambda all_: [(1, encode(Opening(case="x", charter="none", charter_hash=""))), all_[1]], "no charter 'none'"),
    ],
    ids=["no opening", "no act", "a later schema", "an unknown charter"],
)
def test_what_cannot_be_judged_says_why_and_stops_nothing(spoilt: Any, says: str) -> None:  # noqa: ANN401  # lambdas
    found: Iterator[Redecided] = redecide(spoilt(records(CASE)))
    (only,) = found
    assert only.word == "cannot be judged"
    assert says in only.because


def test_the_command_tells_that_all_is_the_same(tmp_path: Path) -> None:
    path = str(tmp_path / "run.tocsin")
    assert tocsin("replay", CASE, "--ledger", path).code == 0
    done = tocsin("ledger", "audit", path)
    assert done.code == 0
    count = sum(1 for _ in FileReader(path).read()) - 1
    assert done.out == f"{count} acts decided anew: {count} same. Nothing was changed.\n"
    told = tocsin("ledger", "audit", path, "--json").json
    assert told["counts"] == {"same": count}
    assert len(told["acts"]) == count
    assert "same" in tocsin("ledger", "audit", path, "--all").out.splitlines()[2]


def test_the_command_ends_with_1_where_an_act_would_differ(tmp_path: Path) -> None:
    (opening, *acts) = records(CASE)
    ledger = FileLedger(tmp_path / "run.tocsin", mode="replay")
    later = next(data for _, data in acts if b'"position stated"' in data)
    ledger.append([(opening[1], ()), (later, ())])
    ledger.close()
    done = tocsin("ledger", "audit", str(tmp_path / "run.tocsin"))
    assert done.code == 1
    assert "would differ" in done.out
    assert "1 acts decided anew: 1 would differ. Nothing was changed." in done.out
