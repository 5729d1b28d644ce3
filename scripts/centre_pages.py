"""The generated pages of a centre's users: roles with their scopes, and the outlets of the API."""

from collections.abc import Iterator

from msgspec import Struct

from tocsin.centre.model import Scope
from tocsin.centre.scopes import COMMAND_SCOPES, DELEGABLE, ROLE_SCOPES, SCOPES, SEAT_ROLES
from tocsin.web.call import EVENTS, HTML, JSON, Route
from tocsin.web.openapi import TAGS
from tocsin.web.routes import ROUTES
from tocsin.web.shape import fields_of

ROLES_INTRO = """\
A desk has a role, and a role's scopes say what it may *ask* for. Whether its party, office or organ is entitled to the
act, the charter says. A token has some of its maker's scopes. What stands in no table is for nobody."""

WORDS: dict[Scope, str] = {
    "read": "read what the seat may see, its feed and its receipts",
    "warn": "hand in and preview warnings",
    "handle": "re-mark, pass on and recall them",
    "ack": "confirm what has reached the seat",
    "consult": "requests, meetings, reports, who is let into a case",
    "text": "table, amend, withdraw and move texts",
    "position": "state positions, and confirm those that were entered for the seat",
    "pledge": "requirements, pledges, mandates, consents, deployments",
    "chair": "silence, its confirmation, and closing",
    "membership": "accession, notice, suspension, amendments",
    "manage": "the seat's own desks, keys, delegations and settings",
    "admin": "all desks, keys, the trail, erasure, the figures",
    "conduct": "move the clock of a replay or an exercise",
}

API_INTRO = """\
Every outlet there is. A running centre describes each with its fields and examples at `/reference`, and for programs at
`/openapi.json`. *Scope*: what the desk or token must be good for; `–`: anybody signed in; *public*: anybody. A command
needs the scope of its kind too: [roles.md](roles.md). [CENTRE.md](../CENTRE.md), section 8, says how to ask."""


ASKS_ITSELF = {"/metrics": "`admin`, or the collector's token"}
"""Outlets that are open for the guard, and ask for a credential themselves."""


def roles_reference(made: str) -> str:
    """The page of roles and scopes."""
    seats: dict[str, str] = {role: kind for kind, roles in SEAT_ROLES.items() for role in roles if role != "reader"}
    head = ["scope", "what for", *ROLE_SCOPES]
    rows = [
        [f"`{scope}`", WORDS[scope], *("✓" if scope in scopes else "" for scopes in ROLE_SCOPES.values())]
        for scope in SCOPES
    ]
    places = ["", "*at the seat of*", *(_place(seats.get(role, "")) for role in ROLE_SCOPES)]
    commands = [[f"`{scope}`", ", ".join(_commands(scope))] for scope in SCOPES if any(_commands(scope))]
    lent = ", ".join(f"`{scope}`" for scope in SCOPES if scope in DELEGABLE)
    parts = ["# Roles and scopes", made, ROLES_INTRO, "## What each role may ask for", _table(head, [places, *rows])]
    parts += ["A conductor is there only in a replay or an exercise.", f"A party may delegate {lent}."]
    parts += ["## What each command needs", _table(["scope", "commands"], commands)]
    return "\n\n".join(parts) + "\n"


def api_reference(made: str) -> str:
    """The page of all outlets but those that are pages for people."""
    parts = ["# The API of a centre", made, API_INTRO]
    for tag, said in TAGS.items():
        found = [route for route in ROUTES if route.tag == tag and route.media != HTML]
        if found:
            head = ["method", "path", "scope", "takes", "what"]
            parts += [f"## {said}", _table(head, [_outlet(route) for route in found])]
    return "\n\n".join(parts) + "\n"


def _outlet(route: Route) -> list[str]:
    scope = "*public*" if route.scope is None else f"`{route.scope}`" if route.scope else "–"
    scope = ASKS_ITSELF.get(route.path, scope)
    what = route.summary + ({JSON: "", EVENTS: " (a stream)"}.get(route.media, " (text)"))
    takes = [*(f"`?{name}`" for name in _fields(route.query)), *(f"`{name}`" for name in _fields(route.body))]
    return [route.method, f"`{route.path}`", scope, ", ".join(takes), what]


def _fields(kind: type[Struct] | None) -> Iterator[str]:
    if kind is not None:
        yield from (key for _, key, _, _ in fields_of(kind))


def _commands(scope: Scope) -> list[str]:
    return [str(kind.__struct_config__.tag) for kind, needed in COMMAND_SCOPES.items() if needed == scope]  # type: ignore[attr-defined]  # every command is a struct


def _place(kind: str) -> str:
    return {"party": "a party", "official": "an office or organ", "secretariat": "the secretariat"}.get(kind, "any")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])
