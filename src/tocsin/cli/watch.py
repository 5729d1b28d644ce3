"""`tocsin watch`: a seat's feed as it grows, resumed where it stopped."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.centre_open import CENTRE, READ_BEHALF, SEAT, Open, opened
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.cli.centre_known import Known
    from tocsin.errors import ClientError

BACKLOG_ITEMS = 500
TRANSIENT = (429, 500, 502, 503, 504)
"""Answers after which it is tried again, as after a lost connection."""


def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print what there is, and do not wait for more.")] = False,
    anew: Annotated[bool, typer.Option("--from-start", help="Begin with the first item, whatever was seen.")] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--no-confirm", help="Do not tell the centre what you have; texts under silence then count as unread."
        ),
    ] = False,
    seat: SEAT = "",
    centre: CENTRE = "",
    on_behalf: READ_BEHALF = "",
    as_json: AS_JSON = False,
) -> None:
    """Watch the live feed of your seat. It goes on where it stopped the last time, also after a lost connection.

    What was printed is confirmed to the centre, where your desk has the scope ack: a text under silence among it has
    reached you by that. That the line is lost, and back, is told on standard error. With --json each item is one line
    of JSON; with --once and --json all of them are one object.
    """
    from tocsin.cli import centre_desks, tables
    from tocsin.cli.centre_known import Known, known

    with opened(seat, centre, on_behalf) as at:
        quiet = quiet or "ack" not in at.client.me()["scopes"]
        about = Known() if as_json else known(at.client)
        origin = at.client.origin()
        cursor = "" if anew else centre_desks.cursor_of(at.address, at.reads_as, origin)
        if once and as_json:
            items = [item for page in _backlog(at, cursor) for item in page]
            cursor = items[-1]["cursor"] if items else cursor
            tables.print_json({"items": items, "cursor": cursor})
            if items:
                _seen(at, origin, cursor, confirms=not quiet)
            return
        if not (once or as_json):
            typer.echo(f"Watching as {at.reads_as} at {at.address}. Ctrl-C ends it.", err=True)
        begun = cursor
        for page in _backlog(at, cursor):
            for item in page:
                _print(item, about, as_json=as_json)
            cursor = page[-1]["cursor"]
            _seen(at, origin, cursor, confirms=not quiet)
        if once:
            if cursor == begun:
                typer.echo("Nothing new.")
            return
        for item in at.client.events(cursor, on_line=_tell):
            _print(item, about, as_json=as_json)
            _seen(at, origin, item["cursor"], confirms=not quiet)


def _backlog(at: Open, cursor: str) -> "Iterator[list[dict[str, Any]]]":
    """All items after the cursor that there are now, some at a time: a page is confirmed as one."""
    from tocsin.errors import ClientError

    while True:
        try:
            page = at.client.feed(cursor, BACKLOG_ITEMS)
        except ClientError as error:
            if error.status != 404:
                raise
            said = f"The feed of {at.reads_as} does not reach as far as you had it."
            raise ClientError("no such cursor", said, status=404, fix="Begin anew: tocsin watch --from-start") from None
        if page["items"]:
            yield page["items"]
        cursor = page["cursor"]
        if not page.get("more"):
            return


def _tell(error: "ClientError | None") -> None:
    """That the line is lost, or back."""
    from tocsin.cli import tables

    if error is None:
        said = "The line is back; what happened meanwhile follows."
    else:
        said = f"The line is lost, and made anew: {error.message} Nothing is heard until it is back."
    typer.echo(tables.plain(said, keep=""), err=True)


def _print(item: dict[str, Any], about: "Known", *, as_json: bool) -> None:
    """One item. It is out before it is confirmed."""
    import sys

    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(item).decode())
    else:
        from rich.text import Text

        from tocsin.cli import centre_words, tables

        console = tables.terminal()
        head, *rest = centre_words.item_words(centre_words.harmless(item), about)
        console.print(Text(head, style="bold"), soft_wrap=True)
        style = "bold yellow" if centre_words.is_outage(item) else ""
        for line in rest:
            tables.indented(console, line.strip(), style=style, hang=2)
    sys.stdout.flush()


def _seen(at: Open, origin: str, cursor: str, *, confirms: bool) -> None:
    """Tell the centre that this seat has its feed up to there, and remember it.

    It is told until it hears: a centre that is away for a while must not take what was printed for unread.
    """
    from tocsin.cli import centre_desks
    from tocsin.client.events import pause_seconds
    from tocsin.errors import ClientError

    failed = 0
    while confirms:
        try:
            at.client.confirm(cursor)
            break
        except ClientError as error:
            if error.status and error.status not in TRANSIENT:
                raise
            if not failed:
                _tell(error)
        failed += 1
        at.client.wire.sleep(pause_seconds(failed))
    if failed:
        _tell(None)
    centre_desks.keep_cursor(at.address, at.reads_as, origin, cursor)
