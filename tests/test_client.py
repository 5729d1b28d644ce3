"""The client of a centre's API: addresses, errors, what is sent again, the feed over a bad line, and keys.

A small server on the loopback plays the centre by a script, so that lines can be cut where it hurts.
"""

import os
import re
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alliance.contents import WarningContent
from tocsin.centre.desk_keys import fingerprint as fingerprint_at_the_centre
from tocsin.client import Client, ClientError
from tocsin.client.client import secret_of
from tocsin.client.drafts import TEXT_LETTERS_MAX, checked_text, commitment, draft, new_id, new_salt
from tocsin.client.events import Event, parsed, pause_seconds
from tocsin.client.keys import make_key, read_key
from tocsin.client.wire import normal_address
from tocsin.terms import PartyId
from tocsin.web.routes import ROUTES

ROOT = Path(__file__).parent.parent
ANSWER = {"status": "accepted", "id": "c-1"}


class Reply(NamedTuple):
    """What the scripted centre does with one request."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = {}  # noqa: RUF012  # a tuple's default, and nobody changes it
    drops: bool = False
    """Whether it hangs up in place of answering."""


class Got(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Scripted(NamedTuple):
    """A server that answers in order, and keeps what it was asked."""

    address: str
    got: list[Got]
    slept: list[float]

    def client(self, **options: Any) -> Client:  # noqa: ANN401  # the client's own
        return Client(self.address, "tct_very_secret", sleep=self.slept.append, **options)


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    got: list[Got] = []
    left = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            got.append(Got(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            reply = left.pop(0)
            if reply.drops:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "text/event-stream" in reply.headers.values():  # ends with the connection, as a cut line does
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  # the names are the standard library's

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Scripted(f"http://127.0.0.1:{server.server_port}", got, [])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, msgspec.json.encode(value), headers)


def stream(*lines: str) -> Reply:
    return Reply(200, "\n".join((*lines, "")).encode(), {"Content-Type": "text/event-stream"})


def item(place: int) -> tuple[str, ...]:
    return (f"id: 1-{place}", "event: item", f'data: {{"cursor":"1-{place}"}}', "")


# ---- addresses


@pytest.mark.parametrize(
    ("address", "is_meant"),
    [
        ("http://127.0.0.1:8420/", "http://127.0.0.1:8420"),
        ("http://localhost:8420", "http://localhost:8420"),
        ("http://[::1]:8420", "http://[::1]:8420"),
        ("https://Centre.Example.int", "https://centre.example.int"),
    ],
)
def test_an_address_is_written_one_way(address: str, is_meant: str) -> None:
    assert normal_address(address) == is_meant


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:8420",
        "ftp://127.0.0.1",
        "http://",
        "http://a:b@127.0.0.1",
        "http://127.0.0.1:99999",
        "https://x?y",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ClientError, match="no address"):
        Client(address)


@pytest.mark.parametrize("address", ["http://centre.example.int", "http://10.0.0.5:8420", "http://localhost.example"])
def test_a_secret_never_crosses_a_network_unencrypted(address: str) -> None:
    with pytest.raises(ClientError, match="https") as refused:
        Client(address, "tct_secret")
    assert refused.value.code == "not encrypted"


def test_a_redirection_is_followed_nowhere() -> None:
    with scripted(Reply(307, b"", {"Location": "http://127.0.0.1:1/elsewhere"})) as centre:
        with pytest.raises(ClientError) as refused:
            centre.client().me()
        assert (refused.value.status, len(centre.got)) == (307, 1)


# ---- errors


def test_a_problem_is_told_with_field_clause_and_fix() -> None:
    problem = {"title": "No", "detail": "The text is decided.", "code": "ended", "clause": "MP.7", "fix": "Table anew."}
    with scripted(as_json(problem | {"field": "command.procedure"}, 422)) as centre:
        with pytest.raises(ClientError) as refused:
            centre.client().submit({"do": "close", "id": "c-1"})
        error = refused.value
    assert error.is_refusal
    assert (error.code, error.clause, error.fix, error.field) == ("ended", "MP.7", "Table anew.", "command.procedure")
    assert str(error) == "command.procedure: The text is decided. [MP.7] Table anew."


def test_what_would_be_accepted_is_told() -> None:
    problem = {
        "detail": "'position': it is no position.",
        "code": "malformed",
        "field": "position",
        "accepted": "support",
    }
    with scripted(as_json(problem, 400)) as centre, pytest.raises(ClientError) as refused:
        centre.client().submit({"do": "close", "id": "c-1"})
    assert str(refused.value) == "'position': it is no position. Accepted: support."


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[1,2]", b"\xff"])
def test_an_error_that_is_no_problem_is_told_by_its_status(body: bytes) -> None:
    with scripted(Reply(502, body)) as centre, pytest.raises(ClientError) as refused:
        centre.client().me()
    assert (refused.value.code, refused.value.is_refusal) == ("http 502", False)


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b"3", b"[" * 200_000])
def test_an_answer_that_is_none_is_an_error_in_words(body: bytes) -> None:
    with scripted(Reply(200, body)) as centre, pytest.raises(ClientError, match="is it a centre"):
        centre.client().me()


@pytest.mark.parametrize("body", [b"{}", b"[3]", b"no JSON"])
def test_a_list_that_is_none_is_an_error_in_words(body: bytes) -> None:
    with scripted(Reply(200, body)) as centre, pytest.raises(ClientError, match="is it a centre"):
        centre.client().cases()


def test_a_centre_that_is_not_there_is_named() -> None:
    with scripted() as gone:
        pass
    with pytest.raises(ClientError, match=f"Nobody answers at {gone.address}") as refused:
        gone.client().me()
    assert (refused.value.status, len(gone.slept)) == (0, 3)


# ---- what is sent again


def test_a_command_lost_on_the_way_is_sent_again_byte_for_byte() -> None:
    with scripted(Reply(drops=True), Reply(drops=True), as_json(ANSWER)) as centre:
        assert centre.client().submit({"do": "close", "id": "c-1"}) == ANSWER
        assert len({got.body for got in centre.got}) == 1
        assert len(centre.got) == 3


def test_an_invitation_lost_on_the_way_is_not_made_twice() -> None:
    with scripted(Reply(drops=True)) as centre, pytest.raises(ClientError, match="was lost"):
        centre.client().invite("XAB", "liaison")
    assert len(centre.got) == 1


def test_a_busy_centre_is_given_the_time_it_asks_for() -> None:
    with scripted(as_json({}, 503, **{"Retry-After": "3"}), as_json({}, 429), as_json(ANSWER)) as centre:
        assert centre.client().submit({"do": "close", "id": "c-1"}) == ANSWER
    assert centre.slept[0] == 3.0


def test_a_centre_that_is_busy_for_long_is_not_waited_for() -> None:
    busy = as_json({"detail": "Too often."}, 429, **{"Retry-After": "60"})
    with scripted(busy) as centre, pytest.raises(ClientError, match="Too often"):
        centre.client().login("a name", "a password")
    assert centre.slept == []


def test_a_secret_goes_into_one_header_and_no_address() -> None:
    with scripted(as_json(ANSWER)) as centre:
        centre.client().submit({"do": "close", "id": "c-1"})
        (got,) = centre.got
    assert got.headers["Authorization"] == "Bearer tct_very_secret"
    assert "tct_" not in got.path


def test_names_in_a_path_are_quoted() -> None:
    with scripted(Reply(), Reply()) as centre:
        centre.client().case("a/b?c#d é")
        assert centre.got[0].path == "/api/v1/cases/a%2Fb%3Fc%23d%20%C3%A9"


# ---- the feed


def test_a_feed_that_is_cut_goes_on_after_the_last_item() -> None:
    replies = (
        stream(*item(1), ": still here", "", *item(2), "id: 1-3", "event: item", 'data: {"cur'),
        stream(*item(3)),
    )
    with scripted(*replies, Reply(401, b'{"detail":"Signed out."}')) as centre:
        feed = centre.client().events("1-0")
        found: list[str] = []
        with pytest.raises(ClientError, match="Signed out"):
            found.extend(told["cursor"] for told in feed)
    assert found == ["1-1", "1-2", "1-3"]
    assert [got.headers.get("Last-Event-ID") for got in centre.got] == ["1-0", "1-2", "1-3"]


def test_a_feed_that_cannot_be_had_is_asked_for_ever_more_slowly_and_then_given_up() -> None:
    with scripted(*(Reply(drops=True) for _ in range(4))) as centre:
        feed = centre.client().events(tries_max=4)
        with pytest.raises(ClientError, match="was lost"):
            next(feed)
    assert len(centre.slept) == 3
    assert centre.slept[2] > centre.slept[0]


def test_a_stream_that_ends_at_once_again_and_again_is_given_up_too() -> None:
    with scripted(stream(), stream(), stream()) as centre:
        with pytest.raises(ClientError, match="ended the stream"):
            next(centre.client().events(tries_max=3))
        assert len(centre.got) == 3


def test_whoever_follows_a_feed_is_told_once_when_the_line_is_lost_and_once_when_it_is_back() -> None:
    replies = (stream(*item(1)), Reply(drops=True), Reply(503), stream(*item(2)))
    told: list[str] = []
    with scripted(*replies) as centre:
        feed = centre.client().events(on_line=lambda error: told.append("back" if error is None else "lost"))
        assert next(feed)["cursor"] == "1-1"
        assert told == []
        assert next(feed)["cursor"] == "1-2"
    assert told == ["lost", "back"]


def test_a_feed_waits_as_long_as_a_busy_centre_asks() -> None:
    with scripted(as_json({}, 429, **{"Retry-After": "7"}), stream(*item(1))) as centre:
        assert next(centre.client().events())["cursor"] == "1-1"
    assert centre.slept == [7.0]


def test_pauses_stay_within_half_a_minute() -> None:
    assert all(0 < pause_seconds(failed) <= 30 for failed in range(200))


LINES = st.lists(
    st.sampled_from(
        ["", "data: a", "data:b", "data", "id: 1-7", "event: item", ": comment", "junk", "data: é", "retry: 3"]
    )
)


@given(LINES, st.lists(st.integers(0, 400)), st.sampled_from(["\n", "\r\n"]))
def test_events_are_the_same_however_the_line_cuts_them(lines: list[str], cuts: list[int], end: str) -> None:
    whole = end.join((*lines, "")).encode()
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[left:right] for left, right in pairwise(edges)]
    assert list(parsed(iter(pieces))) == list(parsed(iter([whole])))


def test_an_event_may_have_several_lines_of_data() -> None:
    raw = b"event: item\ndata: one\ndata: two\nid: 1-9\n\n: a comment\n\ndata: three\n\ndata: never ended\n"
    found = [event for event in parsed(iter([raw])) if event.data]
    assert found == [Event("1-9", "item", "one\ntwo"), Event("", "message", "three")]


# ---- keys and drafts


def test_a_key_is_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "XAB.pem"
    made = make_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path).fingerprint == made.fingerprint
    with pytest.raises(ClientError, match="never written over"):
        make_key(path)
    path.chmod(0o640)
    with pytest.raises(ClientError, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    with pytest.raises(ClientError, match="desk key make"):
        read_key(path)
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ClientError, match="no Ed25519 key"):
        read_key(path)


def test_a_fingerprint_is_what_the_centre_computes(tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    assert key.fingerprint == fingerprint_at_the_centre(key.public)


def test_a_signed_command_verifies_over_its_very_bytes_and_for_this_ledger_alone(tmp_path: Path) -> None:
    key, origin = make_key(tmp_path / "key"), "tocsin/0123456789abcdef/LIVE/1"
    with scripted(as_json({"origin": origin, "keys": []}), as_json(ANSWER)) as centre:
        centre.client(key=key).submit({"do": "close", "id": "c-1", "case": "é", "at": 3})
        signed = msgspec.json.decode(centre.got[1].body)["signed"]
    said = b"tocsin/command/v1\n" + origin.encode() + b"\n" + signed["command"].encode()
    Ed25519PublicKey.from_public_bytes(key.public).verify(b64decode(signed["signature"]), said)
    assert signed["key"] == key.fingerprint
    assert msgspec.json.decode(signed["command"]) == {"do": "close", "id": "c-1", "case": "é", "at": 3}


def test_a_content_goes_beside_its_command_as_it_was_committed_to() -> None:
    content = WarningContent(
        warning="w", author=PartyId("XAB"), substance="é", marking="TLP:RED", audience=("XAA",), salt=new_salt()
    )
    with scripted(as_json(ANSWER)) as centre:
        centre.client().submit({"do": "report warning", "id": "c-1", "commitment": commitment(content)}, content)
        body = msgspec.json.decode(centre.got[0].body, type=dict[str, msgspec.Raw])
    assert sha256(bytes(body["content"])).hexdigest() == msgspec.json.decode(body["command"])["commitment"]


def test_no_text_and_too_long_a_text_go_nowhere() -> None:
    assert checked_text("x" * TEXT_LETTERS_MAX)
    for text in ("", " \n", "x" * (TEXT_LETTERS_MAX + 1)):
        with pytest.raises(ClientError) as refused:
            checked_text(text)
        assert refused.value.field == "text"
    with pytest.raises(ClientError, match="at most 256,000 bytes"):
        draft({"do": "close case", "why": "x" * 256_000})


def test_ids_and_salts_are_never_the_same() -> None:
    assert len({new_id("XAB") for _ in range(1000)}) == len({new_salt() for _ in range(1000)}) == 1000


def test_a_link_gives_its_secret() -> None:
    for link in ("tci_abc", "http://127.0.0.1:8420/enter#tci_abc", "https://x/enter?link=tci_abc", " tci_abc\n"):
        assert secret_of(link) == "tci_abc"


def test_every_route_of_the_api_has_its_method() -> None:
    class Recorder(Client):
        def asked(self, call: Callable[[], object]) -> tuple[str, str]:
            with scripted(Reply(500)) as centre, suppress(ClientError):
                self.wire.address = centre.address
                call()
            (got,) = centre.got
            return got.method, got.path.partition("?")[0]

    one = Recorder("http://127.0.0.1:1", "tct_x", sleep=lambda _: None)
    book = one.notebook
    calls: tuple[Callable[[], object], ...] = (
        lambda: one.submit({"do": "close", "id": "x"}),
        lambda: one.warn({"text": "x"}, "x"),
        lambda: one.preview({}),
        one.pending,
        lambda: one.confirm_pending("x"),
        lambda: one.drop_pending("x"),
        one.feed,
        lambda: next(one.events(tries_max=1)),
        lambda: one.confirm("x"),
        one.situation,
        one.cases,
        lambda: one.case("x"),
        lambda: one.procedure("x", "x"),
        one.deadlines,
        one.asks,
        one.members,
        one.charter,
        one.warnings,
        lambda: one.warning("x", "x"),
        lambda: one.holders("x", "x"),
        one.releases,
        lambda: one.receipt("x"),
        lambda: one.inclusion("x", 1),
        lambda: one.consistency(1, 2),
        one.checkpoint,
        one.ledger_keys,
        lambda: one.login("x", "x"),
        one.logout,
        one.me,
        lambda: one.change_password("x", "x"),
        lambda: one.enter("x", "x", "x"),
        one.desks,
        lambda: one.invite("x", "x"),
        lambda: one.approve("x"),
        lambda: one.revoke("x", "x"),
        one.tokens,
        lambda: one.create_token("x", ["read"], 1),
        lambda: one.drop_token("x"),
        one.party_keys,
        lambda: one.register_key(b"x"),
        lambda: one.confirm_key("x", "x"),
        lambda: one.revoke_key("x"),
        one.delegations,
        lambda: one.delegate("x", ["read"], "x"),
        lambda: one.end_delegation("x"),
        one.party_settings,
        lambda: one.set_party_settings({}),
        one.contacts,
        lambda: one.add_contact({}),
        lambda: one.drop_contact("x"),
        lambda: one.check_contact("x"),
        lambda: one.erase_warning("x", "x", "x", "x"),
        lambda: one.forget("x"),
        lambda: one.single_sign_on("x", "x"),
        one.audit,
        lambda: one.set_clock(pause=True),
        book.drafts,
        lambda: book.make_draft("x", "x", "object"),
        lambda: book.draft("x"),
        lambda: book.change_draft("x", 1, "object"),
        lambda: book.draft_versions("x"),
        lambda: book.take_over_draft("x", 1),
        lambda: book.ask_capital("x", 1, "x"),
        lambda: book.approve_draft("x", 1),
        lambda: book.return_draft("x", 1, "x"),
        lambda: book.drop_draft("x", 1),
        lambda: book.may_file("x"),
        lambda: book.file_draft("x", 1),
        lambda: book.settle_draft("x"),
        lambda: book.attach("x", 1, "x", b"x"),
        lambda: book.download("x", "x"),
        lambda: book.detach("x", 1, "x"),
        book.settings,
        lambda: book.change_settings(0, "none"),
        book.log,
        lambda: book.write_log("x"),
        lambda: book.erase_entry("x", "x"),
        book.handovers,
        lambda: book.hand_over("x"),
        lambda: book.take_over("x"),
        lambda: book.withdraw_handover("x"),
        book.reports,
        lambda: book.make_report("x"),
        lambda: book.report("x"),
        lambda: book.change_report("x", 1, "x", "x"),
        lambda: book.report_versions("x"),
        lambda: book.issue_report("x", 1),
        lambda: book.drop_report("x", 1),
        lambda: one.forces.plan("x", "x"),
        lambda: one.forces.verify({}),
        lambda: one.forces.explain({}),
        lambda: one.forces.what_if({}, ["x"]),
        lambda: one.forces.gaps(["x"], "x"),
        lambda: one.forces.burden({}),
        lambda: one.forces.course({}),
    )
    wanted = {(route.method, re.sub(r"\{\w+\}", "x", route.path)) for route in ROUTES if route.path.startswith("/api/")}
    assert {one.asked(call) for call in calls} == wanted


def test_the_client_stands_alone() -> None:
    code = (
        "import sys; from tocsin.client import Client; "
        "print(sorted({'starlette', 'uvicorn', 'typer', 'apsw', 'rich', 'jinja2'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
