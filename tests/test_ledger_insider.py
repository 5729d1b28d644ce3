"""What a holder of the key could write, well hashed and wrong: both readers of the format judge it alike."""

import shutil
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.second_notes import Bad
from tests.second_reader import check_proof
from tests.test_ledger_conformance import NOON
from tests.test_ledger_second_reader import Made, assert_alike, grown
from tocsin.ledger import FileReader, LedgerError, Proof, Signer, SqliteStore, beside, check
from tocsin.ledger.entry import NO_CHAIN, chained, note_leaf
from tocsin.ledger.note import signed, to_base64
from tocsin.ledger.port import Group, Head, Row, Tile
from tocsin.ledger.tree import Tree, leaf_hash


def add_leaf(path: Path, leaf: bytes, salt: bytes = b"", frame: bytes = b"") -> None:
    """Add any leaf, with the chain, tiles and root that fit it."""
    with closing(SqliteStore(path)) as store:
        tree, chain = Tree(store), NO_CHAIN
        for _, row in store.rows(0, store.head().size):
            tree.append(leaf_hash(row.leaf))
            chain = row.chain
        first = tree.size
        tree.append(leaf_hash(leaf))
        tiles = [Tile(*tile) for tile in tree.take_tiles()]
        rows = [Row(leaf, salt, frame, chained(chain, leaf))]
        store.commit(Group(first, rows, Head(tree.size, tree.root()), tiles=tiles))


HEX = sha256(bytes(32) + b"contents\n").hexdigest().encode()
LEAVES = [
    b"record %d %b\n" % (NOON + 9, HEX),
    b"record 0%d %b\n" % (NOON + 9, HEX),
    b"record %d %b" % (NOON + 9, HEX),
    b"record %d %b\n\n" % (NOON + 9, HEX),
    b"record %d  %b\n" % (NOON + 9, HEX),
    b"record %d %b\n" % (NOON + 9, HEX.upper()),
    b"record %d\n" % (NOON + 9),
    b"record 1%d %b\n" % (10**18, HEX),
    b"record -%d %b\n" % (NOON, HEX),
    b"record 1 %b\n" % HEX,
    b"memo %d %b\n" % (NOON + 9, HEX),
    b"note %d" % (NOON + 9),
    b"note %d\n" % (NOON + 9),
    b"note %d \n\xff\n" % (NOON + 9),
    b"",
    b"\n",
]


@pytest.mark.parametrize("leaf", LEAVES)
@pytest.mark.parametrize("salt", [b"", bytes(32)])
def test_both_refuse_the_same_leaves(leaf: bytes, salt: bytes, tmp_path: Path) -> None:
    path = grown(tmp_path, [("append", 1)]).path
    add_leaf(path, leaf, salt, b"contents\n" if salt else b"")
    assert assert_alike(path).sound == (3 if salt and leaf == LEAVES[0] else 2)


FRAMES = [
    b"contents",
    b"contents %b\nx" % HEX,
    b"contents %b %b\nx" % (HEX, HEX),
    b"contents  %b\nx" % HEX,
    b"contents %b \nx" % HEX,
    b"contents %b\nx" % HEX.upper(),
    b"contents %b\tx\nx" % HEX,
    b"contents %b\nx" % HEX[:62],
    b"contents%b\n" % (b" " + HEX) * 17,
    b"contents" + (b" " + HEX) * 16 + b"\n",
    b"contents" + (b" " + HEX) * 17 + b"\n",
    b"content\n",
    b"",
]


@pytest.mark.parametrize("frame", FRAMES)
def test_both_refuse_the_same_frames(frame: bytes, tmp_path: Path) -> None:
    path = grown(tmp_path, [("append", 1)]).path
    leaf = b"record %d %b\n" % (NOON + 9, sha256(bytes(32) + frame).hexdigest().encode())
    add_leaf(path, leaf, bytes(32), frame)
    assert_alike(path)


OTHER = Signer.parse("PRIVATE+KEY+other+755ad585+AQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ")
LINES = [
    "origin tocsin/run/exercise/1",
    "origin tocsin/run/exercise/2",
    "origin tocsin/run/exercise/4",
    "origin tocsin/other/exercise/2",
    "origin tocsin/run/live/2",
    "origin tocsin/run/exercise/02",
    "origin tocsin/run/exercise/9223372036854775808",
    "index 2",
    "index 02",
    "index 3",
    "index ٢",
    "after tocsin/run/exercise/1 2 ROOT",
    "after tocsin/run/exercise/1 1 ROOT",
    "after tocsin/run/exercise/1 2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "after tocsin/run/exercise/2 2 ROOT",
    "key OTHER",
    "key MINE",
    "add OTHER",
    "add MINE",
    "add OTHER+",
    "revoke MINE from 3",
    "revoke MINE from 1",
    "revoke MINE from 9999",
    "revoke OTHER from 3",
    "erase 1 0",
    "erase 01 0",
    "erase 999 999",
    "by",
    "by ",
    "by x\x7f",
    "by the council",
    "reason ",
    "reason it had to be",
    "reason " + "x" * 500,
    "reason " + "x" * 501,
    "reason \u2028",
    "reason \U0001fae8 \u202e",
    "",
]
FORMS: list[list[str]] = [
    ["tocsin-ledger/1 epoch", *LINES[1:2], LINES[7], LINES[11], "key OTHER", "reason it had to be"],
    ["tocsin-ledger/1 key", LINES[0], LINES[7], "add OTHER", "revoke MINE from 3", "reason it had to be"],
    ["tocsin-ledger/1 key", LINES[0], LINES[7], "revoke MINE from 9999", "reason it had to be"],
    ["tocsin-ledger/1 erasure", LINES[0], LINES[7], "erase 1 0", "by the council", "reason it had to be"],
    ["tocsin-ledger/1 erasure", LINES[0], LINES[7], "by the council", "reason it had to be"],
    ["tocsin-ledger/1 genesis", LINES[0], "index 0", "key MINE"],
    ["tocsin-ledger/2 key", LINES[0], LINES[7], "add OTHER", "reason it had to be"],
]


SIGNERS = [("mine",), ("other",), ("mine", "other"), ("other", "mine")]


def signer_of(insider: Made, name: str) -> Signer:
    return OTHER if name == "other" else Signer.parse(beside(insider.path, "key").read_text(encoding="ascii").strip())


def add_note(path: Path, insider: Made, text: str, names: tuple[str, ...]) -> bool:
    """Add a note with names put in; False for a text that no note can hold."""
    text = text.replace("OTHER", OTHER.key.text).replace("MINE", insider.keys[0].text)
    with closing(FileReader(path)) as reader:
        text = text.replace("ROOT", to_base64(reader.root))
    try:
        said = signed(text, *(signer_of(insider, name) for name in names))
    except LedgerError:
        return False
    add_leaf(path, note_leaf(said, NOON + 10**6))
    return True


@st.composite
def notes(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A statement with a few lines changed, dropped or doubled, and who signs it."""
    lines = list(draw(st.sampled_from(FORMS)))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(1, len(lines) - 1))
        same = [line for line in LINES if line.partition(" ")[0] == lines[place].partition(" ")[0]]
        new = draw(st.sampled_from([*same, *same, *LINES]))
        match draw(st.sampled_from(["other", "more", "less"])):
            case "other":
                lines[place] = new
            case "more":
                lines.insert(place, new)
            case _ if len(lines) > 2:
                del lines[place]
            case _:
                pass
    return "\n".join(lines) + "\n", draw(st.sampled_from(SIGNERS))


@given(note=notes())
def test_both_judge_a_note_alike(
    note: tuple[str, tuple[str, ...]], insider: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("insider") / "run.tocsin"
    shutil.copy(insider.path, path)
    if add_note(path, insider, *note):
        for key in (None, insider.keys[0], OTHER.key):
            assert_alike(path, key)
            assert_alike(path, key, insider.checkpoints[-1])


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_both_judge_every_change_of_one_line_alike(form: list[str], insider: Made, tmp_path: Path) -> None:
    path, sound = tmp_path / "run.tocsin", 0
    changes = [form]
    for place, line in enumerate(form):
        same = [other for other in LINES if other.partition(" ")[0] == line.partition(" ")[0]]
        changes += [[*form[:place], other, *form[place + 1 :]] for other in same]
    for lines in changes:
        for signers in SIGNERS:
            shutil.copy(insider.path, path)
            if add_note(path, insider, "\n".join([*lines, ""]), signers):
                sound += assert_alike(path).sound == 3
    assert bool(sound) == (form[0] not in ("tocsin-ledger/1 genesis", "tocsin-ledger/2 key"))


def test_both_know_who_may_speak_after_a_note(insider: Made, tmp_path: Path) -> None:
    path, begun, sound = tmp_path / "run.tocsin", tmp_path / "begun" / "run.tocsin", 0
    begun.parent.mkdir()
    for first in FORMS[:5]:
        shutil.copy(insider.path, begun)
        add_note(begun, insider, "\n".join([*first, ""]), ("mine", "other"))
        for second in FORMS[:5]:
            for epoch in "1234":
                later = [line.replace("index 2", "index 3") for line in second]
                later[1] = f"origin tocsin/run/exercise/{epoch}"
                for signers in SIGNERS:
                    shutil.copy(begun, path)
                    add_note(path, insider, "\n".join([*later, ""]), signers)
                    sound += assert_alike(path).sound == 4
    assert sound > 20


ROWS = [
    (2, "tocsin/run/exercise/1\n2\nROOT\n"),
    (2, "tocsin/run/exercise/1\n2\nROOT\nmore\n"),
    (2, "tocsin/run/exercise/1\n2\nROOT\n\n"),
    (2, "tocsin/run/exercise/1\n1\nROOT\n"),
    (2, "tocsin/run/exercise/1\n02\nROOT\n"),
    (2, "tocsin/run/exercise/1\n9999\nROOT\n"),
    (2, "tocsin/run/exercise/2\n2\nROOT\n"),
    (2, "tocsin/run/exercise/1\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"),
    (1, "tocsin/run/exercise/1\n2\nROOT\n"),
    (0, "tocsin/run/exercise/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
    (3, "tocsin/run/exercise/1\n3\nROOT\n"),
]


@pytest.mark.parametrize(("size", "text"), ROWS)
def test_both_judge_a_stored_checkpoint_alike(size: int, text: str, insider: Made, tmp_path: Path) -> None:
    path = tmp_path / "run.tocsin"
    for names in SIGNERS:
        shutil.copy(insider.path, path)
        text = text.replace("ROOT", insider.checkpoints[-1].split("\n")[2])
        lines = "".join(signer_of(insider, name).sign(text) for name in names)
        with closing(SqliteStore(path)) as store:
            store.keep_checkpoint(size, f"{text}\n{lines}", size)
        for key in (None, insider.keys[0], OTHER.key):
            assert_alike(path, key)
            assert_alike(path, key, f"{text}\n{lines}" if "\n02\n" not in text and "\n\n" not in text else "")


@pytest.fixture(scope="module")
def insider(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return grown(tmp_path_factory.mktemp("insider"), [("append", 1), ("checkpoint", 0)])


def test_both_refuse_the_same_proofs(insider: Made) -> None:
    with closing(FileReader(insider.path)) as reader:
        text = reader.prove(1).text
        keys = reader.keys.all()
    lines = text.split("\n")
    others = [
        "\n".join([*lines[:at], other, *lines[at + 1 :]])
        for at, line in enumerate(lines)
        for other in (line + "=", line[:-2] + "A=", "0" + line, "")
    ]
    for other in [*others, text + "\n", text[:-1], text.replace("\n", "\r\n")]:
        try:
            one = check(Proof.parse(other.encode()), keys).entry.body
        except LedgerError:
            one = b"refused"
        try:
            two = check_proof(other.encode(), [key.text for key in keys])[1].body
        except (Bad, ValueError):
            two = b"refused"
        assert one == two, other
