"""The pages by which a person gets in: complete without script, and closed to other sites' forms."""

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from tests.centre_world import run
from tests.web_client import PASSWORD, Response, Site

FORM = "application/x-www-form-urlencoded"
FRAME_FORMS = {"/language", "/logout"}


class Page(HTMLParser):
    """What of a page matters to somebody who cannot see it."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        """Of the page's own form, not of those in its frame."""
        self.frame: dict[str, str] = {}
        """The hidden fields of the frame's form that signs out."""
        self._action = ""
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.tags: list[str] = []
        self.lang = ""
        self.links: list[str] = []
        self.scripts: list[str] = []
        """Where they come from; what stands in the page itself is data, or does not run."""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name in said), said
        if tag == "html":
            self.lang = said["lang"]
        if tag == "label":
            self.labels.add(said["for"])
        if tag == "form":
            self._action = said.get("action", "")
        if tag == "input" and said.get("type") == "hidden" and self._action not in FRAME_FORMS:
            self.hidden[said["name"]] = said["value"]
        elif self._action == "/logout" and said.get("type") == "hidden":
            self.frame[said["name"]] = said["value"]
        elif tag == "input" and said.get("type") != "hidden":
            self.fields.add(said["id"])
        if tag == "script" and said.get("type") != "application/json":
            self.scripts.append(said.get("src", "in the page"))
        self.links += [said[name] for name in ("href", "src", "action") if name in said]


async def submit(site: Site, path: str, fields: dict[str, str]) -> Response:
    body = urlencode(fields).encode()
    return await site.send("POST", path, "", body, content_type=FORM, origin="http://localhost")


def cookie_of(answer: Response, name: str) -> str:
    found = re.search(rf"(?:^|, ){name}=([^;]*);([^,]*)", answer.headers["set-cookie"])
    assert found is not None
    assert "HttpOnly" in found[2]
    assert "SameSite=Strict" in found[2]
    return found[1]


@pytest.mark.parametrize("path", ["/login", "/enter?link=tci_x", "/enter", "/reference", "/"])
def test_a_page_is_complete_without_script_and_read_aloud(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            site.http.cookies.set("tocsin", site.admin)
            answer = await site.get(path)
            assert answer.status_code == 200
            page = Page(answer)
            assert page.lang == "en"
            assert all(source.startswith("/static/") for source in page.scripts)
            assert page.tags.count("h1") == 1
            assert {"main", "header", "title"} <= set(page.tags)
            assert page.fields <= page.labels
            assert all(link.startswith(("/", "#")) for link in page.links)
            assert "HYPOTHETICAL" in answer.text

    run(story())


def test_a_person_signs_in_and_out_by_forms_alone() -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await site.get("/")).headers["location"] == "/login"
            form = Page(await site.get("/login"))
            fields = {**form.hidden, "name": "registrar", "password": "wrong words here"}
            wrong = await submit(site, "/login", fields)
            assert wrong.status_code == 401
            assert 'role="alert"' in wrong.text
            assert 'value="registrar"' in wrong.text
            assert "wrong words" not in wrong.text
            entered = await submit(site, "/login", {**fields, "password": PASSWORD})
            assert (entered.status_code, entered.headers["location"]) == (303, "/")
            secret = cookie_of(entered, "tocsin")
            home = await site.get("/")
            assert "Secretariat" in home.text
            left = await submit(site, "/logout", Page(home).frame)
            assert left.headers["location"] == "/login"
            assert cookie_of(left, "tocsin") == ""
            assert (await site.get("/api/v1/me", secret)).status_code == 401

    run(story())


def test_a_form_without_its_token_does_nothing() -> None:
    async def story() -> None:
        async with Site() as site:
            form = Page(await site.get("/login"))
            fields = {"name": "registrar", "password": PASSWORD}
            for csrf in ("", "x" * 43):
                answer = await submit(site, "/login", {**fields, "csrf": csrf})
                assert answer.status_code == 403
                assert "tocsin=" not in answer.headers.get("set-cookie", "")
            site.http.cookies.clear()
            assert (await submit(site, "/login", {**fields, **form.hidden})).status_code == 403
            site.http.cookies.set("tocsin", site.admin)
            assert (await submit(site, "/logout", {"csrf": "x" * 43})).status_code == 403
            assert (await site.get("/api/v1/me", site.admin)).status_code == 200

    run(story())


def test_a_one_time_link_is_taken_up_once() -> None:
    async def story() -> None:
        async with Site() as site:
            made = (await site.post("/api/v1/desks", site.admin, {"seat": "XAB", "role": "head"})).json()
            page = await site.get(made["link"].removeprefix("http://localhost"))
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["cache-control"] == "no-store"
            fields = {**Page(page).hidden, "name": "Officer", "password": PASSWORD, "again": PASSWORD}
            other = await submit(site, "/enter", {**fields, "again": "something else"})
            assert other.status_code == 400
            assert "not the same" in other.text
            done = await submit(site, "/enter", fields)
            assert done.status_code == 200
            assert made["desk"] in done.text
            assert "waits for its approval" in done.text
            again = await submit(site, "/enter", fields)
            assert again.status_code in (401, 404)

    run(story())


def test_what_somebody_typed_is_shown_as_text() -> None:
    async def story() -> None:
        async with Site() as site:
            form = Page(await site.get("/login"))
            name = '"><b onclick=x>&'
            answer = await submit(site, "/login", {**form.hidden, "name": name, "password": "some words"})
            assert "<b onclick" not in answer.text
            Page(answer)
            answer = await site.get("/enter?link=%22%3E%3Cscript%3E")
            assert "<script>" not in answer.text

    run(story())


def test_a_mistake_on_a_page_is_a_page() -> None:
    async def story() -> None:
        async with Site() as site:
            answer = await site.get("/login?colour=red")
            assert answer.status_code == 400
            assert "<h1>Bad Request</h1>" in answer.text

    run(story())
