"""Old commands under today's law: what is the same, what would differ and why, what cannot be judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli import tocsin
from tests.world import MERIDIAN, World, at
from tocsin.alliance import commands as c
from tocsin.alliance import contents as b
from tocsin.alliance.codec import ENGINE, decode_act, encode_act
from tocsin.alliance.records import CentreOpening, CharterChanged, Opening, encode
from tocsin.charter.files.catalog import resource_names
from tocsin.ledger import FileLedger, FileReader, MemoryLedger
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
    assert found.because == f"charter 'nato' has changed since; it was decided by engine 0, and this is engine {ENGINE}"


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (lambda all_: all_[1:2], "it belongs to no run of a case"),
        (lambda _: [(1, b"\xff no record")], "This is no act of any schema"),
        (lambda all_: [(1, all_[1][1].replace(b'"schema":3', b'"schema":99'))], "act schema 99; this release reads 1"),
        (lambda all_: [(1, encode(Opening(case="x", charter="none", charter_hash=""))), all_[1]], "no charter 'none'"),
    ],
    ids=["no opening", "no act", "a later schema", "an unknown charter"],
)
def test_what_cannot_be_judged_says_why_and_stops_nothing(spoilt: Any, says: str) -> None:  # noqa: ANN401  # lambdas
    found: Iterator[Redecided] = redecide(spoilt(records(CASE)))
    (only,) = found
    assert only.word == "cannot be judged"
    assert says in only.because


def test_an_act_whose_command_cannot_be_read_is_not_judged() -> None:
    (opening, (index, data), *_) = records(CASE)
    (found,) = redecide([opening, (index, forged(data, command=msgspec.Raw(b'{"do":"sing"}')))])
    assert found.word == "cannot be judged"
    assert "sing" in found.because


def test_a_ledger_makes_nobody_open_a_file() -> None:
    (_, act) = records(CASE)[:2]
    (found,) = redecide([(0, encode(Opening(case="x", charter="./etc/pact.toml", charter_hash=""))), act])
    assert found.because == "its charter './etc/pact.toml' is a file of its owner's, and none that ships"


# what a centre keeps


def opening(charter: str = "meridian") -> bytes:
    return encode(CentreOpening(mode="exercise", charter=charter, charter_hash=MERIDIAN.hash, at=at(0)))


def changed(charter: str) -> bytes:
    return encode(CharterChanged(charter=charter, charter_hash="sha256:x", by="secretariat", at=at(1)))


def crisis() -> World:
    """Acts as a centre keeps them: one stamped, one of them signed, contents handled among them."""
    world = World()
    world.warn(0, "XAB", ("XAC", "XAD"), received=at(0.5), signature="c2ln", key="ab12")
    world.do(c.TableText, 1, "SG", matter="relief")
    world.do(c.StatePosition, 1, "SG", party="XAB", position="support", note="telephone")
    world.do(c.ConfirmPosition, 1, "XAB", party="XAB", position="object")
    world.do(c.ShareCase, 1, "SG", party="XAG")
    world.handle(b.DeliverWarning, 2, "centre", to="XAC")
    world.handle(b.AcknowledgeWarning, 2, "XAC")
    world.handle(b.PassOnWarning, 2, "XAC", to=("XAE",))
    world.handle(b.RecallWarning, 3, "XAB")
    return world


def judged(*data: bytes) -> list[Redecided]:
    return list(redecide(enumerate(data)))


def test_every_act_of_a_centre_is_decided_the_same_today() -> None:
    world = crisis()
    done = judged(opening(), *world.acts)
    assert len(done) == len(world.acts) == 9
    assert {(act.word, act.because) for act in done} == {("same", "")}
    assert done[-1].kind == "recall warning"


def test_an_act_counts_at_the_stamp_of_the_centre() -> None:
    stamped = crisis().acts[0]
    (found,) = judged(opening(), forged(stamped, received=None))
    assert found.because.startswith("'at' of 'case opened' was ")


def test_what_became_of_a_content_is_decided_anew_too() -> None:
    *before, recalled = crisis().acts
    act = decode_act(recalled)
    (recall,) = act.handled
    (*_, found) = judged(opening(), *before, forged(recalled, handled=(msgspec.structs.replace(recall, why="else"),)))
    assert found.because == "'why' of 'recalled' was \"else\"; today it would be \"\""
    (*_, found) = judged(opening(), *before, recalled, recalled)
    assert found.because.startswith("it would be refused: 'w' was recalled")


def test_handling_that_a_copy_of_the_ledger_does_not_show_cannot_be_judged() -> None:
    *before, recalled = crisis().acts
    (*_, found) = judged(opening(), *before, forged(recalled, handled=()))
    assert found.because == "what became of the content is not in this copy of the ledger"
    (found,) = judged(opening(), recalled)
    assert found.because == "the ledger does not say how 'w' came to be released"
    assert found.word == "cannot be judged"


def test_a_charter_that_changed_on_the_way_keeps_what_was_decided_before() -> None:
    first, *following = crisis().acts
    done = judged(opening(), first, changed("meridian"), *following)
    assert {act.word for act in done} == {"same"}
    done = judged(opening(), first, opening(), *following)
    assert {act.word for act in done} == {"same"}


def test_a_charter_that_is_not_here_leaves_only_its_own_acts_unjudged() -> None:
    first, second, *following = crisis().acts
    done = judged(opening(), first, changed("my own pact"), second, changed("meridian"), *following)
    assert [act.word for act in done[:3]] == ["same", "cannot be judged", "same"]
    assert done[1].because.startswith("its charter cannot be read: There is no charter 'my own pact'")
    assert {act.word for act in done[2:]} == {"same"}


def test_the_command_judges_and_shows_a_centre_s_ledger(tmp_path: Path) -> None:
    path = str(tmp_path / "centre.tocsin")
    ledger = FileLedger(path, mode="exercise")
    for data in (opening(), *crisis().acts, changed("meridian")):
        ledger.append([(data, ())])
    ledger.close()
    done = tocsin("ledger", "audit", path)
    assert done.code == 0
    assert done.out == "9 acts decided anew: 9 same. Nothing was changed.\n"
    shown = [line["what"] for line in tocsin("ledger", "show", path, "--json").json["shown"]]
    assert shown[1:] == [
        "a centre begins (exercise) under meridian",
        "2026-01-01 XAB: report warning → case opened, warning reported, held",
        "2026-01-01 SG: table text → procedure opened",
        "2026-01-01 SG: state position (XAB, support) → position stated",
        "2026-01-01 XAB: confirm position (object) → position confirmed, position stated",
        "2026-01-01 SG: share case (XAG) → case shared",
        "2026-01-01 centre: deliver warning ('w', XAC) → delivered",
        "2026-01-01 XAC: acknowledge warning ('w') → acknowledged",
        "2026-01-01 XAC: pass on warning ('w', XAE) → re-marked",
        "2026-01-01 XAB: recall warning ('w') → recalled",
        "secretariat changed the charter to meridian (sha256:x)",
    ]
    detail = tocsin("ledger", "show", path, "7", "--json").json["entry"]
    assert detail["says"] == ["'w' was handed to XAC under TLP:GREEN: named itself"]


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
