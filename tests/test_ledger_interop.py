"""What we publish is read by an independent implementation: Go's golang.org/x/mod/sumdb, see tests/interop."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.cli import tocsin
from tests.interop.oracle import ORIGIN, Oracle, built, signed_checkpoint, verifier_key
from tests.streamed_root import RootOnly
from tocsin.ledger.tiles import export
from tocsin.ledger.tree import Tree, leaf_hash

pytestmark = pytest.mark.long  # a cold build of the Go program takes seconds

KEY = verifier_key()


class Unstored(dict[tuple[int, int], bytes]):
    def tile(self, level: int, number: int) -> bytes:
        return self[level, number]


class Numbered:
    """A ledger of leaves of 0 to 6 lines."""

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        return (self.leaf(index) for index in range(start, stop))

    def leaf(self, index: int) -> bytes:
        return b"record %d\n" % index * (index % 7)

    def tree(self, size: int) -> Tree:
        """All of its tiles are pending."""
        tree = Tree(Unstored())
        for leaf in self.leaves(0, size):
            tree.append(leaf_hash(leaf))
        return tree

    def checkpoint(self, size: int) -> str:
        streamed = RootOnly()
        for leaf in self.leaves(0, size):
            streamed.append(leaf_hash(leaf))
        return signed_checkpoint(size, streamed.root())


LEDGER = Numbered()


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return built(tmp_path_factory.mktemp("oracle"))


def claims(size: int) -> Iterator[str]:
    """Leaves, and behind each all that can be claimed of the tree of that size."""
    tree = LEDGER.tree(size)

    def words(kind: str, first: int, second: int, proof: list[bytes]) -> str:
        return " ".join([kind, str(first), str(second), *(b64encode(part).decode() for part in proof)])

    for now in range(size + 1):
        if now:
            yield f"leaf {b64encode(LEDGER.leaf(now - 1)).decode()}"
        yield f"root {now} {b64encode(tree.root_at(now)).decode()}"
        for index in range(now):
            yield words("inclusion", index, now, tree.inclusion(index, now))
            yield words("consistency", index + 1, now, tree.consistency(index + 1, now))


def test_go_makes_the_same_roots_and_proofs(oracle: Oracle, tmp_path: Path) -> None:
    with (tmp_path / "claims").open("w") as file:
        file.writelines(f"{line}\n" for line in claims(600))
    answer = oracle.tree(tmp_path / "claims")
    assert answer == (True, "leaves 600, roots 601, inclusion 180300, consistency 180300")


@pytest.mark.parametrize("wrong", ["root 9", "inclusion 3 9", "consistency 3 9"])
def test_go_does_not_take_everything(oracle: Oracle, tmp_path: Path, wrong: str) -> None:
    lines = [line if not line.startswith(f"{wrong} ") else other(line) for line in claims(10)]
    (tmp_path / "claims").write_text("\n".join(lines), encoding="utf-8")
    answer = oracle.tree(tmp_path / "claims")
    assert not answer.accepted
    assert f": {wrong} " in answer.said


def other(text: str) -> str:
    """The text with its last hash changed."""
    at = len(text) - 10
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def test_go_opens_a_checkpoint_with_its_key_only(oracle: Oracle, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    note = LEDGER.checkpoint(600)
    path.write_text(note, encoding="utf-8")
    root = b64encode(LEDGER.tree(600).root()).decode()
    assert oracle.checkpoint(KEY, path) == (True, f"{ORIGIN} 600 {root}")
    assert not oracle.checkpoint(verifier_key("tocsin/other/exercise/1"), path).accepted
    path.write_text(note.replace("\n600\n", "\n601\n"), encoding="utf-8")
    assert not oracle.checkpoint(KEY, path).accepted


def test_go_checks_a_proof_offline(oracle: Oracle, tmp_path: Path) -> None:
    def written(leaf: bytes, index: int) -> Path:
        extra = b64encode(msgspec.json.encode({"leaf": leaf})).decode()
        path = [b64encode(part).decode() for part in LEDGER.tree(600).inclusion(300, 600)]
        head = ["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {index}", *path]
        file = tmp_path / "decision.tlog-proof"
        file.write_text("\n".join(head) + "\n\n" + LEDGER.checkpoint(600), encoding="utf-8")
        return file

    answer = oracle.proof(KEY, written(LEDGER.leaf(300), 300))
    assert answer.accepted, answer.said
    assert answer.said.endswith(f": leaf 300 of {len(LEDGER.leaf(300))} bytes")
    assert not oracle.proof(KEY, written(LEDGER.leaf(300), 301)).accepted
    assert not oracle.proof(KEY, written(LEDGER.leaf(301), 300)).accepted


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, 70_000])
def test_go_reads_an_export(oracle: Oracle, tmp_path: Path, size: int) -> None:
    files = export(LEDGER, tmp_path, LEDGER.checkpoint(size), size)
    answer = oracle.tiles(KEY, tmp_path, 100 if size else 0)
    assert answer.accepted, answer.said
    bundles = (size + 255) // 256
    proofs = 200 if size else 0
    assert answer.said.endswith(f": tiles {files - bundles - 1}, leaves {size}, proofs {proofs}")


def test_go_reads_an_export_that_grew(oracle: Oracle, tmp_path: Path) -> None:
    for size in (3, 250, 256, 300, 600, 66_000):
        export(LEDGER, tmp_path, LEDGER.checkpoint(size), size)
        answer = oracle.tiles(KEY, tmp_path)
        assert answer.accepted, answer.said


def test_go_finds_every_file_of_an_export_that_was_changed(oracle: Oracle, tmp_path: Path) -> None:
    export(LEDGER, tmp_path, LEDGER.checkpoint(600), 600)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1 + 3 + 4  # checkpoint, bundles, tiles
    for path in files:
        content = path.read_bytes()
        for changed in (content[:-40] + bytes([content[-40] ^ 1]) + content[-39:], content[:-1], content + b"\x00"):
            path.write_bytes(changed)
            assert not oracle.tiles(KEY, tmp_path).accepted
        path.write_bytes(content)
    assert oracle.tiles(KEY, tmp_path).accepted


def test_go_reads_what_the_commands_write(oracle: Oracle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole ledger as a user has it: replayed, its key rotated, grown, exported twice."""
    monkeypatch.chdir(tmp_path)
    assert tocsin("replay", "nato-2003-turkey", "--ledger", "run.tocsin").code == 0
    assert tocsin("ledger", "export", "--tiles", "public").code == 0
    first = tocsin("ledger", "key", "list", "--json").json["keys"][0]["key"]
    assert oracle.tiles(first, tmp_path / "public").accepted
    for _ in range(3):
        tocsin("replay", "csto-2022-kazakhstan", "--ledger", "run.tocsin")
    rotated = tocsin("ledger", "key", "rotate", "--reason", "yearly", "--json").json["new"]
    assert tocsin("ledger", "export", "--tiles", "public").code == 0
    answer = oracle.tiles(rotated, tmp_path / "public")
    assert answer.accepted, answer.said
    assert not oracle.tiles(first, tmp_path / "public").accepted
    (tmp_path / "kept").write_bytes(tocsin("ledger", "checkpoint").out.encode())
    assert oracle.checkpoint(rotated, tmp_path / "kept").accepted
    for index in (0, 1, 57, 255, 256, 257):
        assert tocsin("ledger", "prove", str(index), "-o", f"p{index}").code == 0
        answer = oracle.proof(rotated, tmp_path / f"p{index}")
        assert answer.accepted, answer.said
    spoilt = (tmp_path / "p57").read_text(encoding="utf-8").replace("index 57", "index 58")
    (tmp_path / "p58").write_text(spoilt, encoding="utf-8")
    assert not oracle.proof(rotated, tmp_path / "p58").accepted
