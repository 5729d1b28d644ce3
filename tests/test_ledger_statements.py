"""What a ledger says itself, its keys and its proofs: read back as written, and refused where they were not."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import repeat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from tests.test_ledger_conformance import NOON
from tocsin.ledger import MODES, Checkpoint, Damaged, LedgerError, MemoryLedger, Origin, Proof, Signer, check
from tocsin.ledger import entry as entries
from tocsin.ledger.keys import Keys
from tocsin.ledger.note import signed
from tocsin.ledger.port import CONTENTS_MAX
from tocsin.ledger.statements import (
    FORMAT_LINE,
    LINE_LETTERS_MAX,
    Epoch,
    Erasure,
    Genesis,
    KeyChange,
    Statement,
    statement,
    text_of,
)

LIVE = Origin("alliance", "live", 1)
OTHER = Origin("other", "live", 1)


def signer(seed: str, origin: Origin = LIVE) -> Signer:
    """Always the same key for the same words."""
    return Signer(origin.text, Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest()))


FIRST, SECOND, STRANGER = signer("first"), signer("second"), signer("stranger")

ORIGINS = st.builds(
    Origin, st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True), st.sampled_from(MODES), st.integers(1, 99)
)
KEYS = st.builds(signer, st.sampled_from("abcdef"), ORIGINS).map(lambda found: found.key)
NUMBERS = st.integers(0, 10**18 - 1)
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=LINE_LETTERS_MAX)
CHECKPOINTS = st.builds(
    Checkpoint, ORIGINS.map(lambda origin: origin.text), NUMBERS, st.binary(min_size=32, max_size=32)
)
STATEMENTS: st.SearchStrategy[Statement] = st.one_of(
    st.builds(Genesis, ORIGINS, KEYS),
    st.builds(Epoch, ORIGINS, NUMBERS, CHECKPOINTS, KEYS, WORDS),
    st.builds(
        KeyChange, ORIGINS, NUMBERS, st.none() | KEYS, st.lists(st.tuples(KEYS, NUMBERS), max_size=3).map(tuple), WORDS
    ),
    st.builds(Erasure, ORIGINS, NUMBERS, st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4).map(tuple), WORDS, WORDS),
)


# statements


@given(STATEMENTS)
def test_a_statement_is_read_as_it_was_written(said: Statement) -> None:
    text = text_of(said)
    assert statement(text) == said
    assert statement(signed(text, FIRST).rpartition("\n\n")[0] + "\n") == said


@given(STATEMENTS, st.data())
def test_a_changed_statement_is_another_or_none(said: Statement, data: st.DataObject) -> None:
    """No two texts say the same, so what is signed cannot be respelled."""
    text = text_of(said)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(start + 3, len(text))))
    pieces = st.text(max_size=3) | st.sampled_from(["\n", " ", "0", "٣", "index 1\n", "add ", "reason \n"])
    changed = text[:start] + data.draw(pieces) + text[stop:]
    try:
        read = statement(changed)
    except LedgerError:
        return
    assert text_of(read) == changed
    assert (read == said) == (changed == text)


@given(st.text() | st.text().map(lambda rest: FORMAT_LINE + rest + "\n"))
@example(FORMAT_LINE + "genesis\n")
@example(FORMAT_LINE + "epoch\norigin tocsin/a/live/1\nindex 1\nafter\n")
@example(FORMAT_LINE + "key\norigin tocsin/a/live/1\nindex 1\nrevoke \nreason \n")
@example(FORMAT_LINE + "erasure\norigin tocsin/a/live/1\nindex ²\nerase 1 1 1\nby \nreason \n")
def test_what_is_no_statement_says_so(text: str) -> None:
    with pytest.raises(LedgerError):
        statement(text)


@pytest.mark.parametrize("text", ["tocsin-ledger/2 genesis\n", FORMAT_LINE + "treaty\nindex 1\n"])
def test_what_a_later_release_said_is_told_as_such(text: str) -> None:
    with pytest.raises(Damaged, match=r"a later release may have written it\. The 7 entries before it are sound"):
        Keys().take(7, signed(text, FIRST))


@pytest.mark.parametrize("reason", ["two\nlines", "a\x00", "\x1b[2J", "\x85", "\u2028", "x" * (LINE_LETTERS_MAX + 1)])
def test_a_reason_is_one_line(reason: str) -> None:
    with pytest.raises(LedgerError, match="a reason or a name is one line of at most 500"):
        text_of(Erasure(LIVE, 1, ((1, 0),), "x", reason))


# keys


def begun(origin: Origin = LIVE, key: Signer = FIRST) -> Keys:
    """The keys of a ledger that has its first entry."""
    keys = Keys()
    keys.take(0, signed(text_of(Genesis(origin, key.key)), key))
    return keys


def change(
    add: Signer | None = SECOND, revoke: Sequence[tuple[Signer, int]] = (), *, index: int = 1, origin: Origin = LIVE
) -> KeyChange:
    revoked = tuple((known.key, size) for known, size in revoke)
    return KeyChange(origin, index, add.key if add else None, revoked, "yearly")


ERASURE = Erasure(LIVE, 1, ((0, 0),), "x", "y")
AFTER = Checkpoint(LIVE.text, 1, bytes(32))
NEXT = LIVE.next()


def epoch(origin: Origin = NEXT, after: Checkpoint = AFTER, index: int = 1) -> Epoch:
    return Epoch(origin, index, after, SECOND.key, "the disk failed")


def test_what_a_ledger_says_changes_its_keys() -> None:
    keys = begun()
    keys.take(1, signed(text_of(change()), FIRST, SECOND))
    keys.take(2, signed(text_of(change(None, [(FIRST, 3)], index=2)), SECOND))
    assert [keys.at(size) for size in (1, 2, 3)] == [(FIRST.key,), (FIRST.key, SECOND.key), (SECOND.key,)]
    third = signer("third")
    said = Epoch(LIVE.next(), 3, Checkpoint(LIVE.text, 3, bytes(32)), third.key, "the disk failed")
    keys.take(3, signed(text_of(said), third))
    assert (keys.at(3), keys.at(4)) == ((SECOND.key,), (third.key,))
    assert (keys.origin_at(3), keys.origin_at(4)) == (LIVE, LIVE.next())
    assert keys.vouched_by(FIRST.key) == (FIRST.key, SECOND.key)


@pytest.mark.parametrize(
    ("said", "signers", "says"),
    [
        (change(), [STRANGER, SECOND], "no known key signed"),
        (ERASURE, [STRANGER], "no known key signed"),
        (ERASURE, [SECOND], "no known key signed"),
        (ERASURE, [signer("first", OTHER)], "no known key signed"),
        (change(), [FIRST], "no known key signed this note: .* looked for was"),
        (change(FIRST), [FIRST], "a key is brought in that was in force before"),
        (change(None, [(FIRST, 2)]), [FIRST], "the last key is revoked and none put in its place"),
        (change(None, [(FIRST, 2), (FIRST, 1)]), [FIRST], "the last key is revoked and none put in its place"),
        (change(origin=OTHER), [FIRST, SECOND], "a note written for entry 1 of 'tocsin/other/live/1' stands there"),
        (change(origin=LIVE.next()), [FIRST, SECOND], "a note written for entry 1 of 'tocsin/alliance/live/2'"),
        (change(index=2), [FIRST, SECOND], "a note written for entry 2 of 'tocsin/alliance/live/1' stands there"),
        (Genesis(LIVE, FIRST.key), [FIRST], "a ledger begins once, with its first entry"),
        (epoch(LIVE), [SECOND], "a note written for entry 1 of 'tocsin/alliance/live/1' stands there"),
        (epoch(OTHER.next()), [SECOND], "a note written for entry 1 of 'tocsin/other/live/2' stands there"),
        (epoch(Origin("alliance", "replay", 2)), [SECOND], "of 'tocsin/alliance/replay/2' stands there"),
        (epoch(index=5), [SECOND], "a note written for entry 5 of 'tocsin/alliance/live/2' stands there"),
        (epoch(), [FIRST], "no known key signed"),
        (epoch(after=Checkpoint(OTHER.text, 1, bytes(32))), [SECOND], "it goes on from another ledger"),
        (epoch(after=Checkpoint(LIVE.text, 2, bytes(32))), [SECOND], "it goes on from another ledger"),
    ],
)
def test_what_has_no_right_to_stand_is_damage(said: Statement, signers: list[Signer], says: str) -> None:
    with pytest.raises(Damaged, match=says) as problem:
        begun().take(1, signed(text_of(said), *signers))
    assert problem.value.index == 1


def test_a_revoked_key_speaks_no_more() -> None:
    keys = begun()
    keys.take(1, signed(text_of(change(SECOND, [(FIRST, 2)])), FIRST, SECOND))
    said = Erasure(LIVE, 2, ((0, 0),), "x", "y")
    with pytest.raises(Damaged, match="no known key signed"):
        keys.take(2, signed(text_of(said), FIRST))
    keys.take(2, signed(text_of(said), SECOND))
    assert keys.erased == {(0, 0)}


def test_epochs_never_go_back() -> None:
    keys = begun()
    keys.take(1, signed(text_of(epoch(Origin("alliance", "live", 5))), SECOND))
    for number in (1, 4, 5):
        said = Epoch(Origin("alliance", "live", number), 2, Checkpoint(keys.origin.text, 2, bytes(32)), FIRST.key, "z")
        with pytest.raises(Damaged, match="a note written for entry 2 of"):
            keys.take(2, signed(text_of(said), FIRST))


def test_nothing_is_said_before_the_beginning() -> None:
    with pytest.raises(Damaged, match="the ledger does not begin with its genesis"):
        Keys().take(0, signed(text_of(Erasure(LIVE, 0, ((0, 0),), "x", "y")), FIRST))
    for origin, key in ((LIVE.next(), FIRST), (LIVE, SECOND)):
        with pytest.raises(Damaged):
            Keys().take(0, signed(text_of(Genesis(origin, key.key)), FIRST))


def test_a_note_says_nothing_in_another_ledger() -> None:
    """Also not where that has the same name, and so the same origin."""
    twin = begun(key=SECOND)
    note = signed(text_of(ERASURE), FIRST)
    begun().take(1, note)
    with pytest.raises(Damaged, match="no known key signed"):
        twin.take(1, note)


@given(st.data())
def test_a_changed_note_is_refused(data: st.DataObject) -> None:
    """Or it says the same: what unknown keys claim is passed over."""
    statements: list[Statement] = [ERASURE, change(), epoch()]
    said = data.draw(st.sampled_from(statements))
    note = signed(text_of(said), FIRST, SECOND)
    start = data.draw(st.integers(0, len(note)))
    stop = data.draw(st.integers(start, min(start + 3, len(note))))
    changed = note[:start] + data.draw(st.text(max_size=3)) + note[stop:]
    keys = begun()
    try:
        read = keys.take(1, changed)
    except Damaged:
        return
    assert read == said


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_what_is_no_note_is_damage(note: str) -> None:
    with pytest.raises(Damaged):
        begun().take(1, note)


# leaves


@given(
    body=st.binary(max_size=300),
    contents=st.lists(st.binary(max_size=50), max_size=CONTENTS_MAX).map(tuple),
    at=st.integers(0, entries.TIME_MAX),
)
def test_the_leaf_of_a_record_tells_a_time_and_a_hash(body: bytes, contents: tuple[bytes, ...], at: int) -> None:
    """And the hash tells nothing to whoever does not have the salt: with another salt it is another."""
    (leaf, salt, frame, salted), (other, *_) = (
        entries.sealed((body, contents), at, repeat(salt)) for salt in (bytes(32), b"\x01" * 32)
    )
    assert re.fullmatch(rb"record %d [0-9a-f]{64}\n" % at, leaf)
    assert leaf.split()[2] == sha256(salt + frame).hexdigest().encode()
    assert leaf[:-65] == other[:-65]
    assert leaf != other
    entry = entries.unsealed(3, leaf, salt, frame)
    assert (entry.kind, entry.at, entry.body) == ("record", at, body)
    assert [entries.opens(commitment, *one) for commitment, one in zip(entry.commitments, salted, strict=True)] == (
        [True] * len(contents)
    )


@given(st.data())
def test_an_entry_that_was_changed_is_damage(data: st.DataObject) -> None:
    leaf, salt, frame, _ = entries.sealed((b"body", (b"content",)), NOON, repeat(bytes(32)))
    parts = [leaf, salt, frame]
    place = data.draw(st.integers(0, 2))
    start = data.draw(st.integers(0, len(parts[place])))
    stop = data.draw(st.integers(start, min(start + 3, len(parts[place]))))
    changed = parts[place][:start] + data.draw(st.binary(max_size=3)) + parts[place][stop:]
    if changed == parts[place]:
        return
    parts[place] = changed
    try:
        entry = entries.unsealed(1, *parts)
    except Damaged:
        return
    # Only the leaf tells the time, and the tree holds the leaf.
    assert place == 0
    assert (entry.body, entry.at) != (b"body", NOON)


@given(leaf=st.binary(max_size=90), salt=st.binary(max_size=33), frame=st.binary(max_size=90))
@example(leaf=b"note 1", salt=b"", frame=b"")
@example(leaf=b"note 01\n", salt=b"", frame=b"")
@example(leaf=b"note " + b"9" * 5000 + b"\n", salt=b"", frame=b"")
def test_what_is_no_entry_is_damage(leaf: bytes, salt: bytes, frame: bytes) -> None:
    with pytest.raises(Damaged):
        entries.unsealed(1, leaf, salt, frame)


@given(st.binary(max_size=90) | st.binary(max_size=90).map(lambda rest: b"contents" + rest))
@example(b"contents")
@example(b"contents \n")
@example(b"contents " + b"A" * 64 + b"\n")
@example(b"contents  " + b"a" * 64 + b"\n")
@example(b"contents" + b" " * 65 + b"\n")
@example(b"contents" + b" %064d" % 1 * (CONTENTS_MAX + 1) + b"\n")
def test_a_frame_names_its_contents_in_one_way(frame: bytes) -> None:
    salt = bytes(32)
    leaf = b"record 1 %b\n" % sha256(salt + frame).hexdigest().encode()
    try:
        entry = entries.unsealed(1, leaf, salt, frame)
    except Damaged:
        return
    names = b"".join(b" " + commitment.hex().encode() for commitment in entry.commitments)
    assert frame == b"contents" + names + b"\n" + entry.body


# proofs


@pytest.fixture(scope="module")
def proven() -> tuple[MemoryLedger, list[Proof]]:
    """A ledger and a proof of each kind of entry: a note, a record, one with contents, one with an erased content."""
    ledger = MemoryLedger(clock=lambda: NOON)
    ledger.append([(b"plain", ()), (b"with contents", (b"one", b"two"))])
    ledger.append([(b"", (b"gone", b"left"))])
    ledger.erase([(3, 0)], by="x", reason="y")
    ledger.append([(b"%d" % number, ()) for number in range(8)])
    ledger.checkpoint()
    return ledger, [ledger.prove(index, contents=True) for index in range(len(ledger))]


def changed_proof(proof: Proof, change: Callable[[bytearray], object], ledger: MemoryLedger) -> None:
    """It is refused, or proves what it proved."""
    keys = (ledger.signing_key,)
    data = bytearray(proof.text.encode())
    change(data)
    try:
        found = check(Proof.parse(bytes(data)), keys)
    except LedgerError:
        return
    assert found == check(proof, keys)


@pytest.mark.parametrize("bits", [(0,), pytest.param(range(8), marks=pytest.mark.long)], ids=["one bit", "every bit"])
def test_a_proof_with_a_changed_byte_is_refused_or_proves_the_same(
    bits: Sequence[int], proven: tuple[MemoryLedger, list[Proof]]
) -> None:
    ledger, proofs = proven
    refused = tried = 0
    for proof in proofs[:5]:
        original = check(proof, (ledger.signing_key,))
        data = proof.text.encode()
        for place in range(len(data)):
            for bit in bits:
                changed = bytearray(data)
                changed[place] ^= 1 << bit
                tried += 1
                try:
                    found = check(Proof.parse(bytes(changed)), (ledger.signing_key,))
                except LedgerError:
                    refused += 1
                else:
                    assert found == original, (place, bit)
    assert refused > tried * 0.98  # but for a last letter of base64 that says nothing


@given(data=st.data())
def test_a_proof_that_was_cut_and_pasted_is_refused_or_proves_the_same(
    data: st.DataObject, proven: tuple[MemoryLedger, list[Proof]]
) -> None:
    """Also with lines of other proofs of the same ledger."""
    ledger, proofs = proven
    proof = data.draw(st.sampled_from(proofs))
    other = data.draw(st.sampled_from(proofs)).text.encode()
    start = data.draw(st.integers(0, len(proof.text.encode())))
    width = data.draw(st.integers(0, 80))
    piece = data.draw(st.binary(max_size=4) | st.integers(0, len(other)).map(lambda at: other[at : at + width]))

    def paste(text: bytearray) -> None:
        text[start : start + width] = piece

    changed_proof(proof, paste, ledger)


@given(data=st.data())
def test_a_proof_with_the_lines_of_another_is_refused(
    data: st.DataObject, proven: tuple[MemoryLedger, list[Proof]]
) -> None:
    ledger, proofs = proven
    one, other = data.draw(st.lists(st.sampled_from(proofs), min_size=2, max_size=2, unique_by=lambda one: one.index))
    ours, theirs = one.text.split("\n"), other.text.split("\n")
    taken = data.draw(st.sets(st.integers(1, min(len(ours), len(theirs)) - 1), min_size=1))
    mixed = [theirs[place] if place in taken else line for place, line in enumerate(ours)]
    try:
        found = check(Proof.parse("\n".join(mixed).encode()), (ledger.signing_key,))
    except LedgerError:
        return
    assert found.entry == ledger.entry(found.entry.index)


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.text().map(lambda rest: f"c2sp.org/tlog-proof@v1\nextra {rest}".encode())
    | st.lists(
        st.sampled_from(["c2sp.org/tlog-proof@v1", "extra e30=", "extra W10=", "index 0", "", "AA=="]), max_size=9
    ).map(lambda lines: "\n".join(lines).encode())
)
@example(b"c2sp.org/tlog-proof@v1\nextra " + b"W1tbW1tb" * 50_000 + b"\nindex 0\n\n")
@example(b"c2sp.org/tlog-proof@v1\nextra eyJsZWFmIjoiIn0=\nindex " + b"9" * 5000 + b"\n\n")
@example("c2sp.org/tlog-proof@v1\nextra eyJsZWFmIjoiIn0=\nindex ٣\n\n".encode())
def test_what_is_no_proof_says_so(data: bytes) -> None:
    with pytest.raises(LedgerError):
        check(Proof.parse(data), (FIRST.key,))
