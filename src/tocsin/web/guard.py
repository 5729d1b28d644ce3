"""From a request to a handler and back: who asks, whether it may, what it says; then the answer, its trace, its line.

The order never changes: route, credential, rate, scope, query, body. A route without a scope of its own needs a
credential: what is public says so.
"""

import logging
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote

from msgspec import Struct

from tocsin.centre.metrics import METHODS, status_class
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound, NotSignedIn, Overloaded, Unserved
from tocsin.web import reading
from tocsin.web.call import HTML, JSON, AsgiScope, Call, Receive, Reply, Route, Send, Stream, csrf_of, is_same
from tocsin.web.cookies import session_in
from tocsin.web.kept import kept_page
from tocsin.web.pages import refusal_page
from tocsin.web.problems import is_for_reading, problem, reply, reply_of
from tocsin.web.security import SAFE_METHODS, send_reply
from tocsin.web.shape import encode
from tocsin.web.shell import see_other
from tocsin.web.state import Web, key_of
from tocsin.web.trail import note

LOGGER = logging.getLogger("tocsin.web")
BEHALF = "on_behalf"
"""Names the seat that delegated, in the query of any outlet that needs a credential."""
CSRF_HEADER = b"x-csrf-token"
BY_ITSELF = b"x-by-itself"
"""Said by an open page that asks for itself anew: nobody's use of a session, or no page would ever be signed out."""
PARTIAL_HEADER = b"x-partial"
STALE = "no csrf token"
EMPTY_BYTES_MAX = 64
"""Of a body that says nothing."""
PARAMETER_LETTERS_MAX = 200


class Empty(Struct, frozen=True, forbid_unknown_fields=True):
    """No fields."""


class Outlet:
    """One path with the routes that stand there, by method. An ASGI app."""

    def __init__(self, web: Web, routes: Mapping[str, Route]) -> None:
        self.web, self.routes = web, dict(routes)
        get = self.routes.get("GET")
        if get is not None and not get.has_effect:
            self.routes["HEAD"] = get
        self._allowed = ", ".join(sorted(self.routes)).encode()

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        began, method = self.web.timer(), scope["method"]
        route = self.routes.get(method)
        call = call_of(self.web, scope)
        try:
            answer = await self._answer(route, call, scope, receive)
        except reading.Gone:
            return
        except Exception as error:  # noqa: BLE001  # the last line: nothing of it may reach a client
            answer = (
                _way_in(route, scope, error)
                or await self._kept(route, call, receive, error)
                or _error_page(route, call, error)
            )
            self._count_limited(error)
        if isinstance(answer, Stream):
            finish(self.web, call, route, method, 200, 0.0)
            await answer.run(receive, send)
            return
        await send_reply(answer, send, without_body=method == "HEAD")
        finish(self.web, call, route, method, answer.status, self.web.timer() - began, answer)

    async def _answer(self, route: Route | None, call: Call, scope: AsgiScope, receive: Receive) -> Reply | Stream:
        if route is None:
            told = problem(405, "no such method", f"{scope['method'][:20]} is not for this path.")
            return as_read(call, scope["path"], reply(told, (b"allow", self._allowed)))
        fields, on_behalf = self._query(route, scope["query_string"])
        if route.scope is not None:
            sign_in(call, on_behalf)
            if route.method in SAFE_METHODS:
                self.web.reads.check(call.actor.seat)
            if route.scope and route.scope not in call.actor.scopes:
                raise NotEntitled("no scope", f"This needs the scope '{route.scope}', which this credential has not.")
        else:
            sign_in_if_known(call)
        call.params = _parameters(scope["path_params"])
        if len(fields) > reading.QUERY_BYTES_MAX:
            accepted = f"at most {reading.QUERY_BYTES_MAX:,} bytes"
            raise Malformed("The query is too long.", found=f"{len(fields):,} bytes", accepted=accepted)
        call.query = reading.decode_fields(fields, route.query or Empty, reading.QUERY_BYTES_MAX)
        if route.method not in SAFE_METHODS:
            await self._read(route, call, receive)
        elif route.media == HTML:
            await self.web.turns.take()
        return finished(route, call, await route.handler(call))

    def _query(self, route: Route, query: bytes) -> tuple[bytes, str]:
        """The query without the part that names whom it is for, and that part."""
        if route.scope is None or BEHALF.encode() not in query:
            return query, ""
        parts = query.split(b"&")
        said = [part for part in parts if part.startswith(BEHALF.encode() + b"=")]
        rest = b"&".join(part for part in parts if part not in said)
        if len(said) > 1:
            raise Malformed(f"'{BEHALF}' is given twice.", field=BEHALF, fix="Give it once.")
        return rest, said[0].partition(b"=")[2].decode("latin-1") if said else ""

    async def _read(self, route: Route, call: Call, receive: Receive) -> None:
        limits, bytes_max = self.web.settings.limits, self._bytes_max(route)
        length = call.headers.get(b"content-length")
        if route.body is not None:
            reading.check_media(route, call.header(b"content-type"))
        data = await reading.read_body(receive, length, bytes_max)
        if route.body is not None and route.is_form:
            call.body = reading.decode_form(data, call.header(b"content-type"), route.body, bytes_max)
        elif route.body is not None:
            call.body = reading.decode(data, route.body, limits.json_depth)
        elif data.strip() not in (b"", b"{}"):
            raise Malformed("This request takes no body.", accepted="nothing, or {}")
        if route.is_form and route.scope is not None:
            _check_made_for(call, getattr(call.body, "made_for", ""))
        if call.cookie and route.scope is not None:
            sent = getattr(call.body, "csrf", "") if route.is_form else call.header(CSRF_HEADER)
            if not is_same(sent, csrf_of(call.secret)):
                fix = "Load the page anew." if route.is_form else "Send X-CSRF-Token."
                raise NotEntitled(STALE, "The request lacks the token of its page.", fix=fix)

    def _bytes_max(self, route: Route) -> int:
        """Of a request's body."""
        limits = self.web.settings.limits
        if route.body is None:
            return EMPTY_BYTES_MAX
        if route.scope is None:
            return reading.FORM_BYTES_MAX
        return route.body_bytes or (limits.content_body_bytes if route.has_content else limits.body_bytes)

    async def _kept(self, route: Route | None, call: Call, receive: Receive, error: Exception) -> Reply | None:
        """Whoever sent a form after the session had ended, or with a page of an earlier one, gets it back as it was.

        Nothing of it is done. None for all other requests.
        """
        if route is None or route.body is None or not route.is_form or route.scope is None or not call.cookie:
            return None
        if call.header(PARTIAL_HEADER):  # a script has the form still
            return None
        if isinstance(error, NotEntitled) and error.code == STALE and call.is_known:
            return kept_page(call, call.body)
        # What a browser sends from one of our pages names its origin, which has been checked; nobody else is answered.
        if not isinstance(error, NotSignedIn) or not call.header(b"origin"):
            return None
        bytes_max = self._bytes_max(route)
        try:
            reading.check_media(route, call.header(b"content-type"))
            data = await reading.read_body(receive, call.headers.get(b"content-length"), bytes_max)
            form = reading.decode_form(data, call.header(b"content-type"), route.body, bytes_max)
        except (Malformed, reading.Gone):
            return None
        call.secret = ""
        return kept_page(call, form)

    def _count_limited(self, error: Exception) -> None:
        if isinstance(error, Overloaded):
            self.web.metrics.count("tocsin_limited_total")


def call_of(web: Web, scope: AsgiScope) -> Call:
    """The request as far as its headers tell it."""
    client = scope.get("client")
    headers = dict(scope["headers"])
    return Call(web, headers, address=client[0] if client else "", is_secure=scope["scheme"] == "https")


def sign_in(call: Call, on_behalf: str = "") -> None:
    """Find out who asks. Raises NotSignedIn; Overloaded for too many requests of one credential, or too many
    without a good one from one address."""
    web = call.web
    try:
        authorization = call.header(b"authorization")
        if authorization:
            call.secret = reading.bearer(authorization)
        else:
            call.secret, call.cookie = session_in(call.header(b"cookie"), is_secure=call.is_secure), True
        if not call.secret:
            raise NotSignedIn("not signed in", "Nobody is signed in.", fix="Sign in, or send a token as bearer.")
        is_use = not call.header(BY_ITSELF)
        call.actor = web.centre.desks.actor(call.secret, on_behalf, is_use=is_use)
    except Unserved:
        web.unknown.check(call.address)
        raise
    web.requests.check(key_of(call.secret))


def sign_in_if_known(call: Call) -> None:
    """Find out who asks, where somebody does and is known; nothing is refused to who is not.

    Others behind the same address, whose sessions have ended, keep nobody from the page to sign in by.
    """
    if not call.header(b"authorization") and not session_in(call.header(b"cookie"), is_secure=call.is_secure):
        return
    try:
        sign_in(call)
    except (NotSignedIn, Overloaded):
        if call.is_known:
            raise
        call.secret = ""


def finished(route: Route, call: Call, answer: object) -> Reply | Stream:
    """What a handler gave, as it goes out."""
    if isinstance(answer, Stream | Reply):
        return answer
    if answer is None:
        return Reply(204, b"")
    body = encode(answer)
    if route.method != "GET":
        return Reply(route.status, body)
    tag = b'"' + sha256(body).hexdigest()[:32].encode() + b'"'
    cached = ((b"etag", tag), (b"cache-control", b"private, no-cache"))
    if any(part.strip() in (tag, b"W/" + tag) for part in call.headers.get(b"if-none-match", b"").split(b",")):
        return Reply(304, b"", headers=cached)
    return Reply(route.status, body, headers=cached)


def finish(
    web: Web, call: Call, route: Route | None, method: str, status: int, seconds: float, answer: Reply | None = None
) -> None:
    """Count a request, write its line, and leave a trace of a refusal."""
    path = route.path if route is not None else "-"
    method = method if method in METHODS or method == "HEAD" else "-"
    web.metrics.count("tocsin_requests_total", method=method, status=status_class(status))
    if answer is not None:
        web.metrics.observe("tocsin_request_seconds", seconds)
    if web.settings.log.requests:
        known = {"tocsin_desk": call.actor.desk, "tocsin_seat": call.actor.seat} if call.is_known else {}
        extra = {
            "tocsin_event": "request",
            "tocsin_method": method,
            "tocsin_route": path,
            "tocsin_status": status,
            "tocsin_ms": round(seconds * 1000, 2),
            **known,
        }
        LOGGER.info("%s %s %d", method, path, status, extra=extra)
    # What is no problem, such as a centre that is not ready yet, is no refusal either.
    if status >= HTTPStatus.BAD_REQUEST and answer is not None and answer.media != JSON:
        note(call, f"{method} {path}", answer)


def _parameters(found: Mapping[str, str]) -> Mapping[str, str]:
    """The names in the path. One that no name can be is the name of nothing."""
    for value in found.values():
        if len(value) > PARAMETER_LETTERS_MAX or not value.isprintable():
            raise NotFound("path", "", [])
    return found


def _check_made_for(call: Call, said: str) -> None:
    """Raises Conflict for a form made for another: who signs in next in the same browser would send it as its own."""
    if said and said != call.made_for:
        raise Conflict(
            "another seat",
            f"This form was made for {said}, and you are signed in as {call.made_for}. Nothing of it was done.",
            fix="Go back and leave it, or sign in again as who wrote it.",
        )


def _way_in(route: Route | None, scope: AsgiScope, error: Exception) -> Reply | None:
    """Whoever asks for a page and is not signed in goes to sign in first, and then on to the page."""
    is_page = route is not None and route.scope is not None and route.media == HTML and route.method == "GET"
    if not is_page or not isinstance(error, NotSignedIn):
        return None
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return see_other("/login" if wanted == "/" else f"/login?next={quote(wanted)}")


def as_read(call: Call, path: str, answer: Reply) -> Reply:
    """A refusal that no route has shaped: as a page for a person, else as it is."""
    return refusal_page(call, answer) if is_for_reading(path, call.header(b"accept")) else answer


def _error_page(route: Route | None, call: Call, error: Exception) -> Reply:
    """A refusal: as a page where a person asked for one, else as a problem."""
    answer = reply_of(error)
    if route is None or route.media != HTML:
        return answer
    return refusal_page(call, answer)
