"""The few pages by which a person gets in: server-rendered, complete without script, readable aloud.

Forms carry a token that follows from a cookie which another site's page can neither read nor set.
"""

import secrets
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import cookie_parser

from tocsin.errors import Malformed, NotEntitled, Unserved
from tocsin.web.call import Call, Reply, csrf_of, is_same
from tocsin.web.cookies import cookie_header, session_header
from tocsin.web.language import LANGUAGES, choice_header
from tocsin.web.problems import Problem, reply_of
from tocsin.web.session import entered, signed_in
from tocsin.web.shell import page, see_other

FORM_COOKIE, SECURE_FORM_COOKIE = "tocsin-form", "__Host-tocsin-form"
FORM_SECONDS = 3_600
STYLE_SECONDS = 3_600
WRONG_PAGE = "This page has been open for too long, or it is not the centre's own."

Csrf = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=1_000)]
Next = Annotated[str, Meta(max_length=500)]
"""Where one wanted to go before one had to sign in."""


class LoginQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where to go then."""

    next: Next = "/"


class LoginForm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form of /login."""

    csrf: Csrf
    name: Text
    password: Text
    desk: Annotated[str, Meta(max_length=80)] = ""
    next: Next = "/"


class LanguageForm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The choice of a language, by whoever is signed in or not."""

    language: Annotated[str, Meta(max_length=10)]
    next: Next = "/"


class LogoutForm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The button that signs out."""

    csrf: Csrf


class EnterQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A one-time link."""

    link: Annotated[str, Meta(max_length=200)] = ""


class EnterForm(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form of /enter."""

    csrf: Csrf
    link: Annotated[str, Meta(max_length=200)]
    name: Text
    password: Text
    again: Text


async def login(call: Call) -> Reply:
    """The form to sign in."""
    return _form(call, "login", next=own_path(call.query.next))


async def log_in(call: Call) -> Reply:
    """Sign in, and go home."""
    form: LoginForm = call.body
    try:
        _check_form(call, form.csrf)
        session = await signed_in(call, form.name, form.password, form.desk.strip())
    except Unserved as error:
        return _form(call, "login", error, name=form.name, next=own_path(form.next))
    return see_other(own_path(form.next), session_header(session.secret, is_secure=call.is_secure))


async def log_out(call: Call) -> Reply:
    """Sign out; whoever is not signed in is told to sign in."""
    form: LogoutForm = call.body
    if call.is_known and call.cookie:
        if not is_same(form.csrf, csrf_of(call.secret)):
            raise NotEntitled("foreign page", WRONG_PAGE, fix="Go back, load the page anew, and sign out there.")
        call.centre.desks.logout(call.secret)
        call.centre.stir()
    return see_other("/login", session_header("", is_secure=call.is_secure))


async def choose_language(call: Call) -> Reply:
    """Keep the choice of a language in this browser, and go back to the page."""
    form: LanguageForm = call.body
    language = form.language if form.language in LANGUAGES else "en"
    return see_other(own_path(form.next), choice_header(language, is_secure=call.is_secure))


async def enter(call: Call) -> Reply:
    """The form to take up an invitation."""
    return _form(call, "enter", link=call.query.link)


async def take_up(call: Call) -> Reply:
    """Take up an invitation."""
    form: EnterForm = call.body
    try:
        _check_form(call, form.csrf)
        if form.password != form.again:
            raise Malformed("The two passwords are not the same.", field="again", fix="Type it twice.")
        desk = await entered(call, form.link, form.name, form.password)
    except Unserved as error:
        return _form(call, "enter", error, link=form.link, name=form.name)
    return page(call, "entered", desk=desk, seat=call.centre.law.name(desk.seat))


async def style(call: Call) -> Reply:  # noqa: ARG001  # handlers have one signature
    """The pages' style sheet."""
    kept = (b"cache-control", f"public, max-age={STYLE_SECONDS}".encode())
    return Reply(200, _style(), "text/css; charset=utf-8", (kept,))


def refusal_page(call: Call, answer: Reply) -> Reply:
    """A problem as a page."""
    problem = msgspec.json.decode(answer.body, type=Problem)
    return page(call, "refusal", status=answer.status, headers=answer.headers, problem=problem)


def _form(call: Call, template: str, error: Unserved | None = None, **values: str) -> Reply:
    """A form, with what was wrong with the last one; what stood in it stands there again, but for passwords."""
    kept = _form_cookie(call)
    secret = kept or secrets.token_urlsafe(32)
    refusal = reply_of(error) if error is not None else None
    return page(
        call,
        template,
        status=refusal.status if refusal is not None else 200,
        headers=() if kept else (_form_cookie_header(secret, is_secure=call.is_secure),),
        csrf=csrf_of(secret),
        error=error,
        has_provider=call.web.oidc is not None,
        values={"name": "", "link": "", "next": "/", **values},
    )


def own_path(path: str) -> str:
    """A path of this centre's own pages; the first page for anything that leads elsewhere."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and path.isascii()
    return path if is_own else "/"


def _check_form(call: Call, csrf: str) -> None:
    secret = _form_cookie(call)
    if not secret or not is_same(csrf, csrf_of(secret)):
        raise NotEntitled("foreign page", WRONG_PAGE, fix="Send the form again.")


def _form_cookie(call: Call) -> str:
    name = SECURE_FORM_COOKIE if call.is_secure else FORM_COOKIE
    return cookie_parser(call.header(b"cookie")).get(name, "")


def _form_cookie_header(secret: str, *, is_secure: bool) -> tuple[bytes, bytes]:
    name = SECURE_FORM_COOKIE if is_secure else FORM_COOKIE
    return cookie_header(name, secret, FORM_SECONDS, is_secure=is_secure)


@cache
def _style() -> bytes:
    return resources.files("tocsin.web").joinpath("style.css").read_bytes()
