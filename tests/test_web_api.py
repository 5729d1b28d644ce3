"""The API as one seat uses it: who gets in, what is answered, what is hidden, and what cannot be told apart."""

from typing import Any

import msgspec
import pytest

from tests.centre_world import run
from tests.web_client import PASSWORD, Site
from tocsin.client.keys import PartyKey
from tocsin.terms import HOUR_US
from tocsin.web import hubs
from tocsin.web.call import EVENTS, HTML, Route
from tocsin.web.routes import ROUTES

SIGNED_IN = [route for route in ROUTES if route.scope is not None]
SCOPED = [route for route in SIGNED_IN if route.scope]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def filled(route: Route, name: str = "nothing") -> str:
    """The route's path with a name in every place."""
    return "/".join(name if part.startswith("{") else part for part in route.path.split("/"))


def test_every_outlet_that_is_not_public_wants_a_credential() -> None:
    async def story() -> None:
        async with Site() as site:
            before = site.entries()
            for route in SIGNED_IN:
                for secret in ("", "tcs_" + "x" * 43, "tct_" + "x" * 43):
                    answer = await site.send(route.method, filled(route), secret)
                    if route.media == HTML and route.method == "GET" and answer.status_code != 429:
                        assert answer.headers["location"].startswith("/login"), named(route)
                    else:
                        assert answer.status_code in (401, 429), named(route)
                site.seconds += 60
            assert site.entries() == before

    run(story())


def test_what_is_public_is_a_short_list() -> None:
    public = {named(route) for route in ROUTES if route.scope is None}
    assert public == {
        "POST /api/v1/session",
        "POST /api/v1/enter",
        "GET /health",
        "GET /ready",
        "GET /metrics",  # for administrators, and for a collector with a token
        "GET /openapi.json",
        "GET /reference",
        "GET /login",
        "POST /login",
        "POST /logout",
        "POST /language",
        "GET /static/{file}",
        "GET /start/{code}",  # opens a desk of a demonstration; elsewhere there is none
        "GET /enter",
        "POST /enter",
        "GET /style.css",
        "GET /forces.css",
        "GET /oidc/start",
        "GET /oidc/back",
    }


def test_a_scope_that_is_lacking_is_told_before_anything_else() -> None:
    async def story() -> None:
        async with Site() as site:
            reader = site.seat("XAB", "reader")
            for route in SCOPED:
                if route.scope == "read":
                    continue
                answer = await site.send(route.method, filled(route), reader, b"not json")
                assert answer.status_code == 403, named(route)
                if route.media == HTML:
                    assert f"This needs the scope &#39;{route.scope}&#39;" in answer.text
                else:
                    assert answer.json()["code"] == "no scope"

    run(story())


def test_a_hidden_thing_and_a_missing_one_are_the_same_bytes() -> None:
    async def story() -> None:
        async with Site() as site:
            author, other = site.seat("XAB"), site.seat("XAC")
            partner = site.seat("XAG", "reader")
            assert (await site.warn(author, "k", "w", "trucks", ["XAA"])).status_code == 200
            table = {"case": "k", "procedure": "p", "matter": "relief"}
            assert (await site.act(author, "table text", "t", **table)).status_code == 200
            there = ("/cases/k", "/cases/k/procedures/p", "/cases/k/warnings/w", "/cases/k/warnings/w/holders")
            for secret in (other, partner):
                for path in there:
                    hidden = await site.get(f"/api/v1{path}", secret)
                    missing = await site.get(f"/api/v1{path.replace('/k', '/nothing')}", secret)
                    if hidden.status_code == 200:
                        assert (secret, path.count("warnings")) == (other, 0)
                        continue
                    assert (hidden.status_code, missing.status_code) == (404, 404), path
                    assert hidden.content == missing.content
                    assert dict(hidden.headers) == dict(missing.headers)
            unknown = await site.get("/api/v1/no/such/path", other)
            assert unknown.content == (await site.get("/api/v1/cases/nothing", other)).content

    run(story())


def test_a_warning_goes_from_one_seat_to_another_and_leaves_a_receipt() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAA", "reader")
            body = {"case": "k", "warning": "w", "text": "trucks", "to": ["XAA"], "marking": "TLP:AMBER"}
            lines = (await site.post("/api/v1/warnings/preview", author, body)).json()
            assert {line["seat"] for line in lines if line["sees"]} == {"XAA", "XAB"}
            given = (await site.warn(author, "k", "w", "trucks", ["XAA"])).json()
            assert given["status"] == "accepted"
            assert given["at"] == "2026-01-05T08:00:00Z"
            again = (await site.warn(author, "k", "w", "trucks", ["XAA"])).json()
            assert again["status"] == "repeated"
            shown = (await site.get("/api/v1/cases/k/warnings/w", reader)).json()
            assert (shown["text"], shown["author"], shown["at"]) == ("trucks", "XAB", "2026-01-05T08:00:00Z")
            (holder,) = (await site.get("/api/v1/cases/k/warnings/w/holders", author)).json()
            assert (holder["seat"], holder["delivered"]) == ("XAA", "2026-01-05T08:00:00Z")
            cursor = (await site.get("/api/v1/feed", author)).json()["cursor"]
            receipt = await site.get(f"/api/v1/receipts/{cursor}", author)
            assert receipt.status_code == 200
            assert receipt.headers["content-type"].startswith("text/plain")
            assert receipt.text.startswith("c2sp.org/tlog-proof")

    run(story())


def test_a_command_may_say_its_times_as_text_or_as_numbers() -> None:
    async def story() -> None:
        async with Site() as site:
            author = site.seat("XAB")
            secretary = site.admin
            for number, deadline in enumerate(("2026-01-06T10:00:00+02:00", 1_767_686_400_000_000)):
                at = {"case": "k", "procedure": f"p{number}"}
                assert (await site.act(author, "table text", f"t{number}", matter="relief", **at)).status_code == 200
                opened = await site.act(secretary, "open silence", f"s{number}", by="SG", deadline=deadline, **at)
                assert opened.status_code == 200, opened.text
                shown = (await site.get(f"/api/v1/cases/k/procedures/p{number}", author)).json()
                assert shown["deadline"] == "2026-01-06T08:00:00Z"

    run(story())


def test_the_header_names_a_command_that_has_no_id() -> None:
    async def story() -> None:
        async with Site() as site:
            author = site.seat("XAB")
            body = {"command": {"do": "convene", "case": "k", "organ": "council"}}
            assert (await site.post("/api/v1/commands", author, body)).json()["field"] == "command.id"
            answer = await site.post("/api/v1/commands", author, body, idempotency_key="one")
            assert (answer.status_code, answer.json()["id"]) == (200, "one")
            again = await site.post("/api/v1/commands", author, body, idempotency_key="one")
            assert again.json()["status"] == "repeated"

    run(story())


def test_a_party_signs_its_commands_itself(own_key: PartyKey) -> None:
    async def story() -> None:
        async with Site() as site:
            head = site.seat("XAB", "head")
            public = msgspec.to_builtins(own_key.public)
            key = (await site.post("/api/v1/party-keys", head, {"public": public})).json()
            confirm = f"/api/v1/party-keys/{key['id']}/confirm"
            answer = await site.post(confirm, site.admin, {"fingerprint": own_key.fingerprint})
            assert answer.json()["status"] == "active"
            origin = (await site.get("/api/v1/keys", head)).json()["origin"]
            now = site.world.clock.now()

            def convening(at: int) -> bytes:
                fields = {"do": "convene", "id": "1", "by": "XAB", "at": at, "case": "k", "organ": "council"}
                return msgspec.json.encode(fields)

            def body(command: bytes, signed: bytes = b"") -> dict[str, Any]:
                signature = msgspec.to_builtins(own_key.sign(origin, signed or command))
                return {"signed": {"command": command.decode(), "signature": signature, "key": own_key.fingerprint}}

            entries, command = site.entries(), convening(now)
            forged = await site.post("/api/v1/commands", head, body(command, command + b" "))
            assert (forged.status_code, forged.json()["code"]) == (401, "bad signature")
            for at in (now - HOUR_US, now + HOUR_US):
                expired = await site.post("/api/v1/commands", head, body(convening(at)))
                assert (expired.status_code, expired.json()["code"]) == (401, "expired")
            twice = command[:-1] + b',"\\u0063ase":"other"}'
            ambiguous = await site.post("/api/v1/commands", head, body(twice))
            assert (ambiguous.status_code, ambiguous.json()["found"]) == (400, "case")
            assert site.entries() == entries
            answer = await site.post("/api/v1/commands", head, body(command))
            assert answer.json()["status"] == "accepted"
            item = (await site.get("/api/v1/feed", head)).json()["items"][-1]
            assert item["attested"].startswith(f"own key {own_key.fingerprint}")

    run(story())


def test_two_persons_are_needed_where_the_party_wants_them() -> None:
    async def story() -> None:
        async with Site() as site:
            head, liaison = site.seat("XAB", "head"), site.seat("XAB")
            wanted = {"two_persons": ["recall"], "require_key": False}
            assert (await site.send("PUT", "/api/v1/party-settings", head, msgspec.json.encode(wanted))).is_success
            await site.warn(liaison, "k", "w", "trucks", ["XAA"])
            waiting = await site.act(liaison, "recall warning", "r", case="k", warning="w", why="mistaken")
            assert waiting.status_code == 202
            number = waiting.json()["pending"]
            own = await site.post(f"/api/v1/pending/{number}/confirm", liaison)
            assert (own.status_code, own.json()["code"]) == (403, "same person")
            (line,) = (await site.get("/api/v1/pending", head)).json()
            assert (line["id"], line["do"]) == (number, "recall warning")
            done = await site.post(f"/api/v1/pending/{number}/confirm", head)
            assert (done.status_code, done.json()["status"]) == (200, "accepted")
            assert (await site.get("/api/v1/pending", head)).json() == []

    run(story())


def test_a_seat_acts_for_another_that_let_it() -> None:
    async def story() -> None:
        async with Site() as site:
            head, friend = site.seat("XAB", "head"), site.seat("XAC")
            where = "/api/v1/commands?on_behalf=XAB"
            body = {"command": {"do": "convene", "id": "1", "case": "k", "organ": "council"}}
            refused = await site.post(where, friend, body)
            assert (refused.status_code, refused.json()["code"]) == (403, "no delegation")
            lent = {"to": "XAC", "scopes": ["read", "consult"], "until": "2026-01-08T00:00:00Z"}
            line = await site.post("/api/v1/delegations", head, lent)
            assert line.status_code == 201, line.text
            assert (await site.post(where, friend, body)).json()["status"] == "accepted"
            me = (await site.get("/api/v1/me?on_behalf=XAB", friend)).json()
            assert (me["seat"], me["on_behalf"], me["acts_as"]) == ("XAC", "XAB", ["XAB"])
            assert (await site.send("DELETE", f"/api/v1/delegations/{line.json()['id']}", head)).status_code == 204
            assert (await site.post(where, friend, body)).status_code == 403

    run(story())


def test_a_desk_is_made_entered_used_and_ended_over_the_api() -> None:
    async def story() -> None:
        async with Site() as site:
            made = await site.post("/api/v1/desks", site.admin, {"seat": "XAB", "role": "head"})
            assert made.status_code == 201
            assert made.json()["link"] == f"http://localhost/enter?link={made.json()['secret']}"
            entry = {"secret": made.json()["secret"], "name": "Officer", "password": PASSWORD}
            assert (await site.post("/api/v1/enter", "", entry)).json()["status"] == "pending"
            login = {"name": "officer", "password": PASSWORD}
            early = await site.post("/api/v1/session", "", login)
            assert (early.status_code, early.json()["code"]) == (401, "not approved")
            desk = made.json()["desk"]
            assert (await site.post(f"/api/v1/desks/{desk}/approve", site.admin)).json()["status"] == "active"
            session = (await site.post("/api/v1/session", "", login)).json()["secret"]
            assert (await site.get("/api/v1/me", session)).json()["desk"] == desk
            token = await site.post("/api/v1/tokens", session, {"label": "gauge", "scopes": ["read"], "days": 1})
            assert token.status_code == 201
            assert (await site.get("/api/v1/cases", token.json()["secret"])).status_code == 200
            gone = await site.post(f"/api/v1/desks/{desk}/revoke", site.admin, {"why": "left"})
            assert gone.json()["status"] == "revoked"
            for secret in (session, token.json()["secret"]):
                assert (await site.get("/api/v1/me", secret)).status_code == 401

    run(story())


def test_a_person_changes_their_password_and_all_their_sessions_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "KEEP_ALIVE_SECONDS", 0.01)

    async def story() -> None:
        async with Site() as site:
            session, elsewhere = site.seat("XAB", "head"), site.seat("XAC", "reader")
            name = (await site.get("/api/v1/desks", session)).json()[0]["name"]
            again = (await site.post("/api/v1/session", "", {"name": name, "password": PASSWORD})).json()["secret"]
            token = {"label": "gauge", "scopes": ["read"], "days": 1}
            machine = (await site.post("/api/v1/tokens", session, token)).json()["secret"]
            change = {"old": PASSWORD, "new": "eleven brown otters at dusk"}
            refused = await site.post("/api/v1/password", machine, change)
            assert (refused.status_code, refused.json()["code"]) == (403, "in person")
            wrong = await site.post("/api/v1/password", session, {**change, "old": "not that one at all"})
            assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong name or password")
            weak = await site.post("/api/v1/password", session, {**change, "new": "password1234"})
            assert weak.status_code == 400
            assert (await site.get("/api/v1/me", session)).is_success
            async with site.stream(again) as stream:
                await stream.next()
                assert (await site.post("/api/v1/password", session, change)).status_code == 204
                while await stream.next():
                    pass
            for secret in (session, again):
                assert (await site.get("/api/v1/me", secret)).status_code == 401
            for secret in (machine, elsewhere):
                assert (await site.get("/api/v1/me", secret)).is_success
            login = {"name": name, "password": PASSWORD}
            assert (await site.post("/api/v1/session", "", login)).status_code == 401
            assert (await site.post("/api/v1/session", "", {**login, "password": change["new"]})).is_success
            assert not [line for line in site.trail() if PASSWORD in repr(line) or change["new"] in repr(line)]

    run(story())


def test_the_answer_to_a_get_is_not_sent_again_while_it_is_the_same() -> None:
    async def story() -> None:
        async with Site() as site:
            first = await site.get("/api/v1/members", site.admin)
            assert first.headers["cache-control"] == "private, no-cache"
            again = await site.get("/api/v1/members", site.admin, if_none_match=first.headers["etag"])
            assert (again.status_code, again.content) == (304, b"")
            head = await site.send("HEAD", "/api/v1/members", site.admin)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == first.headers["content-length"]

    run(story())


def test_another_method_is_told_which_ones_there_are() -> None:
    async def story() -> None:
        async with Site() as site:
            answer = await site.send("DELETE", "/api/v1/desks", site.admin)
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD, POST"
            # Reading a warning leaves a record, so its headers alone cannot be had.
            answer = await site.send("HEAD", "/api/v1/cases/k/warnings/w", site.admin)
            assert answer.headers["allow"] == "GET"

    run(story())


def test_only_a_conductor_moves_the_clock_and_only_of_an_exercise() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            conductor = site.seat("secretariat", "conductor")
            moved = await site.post("/api/v1/clock", conductor, {"at": "2026-01-06T08:00:00Z"})
            assert moved.json() == {"now": "2026-01-06T08:00:00Z", "rate": 0.0, "moved": True}
            back = await site.post("/api/v1/clock", conductor, {"at": "2026-01-05T08:00:00Z"})
            assert back.json() == {"now": "2026-01-06T08:00:00Z", "rate": 0.0, "moved": False}
            assert (await site.post("/api/v1/clock", conductor, {"pause": True, "rate": 2})).status_code == 400
            assert (await site.post("/api/v1/clock", site.admin, {"pause": True})).status_code == 403

    run(story())


def test_a_mistake_of_ours_tells_an_incident_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("the hidden case is named k")

    async def story() -> None:
        async with Site() as site:
            author = site.seat("XAB")
            site.world.centre.board.feed = Broken()  # type: ignore[method-assign, assignment]  # a fault that nobody foresaw
            answer = await site.get("/api/v1/feed", author)
            assert answer.status_code == 500
            assert "hidden" not in answer.text
            assert answer.json()["incident"] in caplog.text
            del site.world.centre.board.feed

    run(story())


def test_the_centre_says_whether_it_is_up_and_whether_it_takes_commands() -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await site.get("/health")).json() == {"status": "up"}
            assert (await site.get("/ready")).json() == {"status": "ready"}
            await site.world.centre.close()
            assert (await site.get("/health")).status_code == 200
            assert (await site.get("/ready")).status_code == 503

    run(story())


def test_figures_are_for_administrators_and_for_a_collector_on_this_machine() -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await site.get("/metrics")).status_code == 401
            assert (await site.get("/metrics", site.seat("XAB"))).status_code == 403
            page = await site.get("/metrics", site.admin)
            assert "tocsin_requests_total" in page.text
            site.app.web.metrics_token = "a collector's token"  # noqa: S105  # of this test
            assert (await site.get("/metrics", "a collector's token")).status_code == 200

    run(story())


@pytest.fixture(name="own_key")
def fixture_own_key(tmp_path: Any) -> PartyKey:  # noqa: ANN401  # pytest's path
    from tocsin.client.keys import make_key

    return make_key(tmp_path / "key.pem")


def test_every_route_is_one_kind_of_outlet() -> None:
    paths = [(route.method, route.path) for route in ROUTES]
    assert len(paths) == len(set(paths))
    for route in ROUTES:
        if route.scope is None and route.media not in (HTML, EVENTS):
            assert route.path.startswith(("/api/v1/session", "/api/v1/enter", "/")), named(route)
        if route.path.startswith("/api/"):
            assert route.summary[0].isupper()
