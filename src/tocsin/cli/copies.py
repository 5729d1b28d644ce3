"""`tocsin backup` and `restore`: a whole centre, its ledger and its desks."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import REASON, answering, check_name, new_file, one_line, progress, say
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import Restored

DATA = Annotated[Path, typer.Argument(metavar="DATA", help="The centre's folder.", show_default=False)]
OUT = Annotated[
    Path,
    typer.Argument(
        metavar="OUT", help="The new file for the ledger's copy; the desks go to OUT.desks.", show_default=False
    ),
]
FILE = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="The backup, with its .desks beside it; only read.", show_default=False),
]
NEW_DATA = Annotated[
    Path, typer.Argument(metavar="DATA", help="The folder in which the centre is to go on.", show_default=False)
]


def backup(data: DATA, out: OUT, *, as_json: AS_JSON = False) -> None:
    """Write a checked copy of a centre, also while it runs: its ledger as OUT, its desks as OUT.desks.

    The copy of the desks has their names and the digests of their passwords, so keep it as you keep the centre; it has
    no sessions and no open invitations. Neither has the ledger's secret key: keep that apart.
    """
    from tocsin.centre.start import DESKS_FILE, LEDGER_FILE
    from tocsin.cli import tables
    from tocsin.ledger import backup as copy

    path = data / LEDGER_FILE
    if not path.is_file():
        raise typer.BadParameter(f"there is no centre in {data}: it has no {LEDGER_FILE}.", param_hint="DATA")
    target = check_name(new_file(out, "OUT"), "OUT")
    desks = new_file(desks_of(out), "OUT")
    with answering(path, as_json, "DATA"), progress("checking the copy") as bar:
        verdict = copy(path, target, on_progress=bar)
    if (data / DESKS_FILE).exists():
        _copy_desks(data / DESKS_FILE, desks)
    told = {"data": str(data), "backup": str(target), "desks": str(desks), "origin": verdict.origin}
    if as_json:
        tables.print_json(told | {"entries": verdict.size})
    else:
        say(f"Wrote {target}, {verdict.size:,} entries of {verdict.origin}, checked; and {desks}.")
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
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with answering(file, as_json, "FILE"), progress("checking the backup") as bar:
        done = go_on(file, path, reason=why, replace=replace, on_progress=bar)
    _note_last_heard(data, done)
    has_desks = _restore_desks(file, data)
    if as_json:
        tables.print_json({"data": str(data), "backup": str(file), "desks": has_desks, "restored": done})
    else:
        _print(data, done, has_desks=has_desks)


def desks_of(copy: Path) -> Path:
    """Where the desks of a backup lie."""
    return copy.with_name(f"{copy.name}.desks")


def _check_free(data: Path, path: Path, *, replace: bool) -> None:
    from tocsin.centre.start import DESKS_FILE

    if replace:
        return
    for there in (path, data / DESKS_FILE):
        if there.exists():
            raise typer.BadParameter(
                f"{there} is there already; say --replace to put it aside and go on from the backup.", param_hint="DATA"
            )


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
    for ending in ("", "-wal", "-shm"):
        there = Path(f"{target}{ending}")
        if there.exists():
            there.rename(_free_name(there))
    _copy_desks(copy, target)
    return True


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


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    return aside


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
    say(f"Next: tocsin serve --data {data}")
