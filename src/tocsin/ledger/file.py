"""A ledger in one plain file: good enough for replays and exercises, and readable with any text tool.

The first line names the format. Each further line is one record:

    index  records-still-to-come-in-its-group  sha-256  form  record

separated by single spaces. The hash is taken over the hash of the line before, the first two numbers and the
record, so that a line changed, moved or left out does not fit. Form `t` is a record that is printable text;
form `b` is any other, in base64. A group ends with the line on which nothing is still to come.

What a chain of hashes cannot show: that lines were cut off the end, or that somebody wrote the whole file anew.
"""

import os
import sys
from array import array
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from tocsin.ledger.port import RECORD_BYTES_MAX, LedgerError, check_group

if sys.platform != "win32":
    import fcntl

HEADER = b"tocsin ledger, format 1\n"
GENESIS = sha256(HEADER).digest()
LINE_BYTES_MAX = RECORD_BYTES_MAX * 4 // 3 + 128


class FileLedger:
    """The ledger in a file, which is made if it is not there. One process at a time may have it open.

    Opening reads and checks all of it. `set_aside` tells in words what a torn last group left behind, if anything:
    those bytes were never acknowledged, and they are moved to a file beside the ledger. Raises LedgerError for a
    file that is no ledger, that is already open, or in which a line does not fit; the message names
    the record.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.set_aside = ""
        self._ends = array("Q", [len(HEADER)])
        """Where each record's line starts, and behind the last where the next one will."""
        self._hash = GENESIS
        self._fault = ""
        self._handle = _opened(self.path)
        try:
            self._recover()
        except OSError as error:
            self.close()
            raise LedgerError(f"{self.path} cannot be read: {_said(error)}") from None
        except BaseException:
            self.close()
            raise

    def append(self, records: Sequence[bytes]) -> range:
        self._usable()
        if self._fault:
            raise LedgerError(self._fault)
        check_group(records)
        first = len(self)
        if not records:
            return range(first, first)
        try:
            lines, last = _lines(first, self._hash, records)
            _write(self._handle, self._ends[-1], b"".join(lines))
            for line in lines:
                self._ends.append(self._ends[-1] + len(line))
            self._hash = last
        except BaseException as error:
            self._fault = f"writing record {first} of {self.path} failed: {_said(error)}; open the ledger anew to go on"
            if isinstance(error, OSError):
                raise LedgerError(self._fault) from None
            raise
        return range(first, first + len(records))

    def read(self, start: int = 0) -> Iterator[bytes]:
        self._usable()
        if start < 0:
            raise LedgerError(f"records are counted from 0; there is none at {start}")
        return self._read(start, len(self))

    def __len__(self) -> int:
        self._usable()
        return len(self._ends) - 1

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _read(self, start: int, stop: int) -> Iterator[bytes]:
        before = self._hash_before(start) if start < stop else b""
        for index in range(start, stop):
            _, record, before = _parse(self._line(index), index, before, self.path)
            yield record

    def _hash_before(self, index: int) -> bytes:
        """The hash on the line before; opening has shown that it fits."""
        if index == 0:
            return GENESIS
        try:
            return bytes.fromhex(self._line(index - 1).split(b" ", 3)[2].decode("ascii"))
        except (IndexError, ValueError):
            raise _tampered(self.path, index - 1, "its hash cannot be read") from None

    def _line(self, index: int) -> bytes:
        self._usable()
        try:
            os.lseek(self._handle, self._ends[index], os.SEEK_SET)
            return os.read(self._handle, self._ends[index + 1] - self._ends[index])
        except OSError as error:
            raise LedgerError(f"record {index} of {self.path} cannot be read: {_said(error)}") from None

    def _recover(self) -> None:
        """Check every line; set aside what a killed writer left behind the last whole group."""
        with self.path.open("rb") as file:
            header = file.read(len(HEADER))
            if header == HEADER:
                whole = self._scan(file)
            elif HEADER.startswith(header):  # a new file, or one whose maker was killed
                _write(self._handle, 0, HEADER)
                return
            else:
                raise LedgerError(f"{self.path} is no Tocsin ledger of format 1; it is left as it is")
        self._cut(whole)

    def _scan(self, file: BinaryIO) -> int:
        """Check the lines up to the last whole group. How many records they hold."""
        whole, digest, still = 0, GENESIS, 0
        for line in iter(lambda: file.readline(LINE_BYTES_MAX), b""):
            index = len(self._ends) - 1
            if not line.endswith(b"\n"):
                if len(line) == LINE_BYTES_MAX:
                    raise _tampered(self.path, index, "its line is too long")
                break
            was = still
            still, _, digest = _parse(line, index, digest, self.path)
            if was and still != was - 1:
                raise _tampered(self.path, index, "its group does not fit")
            self._ends.append(self._ends[-1] + len(line))
            if still == 0:
                whole, self._hash = index + 1, digest
        del self._ends[whole + 1 :]
        return whole

    def _cut(self, index: int) -> None:
        """Move what lies behind the record before `index` to a file beside the ledger."""
        with self.path.open("rb") as file:
            file.seek(self._ends[-1])
            torn = file.read()
        if not torn:
            return
        aside = _free_name(self.path, index)
        with aside.open("xb") as file:
            file.write(torn)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.path.parent)
        os.ftruncate(self._handle, self._ends[-1])
        os.fsync(self._handle)
        self.set_aside = (
            f"{self.path}: writing stopped within the group of record {index}, which was never acknowledged. "
            f"Its {len(torn):,} bytes were moved to {aside}; the {index:,} records before it are whole."
        )

    def _usable(self) -> None:
        if self._handle < 0:
            raise LedgerError(f"{self.path} was closed; open it anew")


def _lines(first: int, before: bytes, records: Sequence[bytes]) -> tuple[list[bytes], bytes]:
    """The lines of a group and the hash of the last."""
    lines = []
    for number, record in enumerate(records):
        numbers = b"%d %d" % (first + number, len(records) - number - 1)
        before = _chained(before, numbers, record)
        lines.append(_line_of(numbers, before, record))
    return lines, before


def _line_of(numbers: bytes, digest: bytes, record: bytes) -> bytes:
    form, body = (b"t", record) if _is_text(record) else (b"b", b64encode(record))
    return b" ".join((numbers, digest.hex().encode(), form, body)) + b"\n"


def _chained(before: bytes, numbers: bytes, record: bytes) -> bytes:
    return sha256(before + numbers + b" " + record).digest()


def _is_text(record: bytes) -> bool:
    try:
        return record.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _parse(line: bytes, index: int, before: bytes, path: Path) -> tuple[int, bytes, bytes]:
    """How many of its group still come, the record, and the line's hash. Raises LedgerError where it does not fit."""
    parts = line.removesuffix(b"\n").split(b" ", 4)
    if len(parts) != 5 or not parts[1].isdigit() or parts[3] not in (b"t", b"b"):
        raise _tampered(path, index, "its line is not written as a record")
    if parts[0] != b"%d" % index:
        raise _tampered(path, index, f"its line is numbered {parts[0][:20].decode('utf-8', 'replace')}")
    record = parts[4] if parts[3] == b"t" else _from_base64(parts[4], index, path)
    numbers = parts[0] + b" " + parts[1]
    digest = _chained(before, numbers, record)
    if _line_of(numbers, digest, record) != line:
        raise _tampered(path, index, "its hash does not fit")
    return int(parts[1][:9]), record, digest


def _from_base64(body: bytes, index: int, path: Path) -> bytes:
    try:
        return a2b_base64(body, strict_mode=True)
    except Error:
        raise _tampered(path, index, "its base64 cannot be read") from None


def _tampered(path: Path, index: int, why: str) -> LedgerError:
    return LedgerError(
        f"{path}: record {index} is not what was written: {why}. The {index:,} records before it are sound; "
        f"compare the file with a copy kept elsewhere"
    )


def _opened(path: Path) -> int:
    """A handle of the file, locked for this process; the folder must exist."""
    handle = -1
    try:
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        if handle >= 0:
            os.close(handle)
        if isinstance(error, BlockingIOError):
            raise LedgerError(
                f"{path} is already open, here or in another process; close it there or name another file"
            ) from None
        raise LedgerError(f"{path} cannot be opened: {_said(error)}") from None
    return handle


def _write(handle: int, offset: int, content: bytes) -> None:
    """Write all of it from `offset` on; when it returns, it survives a power cut."""
    os.lseek(handle, offset, os.SEEK_SET)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    """Make a new name in the folder last. Windows has no such call and needs none."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _free_name(path: Path, index: int) -> Path:
    number, aside = 1, path.with_name(f"{path.name}.torn-{index}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.torn-{index}-{number}")
    return aside


def _said(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
