"""Two readers of one format agree: ours, and one written from docs/LEDGER.md alone (tests/second_reader.py)."""

import ast
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import second_reader
from tests.second_notes import Bad
from tests.second_reader import Found, check_proof, check_tiles
from tests.test_ledger_conformance import NOON
from tocsin.ledger import (
    FileLedger,
    FileReader,
    LedgerError,
    Proof,
    Signer,
    SqliteStore,
    Verdict,
    VerifierKey,
    backup,
    beside,
    check,
    export,
    restore,
    verify,
)

STANDBY = Signer.parse("PRIVATE+KEY+tocsin/standby+d6a07286+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")
EXAMPLES = settings.default.max_examples if settings.default else 60
WORDS_OF_THE_PAGE = (
    "it is missing",
    "its leaf does not follow from the entries before it",
    "its leaf names no time",
    "something was put beside a note",
    "its leaf is of no kind this release knows",
    "its record does not fit its leaf",
    "its frame names its contents in no form this release knows",
    "it says it was written before the entry that stands before it",
)


class Made(NamedTuple):
    """A ledger, with what others hold of it."""

    path: Path
    keys: list[VerifierKey]
    checkpoints: list[str]


def ours(path: Path, key: VerifierKey | None = None, checkpoint: str = "") -> Verdict:
    with closing(SqliteStore(path, reading=True)) as store:
        return verify(store, key=key, checkpoint=checkpoint)


def said_alike(verdict: Verdict, found: Found) -> bool:
    """The same word, the same first bad entry, the same reach; for a damaged entry the same reason."""
    one = (verdict.word, verdict.size, verdict.sound, verdict.origin, verdict.root, verdict.covered)
    other = (found.word, found.size, found.sound, found.origin, found.root, found.covered)
    reached = (verdict.signed, verdict.authentic) == (found.signed, found.authentic) or verdict.word == "refuted"
    reason = next((words for words in WORDS_OF_THE_PAGE if verdict.faults and f": {words}. " in verdict.faults[0]), "")
    return one == other and reached and (not reason or verdict.faults[0].find(found.faults[0]) > 0)


def assert_alike(path: Path, key: VerifierKey | None = None, checkpoint: str = "") -> Verdict:
    verdict = ours(path, key, checkpoint)
    found = second_reader.read(path, key.text if key else "", checkpoint)
    assert said_alike(verdict, found), (verdict, found.word, found.sound, found.covered, found.signed, found.faults)
    return verdict


def grown(folder: Path, acts: Sequence[tuple[str, int]]) -> Made:
    """A ledger that lived through these acts."""
    path, clock = folder / "run.tocsin", iter(range(NOON, NOON + 10**6)).__next__
    ledger = FileLedger(path, mode="exercise", clock=clock)
    made = Made(path, [ledger.signing_key], [])
    left: list[tuple[int, int]] = []
    backup(path, folder / "first.backup")
    for act, number in acts:
        match act:
            case "append":
                records = [(b"%d" % place, (b"content",) * (number * place % 4)) for place in range(number)]
                indices = ledger.append(records)
                left += [
                    (at, place) for at, (_, held) in zip(indices, records, strict=True) for place in range(len(held))
                ]
            case "checkpoint":
                made.checkpoints.append(ledger.checkpoint())
            case "erase" if left:
                ledger.erase(left[: number + 1], by="the council", reason="asked for")
                del left[: number + 1]
            case "rotate":
                made.keys.append(ledger.rotate_key(reason="yearly"))
            case "standby" if STANDBY.key not in ledger.keys.all():
                ledger.change_keys(add=STANDBY, reason="in case")
                made.keys.append(STANDBY.key)
            case "revoke" if STANDBY.key in ledger.keys.at(len(ledger)):
                ledger.change_keys(revoke=[(STANDBY.key, max(1, len(ledger) - number))], reason="it was stolen")
            case "restore" | "restore elsewhere":
                ledger.close()
                copy = folder / ("first.backup" if number % 4 == 0 else "now.backup")
                if copy.name == "now.backup":
                    copy.unlink(missing_ok=True)
                    backup(path, copy)
                if act == "restore elsewhere":
                    shutil.rmtree(beside(path))
                restore(copy, path, reason="a drill", replace=True)
                ledger = FileLedger(path, clock=clock)
                made.keys.append(ledger.signing_key)
                left = [
                    (entry.index, place)
                    for entry in ledger.entries()
                    for place, body in enumerate(ledger.contents(entry.index))
                    if body is not None
                ]
            case _:  # nothing to erase or revoke yet
                pass
    ledger.close()
    return made


ACTS = ["append", "append", "append", "checkpoint", "erase", "rotate", "standby", "revoke", "restore"]
LIVES = st.lists(st.tuples(st.sampled_from([*ACTS, "restore elsewhere"]), st.integers(0, 9)), max_size=12)


def test_it_was_written_without_the_product() -> None:
    for name in ("second_reader.py", "second_notes.py"):
        tree = ast.parse((Path(__file__).parent / name).read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
        assert not [module for module in imported if module and module.startswith("tocsin")]


# sound ledgers


@given(acts=LIVES)
@settings(max_examples=EXAMPLES // 3)
def test_both_say_the_same_of_a_ledger_and_read_the_same(
    acts: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = grown(tmp_path_factory.mktemp("ledger"), acts)
    assert assert_alike(made.path).word == "self-consistent"
    for key in (None, *made.keys):
        for checkpoint in ("", *made.checkpoints[-4:]):
            assert_alike(made.path, key, checkpoint)
    found = second_reader.read(made.path)
    with closing(FileReader(made.path)) as reader:
        for index, (entry, contents) in enumerate(found.entries):
            known = reader.entry(index)
            assert (entry.at, entry.kind, entry.body, tuple(entry.commitments)) == (
                known.at,
                known.kind,
                known.body,
                known.commitments,
            )
            assert contents == list(reader.contents(index))
        assert len(found.entries) == len(reader)


@given(acts=LIVES)
@settings(max_examples=EXAMPLES // 3)
def test_what_leaves_a_ledger_is_read_alike(
    acts: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    path = grown(folder, acts).path
    with closing(FileReader(path)) as reader:
        keys = reader.keys.at(len(reader))
        for index in range(len(reader)):
            proof = reader.prove(index, contents=True)
            proven = check(Proof.parse(proof.text.encode()), keys)
            at, entry, contents, place = check_proof(proof.text.encode(), [key.text for key in keys])
            assert (at, entry.body, place) == (index, proven.entry.body, (reader.keys.origin.text, len(reader)))
            assert tuple(contents or ()) == proven.contents
        last = reader.store.last_checkpoint()
        assert last is not None
        export(_Leaves(reader), folder / "tiles", last[1], last[0])
        leaves = [row.leaf for _, row in reader.store.rows(0, len(reader))]
        assert check_tiles(folder / "tiles", [key.text for key in keys]) == leaves


class _Leaves:
    def __init__(self, reader: FileReader) -> None:
        self.reader = reader

    def leaves(self, start: int, stop: int) -> "map[bytes]":
        return map(lambda found: found[1].leaf, self.reader.store.rows(start, stop))  # noqa: C417  # typed as a map


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Full tiles of two levels are too many for every test; one ledger has some of the first."""
    acts = [("append", 9), ("checkpoint", 0), ("erase", 3), ("rotate", 0), ("restore", 1)]
    path = grown(tmp_path_factory.mktemp("large"), acts).path
    with closing(FileLedger(path)) as ledger:
        ledger.append([(b"%d" % number, (b"content of %d" % number,) * (number % 3)) for number in range(700)])
    return path


def test_both_read_full_tiles(large: Path, tmp_path: Path) -> None:
    assert assert_alike(large).word == "self-consistent"
    with closing(FileReader(large)) as reader:
        size, note = reader.store.last_checkpoint() or (0, "")
        export(_Leaves(reader), tmp_path / "tiles", note, size)
        keys = [key.text for key in reader.keys.at(size)]
    assert len(check_tiles(tmp_path / "tiles", keys)) == size
    tile = tmp_path / "tiles/tile/0/001"
    tile.write_bytes(tile.read_bytes()[::-1])
    with pytest.raises(Bad, match="tile 1 of level 0"):
        check_tiles(tmp_path / "tiles", keys)


# damaged ledgers


def spoiled(source: Path, target: Path, *changes: str) -> Path:
    shutil.copy(source, target)
    db = apsw.Connection(str(target))
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    for change in changes:
        db.execute(change)
    db.close()
    return target


FORGED = "UPDATE entry SET {} WHERE number = {}"
CHANGES = [
    *(FORGED.format("chain = zeroblob(32)", number) for number in (0, 5, 700)),
    *(FORGED.format("salt = zeroblob(32)", number) for number in (0, 3, 10, 12)),
    *(FORGED.format("salt = zeroblob(0)", number) for number in (3, 13)),
    *(FORGED.format("frame = CAST(frame || 'x' AS BLOB)", number) for number in (0, 4, 699)),
    *(FORGED.format("leaf = CAST('x' || leaf AS BLOB)", number) for number in (0, 7)),
    *map("DELETE FROM entry WHERE number = {}".format, (0, 1, 300, 712)),
    "DELETE FROM entry",
    "DELETE FROM entry WHERE number > 300",
    "UPDATE entry SET number = -1 WHERE number = 0",
    "UPDATE head SET size = size - 1",
    "UPDATE head SET size = size + 1",
    "UPDATE head SET size = -1",
    "UPDATE head SET size = 1000000000000000000",
    "UPDATE head SET root = zeroblob(32)",
    "DELETE FROM head",
    "DELETE FROM content WHERE id = 16 * 2",
    "UPDATE content SET body = NULL WHERE id = 16 * 20",
    "UPDATE content SET salt = NULL, body = NULL WHERE id = 16 * 20",
    "UPDATE content SET body = CAST('forged' AS BLOB) WHERE id = 16 * 20",
    "UPDATE content SET salt = zeroblob(31) WHERE id = 16 * 20",
    "UPDATE content SET id = id + 3 WHERE id = 16 * 20",
    "INSERT INTO content VALUES (5, zeroblob(32), zeroblob(1))",
    "INSERT INTO content VALUES (160000000, zeroblob(32), zeroblob(1))",
    "UPDATE content SET salt = zeroblob(32), body = zeroblob(7) WHERE body IS NULL",
    "UPDATE tile SET nodes = zeroblob(16352) WHERE id = 1",
    "DELETE FROM tile",
    "UPDATE checkpoint SET note = CAST(replace(note, 'tocsin', 'tocsim') AS BLOB)",
    "UPDATE checkpoint SET size = size - 1",
    "UPDATE checkpoint SET size = size + 5000",
    "DELETE FROM checkpoint",
    "INSERT INTO checkpoint VALUES (0, (SELECT note FROM checkpoint LIMIT 1))",
    "INSERT INTO checkpoint VALUES (1, zeroblob(9))",
]


@pytest.mark.parametrize("change", CHANGES)
def test_both_find_the_same_damage(change: str, large: Path, tmp_path: Path) -> None:
    path = spoiled(large, tmp_path / "run.tocsin", change)
    with closing(FileReader(large)) as reader:
        key = reader.keys.all()[0]
    assert (ours(path), ours(path, key)) != (ours(large), ours(large, key)) or "160000000" in change
    assert_alike(path)
    assert_alike(path, key)


@given(flips=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 7)), min_size=1, max_size=3))
@example(flips=[(2964, 0)])
@settings(max_examples=EXAMPLES)
def test_both_say_the_same_after_bits_were_flipped(
    flips: list[tuple[int, int]], large: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flipped") / "run.tocsin"
    content = bytearray(large.read_bytes())
    for place, bit in flips:
        content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    try:
        verdict = ours(path)
    except LedgerError:
        with pytest.raises((Bad, sqlite3.DatabaseError)):
            second_reader.read(path)
        return
    try:
        found = second_reader.read(path)
    except sqlite3.DatabaseError:  # another version of SQLite gets less far in a damaged file
        assert verdict.word == "damaged"
        return
    assert verdict.word == found.word
    # How far one gets in a file that is out of order depends on how SQLite is asked, and on its version.
    if not any("out of order" in fault for fault in verdict.faults):
        assert (verdict.sound, verdict.root) == (found.sound, found.root)
