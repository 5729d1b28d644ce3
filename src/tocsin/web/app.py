"""The app: the route table behind the security layer. Any ASGI server can run it; server.py runs ours."""

import re
import time
from collections.abc import Sequence

from starlette.routing import compile_path

from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import read_secret
from tocsin.web.call import AsgiScope, Receive, Reply, Route, Send
from tocsin.web.console import timing
from tocsin.web.guard import Outlet, as_read, call_of, finish
from tocsin.web.limits import Timer
from tocsin.web.problems import NOT_FOUND, reply
from tocsin.web.routes import ROUTES
from tocsin.web.security import Security, send_reply
from tocsin.web.state import Web


class Router:
    """From a path to its outlet."""

    def __init__(self, web: Web, routes: Sequence[Route]) -> None:
        self.web = web
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.method] = route
        outlets = {path: Outlet(web, methods) for path, methods in by_path.items()}
        self._exact = {path: outlet for path, outlet in outlets.items() if "{" not in path}
        self._patterns: list[tuple[re.Pattern[str], Outlet]] = [
            (compile_path(path)[0], outlet) for path, outlet in outlets.items() if "{" in path
        ]

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        outlet = self._exact.get(path)
        scope["path_params"] = {}
        if outlet is None:
            for pattern, found in self._patterns:
                match = pattern.match(path)
                if match is not None:
                    scope["path_params"] = match.groupdict()
                    outlet = found
                    break
        if outlet is not None:
            await outlet(scope, receive, send)
            return
        answer = reply(NOT_FOUND)
        await send_reply(self.shown(scope, answer), send, without_body=scope["method"] == "HEAD")
        self.note(scope, answer)

    def shown(self, scope: AsgiScope, answer: Reply) -> Reply:
        """A refusal of what reached no outlet, as its client reads it: a person gets a page, with the mode on it."""
        return as_read(call_of(self.web, scope), scope["path"], answer)

    def note(self, scope: AsgiScope, answer: Reply) -> None:
        """A request that reached no outlet leaves its line and its trace too."""
        finish(self.web, call_of(self.web, scope), None, scope["method"], answer.status, 0.0, answer)


class App(Security):
    """An ASGI app over one centre. `close` ends its streams."""

    def __init__(self, web: Web) -> None:
        router = Router(web, web.routes)
        super().__init__(router, web.settings, router.note, router.shown)
        self.web = web

    def close(self) -> None:
        """End all streams; no new ones begin."""
        self.web.close()


async def warm(app: App) -> None:
    """Make ready what the first page of a running case would wait a second for: earlier cases of the charter."""
    await timing.known(app.web.centre.law.charter.id)


def build_app(
    centre: Centre,
    *,
    metrics: Metrics | None = None,
    callouts: Callouts | None = None,
    timer: Timer = time.monotonic,
) -> App:
    """The app of a centre, by the centre's own settings."""
    token = read_secret(centre.settings.metrics_token_file)
    return App(Web(centre, metrics or centre.metrics, timer, token, ROUTES, callouts))
