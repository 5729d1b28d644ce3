"""What holds for every ledger, wherever its store keeps it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ledger import (
    GROUP_RECORDS_MAX,
    RECORD_BYTES_MAX,
    FileLedger,
    Ledger,
    LedgerError,
    MemoryLedger,
    Proof,
    Signer,
    VerifierKey,
    check,
    verify,
)
from tocsin.ledger.ledger import CHECKPOINT_EACH
from tocsin.ledger.port import CONTENTS_MAX, Record
from tocsin.ledger.tree import leaf_hash, verify_consistency

AWKWARD = [b"", b"\n", b"a b  c ", b"\x00" * 9, b"\xff\xfe", b"contents\n", "grüße".encode(), b"\r\n", b"record 1 a\n"]
NOON = 1_700_000_000_000_000


def plain(*bodies: bytes) -> list[Record]:
    """Records without contents."""
    return [(body, ()) for body in bodies]


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Ledger = (
        MemoryLedger(clock=lambda: NOON)
        if request.param == "memory"
        else FileLedger(tmp_path / "run.tocsin", mode="replay", clock=lambda: NOON)
    )
    yield made
    made.close()


# records


def test_it_begins_by_saying_what_it_is(ledger: Ledger) -> None:
    (genesis,) = ledger.entries()
    assert genesis.kind == "note"
    assert genesis.body.decode().startswith(
        f"tocsin-ledger/1 genesis\norigin {ledger.keys.origin.text}\nindex 0\nkey {ledger.signing_key.text}\n\n— "
    )


def test_it_gives_back_what_it_was_given(ledger: Ledger) -> None:
    assert ledger.append(plain(*AWKWARD)) == range(1, len(AWKWARD) + 1)
    assert ledger.append(plain(b"more")) == range(len(AWKWARD) + 1, len(AWKWARD) + 2)
    assert list(ledger.read()) == [*AWKWARD, b"more"]
    assert len(ledger) == len(AWKWARD) + 2


def test_reading_from_the_middle(ledger: Ledger) -> None:
    ledger.append(plain(b"a", b"b", b"c"))
    assert [list(ledger.read(start)) for start in (1, 2, 4, 9)] == [[b"a", b"b", b"c"], [b"b", b"c"], [], []]
    assert [entry.index for entry in ledger.entries(1, 3)] == [1, 2]
    assert ledger.entry(2).body == b"b"


def test_a_reader_sees_what_was_there_when_it_began(ledger: Ledger) -> None:
    ledger.append(plain(b"a", b"b"))
    reader = ledger.read()
    assert next(reader) == b"a"
    ledger.append(plain(b"c"))
    assert list(reader) == [b"b"]


def test_nothing_appended_is_nothing_changed(ledger: Ledger) -> None:
    assert ledger.append([]) == range(1, 1)
    assert list(ledger.read()) == []


def test_the_largest_record_fits(ledger: Ledger) -> None:
    largest = [b"t" * RECORD_BYTES_MAX, b"\n" * RECORD_BYTES_MAX]
    ledger.append(plain(*largest))
    assert list(ledger.read()) == largest


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (plain(b"small", b"x" * (RECORD_BYTES_MAX + 1)), r"record 1 of this group has 1,000,001 bytes; .*Nothing of"),
        ([(b"", (b"x" * (RECORD_BYTES_MAX + 1),))], r"a content of record 0 of this group has 1,000,001 bytes"),
        ([(b"", (b"",) * (CONTENTS_MAX + 1))], "record 0 of this group has 17 contents; a record has at most 16"),
        (plain(*[b""] * (GROUP_RECORDS_MAX + 1)), "10,001 records at once are too many; append at most 10,000"),
    ],
    ids=["record", "content", "contents", "records"],
)
def test_what_is_too_large_keeps_its_whole_group_out(group: list[Record], says: str, ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=says):
        ledger.append(group)
    assert len(ledger) == 1
    assert ledger.append(plain(b"small")) == range(1, 2)


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_nothing_before_the_first_entry_or_behind_the_last(index: int, ledger: Ledger) -> None:
    ledger.append(plain(b"a"))
    with pytest.raises(LedgerError, match=rf"there is no entry {index}; the ledger has entries 0 to 1"):
        ledger.entry(index)
    with pytest.raises(LedgerError, match="there is none at -1"):
        ledger.read(-1)


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    ledger.close()
    uses: list[Callable[[], object]] = [
        lambda: ledger.append(plain(b"")),
        ledger.read,
        lambda: len(ledger),
        ledger.checkpoint,
        lambda: ledger.prove(0),
    ]
    for use in uses:
        with pytest.raises(LedgerError, match="was closed"):
            use()


def test_the_clock_never_goes_back(ledger: Ledger) -> None:
    for at in (NOON + 5, NOON - 5, NOON + 7):
        ledger.append(plain(b"x"), at)
    assert [entry.at - NOON for entry in ledger.entries()] == [0, 5, 5, 7]
    assert ledger.now == NOON + 7


# contents


def test_contents_lie_beside_their_record(ledger: Ledger) -> None:
    ledger.append([(b"act", (b"first", b"second")), (b"other", ())])
    assert ledger.contents(1) == (b"first", b"second")
    assert ledger.contents(2) == ()
    assert len(ledger.entry(1).commitments) == 2


def test_the_same_content_is_committed_to_differently_each_time(ledger: Ledger) -> None:
    """Else whoever guesses a content could tell from the commitment that the guess is right."""
    ledger.append([(b"act", (b"yes", b"yes")), (b"act", (b"yes",))])
    commitments = [commitment for entry in ledger.entries(1) for commitment in entry.commitments]
    assert len(set(commitments)) == 3


def test_an_erased_content_is_gone_and_everything_else_stays_proven(ledger: Ledger) -> None:
    ledger.append([(b"act", (b"first", b"second"))])
    before = ledger.checkpoint()
    assert ledger.erase([(1, 0)], by="the secretariat", reason="asked for by its author") == 2
    ledger.checkpoint()
    assert ledger.contents(1) == (None, b"second")
    note = ledger.entry(2).body.decode()
    assert "\nerase 1 0\nby the secretariat\nreason asked for by its author\n" in note
    verdict = verify(ledger.store, key=ledger.signing_key, checkpoint=before)
    assert (verdict.word, verdict.authentic, verdict.contents, verdict.erased) == ("authentic", 2, 2, 1)
    assert check(ledger.prove(1, contents=True), (ledger.signing_key,)).contents == (None, b"second")


@pytest.mark.parametrize(
    ("erased", "says"),
    [
        ([(1, 1)], "entry 1 has no content 1; it has 1"),
        ([(0, 0)], "entry 0 has no content 0; it has 0"),
        ([(9, 0)], "there is no entry 9"),
        ([(1, 0), (1, 0)], "name each content to erase once"),
        ([], "name each content to erase once"),
    ],
)
def test_what_cannot_be_erased(erased: list[tuple[int, int]], says: str, ledger: Ledger) -> None:
    ledger.append([(b"act", (b"content",))])
    with pytest.raises(LedgerError, match=says):
        ledger.erase(erased, by="x", reason="y")
    assert ledger.contents(1) == (b"content",)
    assert len(ledger) == 2


def test_a_content_is_erased_once(ledger: Ledger) -> None:
    ledger.append([(b"act", (b"content",))])
    ledger.erase([(1, 0)], by="x", reason="y")
    with pytest.raises(LedgerError, match="content 0 of entry 1 is erased already"):
        ledger.erase([(1, 0)], by="x", reason="y")


def test_a_reason_of_two_lines_is_refused_before_anything_is_erased(ledger: Ledger) -> None:
    ledger.append([(b"act", (b"content",))])
    with pytest.raises(LedgerError, match="a reason or a name is one line"):
        ledger.erase([(1, 0)], by="x", reason="y\nerase 1 1")
    assert ledger.contents(1) == (b"content",)


# checkpoints and proofs


def test_every_entry_is_proven_under_the_last_checkpoint(ledger: Ledger) -> None:
    ledger.append([(b"%d" % number, (b"c",) if number % 3 == 0 else ()) for number in range(20)])
    note = ledger.checkpoint()
    for entry in ledger.entries():
        proof = Proof.parse(ledger.prove(entry.index, contents=True).text.encode())
        proven = check(proof, (ledger.signing_key,))
        assert proven.entry == entry
        assert proven.contents == ledger.contents(entry.index)
        assert proof.checkpoint == note


def test_what_no_checkpoint_covers_is_not_proven_yet(ledger: Ledger) -> None:
    ledger.checkpoint()
    ledger.append(plain(b"a"))
    with pytest.raises(LedgerError, match="entry 1 cannot be proven yet: the last checkpoint covers 1 entries"):
        ledger.prove(1)
    ledger.checkpoint()
    assert check(ledger.prove(1), (ledger.signing_key,)).entry.body == b"a"


def test_a_checkpoint_of_nothing_new_is_the_same_one(ledger: Ledger) -> None:
    ledger.append(plain(b"a"))
    assert ledger.checkpoint() == ledger.checkpoint()


def test_a_later_checkpoint_continues_an_earlier_one(ledger: Ledger) -> None:
    roots = [ledger.root]
    for number in range(12):
        ledger.append(plain(*[b"x"] * number))
        roots.append(ledger.root)
        old, new = 1, len(ledger)
        proof = ledger.consistency(old, new)
        assert verify_consistency(old, new, proof, roots[0], ledger.root)


def test_of_neighbouring_checkpoints_the_last_is_kept(ledger: Ledger) -> None:
    for _ in range(CHECKPOINT_EACH + 20):
        ledger.append(plain(b"a"))
        ledger.checkpoint()
    assert [size for size, _ in ledger.store.checkpoints()] == [CHECKPOINT_EACH - 1, CHECKPOINT_EACH + 21]


def test_the_guard_learns_of_a_checkpoint_before_anybody_else(ledger: Ledger) -> None:
    ledger.append(plain(b"a", b"b"))
    ledger.checkpoint()
    seen = ledger.guard.last()
    assert seen is not None
    assert (seen.size, seen.root, seen.origin) == (3, ledger.root, ledger.keys.origin.text)


def test_leaves_and_proofs_tell_nothing_of_other_records(ledger: Ledger) -> None:
    """Two ledgers with different records give leaves of the same length: only time and size can be told."""
    ledger.append([(b"yes", (b"secret",)), (b"no, and for a long reason", ())])
    leaves = [row.leaf for _, row in ledger.store.rows(1, 3)]
    assert len(set(map(len, leaves))) == 1
    assert all(b"yes" not in leaf and b"secret" not in leaf for leaf in leaves)
    ledger.append(plain(b"yes"))
    hashes = {leaf_hash(row.leaf) for _, row in ledger.store.rows(1, 4)}
    assert len(hashes) == 3


# keys


def test_a_new_key_signs_from_here_on_and_the_old_one_until_here(ledger: Ledger) -> None:
    old, new = ledger.signing_key, Signer.new("tocsin/standby")
    before = ledger.checkpoint()
    index = ledger.change_keys(add=new, revoke=[(old, None)], reason="the officer left")
    ledger.sign_with(new)
    after = ledger.checkpoint()
    assert (ledger.keys.at(index), ledger.keys.at(index + 1)) == ((old,), (new.key,))
    assert ledger.keys.opens(before)[1] == (old,)
    assert ledger.keys.opens(after)[1] == (new.key,)
    verdict = verify(ledger.store, key=old)
    assert (verdict.word, verdict.signed) == ("signed", len(ledger))


def test_a_key_can_be_revoked_for_what_it_signed_before(ledger: Ledger) -> None:
    stolen, standby = ledger.signing_key, Signer.new("tocsin/standby")
    ledger.append(plain(b"a"))
    held = ledger.checkpoint()
    ledger.change_keys(add=standby, revoke=[(stolen, 1)], reason="it was on a stolen disk")
    ledger.sign_with(standby)
    ledger.checkpoint()
    with pytest.raises(LedgerError):
        ledger.keys.opens(held)
    assert verify(ledger.store, key=standby.key).word == "signed"
    assert verify(ledger.store, key=standby.key, checkpoint=held).word == "refuted"


def test_the_key_that_signs_is_not_revoked_without_another(ledger: Ledger) -> None:
    ledger.change_keys(add=Signer.new("tocsin/standby"), reason="a standby")
    with pytest.raises(LedgerError, match="the key that signs here is not revoked without a new one: rotate it"):
        ledger.change_keys(revoke=[(ledger.signing_key, None)], reason="a mistake")
    assert len(ledger) == 2


def test_a_key_rotated_out_can_still_be_revoked_for_what_it_signed(ledger: Ledger) -> None:
    """It turns out only later that the old key was stolen long before."""
    old, new = ledger.signing_key, Signer.new("tocsin/new")
    ledger.append(plain(b"a", b"b"))
    held = ledger.checkpoint()
    ledger.change_keys(add=new, revoke=[(old, None)], reason="yearly")
    ledger.sign_with(new)
    with pytest.raises(LedgerError, match="this key is revoked from a size of 1 to 3, not 4"):
        ledger.change_keys(revoke=[(old, 4)], reason="it ended before")
    ledger.change_keys(revoke=[(old, 2)], reason="it was stolen at size 2")
    ledger.checkpoint()
    assert [ledger.keys.at(size) for size in (1, 2, 3)] == [(old,), (), ()]
    assert verify(ledger.store, key=new.key, checkpoint=held).word == "refuted"


def test_what_cannot_be_done_with_keys(ledger: Ledger) -> None:
    other = Signer.new("tocsin/other")
    unknown = VerifierKey.parse(other.key.text)
    with pytest.raises(LedgerError, match="name a key to add or one to revoke"):
        ledger.change_keys(reason="none")
    with pytest.raises(LedgerError, match=r"the key 'tocsin/other\+.*' was never in force"):
        ledger.change_keys(revoke=[(unknown, None)], reason="never there")
    with pytest.raises(LedgerError, match="revoked from a size of 1 to 2, not 9"):
        ledger.change_keys(add=other, revoke=[(ledger.signing_key, 9)], reason="later")
    with pytest.raises(LedgerError, match="is not in force"):
        ledger.sign_with(other)
    assert len(ledger) == 1


# all of it


@given(
    groups=st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=6),
    reopen=st.sets(st.integers(0, 5)),
    signs=st.sets(st.integers(0, 5)),
)
def test_a_file_holds_what_memory_holds(
    groups: list[list[bytes]], reopen: set[int], signs: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "run.tocsin"
    memory, file = MemoryLedger(), FileLedger(path, mode="replay")
    for number, group in enumerate(groups):
        assert memory.append(plain(*group)) == file.append(plain(*group))
        if number in signs:
            file.checkpoint()
        if number in reopen:
            file.close()
            file = FileLedger(path, mode="replay")
        assert list(memory.read()) == list(file.read())
    file.close()
