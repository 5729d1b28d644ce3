"""The observer's requests to the console: every page is read, every form is sent. All of them, by the route table.

A page or a form that is added is asked for by itself: its path is filled with the names the history has, hidden ones
too, and its form with the first thing that each field would take.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Literal, NamedTuple, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec

from tests.noninterference import Names
from tocsin.centre.feeds import cursor_text
from tocsin.web.call import Route
from tocsin.web.routes import ROUTES
from tocsin.web.routes_notebook import NOTEBOOK

FIRST = ("/", "/desk")
"""Pages that are read at every look; the others at the last."""
NOT_HERE = {"/login", "/logout", "/enter", "/style.css"}
"""Asked for otherwise: see noninterference_web.py."""
UNKNOWN = {
    "draft": "n-000000000000",
    "entry": "n-000000000000",
    "handover": "n-000000000000",
    "report": "n-000000000000",
    "pending": "w-000000000000",
    "file": "f-000000000000",
    "code": "nothing",
    "table": "duty",
    "row": "none",
}
"""What stands for names in a path that no history has."""
PAGES = tuple(
    route for route in ROUTES if (route.tag == "pages" or route.path == "/deadlines.ics") and route.path not in NOT_HERE
)
OUTLETS: dict[tuple[str, str], str] = {
    **{(route.method, route.path): "read" if route.method == "GET" else "sent" for route in PAGES},
    **{(route.method, route.path): "knocked at" for route in NOTEBOOK},
}


class Knock(NamedTuple):
    """One request."""

    method: str
    path: str
    form: str = ""
    body: object = None


def reads(names: Names, length: int, *, is_last: bool) -> Iterator[str]:
    """Pages to read, with every name that fits."""
    for route in PAGES:
        if route.method == "GET" and (is_last or route.path in FIRST):
            yield from paths(route, names, length)


def knocks(names: Names, length: int) -> Iterator[Knock]:
    """Every form of a page, sent as far as it shows what it would bring; and every outlet of the notebook."""
    for route in PAGES:
        if route.method == "POST":
            for path in paths(route, names, length):
                yield Knock("POST", path, form=urlencode(fields(route)))
    for route in NOTEBOOK:
        body = None if route.body is None else filled(route.body)
        for path in paths(route, names, length):
            yield Knock(route.method, path, body=body)


def paths(route: Route, names: Names, length: int) -> Iterator[str]:
    """The route's path with names in it: all that the history has, and one of nothing."""
    if "{procedure}" in route.path:
        pairs = [{"case": case, "procedure": procedure} for case, procedure in names.procedures]
    elif "{warning}" in route.path:
        pairs = [{"case": case, "warning": warning} for case, warning in names.warnings]
    else:
        cases = [{"case": case} for case in names.cases] if "{case}" in route.path else [{}]
        cursors = [{"cursor": cursor_text(place)} for place in range(length + 2)] if "{cursor}" in route.path else [{}]
        pairs = [case | cursor for case, cursor in product(cases, cursors)]
    for pair in pairs:
        path = route.path
        for name, value in (UNKNOWN | pair).items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        yield path


def fields(route: Route) -> dict[str, str]:
    """A form of the route: what it must have."""
    assert route.body is not None
    return {name: str(value) for name, value in filled(route.body).items()} | {"csrf": "x"}


def filled(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The least that a struct takes."""
    return {field.encode_name: least(field.type) for field in msgspec.structs.fields(kind) if field.required}


def least(hint: Any) -> object:  # noqa: ANN401  # an annotation
    """The first thing that a field of this kind takes."""
    origin = get_origin(hint)
    if origin is Literal:
        return get_args(hint)[0]
    if hasattr(hint, "__metadata__"):
        return least(hint.__origin__)
    if origin in (tuple, list):
        return []
    if origin is not None:  # a union: its first member
        return least(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return filled(hint)
    return {int: 1, float: 1.0, bool: True}.get(hint, "x")
