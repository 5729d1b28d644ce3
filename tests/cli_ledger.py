"""A ledger of six entries in a folder of its own, and the ledger commands as a user meets them there."""

from contextlib import closing

import apsw
import msgspec

from tests.cli import Done, tocsin
from tocsin.alliance.codec import Act, encode_act, encode_command, encode_content
from tocsin.alliance.commands import StatePosition
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.facts import PositionStated
from tocsin.alliance.records import Opening, encode
from tocsin.ledger import FileLedger, Record
from tocsin.terms import Instant, PartyId

BOOK = "run.tocsin"
BEGAN = 1_771_000_000_000_000  # 2026-02-13T16:26:40Z
COUNTED = Instant(1_044_000_000_000_000)  # 2003-01-31
ENTRIES = 6
POSITION = StatePosition(
    id="c/1", at=COUNTED, by="BEL", case="c", procedure="p", party=PartyId("BEL"), position="object"
)
FACT = PositionStated(at=COUNTED, case="c", procedure="p", party=PartyId("BEL"), position="object", by="BEL")
ACT = Act(
    command=msgspec.Raw(encode_command(POSITION)), attested="own key", facts=(FACT,), charter="nato", charter_hash="x"
)
WARNING = encode_content(
    WarningContent(
        warning="w1",
        author=PartyId("TUR"),
        substance="Columns move \x1b[31mnorth.",
        marking="TLP:AMBER",
        audience=("FRA",),
        salt="0123456789abcdef",
    )
)
RECORDS: tuple[Record, ...] = (
    (encode(Opening(case="c", charter="nato", charter_hash="x", readings=("wide",))), ()),
    (encode_act(ACT), (WARNING, b"other bytes")),
    (b'{"schema":99}', ()),
    (b"\x00\x01 of another application", ()),
    (encode_act(ACT), ()),
)


def grow(records: tuple[Record, ...] = RECORDS[-1:], name: str = BOOK) -> None:
    with closing(FileLedger(name, mode="replay", clock=lambda: BEGAN)) as book:
        book.append(records)


def harm(sql: str, name: str = BOOK) -> None:
    """Change a ledger by hand, past the triggers that guard it."""
    db = apsw.Connection(name)
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(sql)
    db.close()


def tamper(index: int, name: str = BOOK) -> None:
    harm(f"UPDATE entry SET frame = CAST(frame || ' ' AS BLOB) WHERE number = {index}", name)  # noqa: S608  # a number


def signing_key() -> str:
    key: str = next(row["key"] for row in ledger("key", "list", "--json").json["keys"] if row["signs_now"])
    return key


def ledger(*words: str, columns: int = 100) -> Done:
    return tocsin("ledger", *words, COLUMNS=str(columns))


def flat(text: str) -> str:
    return " ".join(text.split())


def refused(done: Done, says: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert says in flat(done.err)
    assert "Traceback" not in done.err


def damaged(done: Done, says: str) -> None:
    assert done.code == 1
    assert says in flat(done.err)
