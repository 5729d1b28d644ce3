"""The pages: the way in, and the console, each page with the rows it brings itself."""

from tocsin.web import pages, static_files
from tocsin.web.call import Route, page_route
from tocsin.web.console import (
    after,
    book,
    calendar,
    case,
    charter,
    council,
    desk,
    drafts,
    explorer,
    forces,
    forces_gaps,
    ledger,
    pending,
    playing,
    positions,
    report,
    situation,
    warn,
    watch,
    what_if,
)

WAY_IN: tuple[Route, ...] = (
    page_route("GET", "/login", pages.login, "Sign in", None, query=pages.LoginQuery),
    page_route("POST", "/login", pages.log_in, "Sign in", None, body=pages.LoginForm),
    page_route("POST", "/logout", pages.log_out, "Sign out", None, body=pages.LogoutForm),
    page_route(
        "POST", "/language", pages.choose_language, "Choose the language of the pages", None, body=pages.LanguageForm
    ),
    page_route("GET", "/enter", pages.enter, "Take up an invitation", None, query=pages.EnterQuery),
    page_route("POST", "/enter", pages.take_up, "Take up an invitation", None, body=pages.EnterForm),
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

PAGES: tuple[Route, ...] = (
    *WAY_IN,
    *static_files.ROUTES,
    *situation.ROUTES,
    *case.ROUTES,
    *forces.ROUTES,
    *forces_gaps.ROUTES,
    *after.ROUTES,
    *council.ROUTES,
    *charter.ROUTES,
    *what_if.ROUTES,
    *explorer.ROUTES,
    *desk.ROUTES,
    *positions.ROUTES,
    *pending.ROUTES,
    *drafts.ROUTES,
    *warn.ROUTES,
    *playing.ROUTES,
    *ledger.ROUTES,
    *watch.ROUTES,
    *report.ROUTES,
    *calendar.ROUTES,
    *book.ROUTES,
)
