"""An export is a whole C2SP tlog-tiles log, can be continued, and is never mixed with another.

That other software reads it is shown in tests/test_ledger_interop.py.
"""

import tracemalloc
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import naive_tree
from tests.interop.oracle import ORIGIN, signed_checkpoint
from tests.streamed_root import RootOnly
from tocsin.ledger import LedgerError
from tocsin.ledger.tiles import LEAF_BYTES_MAX, export, tile_path
from tocsin.ledger.tree import EMPTY_ROOT, leaf_hash


class Held:
    """A ledger in a list."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.held = leaves

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        return iter(self.held[start:stop])

    def checkpoint(self, size: int, origin: str = ORIGIN) -> str:
        streamed = RootOnly()
        for leaf in self.held[:size]:
            streamed.append(leaf_hash(leaf))
        return signed_checkpoint(size, streamed.root(), origin)

    def export(self, directory: Path, size: int) -> int:
        return export(self, directory, self.checkpoint(size), size)


LEDGER = Held([b"", b"\n", b"\x00" * 9, *(b"leaf %d" % index for index in range(697))])


def check(directory: Path) -> tuple[str, int, bytes]:
    """(origin, size, root) of an export, after reading all of it by the words of the specification."""
    origin, size_text, root_text = (directory / "checkpoint").read_text(encoding="utf-8").split("\n")[:3]
    size = int(size_text)
    leaves: list[bytes] = []
    for number in range((size + 255) // 256):
        rest = (directory / tile_path("entries", number, min(256, size - 256 * number))).read_bytes()
        while rest:
            length = int.from_bytes(rest[:2], "big")
            leaves.append(rest[2 : 2 + length])
            rest = rest[2 + length :]
    assert len(leaves) == size
    assert naive_tree.root(leaves) == b64decode(root_text)
    level, span = 0, 1
    while size // span:
        for number in range((size // span + 255) // 256):
            width = min(256, size // span - 256 * number)
            first = 256 * number
            expected = [naive_tree.root(leaves[i * span : (i + 1) * span]) for i in range(first, first + width)]
            assert (directory / tile_path(level, number, width)).read_bytes() == b"".join(expected)
        level, span = level + 1, span * 256
    return origin, size, b64decode(root_text)


def files(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


# paths


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 256, "tile/0/999"),
        (1, 1000, 256, "tile/1/x001/000"),
        (63, 1_234_067, 256, "tile/63/x001/x234/067"),
        (2, 1_000_000_000, 1, "tile/2/x001/x000/x000/000.p/1"),
        ("entries", 1_234_067, 112, "tile/entries/x001/x234/067.p/112"),
        ("entries", 5, 255, "tile/entries/005.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(level: int | str, number: int, width: int, path: str) -> None:
    assert tile_path(level, number, width) == path


@pytest.mark.parametrize(
    ("level", "number", "width", "why"),
    [
        (-1, 0, 256, "level from 0 to 63"),
        (64, 0, 256, "level from 0 to 63"),
        ("data", 0, 256, "not 'data'"),
        (0, -1, 256, "no tile -1"),
        (0, 0, 0, "of width 0"),
        (0, 0, 257, "of width 257"),
    ],
)
def test_what_is_no_tile_has_no_path(level: int | str, number: int, width: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        tile_path(level, number, width)


# what is there


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 700])
def test_an_export_is_a_whole_log(tmp_path: Path, size: int) -> None:
    written = LEDGER.export(tmp_path / "new" / "folder", size)
    assert check(tmp_path / "new" / "folder") == (ORIGIN, size, naive_tree.root(LEDGER.held[:size]))
    assert len(files(tmp_path)) == written


def test_the_files_of_an_export(tmp_path: Path) -> None:
    assert LEDGER.export(tmp_path, 600) == 8
    tiles = ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
    bundles = ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]
    assert sorted(files(tmp_path)) == ["checkpoint", *tiles, *bundles]
    first = (tmp_path / "tile/entries/000").read_bytes()
    assert first.startswith(b"\0\0" + b"\0\1\n" + b"\0\x09" + bytes(9) + b"\0\6leaf 0" + b"\0\6leaf 1")
    assert len((tmp_path / "tile/0/000").read_bytes()) == 8192
    assert (tmp_path / "checkpoint").read_text(encoding="utf-8") == LEDGER.checkpoint(600)


def test_the_example_of_the_specification(tmp_path: Path) -> None:
    """70,000 leaves: 273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of 1 above."""
    Held([b"%d" % index for index in range(70_000)]).export(tmp_path, 70_000)
    found = files(tmp_path)
    assert len([path for path in found if path.startswith("tile/0/") and ".p" not in path]) == 273
    partial = [path for path in found if ".p" in path]
    assert sorted(partial) == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"]
    assert "tile/1/000" in found


def test_leaves_may_be_as_long_as_two_bytes_can_say(tmp_path: Path) -> None:
    Held([b"x" * LEAF_BYTES_MAX, b""]).export(tmp_path, 2)
    assert check(tmp_path)[1] == 2


def test_memory_does_not_grow_with_the_export(tmp_path: Path) -> None:
    class Counted:
        def leaves(self, start: int, stop: int) -> Iterator[bytes]:
            return (b"%d" % index for index in range(start, stop))

    def peak(size: int) -> int:
        checkpoint = Held([b"%d" % index for index in range(size)]).checkpoint(size)
        tracemalloc.start()
        export(Counted(), tmp_path / str(size), checkpoint, size)
        bytes_max = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return bytes_max

    assert peak(20_000) < peak(5_000) + 20_000


# exporting again


def test_exporting_again_writes_nothing(tmp_path: Path) -> None:
    LEDGER.export(tmp_path, 600)
    before = files(tmp_path)
    assert LEDGER.export(tmp_path, 600) == 0
    assert files(tmp_path) == before


def test_an_export_grows_and_keeps_what_was_published(tmp_path: Path) -> None:
    before: dict[str, bytes] = {}
    for size in (0, 1, 100, 256, 300, 600, 700):
        LEDGER.export(tmp_path, size)
        assert check(tmp_path)[1] == size
        now = files(tmp_path)
        assert before.keys() <= now.keys()
        assert all(now[path] == before[path] for path in before if path != "checkpoint")
        before = now


@pytest.mark.parametrize("count", range(8))
def test_an_export_that_was_cut_short_goes_on(tmp_path: Path, count: int) -> None:
    LEDGER.export(tmp_path, 600)
    whole = files(tmp_path)
    for path in sorted(whole)[: 8 - count]:  # the checkpoint is the first of them
        (tmp_path / path).unlink()
    (tmp_path / "tile/0/000.new").write_bytes(b"half")
    assert LEDGER.export(tmp_path, 600) == 8 - count
    assert files(tmp_path).items() >= whole.items()
    assert check(tmp_path)[1] == 600


def test_a_checkpoint_that_was_signed_anew_takes_the_place_of_the_old(tmp_path: Path) -> None:
    LEDGER.export(tmp_path, 600)
    cosigned = LEDGER.checkpoint(600) + "— witness.example mJirIkljAAAA\n"
    assert export(LEDGER, tmp_path, cosigned, 600) == 1
    assert (tmp_path / "checkpoint").read_text(encoding="utf-8") == cosigned


# what is refused

CHANGED = Held([*LEDGER.held[:200], b"another", *LEDGER.held[201:]])
REFUSED: dict[str, Callable[[Path], object]] = {
    "holds the export of tocsin/meridian/exercise/1, and this is tocsin/meridian/exercise/2; export to another": (
        lambda path: export(LEDGER, path, LEDGER.checkpoint(700, "tocsin/meridian/exercise/2"), 700)
    ),
    "holds a newer export: 600 leaves, and this has 599; export to another directory": (
        lambda path: LEDGER.export(path, 599)
    ),
    "the export in .* is of another history: its checkpoint signs another root over 600 leaves": (
        lambda path: Held([*LEDGER.held[:599], b"another", b"more"]).export(path, 601)
    ),
    "tile/entries/000 is not what this ledger holds: the export there is of another history, or was damaged": (
        lambda path: CHANGED.export(path, 600)
    ),
    "this checkpoint is of 700 leaves, not of 650; hand in the one that fits": (
        lambda path: export(LEDGER, path, LEDGER.checkpoint(700), 650)
    ),
    "this checkpoint is of another history: it signs another root over 700 leaves": (
        lambda path: export(LEDGER, path, CHANGED.checkpoint(700), 700)
    ),
    "the ledger gave 610 leaves of the 700 that its checkpoint counts": (
        lambda path: export(Held(LEDGER.held[:610]), path, LEDGER.checkpoint(700), 700)
    ),
    "leaf 600 has 65,536 bytes; tiles hold leaves of up to 65,535": (
        lambda path: Held([*LEDGER.held[:600], bytes(65_536)]).export(path, 601)
    ),
    "no signed note": lambda path: export(LEDGER, path, "600 leaves", 600),
    "no checkpoint": lambda path: export(LEDGER, path, LEDGER.checkpoint(600).replace("600", "many"), 600),
}


@pytest.mark.parametrize("why", REFUSED)
def test_an_export_is_not_mixed_with_what_is_not_its_continuation(tmp_path: Path, why: str) -> None:
    LEDGER.export(tmp_path, 600)
    before = files(tmp_path)
    with pytest.raises(LedgerError, match=why):
        REFUSED[why](tmp_path)
    after = files(tmp_path)
    assert after["checkpoint"] == before["checkpoint"]
    assert check(tmp_path)[1] == 600
    assert LEDGER.export(tmp_path, 600) == 0


def test_a_damaged_file_is_named_and_left(tmp_path: Path) -> None:
    LEDGER.export(tmp_path, 600)
    for path, content in files(tmp_path).items():
        if path != "checkpoint":
            (tmp_path / path).write_bytes(content[:-1])
            with pytest.raises(LedgerError, match=f"{path} is not what this ledger holds"):
                LEDGER.export(tmp_path, 600)
            assert (tmp_path / path).read_bytes() == content[:-1]
            (tmp_path / path).write_bytes(content)


def test_a_checkpoint_that_cannot_be_read_is_left(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"\xff my notes")
    with pytest.raises(LedgerError, match="cannot be read, so export to another directory"):
        LEDGER.export(tmp_path, 600)
    assert files(tmp_path) == {"checkpoint": b"\xff my notes"}


def test_a_place_that_cannot_be_written_is_named_and_the_export_goes_on_later(tmp_path: Path) -> None:
    obstacle = tmp_path / "tile/entries/001.new"
    obstacle.mkdir(parents=True)
    with pytest.raises(LedgerError, match=r"001\.new cannot be written: is a directory\. Export again when"):
        LEDGER.export(tmp_path, 600)
    assert not (tmp_path / "checkpoint").exists()
    obstacle.rmdir()
    LEDGER.export(tmp_path, 600)
    assert check(tmp_path)[1] == 600


def test_an_empty_export_says_the_root_of_nothing(tmp_path: Path) -> None:
    assert LEDGER.export(tmp_path, 0) == 1
    assert check(tmp_path) == (ORIGIN, 0, EMPTY_ROOT)
