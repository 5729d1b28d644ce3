"""From a request to a filed command: who it is for, what it says, and how its author is attested.

Nothing here depends on the alliance's state, so that a refusal here tells nothing of it.
"""

import base64
from collections.abc import Callable
from hashlib import sha256
from typing import Any, get_args

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.alliance.codec import (
    COMMAND_BYTES_MAX,
    decode_content,
    decode_submission,
    encode_command,
    name_given_twice,
    signed_bytes,
)
from tocsin.alliance.commands import Command, ReportWarning
from tocsin.alliance.contents import ContentCommand, PassOnWarning, RemarkWarning, WarningContent
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.court import Filed
from tocsin.centre.desk_model import PartySettings
from tocsin.centre.law import Law
from tocsin.centre.model import Actor, Submission
from tocsin.centre.scopes import COMMAND_SCOPES
from tocsin.errors import Malformed, NotEntitled, NotSignedIn
from tocsin.terms import FAR_AHEAD, Instant, iso

CLAIM_MICROSECONDS_MAX = 10 * 60 * 1_000_000
"""How far a signed command's own instant may lie from the centre's: older is expired, later is a wrong clock."""

CONTENT_TAGS = frozenset(kind.__struct_config__.tag for kind in get_args(ContentCommand))
"""Commands about a content, which every seat handles for itself."""

_fields = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder(order="deterministic")

KeyOf = Callable[[str, str], bytes | None]
"""The public key of a seat with a fingerprint, where it is registered and confirmed."""


def filled(submission: Submission, actor: Actor, law: Law, now: Instant) -> Submission:
    """The submission with the fields the centre fills in for an author without a key of its own: id, at and by.

    Raises Malformed where they cannot be filled in.
    """
    if submission.signature is not None:
        return submission
    if len(submission.command) > COMMAND_BYTES_MAX:
        raise Malformed(f"A command has at most {COMMAND_BYTES_MAX:,} bytes.", field="command", code="too large")
    try:
        fields: dict[str, Any] = _fields.decode(submission.command)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Malformed(f"The command is no JSON object: {problem}.", field="command") from None
    if actor.role != "conductor" or fields.get("at") is None:
        fields["at"] = now
    if not fields.get("by") and fields.get("do") in CONTENT_TAGS:
        fields["by"] = actor.on_behalf or actor.seat
    if not fields.get("by"):
        fields["by"] = _only_actor(actor, law, now)
    if not fields.get("id"):
        raise Malformed(
            "The command has no id.",
            field="command.id",
            fix="Make one, such as a UUID, and use it again when you repeat the command; or send an Idempotency-Key.",
        )
    return msgspec.structs.replace(submission, command=_encoder.encode(fields))


def file(submission: Submission, actor: Actor, law: Law, now: Instant, origin: str, key_of: KeyOf) -> Filed:
    """The filed command. Raises Malformed, NotEntitled or NotSignedIn (a signature that does not hold)."""
    command = _decoded(submission.command)
    check_entitled(command, actor, law, now)
    is_recorded = actor.role == "conductor"
    if command.at_latest is not None and not is_recorded:
        raise Malformed("Only a recorded case has times that are intervals.", field="command.at_latest")
    if is_recorded and command.at > now:
        raise Malformed(
            "The command lies ahead of the centre's clock.",
            field="command.at",
            found=iso(command.at),
            accepted=iso(now),
        )
    seat = actor.on_behalf or (command.by if is_recorded and command.by in law.parties else actor.seat)
    signature = ""
    if submission.signature is not None:
        _check_names(submission.command)
        _check_signature(submission, command, actor, now, origin, key_of)
        signature = base64.b64encode(submission.signature).decode()
    _check_audience(command, submission.content, law)
    return Filed(
        seat=seat,
        command=command,
        data=submission.command,
        content=submission.content,
        attested=_attested(actor, submission),
        signature=signature,
        key=submission.key if signature else "",
        stamp=now,
        keeps_time=is_recorded,
    )


def check_entitled(command: Command | ContentCommand, actor: Actor, law: Law, now: Instant) -> None:
    """Raises NotEntitled where the desk's role does not reach so far, or it may not act as the actor named."""
    scope = COMMAND_SCOPES.get(type(command))
    if scope is None or scope not in actor.scopes:
        raise NotEntitled(
            "no scope",
            f"'{command.__struct_config__.tag}' is not for {_credential(actor)}.",
            fix=f"It takes the scope '{scope}'." if scope else "The centre itself does it.",
        )
    reads_as = actor.on_behalf or actor.seat
    if isinstance(command, ContentCommand) and command.by != reads_as and actor.role != "conductor":
        # Who acts for an office does not see what is released to it, and must not learn of it by its answers either.
        raise NotEntitled("not you", f"Contents are handled by the seat itself, here '{reads_as}'.")
    if actor.role == "conductor" or command.by in actor.acts_as or isinstance(command, ContentCommand):
        return
    snapshot = law.plain(now)
    if (
        actor.seat == SECRETARIAT
        and not actor.on_behalf
        and (command.by in snapshot.offices or command.by in snapshot.organs)
    ):
        return
    raise NotEntitled(
        "not you",
        f"This desk does not act as '{command.by}'.",
        fix=f"It acts as: {', '.join(sorted(actor.acts_as)) or 'the offices and organs of the charter'}.",
    )


def check_own_key(filed: Filed, actor: Actor, wishes: PartySettings) -> None:
    """Raises NotEntitled for an unsigned command of a seat that wants its commands signed."""
    if filed.signature or actor.role == "conductor" or not wishes.require_key:
        return
    raise NotEntitled(
        "own key needed",
        f"{filed.seat} wants its commands signed with its own key.",
        fix="Sign the command's bytes with a confirmed key of the party.",
    )


def _credential(actor: Actor) -> str:
    """What one came with, in words."""
    if actor.on_behalf:
        return f"the delegation of {actor.on_behalf}"
    return "this token" if actor.via == "token" else f"a desk of the role '{actor.role}'"


def made_content(secret: bytes, seat: str, command_id: str, content: WarningContent) -> WarningContent:
    """A content with its salt. The same request makes the same salt, so that repeating it is repeating it; nobody
    without the centre's secret can make it."""
    data = _encoder.encode(content)
    salt = sha256(b"tocsin/salt/v1\n" + secret + f"\n{seat}\n{command_id}\n".encode() + data).hexdigest()
    return msgspec.structs.replace(content, salt=salt)


def warning_command(content: WarningContent, data: bytes, case: str, command_id: str, by: str) -> bytes:
    """The command that hands in a content, whose bytes are `data`."""
    command = ReportWarning(
        id=command_id,
        at=Instant(0),
        by=by,
        case=case,
        warning=content.warning,
        commitment=sha256(data).hexdigest(),
    )
    return encode_command(command)


def _decoded(data: bytes) -> Command | ContentCommand:
    try:
        return decode_submission(data)
    except (msgspec.DecodeError, RecursionError) as problem:
        said, _, path = str(problem).partition(" - at `$")
        field = f"command{path.rstrip('`')}" if path else "command"
        raise Malformed(f"The command cannot be read: {said}.", field=field) from None


def _only_actor(actor: Actor, law: Law, now: Instant) -> str:
    """Who acts, where there is only one it can be."""
    offices = list(law.plain(now).offices) if actor.seat == SECRETARIAT and not actor.on_behalf else []
    able = [*actor.acts_as, *offices]
    if len(able) == 1:
        return able[0]
    raise Malformed(
        "The command does not say who acts.",
        field="command.by",
        accepted=", ".join(sorted(able)) or "an actor of the charter",
    )


def _attested(actor: Actor, submission: Submission) -> str:
    """How the author was attested, in words that name no person."""
    if actor.role == "conductor":
        return "recorded case"
    how = f"own key {submission.key}" if submission.signature is not None else "centre on behalf"
    whose = f"{actor.seat} {actor.role} desk {actor.desk}"
    if actor.on_behalf:
        whose += f" under a delegation of {actor.on_behalf}"
    if submission.seconded:
        whose += f", after desk {submission.seconded}"
    return f"{how} of {whose}" if submission.signature is None else f"{how}, {whose}"


def _check_names(command: bytes) -> None:
    """What a nation signs says one thing to every reader. Raises Malformed for a name that stands twice."""
    twice = name_given_twice(command)
    if twice:
        raise Malformed(
            f"The signed command names '{twice[:80]}' twice in one object: it can be read in two ways.",
            field="command",
            found=twice[:80],
            fix="Name each field once, and sign it anew.",
        )


def _check_signature(
    submission: Submission, command: Command | ContentCommand, actor: Actor, now: Instant, origin: str, key_of: KeyOf
) -> None:
    seat = actor.on_behalf or actor.seat
    public = key_of(seat, submission.key)
    if public is None:
        raise NotSignedIn(
            "unknown key",
            f"{seat} has no confirmed key with the fingerprint '{submission.key[:60]}'.",
            fix="Register the key and have its fingerprint confirmed.",
        )
    assert submission.signature is not None
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            submission.signature, signed_bytes(origin, submission.command)
        )
    except InvalidSignature:
        raise NotSignedIn(
            "bad signature",
            "The signature is not that of this key over this command for this centre.",
            fix=f"Sign the bytes as they are sent, for the origin '{origin}'.",
        ) from None
    handed_in = submission.made or now  # what waited for a second person was signed in time, if it was then
    if abs(command.at - handed_in) > CLAIM_MICROSECONDS_MAX or command.at > FAR_AHEAD:
        raise NotSignedIn(
            "expired",
            f"The command was signed for {iso(command.at)}; here it was {iso(handed_in)}.",
            fix="Sign it anew, with the present instant. Check your clock.",
        )


def _check_audience(command: Command | ContentCommand, content: bytes | None, law: Law) -> None:
    """An audience names who can be one: parties of the charter and its groups, offices and organs."""
    names: tuple[str, ...] = ()
    if isinstance(command, RemarkWarning):
        names = command.audience
    elif isinstance(command, PassOnWarning):
        names = command.to
    elif isinstance(command, ReportWarning) and content is not None:
        try:
            names = decode_content(content).audience
        except (msgspec.DecodeError, RecursionError):
            return  # the court says what is wrong with it
    known = audience_names(law) if names else frozenset()
    for name in names:
        if name not in known:
            raise Malformed(
                f"'{name}' is no party, group, office or organ of this charter.",
                field="audience",
                found=name,
                accepted=", ".join(sorted(known)[:60]),
            )


def audience_names(law: Law) -> frozenset[str]:
    """What an audience may name, on any day."""
    document = law.charter.document
    built_in = {"members", "voters", "observers", "partners", "acceding", "everyone", SECRETARIAT}
    rows = {row.id for table in (document.group, document.office, document.organ) for row in table}
    return law.parties | built_in | rows
