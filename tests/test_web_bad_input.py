"""Requests that are wrong: each gets its status, its code and the field; nothing enters the ledger; a trace is left."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from tests.centre_world import run
from tests.web_client import Response, Site

COMMANDS, WARNINGS = "/api/v1/commands", "/api/v1/warnings"
STATE: dict[str, Any] = {"do": "state position", "id": "x", "case": "k", "procedure": "p", "party": "XAB"}
SUPPORT = {**STATE, "position": "support"}
SILENCE = {"do": "open silence", "id": "x", "case": "k", "procedure": "p"}
TEXT_OF_COMMAND = msgspec.json.encode({**SUPPORT, "by": "XAB", "at": 0}).decode()
WARNING = {"case": "k2", "warning": "w", "text": "trucks", "to": ["XAA"], "marking": "TLP:AMBER", "id": "w1"}


class Bad(Struct, frozen=True, kw_only=True):
    """A request, and what is said of it."""

    path: str = COMMANDS
    method: str = "POST"
    body: object = {}
    """JSON, or the very bytes."""
    seat: str = "XAB"
    headers: dict[str, str] = {}
    status: int
    code: str
    field: str = ""
    accepted: str = ""
    """Part of what is said to be accepted."""
    clause: str = ""
    """Part of the clause that a refusal by the law names."""


def command(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  # fields of any command
    return {"command": {**SUPPORT, **fields}}


def nested(levels: int) -> bytes:
    return b'{"command":' + b"[" * levels + b"]" * levels + b"}"


MALFORMED: dict[str, Bad] = {
    "nothing": Bad(body=b"", status=400, code="malformed"),
    "no json": Bad(body=b"{", status=400, code="malformed"),
    "a list": Bad(body=[], status=400, code="malformed"),
    "no utf-8": Bad(body=b'{"command": {"do": "\xff"}}', status=400, code="malformed"),
    "half a character": Bad(
        body=b'{"signed": {"command": "\\ud800", "signature": "", "key": ""}}', status=400, code="malformed"
    ),
    "neither command nor signed": Bad(body={}, status=400, code="malformed", field="command"),
    "both": Bad(
        body={**command(), "signed": {"command": "", "signature": "", "key": ""}},
        status=400,
        code="malformed",
        field="command",
    ),
    "an unknown field beside": Bad(body={**command(), "extra": 1}, status=400, code="malformed", field="extra"),
    "an unknown field within": Bad(body=command(extra=1), status=400, code="malformed", field="command.extra"),
    "a missing field": Bad(
        body={"command": STATE}, status=400, code="malformed", field="command.position", accepted="support"
    ),
    "an unknown command": Bad(body=command(do="dance"), status=400, code="malformed", field="command.do"),
    "a command of the centre alone": Bad(
        body={"command": {"do": "wake", "id": "x", "by": "XAB"}}, status=403, code="no scope"
    ),
    "a wrong word": Bad(
        body=command(position="perhaps"), status=400, code="malformed", field="command.position", accepted="abstain"
    ),
    "a wrong kind": Bad(body=command(case=7), status=400, code="malformed", field="command.case"),
    "a slash in a name": Bad(body=command(case="a/b"), status=400, code="malformed", field="command.case"),
    "a control character": Bad(body=command(case="a\u0007"), status=400, code="malformed", field="command.case"),
    "too long a text": Bad(
        body=command(reservation="x" * 3_000), status=400, code="malformed", field="command.reservation"
    ),
    "a time without a zone": Bad(
        body={"command": {**SILENCE, "deadline": "2031-05-04T10:00"}},
        status=400,
        code="malformed",
        field="command.deadline",
        accepted="2031-05-04T10:00:00Z",
    ),
    "a time out of all bounds": Bad(
        body={"command": {**SILENCE, "deadline": 10**18}},
        status=400,
        code="malformed",
        field="command.deadline",
    ),
    "a number beyond 64 bits": Bad(
        body=b'{"command":{"do":"open silence","id":"x","case":"k","procedure":"p","deadline":' + b"9" * 60 + b"}}",
        status=400,
        code="malformed",
        field="command.deadline",
    ),
    "no id": Bad(body=command(id=""), status=400, code="malformed", field="command.id"),
    "an id that is too long": Bad(body=command(id="x" * 201), status=400, code="malformed", field="command.id"),
    "nested too deep": Bad(body=nested(40), status=400, code="too deep"),
    "nested as deep as the stack": Bad(body=nested(100_000), status=400, code="too deep"),
    "too large": Bad(
        path="/api/v1/feed/confirm", body={"cursor": "1" * 400_000}, status=413, code="too large", accepted="300,000"
    ),
    "too large with a content": Bad(body={"command": "x" * 1_300_000}, status=413, code="too large"),
    "a command over its own limit": Bad(
        body={"command": {**SUPPORT, "reservation": "x" * 260_000}}, status=400, code="malformed"
    ),
    "another kind of body": Bad(
        body=b"a=b", headers={"content-type": "application/x-www-form-urlencoded"}, status=415, code="media type"
    ),
    "another character set": Bad(
        body=b"{}", headers={"content-type": "application/json; charset=utf-16"}, status=415, code="media type"
    ),
    "a query that is not asked for": Bad(
        path="/api/v1/cases?colour=red", method="GET", status=400, code="malformed", field="colour"
    ),
    "a query given twice": Bad(
        path="/api/v1/feed?limit=1&limit=2", method="GET", status=400, code="malformed", field="limit"
    ),
    "a query out of bounds": Bad(
        path="/api/v1/feed?limit=0", method="GET", status=400, code="malformed", field="limit"
    ),
    "a query that is no number": Bad(
        path="/api/v1/feed?limit=ten", method="GET", status=400, code="malformed", field="limit"
    ),
    "a query that is no text": Bad(path="/api/v1/feed?after=%ff", method="GET", status=400, code="malformed"),
    "a cursor of another feed": Bad(
        path="/api/v1/feed?after=2-1", method="GET", status=400, code="malformed", field="after"
    ),
    "a cursor ahead of the feed": Bad(path="/api/v1/feed?after=1-999", method="GET", status=404, code="not found"),
    "a body where there is none": Bad(
        path="/api/v1/pending/w-1/confirm", body={"really": True}, status=400, code="malformed"
    ),
    "a name that no name can be": Bad(path="/api/v1/cases/a%00b", method="GET", status=404, code="not found"),
    "a warning without a marking": Bad(
        path=WARNINGS,
        body={name: value for name, value in WARNING.items() if name != "marking"},
        status=400,
        code="malformed",
        field="marking",
        accepted="TLP:RED",
    ),
    "a warning to nobody known": Bad(
        path=WARNINGS, body={**WARNING, "to": ["XQQ"]}, status=400, code="malformed", accepted="XAA"
    ),
    "a preview to nobody known": Bad(
        path=f"{WARNINGS}/preview", body={**WARNING, "to": ["XQQ"]}, status=400, code="malformed", field="to"
    ),
    "no base64": Bad(
        body={"signed": {"command": "{}", "signature": "?", "key": ""}},
        status=400,
        code="malformed",
        field="signed.signature",
    ),
    "a key that is none": Bad(
        path="/api/v1/party-keys", body={"public": "AAAA"}, status=400, code="malformed", field="public"
    ),
}

WRONG: dict[str, Bad] = {
    "somebody else's position": Bad(body=command(party="XAC", by="XAC"), status=403, code="not you"),
    "a desk that only reads": Bad(body=command(), seat="reader", status=403, code="no scope"),
    "a case that is hidden": Bad(
        body={"command": {"do": "convene", "id": "x", "case": "k", "organ": "council", "by": "XAG"}},
        seat="XAG",
        status=422,
        code="no such case",
    ),
    "a procedure that is not there": Bad(body=command(procedure="q"), status=422, code="no such procedure"),
    "out of order: a new version of what has ended": Bad(
        body={"command": {"do": "amend text", "id": "late", "case": "k", "procedure": "ended", "text": "b"}},
        status=422,
        code="already ended",
        clause="MR.",
    ),
    "replayed with other words": Bad(body=command(id="first", position="object"), status=409, code="id taken"),
    "forged: an unknown key": Bad(
        body={"signed": {"command": TEXT_OF_COMMAND, "signature": "AA==", "key": "0" * 39}},
        status=401,
        code="unknown key",
    ),
    "a foreign page": Bad(
        body=command(),
        seat="",
        headers={"origin": "https://elsewhere.example", "cookie": "tocsin=tcs_x"},
        status=403,
        code="foreign page",
    ),
    "nobody": Bad(body=command(), seat="", status=401, code="not signed in"),
    "another scheme": Bad(
        body=command(), seat="", headers={"authorization": "Basic eDp5"}, status=401, code="not signed in"
    ),
}


async def prepared(site: Site) -> Callable[[str], str]:
    """A case with one open and one ended procedure. The secrets of seats."""
    secrets = {"XAB": site.seat("XAB"), "XAG": site.seat("XAG"), "reader": site.seat("XAB", "reader"), "": ""}
    for name in ("p", "ended"):
        table = {"case": "k", "procedure": name, "matter": "relief"}
        assert (await site.act(secrets["XAB"], "table text", f"t-{name}", **table)).is_success
    assert (await site.act(secrets["XAB"], "withdraw text", "w", case="k", procedure="ended")).is_success
    assert (await site.act(secrets["XAB"], "state position", "first", **{**SUPPORT, "id": "first"})).is_success
    return secrets.__getitem__


async def answered(site: Site, bad: Bad, secret: str) -> Response:
    body = bad.body if isinstance(bad.body, bytes) else msgspec.json.encode(bad.body)
    return await site.send(bad.method, bad.path, secret, b"" if bad.method == "GET" else body, **bad.headers)


@pytest.mark.parametrize("name", [*MALFORMED, *WRONG])
def test_a_wrong_request_changes_nothing_and_leaves_a_trace(name: str) -> None:
    bad = (MALFORMED | WRONG)[name]

    async def story() -> None:
        async with Site() as site:
            secret = await prepared(site)
            entries, traces = site.entries(), len(site.trail())
            answer = await answered(site, bad, secret(bad.seat))
            told = answer.json()
            assert (answer.status_code, told["code"]) == (bad.status, bad.code), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert told["status"] == bad.status
            assert told["title"]
            assert told["detail"].endswith(".")
            if bad.field:
                assert told["field"] == bad.field
            assert bad.accepted in told.get("accepted", "")
            assert bad.clause in told.get("clause", "")
            assert len(answer.content) < 4_000
            assert site.entries() == entries
            trace = site.trail()[0]
            assert len(site.trail()) > traces
            assert (trace.outcome, trace.code) == ("refused", bad.code)
            assert trace.what.startswith(bad.method)
            assert "trucks" not in str(trace)

    run(story())


def test_a_request_that_is_repeated_is_done_once() -> None:
    async def story() -> None:
        async with Site() as site:
            secret = (await prepared(site))("XAB")
            entries = site.entries()
            for _ in range(3):
                answer = await site.act(secret, "state position", "first", **{**SUPPORT, "id": "first"})
                assert answer.json()["status"] == "repeated"
            assert site.entries() == entries

    run(story())


def test_a_body_that_claims_to_be_small_is_cut_off_where_it_grows() -> None:
    async def chunks() -> Any:  # noqa: ANN401  # an iterator of bytes
        for _ in range(40):
            yield b"x" * 100_000

    async def story() -> None:
        async with Site() as site:
            secret = site.seat("XAB")
            headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
            answer = await site.http.post(COMMANDS, content=chunks(), headers=headers)
            assert answer.status_code == 413

    run(story())
