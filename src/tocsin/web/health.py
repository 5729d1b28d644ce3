"""Whether the centre is up, whether it takes commands, and its figures."""

from typing import Literal

from msgspec import Struct

from tocsin.centre.settings import is_loopback
from tocsin.errors import NotEntitled
from tocsin.web.call import Call, Reply, is_same
from tocsin.web.guard import sign_in
from tocsin.web.reading import bearer
from tocsin.web.shape import encode

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Health(Struct, frozen=True):
    """Bare, for it is public."""

    status: Literal["up", "ready", "not ready"]


async def health(call: Call) -> Health:  # noqa: ARG001  # handlers have one signature
    """The process answers."""
    return Health("up")


async def ready(call: Call) -> Reply:
    """Commands are taken; 503 while not."""
    is_ready = not call.centre.trouble
    return Reply(200 if is_ready else 503, encode(Health("ready" if is_ready else "not ready")))


async def metrics(call: Call) -> Reply:
    """The centre's figures: for administrators, and for a collector on this machine that has the token."""
    token = call.web.metrics_token
    said = call.header(b"authorization")
    is_collector = bool(token and said) and is_loopback(call.address) and is_same(bearer(said), token)
    if not is_collector:
        if not call.is_known:
            sign_in(call)
        if "admin" not in call.actor.scopes:
            raise NotEntitled("no scope", "This needs the scope 'admin', which this credential has not.")
    return Reply(200, call.web.metrics.render().encode(), PROMETHEUS)
