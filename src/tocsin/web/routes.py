"""Every outlet of the centre, one row each: the app, the guard, the OpenAPI document and the reference are made of it.

A row without `scope` needs a credential; `scope=None` is public. Nothing else in this package adds an outlet.
"""

from tocsin.centre.desk_model import TraceLine
from tocsin.web import admin, health, pages, reference
from tocsin.web.call import HTML, TEXT, Route
from tocsin.web.routes_desks import DESKS, SESSIONS
from tocsin.web.routes_keeping import KEEPING, SINGLE_SIGN_ON
from tocsin.web.routes_seat import ACTING, API, FEED, PROOFS, VIEWS

CENTRE: tuple[Route, ...] = (
    Route(
        method="GET",
        path=f"{API}/audit",
        handler=admin.audit,
        summary="The trail of requests, the newest first",
        tag="centre",
        scope="admin",
        query=admin.AuditQuery,
        answer=tuple[TraceLine, ...],
    ),
    Route(
        method="POST",
        path=f"{API}/clock",
        handler=admin.set_clock,
        summary="Move the clock of a replay or an exercise",
        tag="centre",
        scope="conduct",
        body=admin.ClockIn,
        answer=admin.ClockOut,
    ),
    Route(
        method="GET",
        path="/health",
        handler=health.health,
        summary="The process answers",
        tag="centre",
        scope=None,
        answer=health.Health,
    ),
    Route(
        method="GET",
        path="/ready",
        handler=health.ready,
        summary="Commands are taken; 503 while not",
        tag="centre",
        scope=None,
        answer=health.Health,
    ),
    Route(
        method="GET",
        path="/metrics",
        handler=health.metrics,
        summary="The centre's figures, for administrators and their collector",
        tag="centre",
        scope=None,
        errors=(401, 403),
        media=TEXT,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        handler=reference.openapi,
        summary="This description, OpenAPI 3.1",
        tag="centre",
        scope=None,
    ),
    Route(
        method="GET",
        path="/reference",
        handler=reference.page,
        summary="This description, to read",
        tag="centre",
        scope=None,
        media=HTML,
    ),
)

PAGES: tuple[Route, ...] = (
    Route(method="GET", path="/", handler=pages.home, summary="Home", tag="pages", scope=None, media=HTML),
    Route(method="GET", path="/login", handler=pages.login, summary="Sign in", tag="pages", scope=None, media=HTML),
    Route(
        method="POST",
        path="/login",
        handler=pages.log_in,
        summary="Sign in",
        tag="pages",
        scope=None,
        body=pages.LoginForm,
        media=HTML,
    ),
    Route(
        method="POST",
        path="/logout",
        handler=pages.log_out,
        summary="Sign out",
        tag="pages",
        scope=None,
        body=pages.LogoutForm,
        media=HTML,
    ),
    Route(
        method="GET",
        path="/enter",
        handler=pages.enter,
        summary="Take up an invitation",
        tag="pages",
        scope=None,
        query=pages.EnterQuery,
        media=HTML,
    ),
    Route(
        method="POST",
        path="/enter",
        handler=pages.take_up,
        summary="Take up an invitation",
        tag="pages",
        scope=None,
        body=pages.EnterForm,
        media=HTML,
    ),
    Route(
        method="GET",
        path="/style.css",
        handler=pages.style,
        summary="The pages' style",
        tag="pages",
        scope=None,
        media="text/css; charset=utf-8",
    ),
)

ROUTES: tuple[Route, ...] = (
    *ACTING,
    *FEED,
    *VIEWS,
    *PROOFS,
    *SESSIONS,
    *DESKS,
    *KEEPING,
    *SINGLE_SIGN_ON,
    *CENTRE,
    *PAGES,
)
