"""The settings of a centre: an optional `centre.toml` in its data folder. Every field has a default that is safe.

Mistakes are told as in charters: file, line, field, what was found, what is accepted, how to mend it.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.charter.files.disk import decode, read_bytes
from tocsin.charter.files.loader import check_format, convert, parse_toml
from tocsin.charter.files.locate import Mistake, located
from tocsin.charter.files.locate import Path as Place
from tocsin.errors import SettingsError
from tocsin.terms import Marking

SCHEMA = 1
FILE = "centre.toml"
BYTES_MAX = 200_000
SECRET_BYTES_MAX = 10_000
LOOPBACK_NAMES = ("localhost", "ip6-localhost")

Text = Annotated[str, Meta(max_length=500)]
Host = Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_\[\]-]+\Z")]
Address = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+\Z")]
Port = Annotated[int, Meta(ge=1, le=65_535)]


class Table(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file."""


class Listen(Table, kw_only=True, frozen=True):
    """`[listen]`: where the centre is reached, and under which names."""

    host: Annotated[Host, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0: any that is free.")] = 8420
    hosts: Annotated[
        tuple[Host, ...],
        Meta(max_length=50, description="Names under which clients call it; a request for any other is refused."),
    ] = ("localhost", "127.0.0.1", "[::1]")
    public_url: Annotated[
        Text, Meta(description="The address that people are given, such as 'https://centre.example.int'.")
    ] = ""
    tls_cert: Annotated[Text, Meta(description="File with the certificate and its chain, PEM.")] = ""
    tls_key: Annotated[Text, Meta(description="File with the certificate's secret key, PEM.")] = ""
    proxies: Annotated[
        tuple[Host, ...],
        Meta(max_length=50, description="Addresses of reverse proxies, whose word on the client's address is taken."),
    ] = ()


class Limits(Table, kw_only=True, frozen=True):
    """`[limits]`: how much one client, or all of them, may ask for. More is answered with 413, 429 or 503."""

    body_bytes: Annotated[int, Meta(ge=10_000, le=10_000_000, description="A request without a content.")] = 300_000
    content_body_bytes: Annotated[
        int, Meta(ge=10_000, le=1_200_000, description="A request that carries a warning's content.")
    ] = 1_200_000
    json_depth: Annotated[int, Meta(ge=8, le=200, description="How deep tables in a request may be nested.")] = 32
    header_bytes: Annotated[int, Meta(ge=4_096, le=1_000_000, description="All headers of a request.")] = 32_768
    requests_per_second: Annotated[
        int, Meta(ge=1, le=100_000, description="Requests of one credential, on average.")
    ] = 20
    requests_burst: Annotated[int, Meta(ge=1, le=100_000, description="Requests of one credential at once.")] = 60
    logins_per_minute: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="Attempts to sign in with one name from one address; six times as many from one address.",
        ),
    ] = 5
    streams_per_desk: Annotated[int, Meta(ge=1, le=1_000, description="Open event streams of one desk.")] = 50
    streams: Annotated[int, Meta(ge=1, le=100_000, description="Open event streams in all.")] = 5_000
    commands_waiting: Annotated[
        int, Meta(ge=1, le=100_000, description="Commands that wait for the disk; one more is told to come again.")
    ] = 2_000


class Mail(Table, kw_only=True, frozen=True):
    """`[mail]`: the server that notices by e-mail go out through. Without this table nobody gets any."""

    host: Annotated[Host, Meta(description="Name or address of the server.")]
    sender: Annotated[
        str,
        Meta(max_length=254, pattern=r"^[^@\s<>]+@[^@\s<>]+\Z", description="Address they come from."),
    ]
    port: Annotated[Port, Meta(description="Port of the server.")] = 587
    tls: Annotated[
        Literal["starttls", "implicit", "none"],
        Meta(description="How the line is encrypted; 'none' only to a server on this machine."),
    ] = "starttls"
    ca_file: Annotated[
        Text, Meta(description="File with the authorities that vouch for the server; empty: the system's.")
    ] = ""
    user: Annotated[Text, Meta(description="Name to sign in with; empty: without.")] = ""
    password_file: Annotated[Text, Meta(description="File whose first line is the password.")] = ""
    ceiling: Annotated[
        Marking, Meta(description="Highest marking that any contact may be told of by e-mail, whatever the seat says.")
    ] = "TLP:CLEAR"


class Webhook(Table, kw_only=True, frozen=True):
    """`[[webhook]]`: a host that seats may have notices posted to. The centre calls out to no other."""

    host: Annotated[Host, Meta(description="Name of the host.")]
    ports: Annotated[tuple[Port, ...], Meta(min_length=1, max_length=20, description="Its ports.")] = (443,)
    ca_file: Annotated[Text, Meta(description="File with the authorities that vouch for it; empty: the system's.")] = ""
    ceiling: Annotated[Marking, Meta(description="Highest marking that it may be told of, whatever the seat says.")] = (
        "TLP:CLEAR"
    )


class Oidc(Table, kw_only=True, frozen=True):
    """`[oidc]`: signing in through an OpenID Connect provider. Needs the extra `oidc`."""

    issuer: Annotated[Text, Meta(description="Address of the provider, as it stands in its tokens.")]
    client_id: Annotated[str, Meta(min_length=1, max_length=200, description="What it knows the centre as.")]
    redirect: Annotated[Text, Meta(description="Where it sends people back to: '<public address>/oidc/back'.")]
    client_secret_file: Annotated[
        Text, Meta(description="File whose first line is the secret; empty: a public client, by PKCE alone.")
    ] = ""
    subject_claim: Annotated[
        str, Meta(min_length=1, max_length=80, description="Claim of the token that names the person.")
    ] = "sub"
    ca_file: Annotated[Text, Meta(description="File with the authorities that vouch for it; empty: the system's.")] = ""


class Log(Table, kw_only=True, frozen=True):
    """`[log]`: what is written to standard error, one JSON object a line."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="The least that is written.")] = (
        "info"
    )
    requests: Annotated[bool, Meta(description="Whether each request is written.")] = True


class Settings(Table, kw_only=True, frozen=True):
    """Fields that stand at the top of the file, before any table."""

    schema: Annotated[int, Meta(ge=1, description="Format of this file.")] = SCHEMA
    heartbeat_seconds: Annotated[int, Meta(ge=1, le=60, description="How often the centre notes that it is up.")] = 2
    outage_seconds: Annotated[
        int,
        Meta(ge=5, le=86_400, description="A longer gap between two such notes is recorded as an outage."),
    ] = 6
    audit_days: Annotated[
        int, Meta(ge=1, le=36_500, description="Days for which the audit trail of requests is kept.")
    ] = 400
    metrics_token_file: Annotated[
        Text,
        Meta(description="File whose first line is a token that reads /metrics on this machine; empty: none."),
    ] = ""
    listen: Listen = Listen()
    limits: Limits = Limits()
    mail: Mail | None = None
    webhook: Annotated[tuple[Webhook, ...], Meta(max_length=100)] = ()
    oidc: Oidc | None = None
    log: Log = Log()


FILES: tuple[tuple[str, str, bool], ...] = (
    ("", "metrics_token_file", True),
    ("listen", "tls_cert", False),
    ("listen", "tls_key", True),
    ("mail", "ca_file", False),
    ("mail", "password_file", True),
    ("oidc", "ca_file", False),
    ("oidc", "client_secret_file", True),
)
"""(table, field, whether it is a secret) of every field that names a file; `[[webhook]]` has one a row."""


def load_settings(folder: Path, file: Path | None = None) -> Settings:
    """The settings in `file`, else those in the data folder's `centre.toml`, else the defaults.

    Files that it names are looked for from the folder it lies in. Raises SettingsError with every mistake.
    """
    path = file or folder / FILE
    if file is None and not path.exists():
        return Settings()
    text = decode(read_bytes(path, BYTES_MAX, SettingsError), str(path), SettingsError)
    return parse_settings(text, path)


def parse_settings(text: str, path: Path) -> Settings:
    """The settings in TOML text; `path` is where it lies, or would. Raises SettingsError with every mistake."""
    name = str(path)
    raw = parse_toml(text, name, SettingsError)
    check_format(raw, SCHEMA, "docs/OPERATIONS.md", text, name, SettingsError)
    settings = _with_paths(convert(raw, Settings, text, name, SettingsError), path.absolute().parent)
    if found := [*_files(settings), *_sense(settings)]:
        raise SettingsError(located(found, text, name))
    return settings


def read_secret(path: str) -> str:
    """The first line of a secret's file; nothing for no file."""
    if not path:
        return ""
    text = decode(read_bytes(Path(path), SECRET_BYTES_MAX, SettingsError), path, SettingsError)
    return text.partition("\n")[0].strip()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    bare = host.strip("[]")
    if bare in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def is_safe_url(url: str) -> bool:
    """Whether it is an https address of a host; http will do on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _with_paths(settings: Settings, folder: Path) -> Settings:
    """The same with every file's path made whole."""
    for table, field, _ in FILES:
        owner = getattr(settings, table) if table else settings
        if owner is not None and (said := getattr(owner, field)):
            changed = replace(owner, **{field: str(folder / said)})
            settings = replace(settings, **{table: changed}) if table else changed
    rows = [replace(row, ca_file=str(folder / row.ca_file)) if row.ca_file else row for row in settings.webhook]
    return replace(settings, webhook=tuple(rows))


def _files(settings: Settings) -> Iterator[Mistake]:
    """Files that are not there, and secrets that anybody on the machine may read."""
    for table, field, is_secret in FILES:
        owner = getattr(settings, table) if table else settings
        place: Place = (table, field) if table else (field,)
        if owner is not None and getattr(owner, field):
            yield from _file(getattr(owner, field), place, is_secret=is_secret)
    for number, row in enumerate(settings.webhook):
        if row.ca_file:
            yield from _file(row.ca_file, ("webhook", number, "ca_file"), is_secret=False)


def _file(path: str, place: Place, *, is_secret: bool) -> Iterator[Mistake]:
    try:
        with Path(path).open("rb") as file:
            is_empty = not file.read(1).strip()
        mode = Path(path).stat().st_mode
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        yield Mistake(place, f"{path} cannot be read: {why}", "a file", "paths start from the folder of this file")
        return
    if is_empty:
        yield Mistake(place, f"{path} is empty")
    if is_secret and mode & 0o007:
        yield Mistake(place, f"anybody on this machine may read {path}", "a file for its owner", f"chmod 600 {path}")


def _sense(settings: Settings) -> Iterator[Mistake]:
    """What no single field shows."""
    yield from _listening(settings.listen)
    if settings.outage_seconds < 3 * settings.heartbeat_seconds:
        found = f"an outage of {settings.outage_seconds} seconds, with a heartbeat every {settings.heartbeat_seconds}"
        yield Mistake(("outage_seconds",), found, "at least three heartbeats", "one late heartbeat is no outage")
    if settings.limits.requests_burst < settings.limits.requests_per_second:
        yield Mistake(("limits", "requests_burst"), "it is less than requests_per_second", "as much, or more")
    if settings.limits.streams < settings.limits.streams_per_desk:
        yield Mistake(("limits", "streams"), "it is less than streams_per_desk", "as much, or more")
    if settings.mail is not None:
        yield from _mailing(settings.mail)
    if settings.oidc is not None:
        yield from _signing_in(settings.oidc)


def _listening(listen: Listen) -> Iterator[Mistake]:
    if bool(listen.tls_cert) != bool(listen.tls_key):
        given = "tls_cert" if listen.tls_cert else "tls_key"
        yield Mistake(("listen", given), "certificate and key go together", "tls_cert and tls_key, or neither")
    if not listen.hosts:
        yield Mistake(("listen", "hosts"), "the centre would answer to no name", "at least one")
    if listen.public_url and not is_safe_url(listen.public_url):
        yield Mistake(("listen", "public_url"), f"'{listen.public_url}' is no such address", "https://…")
    if not is_loopback(listen.host) and not listen.tls_cert and not listen.proxies:
        found = "passwords and warnings would cross the network in the open"
        accepted = "tls_cert and tls_key, or the address of the reverse proxy that has them, under proxies"
        yield Mistake(("listen", "host"), found, accepted, "see 'TLS' in docs/OPERATIONS.md")
    for number, proxy in enumerate(listen.proxies):
        try:
            ip_address(proxy)
        except ValueError:
            yield Mistake(("listen", "proxies", number), f"'{proxy}' is no address", "an address such as 10.0.0.5")


def _mailing(mail: Mail) -> Iterator[Mistake]:
    if mail.tls == "none" and not is_loopback(mail.host):
        found = f"notices to {mail.host} would cross the network in the open"
        yield Mistake(("mail", "tls"), found, "starttls, implicit")
    if bool(mail.user) != bool(mail.password_file):
        given = "user" if mail.user else "password_file"
        yield Mistake(("mail", given), "name and password go together", "user and password_file, or neither")


def _signing_in(oidc: Oidc) -> Iterator[Mistake]:
    if not is_safe_url(oidc.issuer):
        yield Mistake(("oidc", "issuer"), f"'{oidc.issuer}' is no such address", "https://…")
    if not is_safe_url(oidc.redirect):
        yield Mistake(("oidc", "redirect"), f"'{oidc.redirect}' is no such address", "https://…/oidc/back")
    elif not urlsplit(oidc.redirect).path.endswith("/oidc/back"):
        yield Mistake(("oidc", "redirect"), f"'{oidc.redirect}' leads elsewhere", "an address that ends in /oidc/back")
