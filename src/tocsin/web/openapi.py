"""The OpenAPI 3.1 document, made of the route table and of the structs' own annotations.

msgspec writes the schemas; here instants become date-time text, and what the centre fills in becomes optional.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from http import HTTPStatus
from itertools import pairwise
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from tocsin import __version__
from tocsin.alliance.commands import Command
from tocsin.alliance.contents import ContentCommand, WarningContent
from tocsin.centre.scopes import CENTRE_ONLY, COMMAND_SCOPES
from tocsin.forces.model import RequirementLine
from tocsin.terms import Instant
from tocsin.web.call import EVENTS, FORM, HTML, JSON, Route
from tocsin.web.commands import FILLED, CommandIn
from tocsin.web.examples import ANSWERS, BODIES, COMMANDS
from tocsin.web.problems import MEDIA, Problem
from tocsin.web.shape import bare, fields_of, holds_instants, is_struct, options, tag_of

Schema = dict[str, Any]

TEMPLATE = "#/components/schemas/{name}"
NAMED_APART: dict[type[Struct], str] = {RequirementLine: "ForcesRequirementLine"}
"""Structs whose own name another one in the document has."""
TIME: Schema = {"type": "string", "format": "date-time"}
TIME_IN: Schema = {"anyOf": [TIME, {"type": "integer", "description": "Microseconds since 1970 in UTC."}]}
COMMANDS_IN: tuple[type[Struct], ...] = tuple(
    kind for kind in (*get_args(Command), *get_args(ContentCommand)) if kind not in CENTRE_ONLY
)
PARAMETER = re.compile(r"\{(\w+)\}")
SCOPE_KEY = "x-tocsin-scope"
TAGS = {
    "acting": "Commands and warnings",
    "feed": "What happened, in order, for one seat",
    "views": "What a seat may see",
    "warnings": "Substances, for those they are released to",
    "proofs": "What can be checked without the centre",
    "sessions": "Signing in",
    "desks": "Who may act for a seat",
    "tokens": "Machines",
    "keys": "A nation's own signing keys",
    "delegations": "One seat for another",
    "contacts": "Whom to call out",
    "notebook": "What a seat keeps for itself: nobody else reads it",
    "forces": "Force packages: what is sent is worked on and forgotten",
    "centre": "The centre itself",
}
SAYS = """\
Everything is read as one seat: the party, office or organ of the credential. What that seat may not see does not exist
for it: the answer is the same 404 as for what never was. Times go out as ISO 8601 in UTC; they come in as ISO 8601 with
an offset, or as whole microseconds since 1970. All refusals are application/problem+json. Invented states stand in the
examples.

**Credentials.** A bearer token (`Authorization: Bearer tct_…`), a session's secret as bearer, or the session's cookie;
with the cookie, whatever changes something also needs the header `X-CSRF-Token`. A seat to which another has delegated
adds `?on_behalf=SEAT`.

**Scopes.** Each outlet and each command names the scope it needs; which role has which is the table of
`docs/reference/roles.md`. A scope says what may be asked for; whether one is entitled, the charter says.

**Signing.** A party may sign its commands with its own Ed25519 key. Signed are exactly the bytes `tocsin/command/v1`,
newline, the ledger's origin (`origin` in `/api/v1/keys`), newline, and the command's JSON text in UTF-8 as it is sent
in `signed.command`. The centre fills in nothing there: the text has its own `id`, `by`, and `at` as whole microseconds
since 1970 in UTC, at most ten minutes from the centre's clock. `signature` is base64. `key` is the fingerprint: of
SHA-256 over `tocsin/party-key/v1`, newline and the 32 bytes of the public key, the first 32 hexadecimal digits, in
groups of four with dashes.

**Commitments.** A `report warning` handed in as a command brings its `content` beside it. Its `commitment` is SHA-256,
in hexadecimal, over the content's bytes exactly as they are sent, its salt among them: do not write them anew after.

**Repeating.** A command carries an id; sent again with the same bytes it is done once, and answered with what came of
it the first time.

**Limits.** 413 for too much, 429 for too often (with Retry-After), 503 while the centre cannot take commands."""


def document(routes: Sequence[Route]) -> Schema:
    """The whole document. Pages are left out: they are for people."""
    described = [route for route in routes if route.media != HTML and route.tag != "pages"]
    schemas = _schemas(described)
    paths: dict[str, Schema] = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tocsin centre", "version": __version__, "description": SAYS},
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {_response_name(status): _problem_response(status) for status in PROBLEMS},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A token's or a session's secret."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-tocsin", "description": "A session."},
            },
        },
    }


PROBLEMS: dict[int, str] = {
    400: "The request cannot be read: `field`, `found` and `accepted` say where.",
    401: "Nobody is signed in, or no longer; or a signature does not hold.",
    403: "The credential is not good for this.",
    404: "There is nothing of that name that the seat may see.",
    405: "This path has no such method.",
    409: "The same id with other bytes, or a name that is taken.",
    413: "The request is too large.",
    415: "The body is of another kind than JSON.",
    421: "The centre does not answer to this name.",
    422: "The charter refuses it: `code`, `clause` and `fix` say why.",
    429: "Too often, or too many at once: Retry-After says when to come again.",
    431: "The headers are too large.",
    500: "A mistake of ours: tell the administrators the `incident`.",
    503: "The centre cannot take this now: Retry-After says when to come again.",
}


def _operation(route: Route, schemas: Schema) -> Schema:
    scope = route.scope
    told: Schema = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}",
        "tags": [route.tag],
        "summary": route.summary,
        "description": " ".join(filter(None, [route.says, _scope_says(route)])),
        "parameters": list(_parameters(route, schemas)),
        "responses": _responses(route),
        "security": [] if scope is None else [{"bearer": []}, {"cookie": []}],
    }
    if scope:
        told[SCOPE_KEY] = scope
    if route.body is not None:
        media: Schema = {"schema": _reference(route.body)}
        examples = COMMANDS if route.body is CommandIn else BODIES.get(route.body, {})
        if examples:
            media["examples"] = {name: {"value": value} for name, value in examples.items()}
        told["requestBody"] = {"required": True, "content": {FORM if route.is_form else JSON: media}}
    return told


def _scope_says(route: Route) -> str:
    if route.scope is None:
        return "Public." if route.path != "/metrics" else ""
    return f"Needs the scope `{route.scope}`." if route.scope else "Needs a credential."


def _parameters(route: Route, schemas: Schema) -> Iterable[Schema]:
    for name in PARAMETER.findall(route.path):
        schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^/]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if route.query is not None:
        told = schemas[route.query.__name__]
        for name, schema in told["properties"].items():
            yield {"name": name, "in": "query", "required": name in told.get("required", ()), "schema": schema}
    if route.scope is not None:
        says = "The seat that delegated to this one."
        yield {"name": "on_behalf", "in": "query", "required": False, "description": says, "schema": {"type": "string"}}
    if route.path.endswith(("/commands", "/warnings")) and route.method == "POST":
        says = "The command's id, where the body has none."
        schema = {"type": "string", "minLength": 1, "maxLength": 200}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "description": says, "schema": schema}
    if route.media == EVENTS:
        says = "The last cursor that came."
        yield {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": says,
            "schema": {"type": "string", "maxLength": 40},
        }


def _responses(route: Route) -> Schema:
    told: Schema = {str(route.status): _success(route)}
    if any(status == 422 for status in route.errors):
        told["202"] = {**_success(route), "description": "It waits for a second person."}
    if route.path == "/ready":
        told["503"] = {**_success(route), "description": "Commands are not taken now."}
    if route.method == "GET" and route.media == JSON and route.scope is not None:
        told["304"] = {"description": "The same as the one whose ETag was sent."}
    for status in sorted({*_common(route), *route.errors}):
        told.setdefault(str(status), {"$ref": f"#/components/responses/{_response_name(status)}"})
    return told


def _common(route: Route) -> Iterable[int]:
    """The refusals that a route of this kind can have."""
    yield from (400, 405, 421, 431, 500)
    if route.scope is not None or route.tag == "sessions":
        yield from (401, 403, 429, 503)
    if route.body is not None:
        yield from (403, 413, 415, 429)
    elif route.method != "GET":
        yield 413
    # Where the centre calls nobody out, there are no contacts either.
    if PARAMETER.search(route.path) or route.tag == "contacts":
        yield 404


def _success(route: Route) -> Schema:
    said = HTTPStatus(route.status).phrase
    if route.status == 204:
        return {"description": "Done."}
    media = route.media.partition(";")[0]
    if route.answer is None:
        kind = {"type": "object"} if media == JSON else {"type": "string"}
        return {"description": said, "content": {media: {"schema": kind}}}
    content: Schema = {"schema": _reference(route.answer)}
    if route.path in ANSWERS and route.method == "GET":
        content["example"] = ANSWERS[route.path]
    return {"description": said, "content": {media: content}}


def _problem_response(status: int) -> Schema:
    return {"description": PROBLEMS[status], "content": {MEDIA: {"schema": _reference(Problem)}}}


def _response_name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _reference(kind: Any) -> Schema:  # noqa: ANN401  # a struct, or a tuple of one
    if is_struct(kind):
        return {"$ref": TEMPLATE.format(name=_name(kind))}
    return {"type": "array", "items": _reference(get_args(kind)[0])}


# schemas


def _schemas(routes: Sequence[Route]) -> Schema:
    """Every struct that a route mentions, and those within them."""
    taken: list[Any] = [kind for route in routes for kind in (route.query, route.body) if kind is not None]
    given: list[Any] = [route.answer for route in routes if route.answer is not None]
    inward = _structs([*taken, *COMMANDS_IN, WarningContent]) - {CommandIn}
    outward = _structs([*given, Problem])
    both = [kind for kind in inward & outward if holds_instants(kind)]
    if both:
        raise TypeError(f"times of {both} would be written in two ways")
    schemas = _components(sorted(inward | outward, key=_name))
    for kind in inward | outward:
        _mend(schemas[_name(kind)], kind, TIME_IN if kind in inward else TIME)
    for kind in COMMANDS_IN:
        told = schemas[kind.__name__]
        told["required"] = [name for name in told["required"] if name not in FILLED]
        scope = COMMAND_SCOPES.get(kind)
        told["description"] = f"{told.get('description', '')} Needs the scope `{scope}`.".strip()
        told[SCOPE_KEY] = scope
    schemas["CommandIn"] = _command_in()
    return dict(sorted(schemas.items()))


def _components(kinds: Sequence[type[Struct]]) -> Schema:
    """msgspec's schemas of structs by their names in the document."""
    names = [_name(kind) for kind in kinds]
    if twice := {name for name in names if names.count(name) > 1}:
        raise TypeError(f"two structs are called {twice}: name one of them apart")
    _, schemas = msgspec.json.schema_components(kinds, ref_template=TEMPLATE)
    text = msgspec.json.encode(schemas).decode()
    for kind in kinds:  # of two with one name msgspec names both by their modules
        text = text.replace(f'{kind.__module__}.{kind.__name__}"', f'{_name(kind)}"')
    named: Schema = msgspec.json.decode(text)
    return named


def _name(kind: type[Struct]) -> str:
    """The name of a struct's schema."""
    return NAMED_APART.get(kind, kind.__name__)


def _command_in() -> Schema:
    """The one struct whose parts are kept as the bytes that came."""
    names = {str(tag): kind.__name__ for kind in COMMANDS_IN for tag in tag_of(kind).values()}
    one_of = [{"$ref": TEMPLATE.format(name=name)} for name in sorted(names.values())]
    mapping = {tag: TEMPLATE.format(name=name) for tag, name in sorted(names.items())}
    command = {"oneOf": one_of, "discriminator": {"propertyName": "do", "mapping": mapping}}
    content = {"$ref": TEMPLATE.format(name="WarningContent")}
    return {
        "type": "object",
        "description": CommandIn.__doc__,
        "properties": {"command": command, "signed": {"$ref": TEMPLATE.format(name="Signed")}, "content": content},
        "oneOf": [{"required": ["command"]}, {"required": ["signed"]}],
        "additionalProperties": False,
    }


def _structs(kinds: Iterable[Any]) -> set[type[Struct]]:
    """All structs within these annotations."""
    waiting, found = list(kinds), set[type[Struct]]()
    while waiting:
        kind = bare(waiting.pop())
        if is_struct(kind):
            if kind not in found:
                found.add(kind)
                waiting += [hint for _, _, hint, _ in fields_of(kind)]
        else:
            waiting += get_args(kind)
    return found


def _mend(told: Schema, kind: type[Struct], time: Schema) -> None:
    """A struct's schema with instants as text, and patterns as every reader of JSON Schema knows them."""
    said = kind.__doc__
    if said and not said.startswith(kind.__name__ + "("):
        told["description"] = " ".join(said.split())
    words = field_words(kind)
    for name, key, hint, _ in fields_of(kind):
        schema = told["properties"][key]
        if holds_instants(hint):
            schema = told["properties"][key] = _dated(schema, hint, time)
        if name in words:
            # Beside a reference too: OpenAPI 3.1 allows it.
            schema.setdefault("description", words[name])
        _plain(schema)


def field_words(kind: type[Struct]) -> dict[str, str]:
    """What the source says under each field of a struct; nothing where there is no source to be read."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        for one, below in pairwise(_class_body(base)):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(below, ast.Expr):
                said = below.value.value if isinstance(below.value, ast.Constant) else None
                if isinstance(said, str):
                    found[one.target.id] = " ".join(said.split())
    return found


def _class_body(kind: type) -> list[ast.stmt]:
    module = inspect.getmodule(kind)
    for row in _module_body(module.__name__) if module is not None and is_struct(kind) else ():
        if isinstance(row, ast.ClassDef) and row.name == kind.__name__:
            return row.body
    return []


@cache
def _module_body(name: str) -> tuple[ast.stmt, ...]:
    try:
        return tuple(ast.parse(inspect.getsource(sys.modules[name])).body)
    except OSError:
        return ()


def _dated(schema: Schema, hint: Any, time: Schema) -> Schema:  # noqa: ANN401  # any annotation
    """The schema of an annotation, its instants as text."""
    members = options(hint)
    if all(is_struct(member) for member in members):
        return schema
    if members == (Instant,):
        kept = {key: value for key, value in schema.items() if key in {"description", "default"}}
        is_nullable = "anyOf" in schema or (isinstance(schema.get("type"), list) and "null" in schema["type"])
        # A default of an instant would be a number; only none is ever one.
        return {"anyOf": [*time.get("anyOf", [time]), {"type": "null"}], **kept} if is_nullable else {**time, **kept}
    (container,) = members
    parts = get_args(container)
    if get_origin(container) is dict:
        return {**schema, "additionalProperties": _dated(schema["additionalProperties"], parts[1], time)}
    if parts[-1] is Ellipsis:
        return {**schema, "items": _dated(schema["items"], parts[0], time)}
    each = [_dated(item, part, time) for item, part in zip(schema["prefixItems"], parts, strict=True)]
    return {**schema, "prefixItems": each}


def _plain(schema: Any) -> None:  # noqa: ANN401  # any part of a schema
    """`\\Z` is Python's alone. What is a set here may say a word twice."""
    if isinstance(schema, dict):
        schema.pop("uniqueItems", None)
        if isinstance(schema.get("pattern"), str):
            schema["pattern"] = schema["pattern"].replace(r"\Z", "$")
        for part in schema.values():
            _plain(part)
    elif isinstance(schema, list):
        for part in schema:
            _plain(part)
