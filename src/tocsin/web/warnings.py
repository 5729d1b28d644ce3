"""Warnings: the easy form that makes content and commitment, a look at who would see it, and reading one."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.codec import encode_content
from tocsin.alliance.commands import Name, Path
from tocsin.alliance.contents import Audience, Held, WarningContent
from tocsin.centre.intake import audience_names, made_content, warning_command
from tocsin.centre.model import Submission
from tocsin.centre.view_model import Holder, PreviewLine, Release, WarningLine, WarningView
from tocsin.errors import Malformed
from tocsin.terms import Marking, PartyId
from tocsin.web.call import Call, Reply
from tocsin.web.commands import answered, idempotency_key

NO_SALT = "0" * 16
"""Stands where the centre puts the salt it makes."""


class WarningIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A warning in plain words. The centre makes its salt, commitment and command."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000, description="What is known.")]
    to: Annotated[
        Audience,
        Meta(description="Parties, groups, offices and organs that may see it; empty: nobody but the author."),
    ]
    marking: Annotated[Marking, Meta(description="Handling, TLP 2.0.")]
    case: Annotated[
        Name | None,
        Meta(description="The case; none: a new one, under the warning's name, which tells nobody who warns."),
    ] = None
    warning: Annotated[Name | None, Meta(description="Name of the warning; none: the centre makes one.")] = None
    orcon: Annotated[bool, Meta(description="Nobody but the author passes it on.")] = False
    as_of: Annotated[date | None, Meta(description="Groups mean their members on this day.")] = None
    by: Annotated[Name | None, Meta(description="The party that warns, where the desk acts for several.")] = None
    id: Annotated[Path | None, Meta(description="The command's id, if not in the header Idempotency-Key.")] = None


class WarningsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which warnings."""

    case: Annotated[str, Meta(max_length=80, description="Of this case alone.")] = ""


async def hand_in(call: Call) -> Reply:
    """Hand in a warning."""
    body: WarningIn = call.body
    _check_audience(call)
    by, key = _author(call), idempotency_key(call)
    command_id = body.id or key
    if not command_id:
        raise Malformed(
            "The warning has no id of its command.",
            field="id",
            fix="Make one, such as a UUID, and send it as Idempotency-Key; use it again when you repeat the request.",
        )
    centre = call.centre
    content = made_content(centre.secret, by, command_id, _content(body, by, command_id))
    data = encode_content(content)
    case = body.case or f"{call.view.case_prefix()}{content.warning}"
    fields: dict[str, Any] = msgspec.json.decode(warning_command(content, data, case, command_id, by))
    # The centre stamps it; a recorded case would say its own instant by the other way in.
    del fields["at"]
    submission = Submission(command=msgspec.json.encode(fields), content=data)
    return answered(await centre.submit(call.actor, submission))


async def preview(call: Call) -> tuple[PreviewLine, ...]:
    """Who would see it, and why or why not. Nothing is kept or sent."""
    body: WarningIn = call.body
    _check_audience(call)
    view = call.view
    draft = Held(
        case=body.case or "draft",
        warning=body.warning or "draft",
        author=_author(call),
        at=view.now,
        changed=view.now,
        marking=body.marking,
        audience=body.to,
        as_of=body.as_of,
        orcon=body.orcon,
    )
    return view.preview(draft)


async def listed(call: Call) -> tuple[WarningLine, ...]:
    """The warnings of the cases the seat sees, and those released to it."""
    return call.view.warnings(call.query.case)


async def one(call: Call) -> WarningView:
    """A warning's substance. That it was handed over is recorded before it is."""
    return await call.centre.receive(call.actor, call.params["case"], call.params["warning"])


async def holders(call: Call) -> tuple[Holder, ...]:
    """For its author: who may see it, who has it, who has not confirmed."""
    return call.view.holders(call.params["case"], call.params["warning"])


async def releases(call: Call) -> tuple[Release, ...]:
    """Everything released to the seat, and why."""
    return call.view.releases()


def _check_audience(call: Call) -> None:
    """Raises Malformed for a name that nobody has under the charter."""
    known = audience_names(call.centre.law)
    for name in call.body.to:
        if name not in known:
            raise Malformed(
                f"'to': '{name}' is no party, group, office or organ of this charter.",
                field="to",
                found=name,
                accepted=", ".join(sorted(known)),
            )


def _author(call: Call) -> str:
    """The party that warns."""
    body: WarningIn = call.body
    able = sorted(call.actor.acts_as)
    if body.by is not None:
        return body.by
    if len(able) != 1:
        accepted = ", ".join(able) or "a party that the desk acts for"
        raise Malformed("It does not say which party warns.", field="by", accepted=accepted)
    return able[0]


def _content(body: WarningIn, by: str, command_id: str) -> WarningContent:
    return WarningContent(
        warning=body.warning or f"w-{sha256(command_id.encode()).hexdigest()[:8]}",
        author=PartyId(by),
        substance=body.text,
        marking=body.marking,
        audience=body.to,
        as_of=body.as_of,
        orcon=body.orcon,
        salt=NO_SALT,
    )
