"""What keeps browsers strict and clients within bounds: names, foreign pages, cookies, headers, rates, sizes."""

import logging

import pytest

from tests.centre_world import run
from tests.web_client import PASSWORD, Site
from tocsin.centre.settings import Limits, Settings
from tocsin.web.call import csrf_of

NAME_AND_PASSWORD = {"name": "registrar", "password": PASSWORD}


def test_every_answer_carries_the_headers_that_keep_browsers_strict() -> None:
    async def story() -> None:
        async with Site() as site:
            for path, secret in (("/login", ""), ("/nothing", ""), ("/api/v1/cases", site.admin), ("/reference", "")):
                headers = (await site.get(path, secret)).headers
                policy = headers["content-security-policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert "frame-ancestors 'none'" in policy
                assert headers["x-content-type-options"] == "nosniff"
                assert headers["referrer-policy"] == "no-referrer"
                assert headers["cross-origin-opener-policy"] == "same-origin"
                assert "no-store" in headers["cache-control"] or "no-cache" in headers["cache-control"]
                assert "server" not in headers

    run(story())


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "", "127.0.0.2"])
def test_the_centre_answers_to_its_own_names_alone(host: str) -> None:
    async def story() -> None:
        async with Site() as site:
            answer = await site.get("/health", host=host)
            assert (answer.status_code, answer.json()["code"]) == (421, "wrong host")
            for name in ("localhost", "LOCALHOST:8443", "127.0.0.1:1", "[::1]:8443"):
                assert (await site.get("/health", host=name)).status_code == 200

    run(story())


def test_a_page_of_another_site_cannot_act_with_somebodys_cookie() -> None:
    async def story() -> None:
        async with Site() as site:
            cookie = f"tocsin={site.admin}"
            body = {"seat": "XAB", "role": "reader"}
            token = csrf_of(site.admin)
            at_home = {"origin": "http://localhost", "x-csrf-token": token}
            foreign: tuple[dict[str, str], ...] = (
                {},
                {"origin": "http://localhost"},
                {"x-csrf-token": csrf_of("tcs_another")},
                {**at_home, "origin": "https://localhost"},
                {**at_home, "origin": "null"},
                {**at_home, "origin": "null", "sec-fetch-site": "cross-site"},
                {**at_home, "origin": "http://localhost.elsewhere.example"},
                {"x-csrf-token": token, "sec-fetch-site": "cross-site"},
                {"x-csrf-token": token, "sec-fetch-site": "same-site"},
            )
            for headers in foreign:
                answer = await site.post("/api/v1/desks", "", body, cookie=cookie, **headers)
                assert answer.status_code == 403, headers
            ours = {"x-csrf-token": token, "sec-fetch-site": "same-origin"}
            for headers in (at_home, {"x-csrf-token": token}, ours, {**ours, "origin": "null"}):
                assert (await site.post("/api/v1/desks", "", body, cookie=cookie, **headers)).status_code == 201
            assert (await site.get("/api/v1/me", cookie=cookie)).json()["csrf"] == token
            # A bearer is no matter of pages: no browser attaches it by itself.
            assert (await site.post("/api/v1/desks", site.admin, body, origin="https://x.example")).status_code == 201

    run(story())


def test_one_credential_has_so_many_requests_and_another_does_not_feel_it() -> None:
    async def story() -> None:
        limits = Limits(requests_per_second=2, requests_burst=5)
        async with Site(settings=Settings(limits=limits)) as site:
            one, other = site.seat("XAB", "reader"), site.seat("XAB", "reader")
            codes = [(await site.get("/api/v1/cases", one)).status_code for _ in range(7)]
            assert codes == [200] * 5 + [429] * 2
            refused = await site.get("/api/v1/cases", one)
            assert (refused.json()["code"], refused.headers["retry-after"]) == ("too often", "1")
            assert (await site.get("/api/v1/cases", other)).status_code == 200
            site.seconds += 1
            codes = [(await site.get("/api/v1/cases", one)).status_code for _ in range(3)]
            assert codes == [200, 200, 429]

    run(story())


def test_a_name_has_so_many_tries_a_minute() -> None:
    async def story() -> None:
        limits = Limits(logins_per_minute=3)
        async with Site(settings=Settings(limits=limits)) as site:
            wrong = {"name": "registrar", "password": "some other words"}
            codes = [(await site.post("/api/v1/session", "", wrong)).status_code for _ in range(4)]
            assert codes == [401, 401, 401, 429]
            assert (await site.post("/api/v1/session", "", {**wrong, "name": " REGISTRAR "})).status_code == 429
            assert (await site.post("/api/v1/session", "", {**wrong, "name": "another"})).status_code == 401
            site.seconds += 60
            assert (await site.post("/api/v1/session", "", NAME_AND_PASSWORD)).status_code == 200
            assert site.metrics.value("tocsin_logins_total", outcome="limited") == 2

    run(story())


def test_who_has_a_session_has_so_many_tries_at_its_password_and_nobody_else_feels_it() -> None:
    async def story() -> None:
        async with Site(settings=Settings(limits=Limits(logins_per_minute=3))) as site:
            mine, other = site.seat("XAB"), site.seat("XAC")
            wrong = {"old": "some other words", "new": "eleven brown otters at dusk"}
            codes = [(await site.post("/api/v1/password", mine, wrong)).status_code for _ in range(4)]
            assert codes == [401, 401, 401, 429]
            assert (await site.post("/api/v1/password", other, wrong)).status_code == 401
            assert (await site.post("/api/v1/session", "", NAME_AND_PASSWORD)).status_code == 200

    run(story())


def test_who_guesses_tokens_is_slowed_down_and_who_has_one_is_not() -> None:
    async def story() -> None:
        async with Site() as site:
            codes = {(await site.get("/api/v1/cases", f"tct_{number:043}")).status_code for number in range(80)}
            assert codes == {401, 429}
            assert (await site.get("/api/v1/cases", site.admin)).status_code == 200

    run(story())


def test_headers_have_a_limit() -> None:
    async def story() -> None:
        async with Site() as site:
            answer = await site.get("/health", x_long="x" * 40_000)
            assert (answer.status_code, answer.json()["code"]) == (431, "headers too large")

    run(story())


def test_the_line_of_a_request_holds_no_secret_and_no_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tocsin.web")

    async def story() -> None:
        async with Site() as site:
            author = site.seat("XAB")
            await site.warn(author, "k-secret", "w-secret", "t-secret", ["XAA"])
            await site.get("/api/v1/cases/k-secret/warnings/w-secret", author)
            await site.get("/enter?link=tci_secret")
            await site.post("/api/v1/session", "", {"name": "n-secret", "password": "p-secret"})
            ours = [record for record in caplog.records if record.name.startswith("tocsin")]
            said = " ".join(f"{record.getMessage()} {sorted(vars(record).items())}" for record in ours)
            assert ours
            assert "secret" not in said
            assert author not in said
            assert "GET /api/v1/cases/{case}/warnings/{warning} 200" in said
            line = next(record for record in caplog.records if "/warnings/{warning}" in record.getMessage())
            assert (vars(line)["tocsin_seat"], vars(line)["tocsin_status"]) == ("XAB", 200)

    run(story())


def test_traces_of_one_who_is_refused_without_end_are_bounded() -> None:
    async def story() -> None:
        async with Site() as site:
            reader = site.seat("XAB", "reader")
            for _ in range(100):
                await site.get("/api/v1/audit", reader)
            refused = [
                line
                for line in site.world.centre.desks.trail(site.administrator, None, 1_000)
                if line.code == "no scope"
            ]
            assert 40 <= len(refused) <= 70

    run(story())
