"""A second reader and verifier of ledgers, written from docs/LEDGER.md alone. It imports nothing of the product.

Slow and plain. `python -m tests.second_reader LEDGER [KEY]` prints what it thinks of one, KEY being a file.
"""

import json  # noqa: TID251  # a reader of its own does without our codec
import re
import sqlite3
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from tests.second_notes import (
    NUMBER,
    Bad,
    Key,
    Said,
    Tree,
    base64,
    checkpoint_of,
    key_of,
    leads_to,
    leaf_hash,
    must_be_signed,
)

LEAF = re.compile(rb"record (?:0|[1-9][0-9]{0,17}) ([0-9a-f]{64})\n")
NOTE = re.compile(rb"note (?:0|[1-9][0-9]{0,17})\n")
TIME = re.compile(rb"[^ \n]* ([0-9]{1,18})(?: [^\n]*)?(?:\n|\Z)")
FRAME = re.compile(rb"contents((?: [0-9a-f]{64}){0,16})\n")


# 5.1 and 5.2 entries


class Entry(NamedTuple):
    at: int
    kind: str
    body: bytes
    commitments: list[bytes]


def entry_of(leaf: bytes, salt: bytes, frame: bytes) -> Entry:
    if not (time := TIME.match(leaf)):
        raise Bad("its leaf names no time")
    if start := NOTE.match(leaf):
        if salt or frame:
            raise Bad("something was put beside a note")
        return Entry(int(time[1]), "note", leaf[start.end() :], [])
    if not (record := LEAF.fullmatch(leaf)):
        raise Bad("its leaf is of no kind this release knows")
    if len(salt) != 32 or sha256(salt + frame).hexdigest().encode() != record[1]:
        raise Bad("its record does not fit its leaf")
    if not (head := FRAME.match(frame)):
        raise Bad("its frame names its contents in no form this release knows")
    commitments = [bytes.fromhex(word.decode()) for word in head[1].split()]
    return Entry(int(time[1]), "record", frame[head.end() :], commitments)


def opened(commitments: list[bytes], beside: list[tuple[Any, Any]]) -> list[bytes | None]:
    if len(beside) != len(commitments):
        raise Bad(f"{len(beside)} contents lie beside it; it has {len(commitments)}")
    for number, ((salt, body), commitment) in enumerate(zip(beside, commitments, strict=True)):
        if (salt is None) != (body is None):
            raise Bad(f"its content {number} is half erased")
        if salt is not None and (len(salt) != 32 or sha256(salt + body).digest() != commitment):
            raise Bad(f"its content {number} is not the one it commits to")
    return [body for _, body in beside]


# 5.10 the tables

TABLES = (
    ("head", "one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL"),
    (
        "entry",
        (
            "\n    number INTEGER PRIMARY KEY,\n"
            "    leaf BLOB NOT NULL, salt BLOB NOT NULL, frame BLOB NOT NULL, chain BLOB NOT NULL\n"
        ),
    ),
    ("content", "id INTEGER PRIMARY KEY, salt BLOB, body BLOB"),
    ("tile", "id INTEGER PRIMARY KEY, nodes BLOB NOT NULL"),
    ("checkpoint", "size INTEGER PRIMARY KEY, note BLOB NOT NULL"),
)


# 6. verification


@dataclass
class Found:
    """What of a ledger is sound, and what is not."""

    size: int = 0
    sound: int = 0
    word: str = ""
    origin: str = ""
    root: bytes = b""
    covered: int = 0
    signed: int = 0
    authentic: int = 0
    faults: list[str] = field(default_factory=list)
    entries: list[tuple[Entry, list[bytes | None] | None]] = field(default_factory=list)


def read(path: Path, key: str = "", checkpoint: str = "") -> Found:
    """All that is in a ledger, and the word on it. Raises Bad, or what sqlite3 raises, where it is no ledger."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA writable_schema = ON")  # else a damaged trigger, which no reader needs, hides all
        numbers = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        tables = {name: (kind, sql) for name, kind, sql in db.execute("SELECT name, type, sql FROM sqlite_schema")}
        is_ours = all(tables.get(name) == ("table", f"CREATE TABLE {name} ({sql}) STRICT") for name, sql in TABLES)
        if not is_ours or any(kind == "view" for kind, _ in tables.values()):
            raise Bad("its tables are not those of a ledger")
        if numbers != [0x746F6373, 1]:
            raise Bad("no ledger of this format")
        return _Reader(db).judged(key_of(key) if key else None, checkpoint)
    finally:
        db.close()


class _Reader:
    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.tree, self.said, self.found = db, Tree(), Said(), Found()
        self.roots: dict[int, bytes] = {}
        self.gone: set[tuple[int, int]] = set()
        self.chain, self.at = bytes(32), 0

    def judged(self, key: Key | None, checkpoint: str) -> Found:
        found = self.found
        found.size, root = self._head()
        try:
            self._walk()
        except Bad as fault:
            found.faults.insert(0, str(fault))
        found.sound, found.root = self.tree.size, self.tree.root()
        found.origin = self.said.epochs[-1][1] if self.said.epochs else ""
        if found.sound == found.size:
            self._whole(root)
        try:
            told = self.db.execute("PRAGMA integrity_check(3)").fetchall()
        except sqlite3.DatabaseError as fault:
            told = [(str(fault),)]
        found.faults += [] if told == [("ok",)] else [f"the file is out of order: {told}"]
        counts = self._checkpoints()
        found.covered = max(counts, default=0)
        if found.faults:
            found.word = "damaged"
            return found
        trusted = self.said.vouched(key) if key else self.said.ever()
        signed = max((size for size, signers in counts.items() if signers & trusted), default=0)
        found.signed = signed if key else 0
        found.word = self._word(key, trusted, checkpoint, signed)
        if found.word != "refuted" and checkpoint:
            found.authentic = checkpoint_of(checkpoint)[1]
        return found

    def _head(self) -> tuple[int, bytes]:
        try:
            rows = self.db.execute("SELECT size, root FROM head").fetchall()
            if not rows:
                return 0, sha256().digest()
            if [type(part) for part in rows[0]] == [int, bytes] and rows[0][0] >= 0:
                return rows[0][0], rows[0][1]
        except sqlite3.DatabaseError:
            pass
        return self.db.execute("SELECT ifnull(max(number) + 1, 0) FROM entry").fetchone()[0], b""

    def _walk(self) -> None:
        one = "SELECT number, leaf, salt, frame, chain FROM entry WHERE number >= ? ORDER BY number LIMIT 1"
        for index in range(self.found.size):
            try:
                row = self.db.execute(one, (index,)).fetchone()
            except sqlite3.DatabaseError as fault:
                raise Bad(f"the file is damaged there ({fault})") from None
            if row is None or row[0] != index:
                raise Bad("it is missing")
            if not all(isinstance(part, bytes) for part in row[1:]):
                raise Bad("its row holds something else than bytes")
            self._entry(index, *row[1:])

    def _entry(self, index: int, leaf: bytes, salt: bytes, frame: bytes, chain: bytes) -> None:
        hashed = leaf_hash(leaf)
        if sha256(self.chain + hashed).digest() != chain:
            raise Bad("its leaf does not follow from the entries before it")
        entry = entry_of(leaf, salt, frame)
        if entry.at < self.at:
            raise Bad("it says it was written before the entry that stands before it")
        if entry.kind == "note":
            try:
                self.said.take(index, entry.body.decode(), self.tree.root())
            except UnicodeDecodeError:
                raise Bad("no text") from None
        contents: list[bytes | None] | None = None
        try:
            contents = opened(entry.commitments, self._beside(index))
            self.gone |= {(index, number) for number, body in enumerate(contents) if body is None}
        except (Bad, sqlite3.DatabaseError) as fault:
            self.found.faults.append(f"entry {index} itself is sound, but {fault}")
        for level, number, nodes in self.tree.append(hashed):
            if self._tile(level, number) != nodes:
                self.found.faults.append(f"tile {number} of level {level}")
        self.chain, self.at, self.roots[index + 1] = chain, entry.at, self.tree.root()
        self.found.entries.append((entry, contents))

    def _beside(self, index: int) -> list[tuple[Any, Any]]:
        rows = self.db.execute(
            "SELECT id, salt, body FROM content WHERE id >= ? AND id < ? ORDER BY id", (16 * index, 16 * index + 16)
        ).fetchall()
        if [row[0] for row in rows] != [16 * index + number for number in range(len(rows))]:
            raise Bad("its contents are not numbered from 0")
        if not all(part is None or isinstance(part, bytes) for row in rows for part in row[1:]):
            raise Bad("a content is not bytes")
        return [row[1:] for row in rows]

    def _tile(self, level: int, number: int) -> object:
        try:
            row = self.db.execute("SELECT nodes FROM tile WHERE id = ?", (level << 48 | number,)).fetchone()
        except sqlite3.DatabaseError:
            return None
        return row and row[0]

    def _whole(self, root: bytes) -> None:
        if root != self.tree.root():
            self.found.faults.append("the root is another one")
        if self.db.execute("SELECT 1 FROM entry WHERE number = ?", (self.found.size,)).fetchone():
            self.found.faults.append("an entry lies behind")
        if not self.said.epochs:
            self.found.faults.append("no genesis")
        if self.gone != self.said.erased:
            self.found.faults.append("what is gone is not what was erased")

    def _checkpoints(self) -> dict[int, set[Key]]:
        """Who signed each stored one that fits, among the keys in force at its size."""
        counts: dict[int, set[Key]] = {}
        try:
            rows = self.db.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
        except sqlite3.DatabaseError as fault:
            self.found.faults.append(str(fault))
            return counts
        for size, note in rows:
            if size > self.tree.size:
                if self.tree.size == self.found.size:
                    self.found.faults.append(f"a stored checkpoint of {size} entries")
                continue
            try:
                text = note.decode()
                fits = checkpoint_of(text) == (self.said.origin(size), size, self.roots.get(size))
                signers = set(must_be_signed(text, self.said.ever())) & set(self.said.in_force(size))
            except (Bad, UnicodeDecodeError, AttributeError):
                fits, signers = False, set()
            if not fits:
                self.found.faults.append(f"the stored checkpoint of size {size} does not fit")
            elif signers:
                counts[size] = signers
        return counts

    def _word(self, key: Key | None, trusted: set[Key], checkpoint: str, signed: int) -> str:
        if not checkpoint:
            return "self-consistent" if key is None else "signed" if signed else "refuted"
        try:
            if key is not None:
                must_be_signed(checkpoint, trusted)
            origin, size, root = checkpoint_of(checkpoint)
        except Bad:
            return "refuted"
        if (origin, root) != (self.said.origin(size), self.roots.get(size)):
            return "refuted"
        return "authentic" if key is not None else "self-consistent"


# 5.12 and 5.13 what leaves a ledger


def check_proof(content: bytes, keys: list[str]) -> tuple[int, Entry, list[bytes | None] | None, tuple[str, int]]:
    """Index, entry, contents if shown, and origin and size of what the proof stands under. Raises Bad."""
    lines, _, checkpoint = content.decode().partition("\n\n")
    first, extra, index, *path = lines.split("\n")
    if first != "c2sp.org/tlog-proof@v1" or not re.fullmatch(rf"index {NUMBER}", index) or len(path) > 64:
        raise Bad("no proof")
    if not extra.startswith("extra "):
        raise Bad("no extra")
    said = json.loads(base64(extra[6:]))
    if not {"leaf"} <= said.keys() <= {"leaf", "salt", "frame", "contents"}:
        raise Bad("other members")
    must_be_signed(checkpoint, map(key_of, keys))
    origin, size, root = checkpoint_of(checkpoint)
    leaf = base64(said["leaf"])
    if not leads_to(leaf_hash(leaf), int(index[6:]), size, [base64(line) for line in path], root):
        raise Bad("the path does not lead to the root")
    entry = entry_of(leaf, base64(said.get("salt", "")), base64(said.get("frame", "")))
    contents = None
    if said.get("contents"):
        beside = [
            tuple(base64(one[part]) if part in one else None for part in ("salt", "body")) for one in said["contents"]
        ]
        contents = opened(entry.commitments, [(salt, body) for salt, body in beside])
    return int(index[6:]), entry, contents, (origin, size)


def check_tiles(folder: Path, keys: list[str]) -> list[bytes]:
    """The leaves of an export. Raises Bad where a file of it is not what it should be."""
    note = (folder / "checkpoint").read_bytes().decode()
    must_be_signed(note, map(key_of, keys))
    _, size, root = checkpoint_of(note)
    tree, leaves = Tree(), list[bytes]()

    def file(level: object, number: int, width: int) -> bytes:
        groups = f"{number:0{(len(str(number)) + 2) // 3 * 3}}"
        parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
        name = "/".join([*("x" + part for part in parts[:-1]), parts[-1]])
        found = folder / "tile" / str(level) / (name if width == 256 else f"{name}.p/{width}")
        return found.read_bytes() if found.exists() else b""

    for start in range(0, size, 256):
        bundle = file("entries", start // 256, min(256, size - start))
        while bundle:
            end = 2 + int.from_bytes(bundle[:2], "big")
            if len(bundle) < end:
                raise Bad("a bundle is cut short")
            leaves.append(bundle[2:end])
            bundle = bundle[end:]
            for level, number, nodes in tree.append(leaf_hash(leaves[-1])):
                if file(level, number, 256) != nodes[: 256 * 32]:
                    raise Bad(f"tile {number} of level {level}")
    for level, edge in enumerate(tree.edges):
        if edge and file(level, size >> 8 * (level + 1), len(edge)) != b"".join(edge):
            raise Bad(f"the last tile of level {level}")
    if (tree.size, tree.root()) != (size, root):
        raise Bad("the root is another one")
    return leaves


if __name__ == "__main__":
    result = read(Path(sys.argv[1]), *(Path(name).read_text(encoding="utf-8").strip() for name in sys.argv[2:3]))
    print(result.word, result.origin, f"{result.sound} of {result.size} entries are sound", *result.faults, sep="\n")
