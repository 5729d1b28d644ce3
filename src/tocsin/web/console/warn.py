"""Desk: hand in a warning, with who will see it shown before; then what becomes of it, and passing on others'."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import Audience, Held, WarningContent
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.intake import audience_names, made_content
from tocsin.centre.runtime import reads_as
from tocsin.centre.view_model import PreviewLine
from tocsin.errors import Malformed, NotFound
from tocsin.terms import Marking, PartyId
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.acting import Actors, able, chosen, named, path
from tocsin.web.forms import ActForm, act, command_id, problem_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, texts
from tocsin.web.warnings import NO_SALT

MARKINGS: tuple[Marking, ...] = get_args(Marking)
BUILT_IN_GROUPS = ("members", "voters", "observers", "partners", "acceding", "everyone")
PARTIAL = b"x-partial"
Choice = Annotated[str, Meta(max_length=80)]


class Release(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """To whom, under which marking."""

    by: Choice = ""
    to: Audience = ()
    marking: Marking = "TLP:AMBER"
    orcon: bool = False
    as_of: Annotated[str, Meta(max_length=10)] = ""
    """Groups mean their members on this day."""


class WarningForm(Release, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A warning."""

    case: Choice = ""
    """One there is, or empty for a new one."""
    new_case: Choice = ""
    warning: Choice = ""
    text: Annotated[str, Meta(max_length=100_000)] = ""


class RemarkForm(Release, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another release for one of ours."""


class PassForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More who are to see it."""

    to: Audience = ()


class RecallForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take it back, and why."""

    why: Annotated[str, Meta(max_length=2_000)] = ""


class Audiences(Struct, frozen=True, kw_only=True):
    """What can be ticked, with names."""

    groups: Actors
    parties: Actors
    offices: Actors


class Seen(Struct, frozen=True, kw_only=True):
    """Who would see a draft and who would not, with the reasons."""

    yes: tuple[PreviewLine, ...]
    no: tuple[tuple[str, str, tuple[PreviewLine, ...]], ...]
    """why, clause, the seats it holds of"""


async def show(call: Call) -> Reply:
    """The form for a warning."""
    return _form(call, None)


async def preview(call: Call) -> Reply:
    """Who would see it: the form again with the answer, or for a script the answer alone. Nothing is kept or sent."""
    form: WarningForm = call.body
    try:
        seen = _seen(call, form, form.case)
    except Malformed as problem:
        if call.header(PARTIAL):
            return page(call, "console/warn_preview", seen=None, problem=problem_in(problem))
        return _form(call, form, problem_in(problem))
    if call.header(PARTIAL):
        return page(call, "console/warn_preview", seen=seen, problem=None)
    return _form(call, form, seen=seen)


async def hand_in(call: Call) -> Reply:
    """What a warning would bring, then file it."""
    form: WarningForm = call.body

    def again(problem: Problem) -> Reply:
        return _form(call, form, problem)

    try:
        by = chosen(_authors(call), form.by)
        _check_audience(call, form.to)
        as_of = _day(form.as_of)
    except Malformed as problem:
        return again(problem_in(problem))
    if not form.text.strip():
        return again(problem_in(Malformed("The warning has no text.", field="text")))
    key = command_id(call, "warning", [by, *form.to, form.marking, form.text, form.case, form.new_case], form.seen)
    warning = form.warning.strip() or f"w-{sha256(key.encode()).hexdigest()[:8]}"
    case = form.case or _new_case(call, form.new_case.strip() or warning)
    # The names are part of what is confirmed, so that they do not change between showing and filing.
    call.body = form = replace(form, by=by, warning=warning, case=form.case, new_case="" if form.case else case)
    try:
        content = WarningContent(
            warning=warning,
            author=PartyId(by),
            substance=form.text,
            marking=form.marking,
            audience=form.to,
            as_of=as_of,
            orcon=form.orcon,
            salt=NO_SALT,
        )
        data = encode_content(made_content(call.centre.secret, by, f"{form.seen}/{key}", content))
    except msgspec.ValidationError as error:
        return again(problem_in(Malformed(str(error))))
    command = {
        "do": "report warning",
        "by": by,
        "case": case,
        "warning": warning,
        "commitment": sha256(data).hexdigest(),
    }
    # Who plays for others does not see what is theirs.
    back = path(call, "desk", "warning", case, warning) if by == call.view.seat else path(call, "cases", case)
    _ = texts(call)
    shows = (
        (_("What is known"), form.text),
        (_("Marking, TLP 2.0"), form.marking),
        (_("Released to"), ", ".join(call.view.law.name(name) for name in form.to) or _("nobody")),
        (_("Groups as they were on"), form.as_of),
        (_("Originator control"), _("nobody but us passes it on") if form.orcon else ""),
    )
    title = _("Hand in a warning")
    return await act(call, command, back=back, title=title, content=data, again=again, shows=shows)


async def one(call: Call) -> Reply:
    """One of our warnings with who has confirmed it, or one of others' to pass on."""
    return _one(call)


async def remark(call: Call) -> Reply:
    """Give one of ours another release."""
    form: RemarkForm = call.body
    case, warning = call.params["case"], call.params["warning"]

    def again(problem: Problem) -> Reply:
        return _one(call, problem)

    try:
        _check_audience(call, form.to)
        as_of = _day(form.as_of)
    except Malformed as problem:
        return again(problem_in(problem))
    command: dict[str, Any] = {
        "do": "re-mark warning",
        "by": reads_as(call.actor),
        "case": case,
        "warning": warning,
        "marking": form.marking,
        "audience": form.to,
        "orcon": form.orcon,
    }
    if as_of is not None:
        command["as_of"] = as_of.isoformat()
    _ = texts(call)
    title = f"{_('Release it otherwise')}{_(':')} {warning}"
    return await act(call, command, back=_path(call), title=title, again=again)


async def pass_on(call: Call) -> Reply:
    """Release it to more, where its marking and its author let us."""
    form: PassForm = call.body
    warning = call.params["warning"]

    def again(problem: Problem) -> Reply:
        return _one(call, problem)

    try:
        _check_audience(call, form.to)
    except Malformed as problem:
        return again(problem_in(problem))
    if not form.to:
        return again(problem_in(Malformed("Nobody is chosen to pass it on to.", field="to")))
    command = {
        "do": "pass on warning",
        "by": reads_as(call.actor),
        "case": call.params["case"],
        "warning": warning,
        "to": form.to,
    }
    _ = texts(call)
    title = f"{_('Pass it on')}{_(':')} {warning}"
    return await act(call, command, back=_path(call), title=title, again=again)


async def recall(call: Call) -> Reply:
    """Take one of ours back for good."""
    form: RecallForm = call.body
    warning = call.params["warning"]

    def again(problem: Problem) -> Reply:
        return _one(call, problem)

    if not form.why.strip():
        return again(problem_in(Malformed("Say why: it is told to all who hold it.", field="why")))
    command = {
        "do": "recall warning",
        "by": reads_as(call.actor),
        "case": call.params["case"],
        "warning": warning,
        "why": form.why.strip(),
    }
    _ = texts(call)
    title, shows = f"{_('Recall the warning')}{_(':')} {warning}", ((_("Why"), form.why),)
    return await act(call, command, back=_path(call), title=title, again=again, shows=shows)


# ---- pages


def _form(call: Call, form: WarningForm | None, problem: Problem | None = None, seen: Seen | None = None) -> Reply:
    view = call.view
    authors = _authors(call)
    return page(
        call,
        "console/warn",
        here="/desk",
        problem=problem,
        form=form if form is not None else WarningForm(csrf=""),
        seen=seen,
        audiences=_audiences(call),
        markings=MARKINGS,
        cases=[case.id for case in view.seen_cases() if case.closed is None],
        prefix=view.case_prefix(),
        authors=named(call, authors),
    )


def _one(call: Call, problem: Problem | None = None) -> Reply:
    view = call.view
    case, warning = call.params["case"], call.params["warning"]
    line = next((row for row in view.warnings() if (row.case, row.warning) == (case, warning)), None)
    if line is None or not line.is_released:
        raise NotFound("warning", warning, [])
    is_own = line.author == view.seat
    held = view.known(view.held(case, warning))
    return page(
        call,
        "console/warn_one",
        here="/desk",
        problem=problem,
        line=line,
        shown=view.warning(case, warning) if is_own else None,
        is_own=is_own,
        orcon=held.orcon,
        holders=view.holders(case, warning) if is_own else (),
        audiences=_audiences(call),
        markings=MARKINGS,
        may_pass=is_own or (not held.orcon and line.marking in ("TLP:GREEN", "TLP:CLEAR")),
        named=view.law.name,
    )


def _seen(call: Call, form: WarningForm, case: str) -> Seen:
    """Who would see it. Raises Malformed."""
    by = chosen(_authors(call), form.by)
    _check_audience(call, form.to)
    view = call.view
    draft = Held(
        case=case or "draft",
        warning="draft",
        author=by,
        at=view.now,
        changed=view.now,
        marking=form.marking,
        audience=form.to,
        as_of=_day(form.as_of),
        orcon=form.orcon,
    )
    lines = [line for line in view.preview(draft) if line.seat != by]
    reasons: dict[tuple[str, str], list[PreviewLine]] = {}
    for line in lines:
        if not line.sees:
            reasons.setdefault((line.why, line.clause), []).append(line)
    return Seen(
        yes=tuple(line for line in lines if line.sees),
        no=tuple((why, clause, tuple(rows)) for (why, clause), rows in reasons.items()),
    )


def _audiences(call: Call) -> Audiences:
    view, law = call.view, call.view.snapshot
    groups = [name for name in law.groups if not law.roles_in(name)]
    parties = [row.party for row in view.members() if row.status != "withdrawn" and row.party != view.seat]
    return Audiences(
        groups=tuple((name, name) for name in dict.fromkeys((*BUILT_IN_GROUPS, *groups))),
        parties=named(call, tuple(parties)),
        offices=named(call, (*law.offices, *law.organs, SECRETARIAT)),
    )


def _authors(call: Call) -> tuple[str, ...]:
    """The parties that this desk may warn as."""
    return tuple(name for name in able(call) if name in call.view.snapshot.standings)


def _new_case(call: Call, name: str) -> str:
    """The name of a new case: with the beginning that it must have, for a seat that does not see all cases."""
    prefix = call.view.case_prefix()
    return name if name.startswith(prefix) else f"{prefix}{name}"


def _check_audience(call: Call, names: tuple[str, ...]) -> None:
    known = audience_names(call.centre.law)
    for name in names:
        if name not in known:
            raise Malformed(f"'{name}' is no party, group, office or organ of this charter.", field="to", found=name)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Malformed("This is no day.", field="as_of", found=text, accepted="such as 2031-05-04") from None


def _path(call: Call) -> str:
    return path(call, "desk", "warning", call.params["case"], call.params["warning"])


_ONE = "/desk/warning/{case}/{warning}"
ROUTES: tuple[Route, ...] = (
    page_route("GET", "/desk/warning", show, "A warning", "warn"),
    page_route("POST", "/desk/warning", hand_in, "Hand in a warning", "warn", body=WarningForm, has_content=True),
    page_route(
        "POST", "/desk/warning/preview", preview, "Who would see it", "warn", body=WarningForm, has_content=True
    ),
    page_route("GET", _ONE, one, "Who has a warning, and what can be done with it", "read"),
    page_route("POST", f"{_ONE}/release", remark, "Release it otherwise", "handle", body=RemarkForm),
    page_route("POST", f"{_ONE}/pass-on", pass_on, "Pass it on", "handle", body=PassForm),
    page_route("POST", f"{_ONE}/recall", recall, "Recall it", "handle", body=RecallForm),
)
