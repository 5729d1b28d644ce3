"""`tocsin backup` and `restore`: a whole centre, its ledger, its desks, its seats' notebooks and its secret."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import REASON, answering, check_name, new_file, one_line, progress, say, write_private
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import Restored

HEAD_ENTRIES = 10
"""Among so many first entries stands how a centre began."""

DATA = Annotated[Path, typer.Argument(metavar="DATA", help="The centre's folder.", show_default=False)]
OUT = Annotated[
    Path,
    typer.Argument(
        metavar="OUT",
        help="The new file for the ledger's copy; the desks go to OUT.desks, the seats' notebooks to OUT.notebook, the "
        "centre's secret to OUT.secret.",
        show_default=False,
    ),
]
FILE = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="The backup, with its .desks, .notebook and .secret beside it; only read.",
        show_default=False,
    ),
]
NEW_DATA = Annotated[
    Path, typer.Argument(metavar="DATA", help="The folder in which the centre is to go on.", show_default=False)
]


def backup(data: DATA, out: OUT, *, as_json: AS_JSON = False) -> None:
    """Write a checked copy of a centre, also while it runs: its ledger as OUT, its desks as OUT.desks.

    The copy of the desks has their names and the digests of their passwords, so keep it as you keep the centre; it has
    no sessions and no open invitations. OUT.notebook has what each seat wrote for itself alone. OUT.secret is what
    salts of warnings are made from, by which a repeated warning is known again. The ledger's secret key is not copied:
    keep that apart.
    """
    from tocsin.centre.start import DESKS_FILE, LEDGER_FILE, NOTEBOOK_FILE, SECRET_FILE
    from tocsin.cli import tables
    from tocsin.ledger import backup as copy

    path = data / LEDGER_FILE
    if not path.is_file():
        raise typer.BadParameter(f"there is no centre in {data}: it has no {LEDGER_FILE}.", param_hint="DATA")
    target = check_name(new_file(out, "OUT"), "OUT")
    desks, secret = new_file(desks_of(out), "OUT"), new_file(secret_of(out), "OUT")
    notebook = new_file(notebook_of(out), "OUT")
    salt_secret = _read_secret(data / SECRET_FILE, "DATA")
    with answering(path, as_json, "DATA"), progress("checking the copy") as bar:
        verdict = copy(path, target, on_progress=bar)
    beside = {"desks": "", "notebook": "", "secret": ""}
    if (data / DESKS_FILE).exists():
        _copy_desks(data / DESKS_FILE, desks)
        beside["desks"] = str(desks)
    if (data / NOTEBOOK_FILE).exists():
        _copy_notebook(data / NOTEBOOK_FILE, notebook)
        beside["notebook"] = str(notebook)
    if salt_secret:
        write_private(secret, salt_secret)
        beside["secret"] = str(secret)
    if as_json:
        told = {"data": str(data), "backup": str(target), **beside, "origin": verdict.origin}
        tables.print_json(told | {"entries": verdict.size})
    else:
        more = f"; and {' and '.join(filter(None, beside.values()))}" if any(beside.values()) else ""
        say(f"Wrote {target}, {verdict.size:,} entries of {verdict.origin}, checked{more}.")
        say("What is erased later at the centre stays in the backup.")


def restore(
    file: FILE,
    data: NEW_DATA,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what lies in DATA aside, under other names, and go on.")
    ] = False,
    reason: REASON,
    as_json: AS_JSON = False,
) -> None:
    """Let a centre go on from a backup, in a new epoch with a new key.

    The time since the backup's last entry counts as an outage, so that no silence ran out meanwhile. Everybody signs in
    anew. Nations' keys and tokens are as they were at the backup: revoke what was revoked since.
    """
    from tocsin.centre.start import LEDGER_FILE
    from tocsin.cli import tables
    from tocsin.ledger import restore as go_on

    if not check_name(file, "FILE").is_file():
        raise typer.BadParameter(f"there is no backup at {file}.", param_hint="FILE")
    why = one_line(reason, "--reason")
    path = check_name(data / LEDGER_FILE, "DATA")
    _check_free(data, path, replace=replace)
    secret = _read_secret(secret_of(file), "FILE")
    _check_desks(desks_of(file))
    _check_notebook(notebook_of(file))
    with _folder(data), answering(file, as_json, "FILE"), progress("checking the backup") as bar:
        done = go_on(file, path, reason=why, replace=replace, on_progress=bar)
    _note_last_heard(data, done)
    has_desks = _restore_desks(file, data)
    has_notebook = _restore_notebook(file, data)
    if secret:
        _restore_secret(secret, data)
    if as_json:
        told = {"data": str(data), "backup": str(file), "desks": has_desks, "notebook": has_notebook}
        told |= {"secret": bool(secret)}
        tables.print_json(told | {"restored": done})
    else:
        _print(data, done, has_desks=has_desks)


def desks_of(copy: Path) -> Path:
    """Where the desks of a backup lie."""
    return copy.with_name(f"{copy.name}.desks")


def notebook_of(copy: Path) -> Path:
    """Where the seats' notebooks of a backup lie."""
    return copy.with_name(f"{copy.name}.notebook")


def secret_of(copy: Path) -> Path:
    """Where the secret of a backup lies."""
    return copy.with_name(f"{copy.name}.secret")


@contextmanager
def _folder(data: Path) -> Iterator[None]:
    """The folder, made where there is none; it goes again where nothing came of it."""
    is_new = not data.exists()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                data.rmdir()
        raise


def _check_free(data: Path, path: Path, *, replace: bool) -> None:
    from tocsin.centre.start import DESKS_FILE, NOTEBOOK_FILE, SECRET_FILE

    if replace:
        return
    for there in (path, data / DESKS_FILE, data / NOTEBOOK_FILE, data / SECRET_FILE):
        if there.exists():
            raise typer.BadParameter(
                f"{there} is there already; say --replace to put it aside and go on from the backup.", param_hint="DATA"
            )


def _check_desks(copy: Path) -> None:
    """Leaves with 2 where the backup has desks that cannot be read: before anything is restored."""
    from tocsin.centre.desks_store import DesksStore
    from tocsin.errors import TocsinError

    if not copy.exists():
        return
    try:
        DesksStore(copy).close()
    except TocsinError:
        raise typer.BadParameter(
            f"{copy} holds no desks that can be read. Take another backup; or put it aside, and begin desks anew.",
            param_hint="FILE",
        ) from None


def _check_notebook(copy: Path) -> None:
    """Leaves with 2 where the backup has notebooks that cannot be read: before anything is restored."""
    from tocsin.centre.notebook.store import NotebookStore
    from tocsin.errors import TocsinError

    if not copy.exists():
        return
    try:
        NotebookStore(copy).close()
    except TocsinError:
        raise typer.BadParameter(
            f"{copy} holds no notebooks that can be read. Take another backup; or put it aside, and go on without.",
            param_hint="FILE",
        ) from None


def _note_last_heard(data: Path, done: "Restored") -> None:
    """Let the centre know until when it heard its members: until the backup's last entry, and no longer.

    The next start records the time since then as an outage, which gives running silence periods their time back.
    """
    from tocsin.centre.start import HEARTBEAT_FILE, LEDGER_FILE, HeartFile
    from tocsin.ledger import FileReader
    from tocsin.terms import Instant

    with closing(FileReader(data / LEDGER_FILE)) as book:
        HeartFile(data / HEARTBEAT_FILE).beat(Instant(book.entry(max(0, done.size - 2)).at))


def _restore_desks(file: Path, data: Path) -> bool:
    """The desks of the backup into the folder, those that are there put aside. Whether the backup has any."""
    from tocsin.centre.start import DESKS_FILE

    copy, target = desks_of(file), data / DESKS_FILE
    if not copy.exists():
        return False
    _put_aside(target)
    _copy_desks(copy, target)
    return True


def _restore_notebook(file: Path, data: Path) -> bool:
    """The notebooks of the backup into the folder, those that are there put aside. Whether the backup has any."""
    from tocsin.centre.start import NOTEBOOK_FILE

    copy, target = notebook_of(file), data / NOTEBOOK_FILE
    if not copy.exists():
        return False
    _put_aside(target)
    _copy_notebook(copy, target)
    return True


def _put_aside(target: Path) -> None:
    """Another name for a database that is there, and for what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm"):
        there = Path(f"{target}{ending}")
        if there.exists():
            there.rename(_free_name(there))


def _copy_notebook(source: Path, target: Path) -> None:
    """The notebooks in a new file for its owner alone."""
    from tocsin.centre.notebook.store import NotebookStore

    with closing(NotebookStore(source)) as store:
        store.copy_to(target)


def _copy_desks(source: Path, target: Path) -> None:
    """The desks in a new file for its owner alone, without sessions and invitations: what opened a door opens none."""
    from tocsin.centre.desks_store import DesksStore

    with closing(DesksStore(source)) as store:
        store.copy_to(target)
    try:
        with closing(DesksStore(target)) as copy, copy.turn():
            copy.do("DELETE FROM session")
            copy.do("DELETE FROM invitation")
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _restore_secret(secret: bytes, data: Path) -> None:
    """The secret of the backup into the folder, the one that is there put aside."""
    from tocsin.centre.start import SECRET_FILE

    target = data / SECRET_FILE
    if target.exists():
        target.rename(_free_name(target))
    write_private(target, secret)


def _read_secret(path: Path, parameter: str) -> bytes:
    """The bytes that salts follow from; none where the file is not there. Leaves with 2 where it holds something
    else: a short secret hides nothing."""
    from tocsin.centre.start import SECRET_BYTES

    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise typer.BadParameter(f"{path} cannot be read: {why}.", param_hint=parameter) from None
    if len(secret) != SECRET_BYTES:
        raise typer.BadParameter(
            f"{path} is no secret of a centre: it has {len(secret)} bytes, not {SECRET_BYTES}. Put it aside.",
            param_hint=parameter,
        )
    return secret


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    return aside


def _serve(data: Path) -> str:
    """The command by which the centre in a folder goes on, as the record says how it began."""
    from tocsin.alliance.records import CentreOpening, decode
    from tocsin.centre.start import LEDGER_FILE
    from tocsin.ledger import FileReader

    how = "--charter CHARTER"
    with closing(FileReader(data / LEDGER_FILE)) as book:
        heads = (book.entry(place) for place in range(min(HEAD_ENTRIES, len(book))))
        records = (entry.body for entry in heads if entry.kind == "record" and entry.body.startswith(b'{"record":'))
        begun = next((head for body in records if isinstance(head := decode(body), CentreOpening)), None)
    if begun is not None:
        mode = "" if begun.mode == "live" else f" --mode {begun.mode}"
        how = f"--charter {begun.charter}{mode}{''.join(f' --reading {one}' for one in begun.readings)}"
    return f"tocsin serve {how} --data {data}"


def _print(data: Path, done: "Restored", *, has_desks: bool) -> None:
    say(f"The centre in {data} goes on as {done.origin} with entry {done.size - 1}, which says why.")
    say("It is signed by a new key. Hand it out:")
    typer.echo(done.key)
    if done.missing:
        say(
            f"{done.missing:,} of its entries had been published and are not in the backup. Others may hold proofs of "
            "them: tell them."
        )
    if has_desks:
        say("The desks are as they were at the backup. Everybody signs in anew.")
    else:
        say("The backup has no desks: the next start prints a one-time link for the secretariat.")
    say(f"Next: {_serve(data)}")
