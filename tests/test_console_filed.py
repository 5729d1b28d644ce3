"""Before filing a person is shown what they file; after it, where it stands."""

from tests.centre_world import run
from tests.console_user import User
from tests.test_console_desk import silence
from tests.web_client import Site


def test_before_filing_the_words_are_shown_that_one_speaks_on_and_those_one_says() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "support", "reservation": "Not our airfields."})
            assert shown.status == 200
            text = site.world.centre.view("XAC").procedure("k", "p")
            for told in ("What you file", f"The text, version {text.version}", text.text, "Not our airfields."):
                assert told in shown.text, told

    run(story())


def test_after_filing_the_next_page_leads_to_the_acts_proof_and_the_one_after_says_no_more_of_it() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            secret = site.seat("XAC")
            user = User(site, secret)
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            fields = shown.form("", step="file").fields
            site.http.cookies.set("tocsin", secret)  # a browser with all its cookies
            answer = await user.site.http.post(
                "/desk/position/k/p", data=dict(fields), headers={"origin": "http://localhost"}
            )
            assert answer.status_code == 303
            desk = await site.http.get("/desk")
            feed = (await site.get("/api/v1/feed", secret)).json()["items"]
            own = next(
                item["cursor"] for item in feed if any(fact["fact"] == "position stated" for fact in item["facts"])
            )
            assert f'href="/ledger/{own}"' in desk.text
            assert "Filed, and kept for good." in desk.text
            assert "Filed, and kept" not in (await site.http.get("/desk")).text

    run(story())


def test_the_page_before_filing_stands_in_its_part_of_the_console() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "support"})
            assert '<a href="/desk" aria-current="page"' in shown.html
            assert "Filed by Corvenna" in shown.text

    run(story())
