"""Entries of a ledger in plain words, and as the structs that --json prints."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance.codec import Act, decode_content, decode_submission
from tocsin.alliance.commands import Command
from tocsin.alliance.contents import ContentCommand, InContent
from tocsin.alliance.lessons import sentence, sentence_of
from tocsin.alliance.records import AnyHead, CentreOpening, CharterChanged, Opening, Record, decode
from tocsin.cli.centre_known import state_names
from tocsin.cli.tables import plain
from tocsin.errors import TocsinError
from tocsin.ledger import Entry, LedgerError
from tocsin.ledger.note import Note, VerifierKey
from tocsin.ledger.statements import Epoch, Erasure, Genesis, KeyChange, Statement, statement
from tocsin.replay.computing import fact_names
from tocsin.states import state_name
from tocsin.terms import Instant, iso

SUBSTANCE_LETTERS_MAX = 2_000


class EntryView(Struct, frozen=True, kw_only=True):
    """One line of the table of entries."""

    index: int
    at: str
    """When it was written, UTC."""
    kind: str
    what: str
    contents: int = 0
    """How many contents lie beside it."""
    erased: int = 0
    """How many of them are erased."""


class ContentView(Struct, frozen=True, kw_only=True):
    """One content beside an entry: its bytes in words, or that it is erased; in a proof, that it is not shown."""

    number: int
    bytes: int | None
    what: str
    warning: msgspec.Raw | None = None


class EntryDetail(Struct, frozen=True, kw_only=True):
    """All about one entry. `leaf_hash` is in hex; `json` is the record where it is JSON; `statement` a note's text."""

    index: int
    at: str
    kind: str
    what: str
    leaf_hash: str
    says: tuple[str, ...] = ()
    """What came of an act, a sentence each."""
    json: msgspec.Raw | None = None
    statement: str = ""
    signatures: tuple[str, ...] = ()
    contents: tuple[ContentView, ...] | None = None
    """None where they are not at hand."""


def view_of(entry: Entry, contents: Sequence[bytes | None]) -> EntryView:
    """The line of an entry."""
    erased = sum(content is None for content in contents)
    return EntryView(
        index=entry.index,
        at=when(entry.at),
        kind=entry.kind,
        what=what_of(entry),
        contents=len(contents),
        erased=erased,
    )


def detail_of(
    entry: Entry, leaf_hash: bytes, contents: Sequence[bytes | None] | None, *, gone: str = "erased"
) -> EntryDetail:
    """All about an entry. `contents` None: they are not at hand; `gone` is what is said of one that is not there."""
    record = _record(entry) if entry.kind == "record" else None
    note = _note(entry) if entry.kind == "note" else None
    found = None if contents is None else tuple(_content(place, body, gone) for place, body in enumerate(contents))
    return EntryDetail(
        index=entry.index,
        at=when(entry.at),
        kind=entry.kind,
        what=what_of(entry),
        leaf_hash=leaf_hash.hex(),
        says=_says(record) if isinstance(record, Act) else (),
        json=as_json(entry.body) if entry.kind == "record" else None,
        statement=note.text if note else "",
        signatures=tuple(f"{name} (key {number.hex()})" for name, number, _ in note.signatures) if note else (),
        contents=found,
    )


def what_of(entry: Entry) -> str:
    """An entry in one line. Whatever the bytes are, it says something and never fails."""
    if entry.kind == "note":
        said = _statement(entry)
        return plain(statement_text(said)) if said else "a note of the ledger that this release cannot read"
    record = _record(entry)
    if record is None:
        return f"record of {len(entry.body):,} bytes that this release cannot read"
    return plain(_act_text(record, entry.at) if isinstance(record, Act) else _head_text(record))


def statement_text(said: Statement) -> str:
    """What the ledger says itself, in one line."""
    match said:
        case Genesis():
            return f"the ledger begins, signed by key {said.key.id.hex()}"
        case Epoch():
            went = f"epoch {said.origin.epoch} begins from a copy of {said.after.size:,} entries"
            return f"{went}, signed by key {said.key.id.hex()}: {said.reason}"
        case KeyChange():
            parts = [f"key {said.add.id.hex()} added"] if said.add else []
            parts += [f"key {key.id.hex()} revoked from size {size:,} on" for key, size in said.revoke]
            return f"{', '.join(parts)}: {said.reason}"
        case Erasure():
            names = ", ".join(f"content {number} of entry {index}" for index, number in said.erased)
            return f"{names} erased by {said.by}: {said.reason}"


def contents_text(view: EntryView) -> str:
    """'1 content', '2 contents, 1 erased', or nothing."""
    if not view.contents:
        return ""
    counted = f"{view.contents} content{'s' if view.contents != 1 else ''}"
    if view.erased:
        counted += ", erased" if view.erased == view.contents else f", {view.erased} erased"
    return counted


def when(at: int) -> str:
    """Microseconds UTC as ISO text; as they are where they lie beyond any calendar."""
    try:
        return iso(Instant(at))
    except (OverflowError, ValueError):
        return f"{at} us"


def as_json(data: bytes) -> msgspec.Raw | None:
    """The very bytes, where they are JSON."""
    try:
        data.decode()
        msgspec.json.decode(data)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None
    return msgspec.Raw(data)


def key_text(key: VerifierKey) -> str:
    """A key as people compare it: by its name and id."""
    return f"{key.name} (key {key.id.hex()})"


def _head_text(head: AnyHead) -> str:
    if isinstance(head, CharterChanged):
        why = f": {head.why}" if head.why else ""
        return f"{_named(head.by)} changed the charter to {head.charter} ({head.charter_hash}){why}"
    readings = f", readings {', '.join(head.readings)}" if head.readings else ""
    known = f", known on {head.known}" if head.known else ""
    match head:
        case Opening():
            return f"replay of {head.case} under {head.charter}{readings}{known}"
        case CentreOpening():
            return f"a centre begins ({head.mode}) under {head.charter}{readings}{known}"


def _act_text(act: Act, written: int) -> str:
    facts = ", ".join(fact_names((*act.facts, *act.handled))) or "no fact"
    command = _command(act)
    if command is None:
        return f"an act whose command this release cannot read → {facts}"
    command = command if act.received is None else replace(command, at=act.received)
    # A time known only to the day runs from midnight to midnight somewhere; its middle is on the right day in UTC too.
    day = when((command.at + (command.at_latest or command.at)) // 2)[:10]
    counted = f"{day} " if day != when(written)[:10] else ""
    party = getattr(command, "party", command.by)
    about = [f"'{command.warning}'"] if isinstance(command, InContent) else []
    about += [_named(party)] if party != command.by else []
    to = getattr(command, "to", ()) if isinstance(command, InContent) else ()
    about += [_named(name) for name in ((to,) if isinstance(to, str) else to)]
    about += [position] if (position := getattr(command, "position", "")) else []
    asked = f"{command.__struct_config__.tag} ({', '.join(about)})" if about else command.__struct_config__.tag
    return f"{counted}{_named(command.by)}: {asked} → {facts}"


def _says(act: Act) -> tuple[str, ...]:
    names = state_names()
    said = [sentence(fact, names) or str(fact.__struct_config__.tag) for fact in act.facts]
    return tuple(map(plain, (*said, *(sentence_of(one, names) for one in act.handled))))


def _record(entry: Entry) -> Record | None:
    try:
        return decode(entry.body)
    except (TocsinError, msgspec.DecodeError, RecursionError):
        return None


def _command(act: Act) -> Command | ContentCommand | None:
    try:
        return decode_submission(act.command)
    except (msgspec.DecodeError, RecursionError):
        return None


def _note(entry: Entry) -> Note | None:
    try:
        return Note.parse(entry.body)
    except LedgerError:
        return None


def _statement(entry: Entry) -> Statement | None:
    try:
        return statement(Note.parse(entry.body).text)
    except LedgerError:
        return None


def _content(number: int, body: bytes | None, gone: str) -> ContentView:
    if body is None:
        return ContentView(number=number, bytes=None, what=gone)
    try:
        warning = decode_content(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ContentView(number=number, bytes=len(body), what=f"{len(body):,} bytes of another kind")
    audience = ", ".join(map(_named, warning.audience)) or "nobody"
    short = warning.substance[:SUBSTANCE_LETTERS_MAX]
    more = "…" if len(warning.substance) > len(short) else ""
    orcon = ", originator control" if warning.orcon else ""
    as_of = f" as of {warning.as_of}" if warning.as_of else ""
    handling = f"{warning.marking}{orcon}, for {audience}{as_of}"
    what = f"warning '{warning.warning}' by {_named(warning.author)}, {handling}: {short}{more}"
    return ContentView(number=number, bytes=len(body), what=plain(what), warning=msgspec.Raw(body))


def _named(actor: str) -> str:
    return state_name(actor) or actor
