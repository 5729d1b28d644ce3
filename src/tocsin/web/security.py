"""Around every outlet: names under which the centre answers, pages of others kept out, headers that keep browsers
strict. Pure ASGI; it reads no body and knows no seat."""

from collections.abc import Callable
from urllib.parse import urlsplit

from tocsin.centre.settings import Settings
from tocsin.web.call import Asgi, AsgiScope, Message, Receive, Reply, Send
from tocsin.web.problems import problem, reply

CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
COOKIES_BYTES_MAX = 8_192

Headers = list[tuple[bytes, bytes]]
Refused = Callable[[AsgiScope, Reply], None]
Shown = Callable[[AsgiScope, Reply], Reply]


class Security:
    """The outermost layer of the app."""

    def __init__(self, app: Asgi, settings: Settings, refused: Refused, shown: Shown) -> None:
        """`refused` is told of what never reaches the app; `shown` makes of it what the client reads."""
        self.app, self.refused, self.shown = app, refused, shown
        self.header_bytes_max = settings.limits.header_bytes
        self.hosts = frozenset(name.strip("[]").lower() for name in settings.listen.hosts)
        self.public = _origin_of(settings.listen.public_url)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the centre speaks HTTP alone, not {scope['type']}")
        is_tls = scope["scheme"] == "https"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_ours(message["headers"], is_tls=is_tls)}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await send_reply(self.shown(scope, refusal), guarded, without_body=scope["method"] == "HEAD")
            self.refused(scope, refusal)
        else:
            await self.app(scope, receive, guarded)

    def _refusal(self, scope: AsgiScope) -> Reply | None:
        headers: Headers = scope["headers"]
        size = sum(len(name) + len(value) + 4 for name, value in headers)
        if size > self.header_bytes_max:
            return reply(problem(431, "headers too large", "The request's headers are too large."))
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or _name_of(hosts[0]) not in self.hosts:
            fix = "Call it by a name it has, or add this one under hosts in centre.toml."
            return reply(problem(421, "wrong host", "The centre does not answer to this name.", fix=fix))
        if scope["method"] not in SAFE_METHODS and not self._is_from_here(scope, headers, hosts[0]):
            return reply(problem(403, "foreign page", "This request comes from a page that is not the centre's own."))
        return None

    def _is_from_here(self, scope: AsgiScope, headers: Headers, host: bytes) -> bool:
        """Whether a browser sent it from one of our pages, or no browser sent it at all.

        A bearer token is no matter of pages: a browser attaches none by itself. Of other schemes it does.
        """
        named = {name: value for name, value in headers if name in {b"origin", b"sec-fetch-site", b"authorization"}}
        if named.get(b"authorization", b"").lower().startswith(b"bearer "):
            return True
        origin = named.get(b"origin")
        # Our pages tell no address to where they lead, so that browsers say "null" here, and who asks in the other.
        if origin == b"null":
            return named.get(b"sec-fetch-site") == b"same-origin"
        if origin is not None:
            said = origin.decode("latin-1").lower()
            own = f"{scope['scheme']}://{host.decode('latin-1')}".lower()
            return said == own or (bool(self.public) and said == self.public)
        return named.get(b"sec-fetch-site", b"none") in {b"same-origin", b"none"}


async def send_reply(answer: Reply, send: Send, *, without_body: bool = False) -> None:
    """Send a whole answer."""
    headers: Headers = [*answer.headers]
    if answer.status not in {204, 304}:
        headers += [(b"content-type", answer.media.encode()), (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if without_body else answer.body})


def _with_ours(headers: Headers, *, is_tls: bool) -> Headers:
    """An answer's headers with ours; what the outlet says itself stands."""
    said = {name for name, _ in headers}
    ours = [header for header in HEADERS if header[0] not in said]
    if b"cache-control" not in said:
        ours.append((b"cache-control", b"no-store"))
    return [*headers, *ours, HSTS] if is_tls else [*headers, *ours]


def _name_of(host: bytes) -> str:
    """The name in a Host header, without its port and brackets."""
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
