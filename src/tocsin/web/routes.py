"""Every outlet of the centre, one row each: the app, the guard, the OpenAPI document and the reference are made of it.

A row without `scope` needs a credential; `scope=None` is public. Nothing else in this package adds an outlet.
"""

from tocsin.centre.desk_model import TraceLine
from tocsin.web import admin, health, reference
from tocsin.web.call import HTML, TEXT, Route
from tocsin.web.routes_desks import DESKS, SESSIONS
from tocsin.web.routes_forces import FORCES
from tocsin.web.routes_keeping import KEEPING, SINGLE_SIGN_ON
from tocsin.web.routes_notebook import NOTEBOOK
from tocsin.web.routes_pages import PAGES
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

ROUTES: tuple[Route, ...] = (
    *ACTING,
    *FEED,
    *VIEWS,
    *PROOFS,
    *SESSIONS,
    *DESKS,
    *KEEPING,
    *NOTEBOOK,
    *FORCES,
    *SINGLE_SIGN_ON,
    *CENTRE,
    *PAGES,
)
