"""What the ledger commands share: which ledger is meant, how it is opened, and what is said where that fails."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn

import typer

if TYPE_CHECKING:
    from tocsin.ledger import FileLedger, FileReader, LedgerError, SqliteStore, VerifierKey

LEDGER_HELP = "The ledger's file. Left out, it is the only *.tocsin file in this folder."
LEDGER = Annotated[Path | None, typer.Argument(metavar="LEDGER", help=LEDGER_HELP, show_default=False)]
EITHER_ORDER = Annotated[
    str,
    typer.Argument(metavar="LEDGER", help=f"{LEDGER_HELP} It may also stand behind the numbers.", show_default=False),
]
REASON = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in one line. It stands in the ledger.")]
VERIFIER_KEY = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="The verifier key you trust, or a file that holds it. The ledger's owner publishes it; "
        "`tocsin ledger key list` shows it to whoever has the ledger.",
    ),
]

LINGERS = (
    "Somebody reads the ledger now: what was erased stays in {path}-wal until the ledger is next opened for writing "
    "and closed while nobody reads it. Repeat `tocsin ledger repair` then."
)
DAMAGED = 1
LINE_LETTERS_MAX = 500
INDEX_DIGITS_MAX = 18


def chosen(ledger: Path | None) -> Path:
    """The ledger named, or the only one in the current folder."""
    if ledger is not None:
        check_name(ledger, "LEDGER")
        if not ledger.exists():
            raise typer.BadParameter(f"there is no ledger at {ledger}.", param_hint="LEDGER")
        if not ledger.is_file():
            raise typer.BadParameter(f"{ledger} is no file, so it is no ledger.", param_hint="LEDGER")
        return ledger
    found = sorted(path for path in Path().glob("*.tocsin") if path.is_file())
    if len(found) == 1:
        return check_name(found[0], "LEDGER")
    if not found:
        raise typer.BadParameter("there is no *.tocsin file in this folder; name the ledger.", param_hint="LEDGER")
    names = ", ".join(map(str, found))
    raise typer.BadParameter(f"there are {len(found)} ledgers in this folder, name one: {names}", param_hint="LEDGER")


def check_name(path: Path, parameter: str) -> Path:
    """The same path. Leaves with 2 where its name is one that SQLite cannot open."""
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(
            f"the name {path} is not UTF-8, and no ledger can have it; rename it.", param_hint=parameter
        ) from None
    return path


def sorted_out(*words: str, most: int = 1) -> tuple[Path, list[int]]:
    """The ledger and the numbers among arguments that may come in either order: at most one and `most`."""
    numbers = [int(word) for word in words if _is_number(word)]
    others = [word for word in words if word and not _is_number(word)]
    for word in others:
        if not Path(word).exists():
            raise typer.BadParameter(
                f"'{word}' is no file, and no index either: an index is a number from 0 on.", param_hint="LEDGER"
            )
    if len(others) > 1:
        raise typer.BadParameter(f"name one ledger, not {len(others)}: {', '.join(others)}", param_hint="LEDGER")
    if len(numbers) > most:
        raise typer.BadParameter(f"give at most {most}, not {len(numbers)}.", param_hint="INDEX")
    return chosen(Path(others[0]) if others else None), numbers


def reader(ledger: Path | None, as_json: bool = False) -> "FileReader":
    """The ledger, open to be read; nothing of it is created or changed. Leaves with 2, or 1 where it is damaged."""
    from tocsin.ledger import FileReader

    path = chosen(ledger)
    with answering(path, as_json):
        return FileReader(path)


def store(path: Path) -> "SqliteStore":
    """The rows of a ledger that may be damaged, open to be read. Raises LedgerError."""
    from tocsin.ledger import SqliteStore

    return SqliteStore(path, reading=True)


def writer(path: Path) -> "FileLedger":
    """The ledger, open for its one writer. Raises LedgerError; what is no ledger is left as it is, and alone."""
    from tocsin.ledger import FileLedger, FileReader, Unsound

    with closing(FileReader(path)) as book:
        if not len(book):
            raise Unsound(f"{path} is damaged: it holds nothing, not even how it began")
    return FileLedger(path)


def lingers(path: Path) -> bool:
    """Whether the write-ahead log of a ledger still holds something, which may be what was erased."""
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


@contextmanager
def answering(path: Path, as_json: bool = False, parameter: str = "LEDGER") -> Iterator[None]:
    """A fault of the ledger as the command line says it: damage ends with 1, all else is wrong input."""
    from tocsin.ledger import LedgerError

    try:
        yield
    except LedgerError as error:
        if is_damage(error):
            damaged(error, path, as_json)
        raise typer.BadParameter(str(error), param_hint=parameter) from None


def is_damage(error: "LedgerError") -> bool:
    """Whether it says that the ledger is one, and damaged."""
    from tocsin.ledger import Unsound

    return isinstance(error, Unsound)


def damaged(error: "LedgerError", path: Path, as_json: bool = False) -> NoReturn:
    """Say that a ledger is damaged, found while reading a part of it, and leave with 1."""
    warn(f"Damaged: {damage(error, path)['message']}")
    if as_json:
        from tocsin.cli.tables import print_json

        print_json({"error": damage(error, path), "exit_code": DAMAGED})
    raise typer.Exit(DAMAGED)


def damage(error: "LedgerError", path: Path, *, all_before: bool = False) -> dict[str, object]:
    """What is damaged. `index` is the bad entry that was met, null where none is named.

    Only with `all_before` were all entries before it read, so that it is known to be the first.
    """
    from tocsin.ledger import Damaged

    text, index = str(error), None
    if isinstance(error, Damaged):
        index = error.index
        if not all_before:
            text = f"entry {index} is not what was written: {error.why}. `tocsin ledger verify` finds the first bad one"
    return {"kind": "Damaged", "message": text if text.startswith(str(path)) else f"{path}: {text}", "index": index}


def verifier_key(text: str, parameter: str = "--key") -> "VerifierKey":
    """A verifier key, given as text or as a file that holds it."""
    from tocsin.ledger import LedgerError, VerifierKey

    said = text.strip()
    if not said:
        raise typer.BadParameter("the key is empty; is a variable unset?", param_hint=parameter)
    path = Path(said)
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False  # too long for a name
    if not is_file and "+" not in said:
        raise typer.BadParameter(f"'{said}' is no file and no verifier key.", param_hint=parameter)
    try:
        return VerifierKey.parse(read_text(path, parameter).strip() if is_file else said)
    except LedgerError as error:
        where = f"{path}: " if is_file else ""
        raise typer.BadParameter(f"{where}{error}", param_hint=parameter) from None


def read_text(path: Path, parameter: str, bytes_max: int = 1_000_000) -> str:
    """A small text file, or standard input for '-'."""
    said = "what came on standard input" if str(path) == "-" else str(path)
    try:
        if str(path) == "-":
            content = sys.stdin.buffer.read(bytes_max + 1)
        else:
            with path.open("rb") as file:
                content = file.read(bytes_max + 1)
        if len(content) > bytes_max:
            raise typer.BadParameter(f"{said} has more than {bytes_max:,} bytes.", param_hint=parameter)
        return content.decode()
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{said} is no text.", param_hint=parameter) from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise typer.BadParameter(f"{said} cannot be read: {why}.", param_hint=parameter) from None


def new_file(path: Path, parameter: str) -> Path:
    """A file still to be written. None is ever written over, least of all a ledger."""
    if path.exists():
        raise typer.BadParameter(
            f"{path} is there already, and is not written over; name another.", param_hint=parameter
        )
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}.", param_hint=parameter)
    return path


def write_private(path: Path, content: bytes) -> None:
    """A new file for its owner alone. Raises OSError where it is there already."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


@contextmanager
def written(path: Path, parameter: str) -> Iterator[BinaryIO]:
    """A new file that gets its name when all of it is on the disk. Where that fails, none is left; leaves with 2."""
    aside = path.with_name(f"{path.name}.partial")
    try:
        aside.unlink(missing_ok=True)
        with aside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(new_file(path, parameter))
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if is_full else (error.strerror or str(error)).lower()
        raise typer.BadParameter(
            f"{path} cannot be written: {why}. Nothing is left of it.", param_hint=parameter
        ) from None
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def one_line(text: str, parameter: str) -> str:
    """What a person says for the record: one line that is not empty."""
    said = text.strip()
    if not said or not said.isprintable() or len(said) > LINE_LETTERS_MAX:
        raise typer.BadParameter(
            f"it is one line of 1 to {LINE_LETTERS_MAX} letters, kept in the ledger for good.", param_hint=parameter
        )
    return said


def say(text: str) -> None:
    """A sentence on standard output, as wide as the window. A file's name in it cannot steer the terminal."""
    from tocsin.cli import tables

    tables.indented(tables.terminal(), tables.plain(text, keep=""), by=0)


def warn(text: str) -> None:
    """A line on standard error."""
    from tocsin.cli import tables

    typer.echo(tables.plain(text), err=True)


def is_asked() -> bool:
    """Whether a person sits at a terminal and can be asked."""
    return sys.stdin.isatty()


def confirmed(question: str, *, first: str, otherwise: str) -> None:
    """Let a person confirm, told first what to know. Leaves with 1 where they do not, with 2 where nobody is there."""
    if not is_asked():
        raise typer.BadParameter("nobody can be asked here; say --yes if you mean it.", param_hint="--yes")
    warn(first)
    if not typer.confirm(question, err=True):
        warn(otherwise)
        raise typer.Exit(1)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, to be called with how many of how many are done; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= INDEX_DIGITS_MAX
