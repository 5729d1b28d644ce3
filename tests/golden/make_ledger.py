"""Writes the golden ledger of today's ledger format, once: `.venv/bin/python -m tests.golden.make_ledger`.

It holds the golden acts, contents of which one is erased, a full tile, a rotated key and a restored epoch. A released
format's file is never written again: a test reads each of them for ever. No secret key is kept of it.
"""

import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

import msgspec

from tocsin.ledger import FileLedger, FileReader, SqliteStore, VerifierKey, backup, beside, restore, verify
from tocsin.ledger.sqlite import FORMAT

HERE = Path(__file__).parent
BEGAN = 1_790_000_000_000_000


def summary(path: Path) -> dict[str, object]:
    """What every later release must find in the file."""
    reader, store = FileReader(path), SqliteStore(path, reading=True)
    first, *_ = reader.keys.all()
    try:
        verdict = verify(store, key=VerifierKey.parse(first.text))
        return {
            "word": verdict.word,
            "origin": verdict.origin,
            "size": verdict.size,
            "root": verdict.root.hex(),
            "records": verdict.records,
            "notes": verdict.notes,
            "contents": verdict.contents,
            "erased": verdict.erased,
            "signed": verdict.signed,
            "keys": [[term.key.text, term.first, term.until] for term in reader.keys.terms],
            "entries": sha256(b"".join(b"%d %d %b" % (e.index, e.at, e.body) for e in reader.entries())).hexdigest(),
            "held": [
                content.hex() if content else None for e in reader.entries() for content in reader.contents(e.index)
            ],
        }
    finally:
        reader.close()
        store.close()


def main() -> None:
    target = HERE / f"ledger-{FORMAT}.tocsin"
    if target.exists():
        raise SystemExit(f"{target.name} is there already; a golden ledger is never written again")
    folder = Path(tempfile.mkdtemp())
    path = folder / "golden.tocsin"
    times = iter(range(BEGAN, BEGAN + 10**9, 1_000_000))
    ledger = FileLedger(path, mode="exercise", clock=lambda: next(times))
    acts = (HERE / "acts-1.jsonl").read_bytes().splitlines()
    for number, act in enumerate(acts):
        ledger.append([(act, (b"content %d" % number, b"erased later") if number == 3 else ())])
    ledger.append([(b"filling %d" % number, ()) for number in range(260 - len(acts))])
    ledger.erase([(4, 1)], by="the secretariat", reason="asked for by its author")
    ledger.checkpoint()
    ledger.rotate_key(reason="the officer left")
    ledger.close()
    backup(path, folder / "copy")
    restore(folder / "copy", path, reason="a drill", replace=True)
    backup(path, target)
    shutil.rmtree(beside(path))
    target.with_suffix(".summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary(target))) + b"\n")


if __name__ == "__main__":
    main()
