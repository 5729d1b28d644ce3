"""`tocsin ledger backup`, `restore` and `repair`: copies of a ledger, and how it goes on after harm."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import (
    LEDGER,
    LEDGER_HELP,
    LINGERS,
    REASON,
    answering,
    check_name,
    chosen,
    lingers,
    new_file,
    one_line,
    progress,
    say,
    store,
    warn,
)
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import Restored, Verdict

FIRST = Annotated[str, typer.Argument(metavar="LEDGER", help=LEDGER_HELP, show_default=False)]
SECOND = Annotated[str, typer.Argument(metavar="FILE", help="The new file for the backup. Needed.", show_default=False)]
COPY = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, which is only read.", show_default=False)]
TARGET = Annotated[
    Path | None,
    typer.Argument(
        metavar="LEDGER",
        help="Where the ledger is to go on. Left out, it is the only other *.tocsin file in this folder.",
        show_default=False,
    ),
]


def backup(ledger: FIRST = "", file: SECOND = "", *, as_json: AS_JSON = False) -> None:
    """Write a compact, checked copy of a ledger.

    That is possible while it is being written, too. The copy holds the entries, not the secret key: keep that, and the
    folder beside the ledger, in another place. Take a backup after each `key rotate`, so that it knows the key.
    """
    from tocsin.cli import tables
    from tocsin.ledger import backup as copy

    if not ledger or (not file and Path(ledger).exists()):
        raise typer.BadParameter("name the new file for the backup, behind the ledger.", param_hint="FILE")
    path = chosen(Path(ledger) if file else None)
    target = check_name(new_file(Path(file or ledger), "FILE"), "FILE")
    with answering(path, as_json), progress("checking the copy") as bar:
        verdict = copy(path, target, on_progress=bar)
    size_bytes = target.stat().st_size
    if as_json:
        answer = {"ledger": str(path), "backup": str(target), "origin": verdict.origin, "entries": verdict.size}
        tables.print_json(answer | {"covered": verdict.covered, "bytes": size_bytes})
        return
    say(f"Wrote {target}: {verdict.size:,} entries of {verdict.origin}, {size_bytes:,} bytes, checked.")
    if verdict.erased:
        say(f"What is erased later here ({verdict.erased:,} contents already are) stays in the backup.")
    else:
        say("What is erased later here stays in the backup.")


def restore(
    file: COPY,
    ledger: TARGET = None,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put a ledger that is there aside, under another name, and go on.")
    ] = False,
    reason: REASON,
    as_json: AS_JSON = False,
) -> None:
    """Go on from a backup, in a new epoch.

    The new epoch has a new key, so that nobody takes it for the ledger that was lost. The backup is checked first and
    stays as it is. A ledger that is there is only put aside, and that with --replace.
    """
    from tocsin.cli import tables
    from tocsin.ledger import LedgerError
    from tocsin.ledger import restore as go_on

    if not check_name(file, "FILE").is_file():
        raise typer.BadParameter(f"there is no backup at {file}.", param_hint="FILE")
    why = one_line(reason, "--reason")
    path = check_name(ledger if ledger is not None else _only_other(file), "LEDGER")
    if path.exists() and path.samefile(file):
        raise typer.BadParameter("a ledger is not restored from itself; name another file.", param_hint="LEDGER")
    try:
        with progress("checking the backup") as bar:
            done = go_on(file, path, reason=why, replace=replace, on_progress=bar)
    except LedgerError as error:
        is_copy = str(error).startswith(str(file))
        with answering(file if is_copy else path, as_json, "FILE" if is_copy else "LEDGER"):
            raise
    if as_json:
        tables.print_json({"ledger": str(path), "backup": str(file), "restored": done})
        return
    say(f"{path} goes on as {done.origin} with entry {done.size - 1}, which says why.")
    say("It is signed by a new key. Hand it out:")
    typer.echo(done.key)
    _say_vouched(done)
    if done.missing:
        entries, them = ("entry", "it") if done.missing == 1 else ("entries", "them")
        say(
            f"{done.missing:,} {entries} had been published that the backup does not have. Others may hold checkpoints "
            f"and proofs of {them}: tell them, and enter {them} again."
        )
    if done.kept:
        say(f"The ledger that was there lies at {done.kept} now.")


def repair(ledger: LEDGER = None, *, as_json: AS_JSON = False) -> None:
    """Make a damaged tree anew from the entries.

    Entries are never touched: where one is damaged, restore a backup. It also clears away what erased contents left
    behind while somebody was reading. Exit code 1 if anything is damaged still.
    """
    from tocsin.cli import tables
    from tocsin.ledger import SqliteStore
    from tocsin.ledger.beside import Lock, make_folder
    from tocsin.ledger.verify import mend

    path = chosen(ledger)
    with answering(path, as_json):
        before = _walked(path)
        after = before
        if before.faults and before.sound == before.size:
            make_folder(path)
            with closing(Lock(path)), closing(SqliteStore(path)) as rows:
                mend(rows)
            after = _walked(path)
        left = "" if after.faults else _cleared(path)
    mended = len(before.faults) - len(after.faults)
    first_bad = after.sound if after.sound < after.size else None
    if as_json:
        answer = {"ledger": str(path), "mended": mended, "faults": after.faults, "first_bad": first_bad}
        tables.print_json(answer | {"entries": after.size, "sound": after.sound, "left_behind": left})
    else:
        say(
            f"Mended {mended:,} part{'s' if mended > 1 else ''} of the tree."
            if mended
            else "Nothing of the tree needed mending."
        )
        if not after.faults:
            say(f"All {after.size:,} entries of {after.origin} are sound, and so is their tree.")
    if left:
        warn(left)
    if after.faults:
        for fault in after.faults:
            warn(f"Damaged: {path}: {fault}")
        warn("That cannot be mended from the entries; restore a backup: tocsin ledger restore")
        raise typer.Exit(1)


def _say_vouched(done: "Restored") -> None:
    """Who stands for the new key, and for the entries of the copy."""
    from tocsin.cli import tables

    copied = done.size - 1
    if done.is_vouched:
        say("The old key lay beside it and vouched for the new one: who trusts the old one can go on verifying.")
    elif done.unsigned < copied:
        say("The old key did not vouch for it: everyone must get the new key from you, by a safe way.")
    else:
        say("The old key was not there to vouch for it: everyone must get the new key from you, by a safe way.")
    if done.unsigned:
        entries, they = ("entry", "it") if done.unsigned == 1 else ("entries", "they")
        are = "is" if done.unsigned == 1 else "are"
        why = f"{are} signed by no key that the old key vouches for"
        if done.unsigned == copied:
            why = f"{are} vouched for by no old key, since none was here"
        warning = (
            f"Warning: {done.unsigned:,} {entries} of the copy {why}: {they} may have been changed since it was made."
        )
        tables.indented(tables.terminal(), warning, by=0, style="bold bright_red")


def _cleared(path: Path) -> str:
    """Fold the write-ahead log in, with what erased contents left behind in it. What stands in the way, if anything."""
    from tocsin.ledger import LedgerError, SqliteStore
    from tocsin.ledger.beside import Lock, make_folder

    if not lingers(path):
        return ""
    try:
        make_folder(path)
        with closing(Lock(path)), closing(SqliteStore(path)) as rows:
            rows.scrub()
    except LedgerError as error:
        return f"What was erased may stay in {path}-wal: {error}"
    return LINGERS.format(path=path) if lingers(path) else ""


def _walked(path: Path) -> "Verdict":
    from tocsin.ledger import verify

    with progress("checking entries") as bar, closing(store(path)) as rows:
        return verify(rows, on_progress=bar)


def _only_other(file: Path) -> Path:
    """The only ledger in the folder that is not the backup itself."""
    found = sorted(path for path in Path().glob("*.tocsin") if path.is_file() and not path.samefile(file))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(map(str, found))
        raise typer.BadParameter(f"there are {len(found)} ledgers here, name one: {names}", param_hint="LEDGER")
    raise typer.BadParameter("there is no ledger here; name the file at which it is to go on.", param_hint="LEDGER")
