"""Signed notes and checkpoints: what is published is read, and anything else is refused in words."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.ledger.checkpoint import MODES, NUMBER_MAX, Checkpoint, Origin, name_of
from tocsin.ledger.note import (
    NOTE_BYTES_MAX,
    PRIVATE,
    SIGNATURES_MAX,
    Note,
    Signer,
    VerifierKey,
    from_base64,
    opened,
    signed,
    to_base64,
)
from tocsin.ledger.port import LedgerError

# The example of the Go package golang.org/x/mod/sumdb/note, from its example_test.go.
PUBLIC_TEXT = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE_TEXT = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)

# The example of the C2SP tlog-checkpoint specification.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

PETER = VerifierKey.parse(PUBLIC_TEXT)
SIGNER = Signer.parse(PRIVATE_TEXT)
ENOCH = Signer.parse("PRIVATE+KEY+EnochRoot+af0cfe78+AQ" + "A" * 42)  # Go's example makes it from zeros

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")).map(lambda text: f"{text}\n")
"""What a note can say: all but control signs and lone surrogates."""
roots = st.binary(min_size=32, max_size=32)


def respelled(text: str) -> st.SearchStrategy[str]:
    """Texts close to one that is right: a piece of it replaced by something else."""

    def replaced(start: int, length: int, other: str) -> str:
        return text[:start] + other + text[start + length :]

    return st.builds(replaced, st.integers(0, len(text)), st.integers(0, 9), st.text(max_size=9))


# keys


def test_a_published_key_is_read_and_written_alike() -> None:
    assert (PETER.name, PETER.id.hex(), len(PETER.public)) == ("PeterNeumann", "c74f20a3", 32)
    assert PETER.text == PUBLIC_TEXT


def test_a_private_key_is_read_and_written_alike_and_belongs_to_its_public_key() -> None:
    assert SIGNER.private == PRIVATE_TEXT
    assert SIGNER.key == PETER


def test_a_new_signer_is_another_each_time_and_can_be_kept() -> None:
    first, second = Signer.new("tocsin/meridian/live/1"), Signer.new("tocsin/meridian/live/1")
    assert first.key != second.key
    again = Signer.parse(first.private)
    assert again.key == first.key
    assert again.sign("text\n") == first.sign("text\n")


def test_a_signer_shown_in_a_log_does_not_tell_its_secret() -> None:
    assert repr(SIGNER) == str(SIGNER) == f"{SIGNER}" == "<Signer 'PeterNeumann' (id c74f20a3)>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "begins '' cannot be used: it is not a name, a key id and base64"),
        ("PeterNeumann", "begins 'PeterNeumann' cannot be used: it is not a name, a key id and base64"),
        (PUBLIC_TEXT[:-1], "is not a name, a key id and base64"),
        (f"{PUBLIC_TEXT}\n", "is not a name, a key id and base64"),
        (PUBLIC_TEXT.replace("c74f20a3", "C74F20A3"), "its key id is 'C74F20A3', but its name and key make 'c74f20a3'"),
        (PUBLIC_TEXT.replace("Peter", "Paul"), "its key id is 'c74f20a3', but its name and key make '55e343b6'"),
        (PUBLIC_TEXT.replace("Peter", "Peter "), "no key name: it is empty, or has a space"),
        (PUBLIC_TEXT.removeprefix("PeterNeumann"), "'' is no key name"),
        ("\ud800" + PUBLIC_TEXT, "is no key name"),
        (f"a+00000000+{to_base64(bytes([4, *range(32)]))}", "it is of type 0x04, and only Ed25519 (0x01) is used here"),
        (f"a+00000000+{to_base64(bytes([1, *range(31)]))}", "its key has 31 bytes, not 32"),
        (PRIVATE_TEXT, "it is a private key, which is for its owner alone; ask for the public one"),
    ],
)
def test_what_is_no_public_key_is_told_with_what_a_key_looks_like(text: str, told: str) -> None:
    with pytest.raises(LedgerError) as error:
        VerifierKey.parse(text)
    assert told in str(error.value)
    assert "A key looks like name+c74f20a3+ARpc2QcU…" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PRIVATE_TEXT.removeprefix(PRIVATE),
        PRIVATE_TEXT.replace("c74f20a3", "c74f20a4"),
        PRIVATE_TEXT.replace("AYEK", "AYEL"),
        PRIVATE_TEXT[:-4],
        f"{PRIVATE_TEXT}\n",
        f" {PRIVATE_TEXT}",
        PRIVATE + PRIVATE_TEXT,
        "\ud800" + PRIVATE_TEXT,
    ],
)
@pytest.mark.parametrize("parse", [Signer.parse, VerifierKey.parse], ids=["as private", "as public"])
def test_no_message_about_a_private_key_shows_it(text: str, parse: Callable[[str], object]) -> None:
    with pytest.raises(LedgerError) as error:
        parse(text)
    assert "FALVFGyNhPJEMzD1QIDr" not in str(error.value)
    assert error.value.__suppress_context__


def test_a_key_made_by_hand_is_checked_as_well() -> None:
    with pytest.raises(LedgerError, match="an Ed25519 key has 32 bytes, not 31"):
        VerifierKey("a", bytes(31))
    for name in ("", "a b", "a+b", "a\n", "a\x01b", "a\u2003b", "a\u0085b"):
        with pytest.raises(LedgerError, match="is no key name"):
            Signer.new(name)


@given(respelled(PUBLIC_TEXT) | st.text())
@example("+" * 99)
def test_any_text_is_a_key_in_just_one_spelling_or_refused(text: str) -> None:
    with suppress(LedgerError):
        assert VerifierKey.parse(text).text == text


@given(respelled(PRIVATE_TEXT) | st.text())
def test_any_text_is_a_private_key_in_just_one_spelling_or_refused(text: str) -> None:
    with suppress(LedgerError):
        assert Signer.parse(text).private == text


# signing and opening


def test_we_sign_as_go_does_byte_for_byte() -> None:
    assert signed(TEXT, SIGNER) == NOTE
    assert signed(TEXT, SIGNER, ENOCH) == NOTE + ENOCH_LINE


def test_a_note_of_go_opens() -> None:
    assert opened(NOTE, [PETER]) == (PETER,)
    assert opened((NOTE + ENOCH_LINE).encode(), [ENOCH.key, PETER]) == (PETER, ENOCH.key)


def test_a_note_is_taken_apart() -> None:
    note = Note.parse(NOTE + ENOCH_LINE)
    assert note.text == TEXT
    assert [(name, key_id.hex()) for name, key_id, _ in note.signatures] == [
        ("PeterNeumann", "c74f20a3"),
        ("EnochRoot", "af0cfe78"),
    ]
    assert PETER.verifies(TEXT.encode(), note.signatures[0].signature)
    assert not PETER.verifies(TEXT.encode(), note.signatures[1].signature)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64])
def test_bytes_that_are_no_signature_do_not_verify(signature: bytes) -> None:
    assert not PETER.verifies(TEXT.encode(), signature)


@given(texts)
def test_whatever_is_signed_opens_and_says_the_same(text: str) -> None:
    note = signed(text, ENOCH, SIGNER)
    assert Note.parse(note) == Note.parse(note.encode())
    assert Note.parse(note).text == text
    assert opened(note, [PETER, ENOCH.key]) == (ENOCH.key, PETER)


def test_a_text_may_hold_empty_lines_and_what_looks_like_a_signature() -> None:
    for text in ("\n", "a\n\nb\n\n", NOTE):
        assert Note.parse(signed(text, SIGNER)).text == text


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_a_flipped_bit_never_opens(at: int, bit: int) -> None:
    note = bytearray(NOTE.encode())
    note[at] ^= 1 << bit
    with pytest.raises(LedgerError):
        opened(bytes(note), [PETER])


def test_unknown_keys_are_passed_over_even_with_a_known_name_or_id() -> None:
    namesake = Signer.new(PETER.name)
    assert opened(signed(TEXT, namesake, SIGNER), [PETER]) == (PETER,)
    same_id = LINE.replace("PeterNeumann", "Somebody")
    assert opened(f"{TEXT}\n{same_id}{LINE}", [PETER]) == (PETER,)


def test_a_known_key_that_fails_spoils_the_note_whoever_else_signed() -> None:
    note = signed(TEXT, ENOCH, SIGNER).replace("cryptography", "Cryptography")
    other_text = "another text\n"
    changed = f"{TEXT}\n{ENOCH.sign(TEXT)}{SIGNER.sign(other_text)}"
    with pytest.raises(LedgerError, match=r"the signature of 'PeterNeumann' \(id c74f20a3\) does not fit this note"):
        opened(changed, [ENOCH.key, PETER])
    with pytest.raises(LedgerError, match="the signature of 'EnochRoot'"):
        opened(note, [ENOCH.key, PETER])
    assert opened(changed, [ENOCH.key]) == (ENOCH.key,)


def test_a_key_that_signed_twice_counts_once_and_as_in_go_its_first_signature_decides() -> None:
    bad = SIGNER.sign("another text\n")
    assert opened(NOTE + LINE, [PETER]) == (PETER,)
    assert opened(NOTE + bad, [PETER]) == (PETER,)
    with pytest.raises(LedgerError, match="does not fit"):
        opened(f"{TEXT}\n{bad}{LINE}", [PETER])


def test_without_a_known_key_it_tells_who_signed_and_who_was_looked_for() -> None:
    with pytest.raises(LedgerError) as error:
        opened(NOTE, [ENOCH.key])
    assert str(error.value) == (
        "no known key signed this note: it is signed by 'PeterNeumann' (id c74f20a3); looked for was "
        f"'EnochRoot' (id {ENOCH.key.id.hex()}). Name the signer's key if you trust it"
    )
    with pytest.raises(LedgerError, match="looked for was none"):
        opened(NOTE, [])
    crowd = signed(TEXT, *(Signer.new(f"n{number}") for number in range(7)))
    with pytest.raises(LedgerError, match=r"'n4' \(id ........\) and 2 more; looked for"):
        opened(crowd, [PETER])


def test_a_key_may_be_listed_twice_but_not_two_keys_under_one_name_and_id() -> None:
    assert opened(NOTE, [PETER, PETER]) == (PETER,)
    twins = [VerifierKey("twin", number.to_bytes(32)) for number in (48_221, 128_134)]
    with pytest.raises(LedgerError, match=r"two different keys are called 'twin' \(id 24980d16\)"):
        opened(NOTE, [PETER, *twins])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "its last line does not end in a newline"),
        (TEXT, "no empty line sets its signatures apart"),
        (f"{TEXT}\n", "it has 0 signature lines, not 1 to 100"),
        (f"{TEXT}{LINE}", "no empty line sets its signatures apart"),
        (f"\n{LINE}", "no empty line sets its signatures apart"),
        (NOTE[:-1], "its last line does not end in a newline"),
        (f"{NOTE}\n", "it has 0 signature lines"),
        (NOTE.replace("you ", "you\t", 1), "character 7 is the control sign '\\t'"),
        (NOTE.replace("\n", "\r\n"), "character 57 is the control sign '\\r'"),
        (NOTE.replace("—", "-"), "signature line 1 reads '- PeterNeumann x08go"),
        (NOTE.replace("— ", "—"), "signature line 1 reads"),
        (NOTE.replace("— Peter", "— Peter+"), "signature line 1 reads"),
        (NOTE.replace("Neumann ", "Neumann  "), "signature line 1 reads"),
        (NOTE.replace("AM=", "AN="), "signature line 1 reads"),
        (NOTE.replace("AM=", "AM"), "signature line 1 reads"),
        (f"{NOTE}— x AAAAAA==\n", "signature line 2 reads '— x AAAAAA=='"),
        (f"{NOTE}— x\n", "signature line 2 reads '— x'"),
        (f"{TEXT}\n{LINE * (SIGNATURES_MAX + 1)}", "it has 101 signature lines, not 1 to 100"),
        ("x" * NOTE_BYTES_MAX + NOTE, "it has more than 65,536 bytes"),
        ("é" * (NOTE_BYTES_MAX // 2) + NOTE, "it has more than 65,536 bytes"),
        (b"\xff" + NOTE.encode(), "byte 1 is not UTF-8"),
        (f"\ud800{NOTE}", "character 1 cannot be written in UTF-8"),
    ],
)
def test_what_is_no_note_is_told_with_what_a_note_is(data: str | bytes, told: str) -> None:
    with pytest.raises(LedgerError) as error:
        Note.parse(data)
    assert str(error.value).startswith(f"this is no signed note: {told}")
    assert "A note is a text, an empty line, and one line '— name base64' for each signature" in str(error.value)


def test_the_largest_note_and_the_most_signatures_are_read() -> None:
    assert len(Note.parse(f"{TEXT}\n{LINE * SIGNATURES_MAX}").signatures) == SIGNATURES_MAX
    room = NOTE_BYTES_MAX - len(f"\n\n{LINE}".encode())
    assert len(signed("x" * room + "\n", SIGNER).encode()) == NOTE_BYTES_MAX
    with pytest.raises(LedgerError, match="more than 65,536 bytes"):
        signed("x" * room + "x\n", SIGNER)


def test_nothing_is_signed_that_no_note_can_hold() -> None:
    for text in ("", "no newline", "a\x00b\n", "a\r\n", "\ud800\n"):
        with pytest.raises(LedgerError):
            SIGNER.sign(text)
    with pytest.raises(LedgerError, match="it has 0 signature lines"):
        signed(TEXT)


@given(
    respelled(NOTE) | texts | st.text() | st.binary() | respelled(NOTE).map(lambda note: note.encode(errors="ignore"))
)
def test_any_input_is_a_note_in_just_one_spelling_or_refused(data: str | bytes) -> None:
    try:
        note = Note.parse(data)
    except LedgerError:
        return
    lines = "".join(f"— {name} {to_base64(key_id + signature)}\n" for name, key_id, signature in note.signatures)
    assert f"{note.text}\n{lines}" == (data.decode() if isinstance(data, bytes) else data)


@given(st.binary())
def test_bytes_have_one_base64_and_its_other_spellings_are_refused(content: bytes) -> None:
    assert from_base64(to_base64(content)) == content
    for text in ("A", "AA", "AA=", "AB==", "AAA", "AAF=", "AA==\n", "A A=", "-_==", "AA==AA==", "é"):
        assert from_base64(text) is None


# checkpoints


def test_a_published_checkpoint_is_read_and_written_alike() -> None:
    checkpoint = Checkpoint.parse(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == SOFA


def test_extension_lines_are_passed_over() -> None:
    assert Checkpoint.parse(f"{SOFA}more\neven more\n") == Checkpoint.parse(SOFA)


def test_a_foreign_log_may_call_itself_anything_on_one_line() -> None:
    assert Checkpoint.parse("Ein Log + mehr\n" + SOFA.partition("\n")[2]).origin == "Ein Log + mehr"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "its last line does not end in a newline"),
        ("\n", "it has fewer than three lines"),
        ("a\n1\n", "it has fewer than three lines"),
        (SOFA[:-1], "its last line does not end in a newline"),
        (SOFA + "\n", "fewer than three lines, or an empty one"),
        ("\n" + SOFA, "fewer than three lines, or an empty one"),
        (SOFA.replace("2085", "02085"), "its size, on line 2, reads '020852163'"),
        (SOFA.replace("2085", "-2085"), "its size, on line 2, reads '-20852163'"),
        (SOFA.replace("20852163", "२"), "its size, on line 2"),
        (SOFA.replace("20852163", "9" * 5000), "its size, on line 2"),
        (SOFA.replace("20852163", str(NUMBER_MAX + 1)), f"a checkpoint's size is 0 to {NUMBER_MAX}"),
        (SOFA.replace("q2I=", "q2J="), "its root, on line 3"),
        (SOFA.replace("q2I=", "q2I= "), "its root, on line 3"),
        (SOFA.replace("CsUY", ""), "a checkpoint's root has 32 bytes, not 29"),
        (SOFA.replace("sofa", "so\rfa"), "character 26 is the control sign '\\r'"),
        (SOFA.replace("sofa", "so\ud800fa"), "character 26 cannot be written in UTF-8"),
    ],
)
def test_what_is_no_checkpoint_is_told_with_what_one_is(text: str, told: str) -> None:
    with pytest.raises(LedgerError) as error:
        Checkpoint.parse(text)
    assert told in str(error.value)
    assert str(error.value).startswith("this is no checkpoint: ")
    assert "A checkpoint is three lines: origin, size" in str(error.value)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 0, bytes(32)), ("a\nb", 0, bytes(32)), ("\t", 0, bytes(32)), ("a", -1, bytes(32)), ("a", 0, bytes(31))],
)
def test_no_checkpoint_is_made_that_could_not_be_read(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(LedgerError):
        Checkpoint(origin, size, root)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.integers(0, NUMBER_MAX), roots)
def test_every_checkpoint_reads_back_through_a_signed_note(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)
    note = signed(checkpoint.text, SIGNER)
    assert opened(note, [PETER])
    assert Checkpoint.parse(Note.parse(note).text) == checkpoint


@given(respelled(SOFA) | st.text())
def test_any_text_is_a_checkpoint_in_just_one_spelling_or_refused(text: str) -> None:
    with suppress(LedgerError):
        assert text.startswith(Checkpoint.parse(text).text)


# origins

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True)


@given(names, st.sampled_from(MODES), st.integers(1, NUMBER_MAX - 1))
def test_an_origin_reads_back_and_has_a_next_epoch(name: str, mode: str, epoch: int) -> None:
    origin = Origin(name, mode, epoch)
    assert origin.text == f"tocsin/{name}/{mode}/{epoch}"
    assert Origin.parse(origin.text) == origin
    assert origin.next() == Origin(name, mode, epoch + 1)
    assert Signer.new(origin.text).key.name == origin.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is no origin of a Tocsin ledger; one looks like tocsin/<name>/live/1"),
        ("example.com/log", "'example.com/log' is no origin"),
        ("tocsin/meridian/live", "is no origin"),
        ("tocsin/meridian/live/1/", "is no origin"),
        ("tocsin/meridian/live/01", "is no origin"),
        ("tocsin/meridian/live/1\n", "is no origin"),
        ("tocsin/meridian/live/" + "9" * 5000, "is no origin"),
        ("tocsin/meridian/live/0", "0 is no epoch: they are counted from 1"),
        (f"tocsin/meridian/live/{NUMBER_MAX + 1}", "is no epoch"),
        ("tocsin/meridian/drill/1", "'drill' is no mode of a ledger: use one of live, replay, exercise, study"),
        ("tocsin/Meridian/live/1", "'Meridian' is no ledger name: use 1 to 64 of a-z"),
        ("tocsin//live/1", "'' is no ledger name"),
        ("tocsin/../live/1", "'..' is no ledger name"),
        (f"tocsin/{'x' * 65}/live/1", "is no ledger name"),
    ],
)
def test_what_is_no_origin_is_told(text: str, told: str) -> None:
    with pytest.raises(LedgerError) as error:
        Origin.parse(text)
    assert told in str(error.value)


@given(respelled("tocsin/meridian/live/1") | st.text())
def test_any_text_is_an_origin_in_just_one_spelling_or_refused(text: str) -> None:
    with suppress(LedgerError):
        assert Origin.parse(text).text == text


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("meridian", "meridian"),
        ("2003 Türkei (Übung)", "2003-turkei-ubung"),
        ("../../etc/passwd", "etc-passwd"),
        ("--", "ledger"),
        ("", "ledger"),
        ("条約", "ledger"),
        ("x" * 63 + " y", "x" * 63),
        ("trailing-", "trailing-"),
    ],
)
def test_a_ledger_is_named_after_its_file(stem: str, name: str) -> None:
    assert name_of(stem) == name


@given(st.text() | names)
def test_any_file_stem_makes_a_legal_name_that_stays_as_it_is(stem: str) -> None:
    name = name_of(stem)
    assert Origin(name, "live", 1).name == name_of(name) == name
