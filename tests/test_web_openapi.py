"""The description of the API: complete, true to the route table, and readable by others' tools."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest

from tests.centre_world import run
from tests.web_client import Site
from tocsin.alliance.commands import Command
from tocsin.alliance.contents import ContentCommand
from tocsin.centre.notebook.model import DraftContent, ReportContent
from tocsin.centre.scopes import CENTRE_ONLY, COMMAND_SCOPES
from tocsin.states import state_name
from tocsin.web.openapi import document
from tocsin.web.routes import ROUTES

# As a client gets it.
DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(ROUTES)))
SCHEMAS = DOCUMENT["components"]["schemas"]
OUTLETS = [(path, method, outlet) for path, methods in DOCUMENT["paths"].items() for method, outlet in methods.items()]


def parts(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # JSON is anything
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A reader of JSON Schema that is not ours, for a schema of the document."""
    whole = {"components": DOCUMENT["components"], **schema}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for part in parts(DOCUMENT):
        reference = part.get("$ref")
        if isinstance(reference, str):
            where: Any = DOCUMENT
            for name in reference.removeprefix("#/").split("/"):
                where = where[name]
    for name, schema in SCHEMAS.items():
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}), name
        validator(schema)


def test_every_outlet_but_the_pages_is_described_once() -> None:
    described = {(method.upper(), path) for path, method, _ in OUTLETS}
    wanted = {(route.method, route.path) for route in ROUTES if route.tag != "pages" and route.path != "/reference"}
    assert described == wanted
    names = [outlet["operationId"] for _, _, outlet in OUTLETS]
    assert len(names) == len(set(names))
    known = {tag["name"] for tag in DOCUMENT["tags"]}
    for path, method, outlet in OUTLETS:
        assert set(outlet["tags"]) <= known, path
        assert {part["name"] for part in outlet["parameters"] if part["in"] == "path"} == set(
            re.findall(r"\{(\w+)\}", path)
        )
        is_public = not outlet["security"]
        (route,) = (route for route in ROUTES if (route.method.lower(), route.path) == (method, path))
        assert is_public == (route.scope is None)
        assert outlet.get("x-tocsin-scope", "") == (route.scope or "")


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(ContentCommand)], ids=lambda kind: kind.__name__)
def test_every_command_has_its_schema_without_what_the_centre_fills_in(kind: type[msgspec.Struct]) -> None:
    options = {part["$ref"].rpartition("/")[2] for part in SCHEMAS["CommandIn"]["properties"]["command"]["oneOf"]}
    if kind in CENTRE_ONLY:
        assert kind.__name__ not in options
        return
    schema = SCHEMAS[kind.__name__]
    assert kind.__name__ in options
    assert not {"id", "at", "by"} & set(schema["required"])
    assert {"id", "at", "by"} <= set(schema["properties"])
    assert schema["x-tocsin-scope"] == COMMAND_SCOPES[kind]
    (tag,) = schema["properties"]["do"]["enum"]
    assert tag == kind.__struct_config__.tag


def test_instants_are_times_and_never_bare_numbers() -> None:
    for name in ("Situation", "CaseView", "FeedItem", "Answer", "DeskLine", "WarningHeld", "SilenceOpened"):
        for part in parts(SCHEMAS[name]):
            assert part.get("type") != "integer" or "at" not in part.get("title", "")
    assert SCHEMAS["CaseView"]["properties"]["opened"] == {"type": "string", "format": "date-time"}
    deadline = SCHEMAS["OpenSilence"]["properties"]["deadline"]["anyOf"]
    assert [part["type"] for part in deadline] == ["string", "integer", "null"]


def test_examples_are_what_they_are_examples_of() -> None:
    for path, method, outlet in OUTLETS:
        for content in outlet.get("requestBody", {}).get("content", {}).values():
            assert content.get("examples"), (method, path)
            for name, example in content["examples"].items():
                validator(content["schema"]).validate(example["value"])
                assert name
        for response in outlet["responses"].values():
            for content in response.get("content", {}).values():
                if "example" in content:
                    validator(content["schema"]).validate(content["example"])


def test_examples_name_no_state_there_is() -> None:
    text = msgspec.json.encode([outlet for _, _, outlet in OUTLETS]).decode()
    found = {word for word in re.findall(r"\b[A-Z]{3}\b", text) if state_name(word)}
    assert not {word for word in found if not word.startswith("X")}


def test_the_description_is_served_as_it_was_made() -> None:
    async def story() -> None:
        async with Site() as site:
            first = await site.get("/openapi.json")
            assert first.json() == DOCUMENT
            again = await site.get("/openapi.json", if_none_match=first.headers["etag"])
            assert again.status_code == 304
            page = (await site.get("/reference")).text
            for path, _, outlet in OUTLETS:
                assert f'id="{outlet["operationId"]}"' in page, path
            assert "://" not in re.sub(r"https?://localhost", "", page).replace("http://www.w3.org", "")

    run(story())


def kept_for_itself(site: Site, author: str) -> dict[str, str]:
    """One of each thing in a seat's notebook, by their ids."""
    book, by = site.world.centre.notebook, site.world.centre.desks.actor(author)
    line = book.make_draft(by, "k", "p", DraftContent(position="support"))
    line = book.attach(by, line.id, line.version, "map.pdf", "application/pdf", b"%PDF")
    book.write_log(by, "Quiet.", case="k")
    book.hand_over(by, "Quiet.", ("p: silence",))
    report = book.make_report(by, ReportContent(title="Night", body="Quiet."))
    return {"draft": line.id, "file": line.files[0].id, "report": report.id}


def test_what_is_answered_is_what_is_described() -> None:
    async def story() -> None:
        async with Site() as site:
            author = site.seat("XAB")
            await site.warn(author, "k", "w", "trucks", ["XAA", "members"])
            table = {"case": "k", "procedure": "p", "matter": "relief"}
            await site.act(author, "table text", "t", **table)
            await site.act(site.admin, "open silence", "s", by="SG", case="k", procedure="p")
            names = {"case": "k", "procedure": "p", "warning": "w", "cursor": "1-1"}
            names |= kept_for_itself(site, author)
            for path, method, outlet in OUTLETS:
                if method != "get" or path in ("/api/v1/events", "/metrics", "/openapi.json"):
                    continue
                filled = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
                for secret in (author, site.admin):
                    answer = await site.get(filled, secret)
                    response = outlet["responses"][str(answer.status_code)]
                    if "$ref" in response:
                        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
                    media = answer.headers["content-type"].partition(";")[0]
                    schema = response["content"][media]["schema"]
                    if media.endswith("json"):
                        validator(schema).validate(answer.json())

    run(story())
