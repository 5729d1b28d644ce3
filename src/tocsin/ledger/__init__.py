"""The ledger: an append-only log of bytes. It imports nothing of ours."""

from tocsin.ledger.file import FileLedger
from tocsin.ledger.memory import MemoryLedger
from tocsin.ledger.port import GROUP_RECORDS_MAX, RECORD_BYTES_MAX, Ledger, LedgerError

__all__ = ["GROUP_RECORDS_MAX", "RECORD_BYTES_MAX", "FileLedger", "Ledger", "LedgerError", "MemoryLedger"]
