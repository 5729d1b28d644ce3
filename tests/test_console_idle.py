"""An act that came too late: whoever filed it is told that it has no effect, and is not left to think that it has."""

from tests.centre_world import run
from tests.console_user import User
from tests.web_client import Site

CASE = {"case": "k", "procedure": "p"}


def test_who_files_too_late_is_told_that_it_has_no_effect_and_why() -> None:
    async def story() -> None:
        async with Site() as site:
            await site.act(site.seat("XAB"), "table text", "t", **CASE, matter="relief", text="Tents for the north")
            await site.act(site.admin, "open silence", "s", by="SG", **CASE)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            assert "This breaks the silence on 'p'." in shown.text
            await site.act(site.seat("XAB"), "withdraw text", "w", **CASE)
            told = await user.confirm()
            assert "It is kept on record, without effect." in told.text
            assert "XAC: object ('p' is withdrawn) MR.1" in told.text
            assert "/desk#said" in told.links

    run(story())


def test_a_request_by_form_says_where_it_happened_so_that_the_duty_can_be_told() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/cases")
            said = {"case": "ford", "name": "plea", "duty": "assist", "kind": "armed attack", "attacker": "XQA"}
            place = {"object": "vessel", "territory_of": "international", "region": "pacific", "external": "true"}
            shown = await user.send("/cases", {**said, **place})
            assert "The claim does not say" not in shown.text
            await user.confirm()
            (request,) = site.world.centre.view("XAB").case("ford").requests
            assert request.status == "awaiting"  # the Council, and no longer undetermined

    run(story())
