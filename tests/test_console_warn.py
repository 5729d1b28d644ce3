"""A warning by forms: who will see it is shown before and true after; re-marked, passed on, recalled."""

from tests.centre_world import run
from tests.console_user import FORM, User
from tests.web_client import BASE, Site

TANKS = {"text": "Tanks at the ford.", "warning": "w", "marking": "TLP:AMBER"}


def test_who_will_see_a_warning_is_shown_before_it_is_handed_in() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/desk/warning")
            shown = await user.send("/desk/warning/preview", {**TANKS, "to": ("XAA", "partners")})
            assert "Will see it: Ardovia" in shown.text
            assert "Will not: Gallenmere" in shown.text
            assert "needs the right to receive" in shown.text
            assert "Tanks at the ford." in shown.html
            assert site.world.centre.view("XAB").warnings() == ()
            told = await user.send("/desk/warning", {"new_case": "k"})
            assert "The substance will be seen by: Ardovia." in told.text
            assert "It opens the new case 'k'." in told.text
            assert "What is known Tanks at the ford." in told.text
            await user.confirm()
            assert user.path == "/desk/warning/k/w"
            assert "Not confirmed yet: Ardovia" in user.page.text
            assert [row.warning for row in site.world.centre.view("XAA").releases()] == ["w"]
            assert not site.world.centre.view("XAC").releases()

    run(story())


def test_a_warning_that_nobody_would_see_bears_a_sign_before_and_after() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/desk/warning")
            shown = await user.send("/desk/warning/preview", TANKS)
            assert "! Nobody but us will see it." in shown.text
            told = await user.send("/desk/warning", {"new_case": "k"})
            assert "Released to nobody" in told.text
            assert "! The substance will be seen by nobody but Belmora." in told.text
            after = await user.confirm()
            assert "! It is released to nobody." in after.text
            assert "! It is released to nobody." in (await user.open("/desk")).text

    run(story())


def test_the_preview_alone_is_for_a_script() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            page = await user.open("/desk/warning")
            fields = page.form("/desk/warning").filled({"to": ("XAC", "SG")})
            body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in fields).encode()
            headers = {"content-type": FORM, "origin": BASE, "cookie": f"tocsin={user.secret}", "x-partial": "1"}
            answer = await site.http.post("/desk/warning/preview", content=body, headers=headers)
            assert answer.status_code == 200
            assert "<html" not in answer.text
            assert "Corvenna, Secretary General" in answer.text

    run(story())


def test_the_same_form_sent_twice_is_one_warning() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/desk/warning")
            shown = await user.send("/desk/warning", {"text": "Drones.\r\nMany.", "to": ("members",)})
            fields = shown.form("", step="file").fields
            for _ in range(2):
                await user.post("/desk/warning", fields)
            (line,) = site.world.centre.view("XAB").warnings()
            assert line.warning.startswith("w-")
            assert line.case == line.warning
            assert site.world.centre.view("XAB").warning(line.case, line.warning).text == "Drones.\nMany."

    run(story())


def test_a_seat_that_sees_not_all_cases_opens_one_under_its_own_name() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAG", "head"))
            page = await user.open("/desk/warning")
            assert "It will begin with XAG-" in page.text
            shown = await user.send("/desk/warning", {**TANKS, "to": ("XAA",), "new_case": "river"})
            assert "new case 'XAG-river'" in shown.text

    run(story())


def test_a_mistake_comes_back_with_what_was_written() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/desk/warning")
            wrong = await user.send("/desk/warning", {**TANKS, "to": ("XAA",), "as_of": "soon"})
            assert wrong.status == 400
            assert "This is no day." in wrong.text
            assert "Tanks at the ford." in wrong.html
            assert ("to", "XAA") in wrong.form("/desk/warning").fields

    run(story())


def test_what_is_released_otherwise_says_who_sees_it_no_longer() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await site.warn(user.secret, "k", "w", "Tanks.", ["XAA", "XAC"])
            await user.open("/desk/warning/k/w")
            shown = await user.send("/desk/warning/k/w/release", {"to": ("XAA", "XAD"), "marking": "TLP:RED"})
            assert "From now on it is seen by: Dunmark." in shown.text
            assert "It is no longer seen by: Corvenna." in shown.text
            await user.confirm()
            assert "Released to Ardovia, Dunmark" in user.page.text

    run(story())


def test_who_passes_a_warning_on_learns_nothing_of_whom_else_it_is_released_to() -> None:
    async def story() -> None:
        pages = []
        for others in (["XAC", "XAD"], ["XAC"]):
            async with Site() as site:
                author, user = site.seat("XAB"), User(site, site.seat("XAC"))
                body = {"case": "k", "warning": "w", "text": "Smoke.", "to": others, "marking": "TLP:GREEN"}
                await site.post("/api/v1/warnings", author, body, **{"idempotency-key": "w"})
                await user.open("/desk/warning/k/w")
                shown = await user.send("/desk/warning/k/w/pass-on", {"to": ("XAD", "XAE")})
                assert "It is passed on to: Dunmark, Elvaria." in shown.text
                pages.append(shown.text)
                await user.confirm()
                assert user.path == "/desk/warning/k/w"
                assert "Released to" not in user.page.text
        assert pages[0] == pages[1]

    run(story())


def test_a_warning_that_is_not_ours_to_see_is_not_there() -> None:
    async def story() -> None:
        async with Site() as site:
            await site.warn(site.seat("XAB"), "k", "w", "Tanks.", ["XAA"])
            user = User(site, site.seat("XAC"))
            hidden = await user.open("/desk/warning/k/w")
            assert hidden.status == 404
            assert hidden.text == (await user.open("/desk/warning/k/nothing")).text

    run(story())


def test_a_conductor_chooses_as_whom_it_acts() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            user = User(site, site.seat("secretariat", "conductor"))
            await user.open("/desk/warning")
            nobody = await user.send("/desk/warning", {**TANKS, "to": ("XAA",), "new_case": "k", "by": ""})
            assert nobody.status == 400
            shown = await user.send("/desk/warning", {"by": "XAB"})
            assert "The substance will be seen by: Ardovia." in shown.text
            await user.confirm()
            assert user.path == "/cases/k"
            assert [row.author for row in site.world.centre.view("XAA").releases()] == ["XAB"]
            where = {"case": "k", "procedure": "p"}
            await site.act(user.secret, "table text", "t", by="XAA", matter="consult", **where)
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"party": "XAC", "position": "abstain"})
            assert "Corvenna states: abstain." in shown.text
            await user.confirm()
            rows = site.world.centre.view("XAC").procedure("k", "p").positions
            assert {row.party: (row.position, row.own) for row in rows}["XAC"] == ("abstain", True)

    run(story())
