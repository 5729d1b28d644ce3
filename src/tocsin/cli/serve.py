"""`tocsin serve`: a centre on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.centre_known import MODES
from tocsin.cli.centre_open import instant_of
from tocsin.cli.options import AS_JSON, KNOWN, READINGS, day

if TYPE_CHECKING:
    from tocsin.centre.settings import Settings
    from tocsin.centre.start import Opening
    from tocsin.charter.snapshot import Charter
    from tocsin.terms import Instant

PORT = 8420

DATA = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", help="The centre's folder, with its ledger and desks. Made where there is none."
    ),
]


CHARTER = Annotated[
    str, typer.Option("--charter", metavar="CHARTER", help="The charter: its name, or the path of a .toml file.")
]
MODE = Annotated[
    str, typer.Option("--mode", metavar="MODE", help="live, replay or exercise. A folder keeps its first.")
]
HOST = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; beyond this machine with --cert.")
]
LISTEN_PORT = Annotated[
    int | None, typer.Option("--port", metavar="N", help=f"Port to listen on; 0: any. Else {PORT}.", max=65_535)
]
CERT = Annotated[str, typer.Option("--cert", metavar="FILE", help="Certificate and its chain (PEM), for https.")]
KEY = Annotated[str, typer.Option("--key", metavar="FILE", help="The certificate's secret key (PEM).")]
SETTINGS = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Settings. Left out, centre.toml in DIR, if it is there."),
]
START = Annotated[
    str, typer.Option("--start", metavar="TIME", help="Where the clock of a new replay or exercise stands at first.")
]
NEW_CHARTER = Annotated[
    str,
    typer.Option("--new-charter", metavar="WHY", help="The charter's file changed since the last start: say why."),
]
NEW_LINK = Annotated[
    bool, typer.Option("--new-link", help="Print a link for a new desk of the secretariat, though there is one.")
]
CHECK = Annotated[bool, typer.Option("--check", help="Open everything, say that all is well, and end.")]


def serve(
    *,
    charter: CHARTER,
    data: DATA = Path("centre"),
    mode: MODE = "live",
    host: HOST = "",
    port: LISTEN_PORT = None,
    cert: CERT = "",
    key: KEY = "",
    settings: SETTINGS = None,
    start: START = "",
    known: KNOWN = "",
    reading: READINGS = None,
    new_charter: NEW_CHARTER = "",
    new_link: NEW_LINK = False,
    check: CHECK = False,
    as_json: AS_JSON = False,
) -> None:
    """Run a centre: API, live feed and API reference, by default for this machine alone.

    The first start prints a one-time link for the secretariat's first desk. All that is said is kept in DIR before it
    is acknowledged; nothing leaves the machine but to those who ask. Ctrl-C ends it gracefully.
    """
    from tocsin.centre.settings import load_settings
    from tocsin.centre.start import CentreError
    from tocsin.charter import load_charter
    from tocsin.cli.serve_run import Wishes, run
    from tocsin.ledger import LedgerError

    if mode not in MODES:
        raise typer.BadParameter(f"it is one of {', '.join(MODES)}.", param_hint="--mode")
    if data.exists() and not data.is_dir():
        raise typer.BadParameter(f"{data} is no folder.", param_hint="--data")
    if start and mode == "live":
        raise typer.BadParameter("a live centre runs on the world's clock.", param_hint="--start")
    loaded = load_charter(charter)
    listening = _listening(load_settings(data, settings), host, port, cert, key)
    wishes = Wishes(
        data=data,
        opening=_opening(loaded, mode, known, tuple(reading or ()), new_charter),
        settings=listening,
        begins=_begins(start, mode, loaded),
        new_link=new_link,
        only_checks=check,
        as_json=as_json,
    )
    try:
        run(wishes)
    except LedgerError as error:
        raise CentreError(f"{error}.") from None


def _opening(charter: "Charter", mode: str, known: str, readings: tuple[str, ...], why: str) -> "Opening":
    from datetime import date

    from tocsin.centre.start import Opening

    charter.as_of(date.max, readings=readings)  # raises NotFound for one it does not have, whatever the day
    return Opening(charter=charter, mode=mode, known=day(known, "--known"), readings=readings, new_charter=why)  # type: ignore[arg-type]  # it is one of MODES


def _begins(start: str, mode: str, charter: "Charter") -> "Instant":
    """Where a simulated clock stands at first: as asked for, else the charter's first day, or now for an exercise."""
    from datetime import UTC, datetime

    from tocsin.terms import Instant, instant

    asked = instant_of(start, "--start")
    if asked is not None:
        return Instant(asked)
    first = min((row.from_ for row in charter.document.membership if row.from_), default=None)
    if mode == "replay" and first is not None:
        return instant(first)
    return instant(datetime.now(UTC))


def _listening(settings: "Settings", host: str, port: int | None, cert: str, key: str) -> "Settings":
    """The settings with what the command line says of where to listen. Raises ServeError where that is not safe."""
    from msgspec.structs import replace

    from tocsin.centre.settings import Listen, is_loopback
    from tocsin.web.server import check_listening

    if bool(cert) != bool(key):
        raise typer.BadParameter("certificate and key go together.", param_hint="--cert" if cert else "--key")
    listen = settings.listen
    if port is None and listen.port == Listen().port:
        port = PORT
    said = {"host": host, "tls_cert": cert, "tls_key": key} | ({} if port is None else {"port": port})
    listen = replace(listen, **{name: value for name, value in said.items() if value != ""})
    if host and host.strip("[]") not in listen.hosts and is_loopback(host):
        listen = replace(listen, hosts=(*listen.hosts, host))
    check_listening(listen)
    if listen.tls_cert:
        _check_certificate(listen.tls_cert, listen.tls_key)
    return replace(settings, listen=listen)


def _check_certificate(cert: str, key: str) -> None:
    """Raises ServeError where the two cannot be read, or do not belong together: before anything is opened."""
    import ssl

    from tocsin.web.server import ServeError

    for path in (cert, key):
        if not Path(path).is_file():
            raise ServeError(f"There is no file {path}. Name the certificate and its secret key, both PEM.")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    except ssl.SSLError as error:
        why = f": {error.reason.replace('_', ' ').lower()}" if error.reason else ""
        raise ServeError(f"{cert} and {key} are no certificate and its secret key in PEM{why}.") from None
