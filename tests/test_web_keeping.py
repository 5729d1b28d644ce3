"""Contacts, erasing and signing in through a provider, over HTTP: the app asked as a server asks it."""

from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

import msgspec
import pytest

from tests.centre_world import World, desk, run
from tests.notify_world import Recorder
from tests.test_oidc import REDIRECT, Provider, Wall, provider
from tocsin.centre.model import Actor, Role
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.notify.model import Undelivered
from tocsin.centre.oidc import OidcLogin, Who
from tocsin.centre.settings import Oidc, Settings
from tocsin.web.app import App, build_app

__all__ = ["provider"]  # a fixture of another file

PASSWORD = "correct horse battery staple"  # noqa: S105  # of nobody


class Got(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  # JSON is anything
        return msgspec.json.decode(self.body)


async def ask(app: App, method: str, path: str, body: object = None, **headers: str) -> Got:
    """One request, as an ASGI server hands it on."""
    data = b"" if body is None else msgspec.json.encode(body)
    said = {"host": "localhost", **({"content-type": "application/json"} if data else {}), **headers}
    bare, _, query = path.partition("?")
    scope = {
        "type": "http", "method": method, "path": bare, "query_string": query.encode(), "scheme": "http",
        "client": ("127.0.0.1", 5000), "headers": [(name.encode(), value.encode()) for name, value in said.items()],
    }  # fmt: skip
    parts: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data}

    async def send(message: Any) -> None:  # noqa: ANN401  # ASGI's
        parts.append(message)

    await app(scope, receive, send)
    found = [(name.decode(), value.decode()) for name, value in parts[0]["headers"]]
    cookies = [value.partition(";")[0].partition("=") for name, value in found if name == "set-cookie"]
    return Got(parts[0]["status"], dict(found), {name: value for name, _, value in cookies}, parts[1]["body"])


class House(World):
    """A centre with its app, whose desks have sessions."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.out = Recorder()
        centre = self.centre
        self.callouts = Callouts(
            centre, centre.law, centre.desks, Settings(), centre.metrics, senders={"mail": self.out}
        )
        self.app = build_app(centre, callouts=self.callouts)
        link = centre.desks.first_link()
        assert link is not None
        first = centre.desks.enter(link, "first", PASSWORD)
        self.admin_desk = first.desk
        self.admin = centre.desks.login("first", PASSWORD).secret
        return self

    def actor(self) -> Actor:
        return self.centre.desks.actor(self.admin)

    def session(self, seat: str, role: Role, name: str) -> tuple[str, str]:
        """A new desk's session, and its id."""
        made = self.centre.desks.invite(self.actor(), seat, role)
        self.centre.desks.enter(made.secret, name, PASSWORD)
        self.centre.desks.approve(self.actor(), made.desk)
        return self.centre.desks.login(name, PASSWORD).secret, made.desk

    async def ask(self, secret: str, method: str, path: str, body: object = None) -> Got:
        return await ask(self.app, method, f"/api/v1{path}", body, authorization=f"Bearer {secret}")


CONTACT = {"channel": "mail", "address": "duty@xab.example", "clearance": "TLP:AMBER", "label": "duty"}


def test_a_seat_keeps_its_contacts_over_the_interface() -> None:
    async def story() -> None:
        async with House() as house:
            head, _ = house.session("XAB", "head", "head of xab")
            made = await house.ask(head, "POST", "/contacts", CONTACT)
            assert made.status == 201, made.body
            name = made.json["contact"]["id"]
            assert made.json["secret"] == ""
            assert [row["id"] for row in (await house.ask(head, "GET", "/contacts")).json] == [name]
            (seen,) = (await house.ask(house.admin, "GET", "/contacts")).json
            assert (seen["address"], seen["label"]) == ("", "")
            assert (await house.ask(head, "POST", f"/contacts/{name}/check", {})).json["is_through"] is True
            house.out.failures = [Undelivered("it is off")]
            checked = await house.ask(head, "POST", f"/contacts/{name}/check", {})
            assert checked.json == {"is_through": False, "why": "it is off"}
            assert (await house.ask(house.admin, "DELETE", f"/contacts/{name}")).status == 404
            assert (await house.ask(head, "DELETE", f"/contacts/{name}")).status == 204
            assert (await house.ask(head, "GET", "/contacts")).json == []
            trail = [line["what"] for line in (await house.ask(house.admin, "GET", "/audit")).json]
            assert trail.count("add contact") == trail.count("forget contact") == 1

    run(story())


def test_contacts_are_for_those_who_run_a_seat() -> None:
    async def story() -> None:
        async with House() as house:
            reader, _ = house.session("XAB", "reader", "reader of xab")
            assert (await house.ask(reader, "GET", "/contacts")).status == 403
            assert (await house.ask(reader, "POST", "/contacts", CONTACT)).status == 403
            office = await house.ask(house.admin, "POST", "/contacts", {**CONTACT, "seat": "SG"})
            assert office.json["contact"]["seat"] == "SG"
            assert (await house.ask(house.admin, "POST", "/contacts", {**CONTACT, "seat": "XAB"})).status == 403
            wrong = await house.ask(house.admin, "POST", "/contacts", {**CONTACT, "address": "nobody"})
            assert (wrong.status, wrong.json["field"]) == (400, "address")

    run(story())


def test_an_administrator_erases_a_warning_over_the_interface() -> None:
    async def story() -> None:
        async with House() as house:
            await house.warn(desk("XAA"), "k", "cable", "A cable was cut.", ("XAB",))
            said = {"reason": "asked for by its author", "decided_by": "its author"}
            path = "/cases/k/warnings/cable/erase"
            head, _ = house.session("XAA", "head", "head of xaa")
            assert (await house.ask(head, "POST", path, said)).status == 403
            assert (await house.ask(house.admin, "POST", path, {**said, "reason": "because"})).status == 400
            done = await house.ask(house.admin, "POST", path, said)
            assert done.status == 200, done.body
            assert (await house.ask(house.admin, "POST", path, said)).status == 409
            assert (await house.centre.receive(desk("XAB"), "k", "cable")).is_erased

    run(story())


def test_a_persons_name_goes_and_the_desks_id_stays() -> None:
    async def story() -> None:
        async with House() as house:
            _, name = house.session("XAB", "reader", "Jane Roe")
            assert (await house.ask(house.admin, "POST", f"/desks/{name}/forget", {})).status == 409
            await house.ask(house.admin, "POST", f"/desks/{name}/revoke", {"why": "left"})
            gone = await house.ask(house.admin, "POST", f"/desks/{name}/forget", {})
            assert gone.status == 200, gone.body
            listed = await house.ask(house.admin, "GET", "/desks")
            assert name in [row["desk"] for row in listed.json]
            assert b"Jane" not in listed.body

    run(story())


# ---- through a provider


def signing(house: House, provider: Provider) -> None:
    """Let the house use the provider."""
    settings = msgspec.convert({"issuer": provider.issuer, "client_id": "centre", "redirect": REDIRECT}, Oidc)
    house.app.web.oidc = OidcLogin(settings, wall=Wall())


def test_a_person_signs_in_through_the_provider_to_the_desk_that_is_theirs(provider: Provider) -> None:
    async def story() -> None:
        async with House() as house:
            signing(house, provider)
            _, name = house.session("XAB", "liaison", "liaison of xab")
            bound = await house.ask(house.admin, "POST", f"/desks/{name}/single-sign-on", {"subject": "person-7"})
            assert bound.json["single_sign_on"] is True
            off = await ask(house.app, "GET", "/oidc/start")
            assert off.status == 303
            cookie = "; ".join(f"{key}={value}" for key, value in off.cookies.items())
            query = urlencode({**provider.authorize(off.headers["location"]), "session_state": "of theirs"})
            home = await ask(house.app, "GET", f"/oidc/back?{query}", cookie=cookie)
            assert home.status == 200, home.body
            me = await ask(house.app, "GET", "/api/v1/me", cookie=f"tocsin={home.cookies['tocsin']}")
            assert (me.json["seat"], me.json["desk"]) == ("XAB", name)
            again = await ask(house.app, "GET", f"/oidc/back?{query}", cookie=cookie)
            assert again.status == 401

    run(story())


@pytest.mark.parametrize("cookie", ["", "tocsin-oidc=other"])
def test_another_browser_cannot_take_up_an_attempt(provider: Provider, cookie: str) -> None:
    async def story() -> None:
        async with House() as house:
            signing(house, provider)
            off = await ask(house.app, "GET", "/oidc/start")
            query = urlencode(provider.authorize(off.headers["location"]))
            back = await ask(house.app, "GET", f"/oidc/back?{query}", cookie=cookie)
            assert back.status == 401
            assert "tocsin" not in back.cookies

    run(story())


def test_a_person_without_a_desk_is_not_let_in(provider: Provider) -> None:
    async def story() -> None:
        async with House() as house:
            signing(house, provider)
            off = await ask(house.app, "GET", "/oidc/start")
            cookie = "; ".join(f"{key}={value}" for key, value in off.cookies.items())
            query = urlencode(provider.authorize(off.headers["location"]))
            assert (await ask(house.app, "GET", f"/oidc/back?{query}", cookie=cookie)).status == 401

    run(story())


def test_a_centre_without_a_provider_has_no_such_page() -> None:
    async def story() -> None:
        async with House() as house:
            for path in ("/oidc/start", "/oidc/back"):
                assert (await ask(house.app, "GET", path)).status == 404
            got = await house.ask(house.admin, "POST", f"/desks/{house.admin_desk}/single-sign-on", {"subject": "x"})
            assert (got.status, got.json["code"]) == (409, "no provider")

    run(story())


def test_one_subject_of_two_providers_is_two_persons() -> None:
    marks = {Who("https://a.example", "7").mark, Who("https://b.example", "7").mark, Who("https://a.example", "8").mark}
    assert len(marks) == 3
