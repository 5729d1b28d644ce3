"""What the parts of the web share: an outlet as a row of the route table, one request, and what is answered."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

from tocsin.centre.model import Actor, Scope
from tocsin.centre.runtime import Centre, reads_as
from tocsin.centre.view import View

if TYPE_CHECKING:
    from tocsin.web.state import Web

Method = Literal["GET", "POST", "PUT", "DELETE"]
Message = MutableMapping[str, Any]
AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
Asgi = Callable[[AsgiScope, Receive, Send], Awaitable[None]]

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
EVENTS = "text/event-stream"
FORM = "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    """An answer as it goes out."""

    status: int
    body: bytes
    media: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Stream(NamedTuple):
    """An answer that goes on: `run` sends all of it."""

    run: Callable[[Receive, Send], Awaitable[None]]


class Call:
    """One request of somebody known, its parts read and checked."""

    __slots__ = ("_actor", "address", "body", "cookie", "headers", "is_secure", "params", "query", "secret", "web")

    def __init__(self, web: "Web", headers: Mapping[bytes, bytes], *, address: str, is_secure: bool) -> None:
        self.web, self.headers, self.address, self.is_secure = web, headers, address, is_secure
        self.secret = ""
        """Of the session or token it came with."""
        self.cookie = False
        """Whether the secret came in a cookie."""
        self._actor: Actor | None = None
        self.params: Mapping[str, str] = {}
        self.query: Any = None
        self.body: Any = None

    @property
    def centre(self) -> Centre:
        return self.web.centre

    @property
    def actor(self) -> Actor:
        """Who asks. Only public outlets are called by nobody."""
        assert self._actor is not None
        return self._actor

    @actor.setter
    def actor(self, actor: Actor) -> None:
        self._actor = actor

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in."""
        return self._actor is not None

    @property
    def seat(self) -> str:
        """Whose eyes it has."""
        return reads_as(self.actor)

    @property
    def made_for(self) -> str:
        """Whom a form of this page acts for, as the form says it again when it is sent."""
        by = self.actor
        return f"{by.seat} for {by.on_behalf}" if by.on_behalf else by.seat

    @property
    def view(self) -> View:
        """What the seat may see now: the only way to read."""
        return self.centre.view(self.seat)

    def header(self, name: bytes) -> str:
        """A header of the request; empty where there is none."""
        return self.headers.get(name, b"").decode("latin-1")


Handler = Callable[[Call], Awaitable[Any]]
"""Gives a struct or a tuple of structs (then JSON), a Reply, or a Stream."""


class Route(Struct, frozen=True, kw_only=True):
    """One outlet. All that the centre can be asked over HTTP is a row of `routes.ROUTES`."""

    method: Method
    path: str
    """Such as `/api/v1/cases/{case}`."""
    handler: Handler
    summary: str
    tag: str
    scope: Scope | Literal[""] | None = ""
    """What the desk or token must be good for; empty: any that is signed in; None: anybody."""
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    answer: Any = None
    """Annotation of what is answered; None: nothing, or another medium than JSON."""
    status: int = 200
    errors: tuple[int, ...] = ()
    """Statuses of refusals beside those that every outlet has."""
    media: str = JSON
    """Of the answer."""
    has_content: bool = False
    """Whether the body may hold a warning's content, and so may be larger."""
    body_bytes: int = 0
    """Most bytes of its body, where that is not as the settings say."""
    has_effect: bool = False
    """Whether a GET leaves a record: then there is no HEAD."""
    says: str = ""
    """More for the reference."""

    @property
    def is_form(self) -> bool:
        """Whether its body is an HTML form."""
        return self.body is not None and self.media == HTML


def page_route(
    method: Method,
    path: str,
    handler: Handler,
    summary: str,
    scope: Scope | Literal[""] | None = "read",
    **more: Any,  # noqa: ANN401  # fields of Route
) -> Route:
    """The row of a page, or of a form on one; `more` is what else a Route has."""
    return Route(
        method=method, path=path, handler=handler, summary=summary, tag="pages", scope=scope, media=HTML, **more
    )


def csrf_of(secret: str) -> str:
    """What a page must send back with a form, to show that it is ours: it follows from the cookie's secret, and
    nobody who has only the one can make the other."""
    return urlsafe_b64encode(sha256(f"tocsin/csrf/v1\n{secret}".encode()).digest()).decode().rstrip("=")


def is_same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
