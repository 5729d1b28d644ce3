"""The ledger: what is acknowledged is kept, and any change is found. It imports nothing of ours."""

from tocsin.ledger.backup import Restored, backup, restore
from tocsin.ledger.beside import beside
from tocsin.ledger.checkpoint import MODES, Checkpoint, Origin
from tocsin.ledger.entry import Entry
from tocsin.ledger.files import FileLedger, FileReader, MemoryLedger
from tocsin.ledger.guard import FileGuard, Guard, MemoryGuard, Seen
from tocsin.ledger.ledger import Ledger, begin
from tocsin.ledger.memory import MemoryStore
from tocsin.ledger.note import Signer, VerifierKey
from tocsin.ledger.port import GROUP_RECORDS_MAX, RECORD_BYTES_MAX, Damaged, LedgerError, Record, Store, Unsound
from tocsin.ledger.proof import Proof, Proven, check
from tocsin.ledger.reader import Reader
from tocsin.ledger.sqlite import SqliteStore
from tocsin.ledger.tiles import export
from tocsin.ledger.verify import Verdict, mend, verify
from tocsin.ledger.writer import Busy, Decided, GroupWriter

__all__ = [
    "GROUP_RECORDS_MAX",
    "MODES",
    "RECORD_BYTES_MAX",
    "Busy",
    "Checkpoint",
    "Damaged",
    "Decided",
    "Entry",
    "FileGuard",
    "FileLedger",
    "FileReader",
    "GroupWriter",
    "Guard",
    "Ledger",
    "LedgerError",
    "MemoryGuard",
    "MemoryLedger",
    "MemoryStore",
    "Origin",
    "Proof",
    "Proven",
    "Reader",
    "Record",
    "Restored",
    "Seen",
    "Signer",
    "SqliteStore",
    "Store",
    "Unsound",
    "Verdict",
    "VerifierKey",
    "backup",
    "begin",
    "beside",
    "check",
    "export",
    "mend",
    "restore",
    "verify",
]
