"""Acting by a form: what it would bring is shown first, in words; then it is filed, once however often it is sent."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.facts import AttemptRecorded, Refusal
from tocsin.centre.effects import Effect, effects
from tocsin.centre.model import Answer, Submission
from tocsin.centre.rehearsal import Rehearsal, rehearse
from tocsin.errors import Conflict, NotFound, Unserved
from tocsin.web import deeds
from tocsin.web.call import Call, Reply
from tocsin.web.commands import command_bytes
from tocsin.web.cookies import filed_header
from tocsin.web.kept import fields_in
from tocsin.web.language import language_of
from tocsin.web.problems import Problem, refused, reply_of
from tocsin.web.shell import page, see_other, texts

Csrf = Annotated[str, Meta(max_length=100)]
Line = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=4_000)]

REFUSED = 422
LATEST = 20
"""Items of the feed among which an act that was filed this moment is looked for."""


class SeatForm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the forms that do anything for a seat."""

    csrf: Csrf
    made_for: Annotated[str, Meta(max_length=200)] = ""
    """Whom the page was made for: whoever is another by now does nothing with it, see `guard`."""


class ActForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the forms that act."""

    step: Literal["show", "file"] = "show"
    """First show what it would bring, then file it."""
    seen: Annotated[str, Meta(max_length=60)] = ""
    """The seat's cursor when the form was made: a later, equal act is another one."""
    basis: Annotated[str, Meta(max_length=100)] = ""
    """The text spoken on, as it stood when the effects were shown: see `check_basis`."""


class EffectLine(Struct, frozen=True, kw_only=True):
    """One effect as a page shows it."""

    kind: str
    text: str
    """In the page's language."""
    english: str
    """The same in English, where that is another text."""
    clause: str = ""
    is_grave: bool = False
    is_english: bool = False


Shows = Sequence[tuple[str, str]]
Again = Callable[[Problem], Reply]
"""The form once more, with what was wrong on top and what stood in it."""


def command_id(call: Call, what: str, fields: object, seen: str) -> str:
    """The id of an act by form. The same form sent twice is one act; nobody else can guess it."""
    data = msgspec.json.encode([what, fields, seen], order="deterministic")
    return "f-" + sha256(b"tocsin/form/v1\n" + call.secret.encode() + b"\n" + data).hexdigest()[:32]


async def act(  # what is done, and where one goes in each case
    call: Call,
    command: dict[str, Any],
    *,
    back: str,
    title: str,
    content: bytes | None = None,
    again: Again | None = None,
    shows: Shows = (),
) -> Reply:
    """Show what a command would bring, or file it, as the form says; then go `back`.

    `title` says in words what is about to be done, `shows` with what, as label and value. What is wrong with it comes
    back as the form, by `again`. Without that it raises what any submission raises, but for a refusal by the law, which
    is a page.
    """
    form: ActForm = call.body
    try:
        key = command_id(call, command["do"], command, form.seen)
        submission = Submission(command=command_bytes(msgspec.json.encode(command), key), content=content)
        if form.step == "show":
            foreseen = await rehearse(call.centre, call.actor, submission)
            if foreseen.refusal is not None and again is not None:
                return again(problem_of(foreseen.refusal))
            return confirm_page(call, foreseen, back=back, title=title, shows=shows)
        if call.centre.taken_at(str(command.get("by", call.seat)), key) is None:  # sent again it is a repeat
            speaks = command["do"] == "state position"
            check_basis(call, form, command.get("case", ""), command.get("procedure", ""), speaks=speaks)
        answer = await call.centre.submit(call.actor, submission)
    except Unserved as error:
        if again is None:
            raise
        return again(problem_in(error))
    return after(call, answer, back=back, title=title, again=again)


async def file_at_once(call: Call, command: dict[str, Any], *, back: str, title: str) -> Reply:
    """File what has no effect that anybody need think over, such as that one has received something."""
    form: ActForm = call.body
    key = command_id(call, command["do"], command, form.seen)
    submission = Submission(command=command_bytes(msgspec.json.encode(command), key))
    answer = await call.centre.submit(call.actor, submission)
    return after(call, answer, back=back, title=title)


def confirm_page(call: Call, foreseen: Rehearsal, *, back: str, title: str, shows: Shows = ()) -> Reply:
    """What would come of it, in words, and the button that does it."""
    status = 200 if foreseen.refusal is None else REFUSED
    told = effect_lines(call, foreseen)
    values: dict[str, Any] = {
        "foreseen": foreseen,
        "effects": told,
        "shows": shows or deeds.rows(call, foreseen.command),
        "fields": fields_in(call.body),
    }
    values["act_english"] = act_english(call, foreseen)
    values["basis"] = basis_of(call, *(getattr(foreseen.command, name, "") for name in ("case", "procedure")))
    return page(call, "console/confirm", status=status, here=_part(back), back=back, title=title, **values)


def basis_of(call: Call, case: str, procedure: str) -> str:
    """The text that an act speaks on, as the seat sees it now: version, status and deadline; empty for other acts."""
    try:
        row = call.view.procedure(case, procedure) if procedure else None
    except NotFound:
        row = None
    return "" if row is None else f"{row.version} {row.status} {row.deadline or '-'}"


def check_basis(call: Call, form: ActForm, case: str, procedure: str, *, speaks: bool) -> None:
    """Raises Conflict where the text is another than the one whose effects were shown: nobody agrees to that unread.

    Whoever states a position on a text that has ended since agrees to nothing: that it came too late goes on record.
    """
    now = basis_of(call, case, procedure)
    is_too_late = speaks and bool(now) and call.view.procedure(case, procedure).status not in ("open", "silence")
    if form.basis and form.basis != now and not is_too_late:
        raise Conflict(
            "changed meanwhile",
            "The text changed after you were shown what this brings.",
            fix="Look at it as it is now, and decide anew.",
        )


def act_english(call: Call, foreseen: Rehearsal) -> str:
    """What is about to be done in the law's own word, for a page in another language; empty for one in English."""
    return "" if language_of(call) == "en" else str(foreseen.command.__struct_config__.tag)


def effect_lines(call: Call, foreseen: Rehearsal) -> tuple[EffectLine, ...]:
    """What an act would bring, in the language of the page, with the English beside it."""
    translate = texts(call)
    return tuple(_line(one, one.text(translate)) for one in effects(call.view, foreseen))


def _line(one: Effect, text: str) -> EffectLine:
    english = one.text()
    return EffectLine(
        kind=one.kind.replace(" ", "-").replace(",", ""),
        text=text,
        english=english if english != text else "",
        clause=one.clause,
        is_grave=one.is_grave,
        is_english=one.is_english,
    )


def after(call: Call, answer: Answer, *, back: str, title: str, again: Again | None = None) -> Reply:
    """Where one goes once an act was filed; a refusal says why, and so does what came too late to have an effect."""
    if answer.status == "refused":
        if again is not None:
            return again(problem_in(refused(answer)))
        return page(call, "console/refused", status=REFUSED, here=_part(back), answer=answer, back=back, title=title)
    if answer.status == "pending":
        return see_other(onward(call, "/desk") + "#pending")
    idle = [fact for fact in answer.facts if isinstance(fact, AttemptRecorded)]
    if idle:
        return page(call, "console/idle", here=_part(back), idle=idle, back=back, title=title)
    return see_other(back, filed_header(act_cursor(call, answer), is_secure=call.is_secure))


def act_cursor(call: Call, answer: Answer) -> str:
    """Where the act stands in the seat's feed; empty where it is not among the latest."""
    view = call.view
    items = view.feed(max(0, view.length - LATEST), LATEST).items
    return next((item.cursor for item in reversed(items) if item.facts and item.facts == answer.facts), "")


def _part(path: str) -> str:
    """Which part of the console a path is in: its entry in the bar."""
    return "/" + urlsplit(path).path.split("/")[1]


def problem_in(found: Unserved | Reply) -> Problem:
    """What is wrong, as a page shows it."""
    answer = found if isinstance(found, Reply) else reply_of(found)
    return msgspec.json.decode(answer.body, type=Problem)


def problem_of(refusal: Refusal) -> Problem:
    """The law's no, as a page shows what is wrong."""
    return Problem(
        title="Refused",
        status=REFUSED,
        detail=refusal.message,
        code=refusal.code,
        clause=refusal.clause,
        fix=refusal.fix,
    )


def onward(call: Call, path: str) -> str:
    """A path of the console, for the same seat: whoever acts under a delegation stays with it."""
    whom = call.actor.on_behalf
    if not whom:
        return path
    path, mark, anchor = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}on_behalf={whom}{mark}{anchor}"
