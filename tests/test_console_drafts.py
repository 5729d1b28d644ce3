"""A draft by forms: written, put to the capital, approved or returned, filed as it stands, and files beside it."""

from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import run
from tests.console_user import User
from tests.test_console_desk import silence
from tests.web_client import BASE, Site
from tocsin.errors import Malformed
from tocsin.web.uploads import parts_of

BOUNDARY = "x-boundary-x"


async def upload(user: User, action: str, name: str, data: bytes) -> None:
    """Send the form of a file as a browser does."""
    fields = [(key, value) for key, value in user.page.form(action).fields if key != "file"]
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    kind = "Content-Type: text/plain\r\n\r\n"
    body = "".join(parts).encode() + (head + kind).encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    media = f"multipart/form-data; boundary={BOUNDARY}"
    headers = {"content-type": media, "origin": BASE, "cookie": f"tocsin={user.secret}"}
    user.answer = await site_of(user).http.post(action, content=body, headers=headers)


def site_of(user: User) -> Site:
    return user.site


async def drafted(site: Site, user: User) -> str:
    """A draft on the text under silence: its path."""
    await silence(site)
    await user.open("/desk/position/k/p")
    await user.send(
        "/desk/draft/new/k/p", {"position": "support", "reservation": "no troops", "reasons": "Elections in May."}
    )
    return user.path


def test_a_draft_goes_to_the_capital_and_back_and_is_filed_as_it_was_approved() -> None:
    async def story() -> None:
        async with Site() as site:
            officer, head = User(site, site.seat("XAB")), User(site, site.seat("XAB", "head"))
            path = await drafted(site, officer)
            await head.open("/desk/drafts")
            await head.send("/desk/drafts")
            assert "Our capital approves before anything is filed." in head.page.text
            await officer.open("/desk/position/k/p")
            direct = await officer.send("/desk/position/k/p", {"position": "support"})
            assert direct.status == 403
            assert "files nothing that the capital has not approved" in direct.text
            await officer.open(path)
            assert f"{path}/file" not in {form.action for form in officer.page.forms}
            asked = {"words": "May we reserve on troops?", "answer_by": "2026-01-05T20:00"}
            await officer.send(path, asked, deed="ask")
            assert "awaiting instructions" in officer.page.text
            assert "2026-01-05 20:00Z" in officer.page.text
            await head.open("/desk")
            assert "The capital's word wanted 2026-01-05 20:00Z" in head.page.text
            assert path in head.page.links
            await head.open(path)
            silent = await head.send(path, {"deed": "return"}, version="2")
            assert silent.status == 400
            await head.send(path, {"deed": "return", "words": "Say why."})
            assert "The capital returned it" in head.page.text
            await officer.open(path)
            await officer.send(path, {"reasons": "Because of the elections."}, deed="change")
            await head.open(path)
            await head.send(path, {"deed": "approve", "words": "Go ahead.", "text_version": "1"})
            await officer.open(path)
            shown = await officer.send(f"{path}/file")
            assert "This reservation goes on record with it: no troops" in shown.text
            assert "elections" not in shown.text
            await officer.confirm()
            assert officer.path == "/desk"
            rows = site.world.centre.view("XAB").procedure("k", "p").positions
            assert {row.party: row.reservation for row in rows}["XAB"] == "no troops"
            filed = await officer.open(path)
            assert "filed" in filed.text
            await officer.send(path, deed="correct")
            assert "It puts right an earlier one" in officer.page.text

    run(story())


def test_a_deputy_takes_a_draft_over() -> None:
    async def story() -> None:
        async with Site() as site:
            officer, deputy = User(site, site.seat("XAB")), User(site, site.seat("XAB"))
            path = await drafted(site, officer)
            await deputy.open(path)
            await deputy.send(path, deed="take over")
            stale = await officer.send(path, {"position": "abstain"}, deed="change")
            assert stale.status == 409
            assert "checked" in stale.html.partition('value="abstain"')[2].partition(">")[0]

    run(story())


def test_a_draft_is_no_other_seats() -> None:
    async def story() -> None:
        async with Site() as site:
            path = await drafted(site, User(site, site.seat("XAB")))
            for secret in (site.seat("XAC"), site.admin):
                assert (await User(site, secret).open(path)).status == 404

    run(story())


def test_a_file_beside_a_draft_comes_back_as_it_was_and_is_never_shown() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            path = await drafted(site, user)
            data = b"<script>1</script>\r\n\x00\xff"
            await upload(user, f"{path}/attach", "no\u00ebl.html", data)
            assert user.answer.status_code == 303
            shown = await user.open(path)
            assert "no\u00ebl.html" in shown.text
            (link,) = [link for link in shown.links if "/files/" in link]
            await user.open(link)
            assert user.answer.content == data
            assert user.answer.headers["content-disposition"].startswith("attachment")
            assert user.answer.headers["content-type"] == "application/octet-stream"
            await user.open(path)
            await user.send(path, deed="detach")
            assert "no\u00ebl.html" not in user.page.text.partition("What became of it")[0]

    run(story())


def test_a_file_that_is_too_large_is_refused_with_a_word() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            path = await drafted(site, user)
            await upload(user, f"{path}/attach", "a", b"a" * 2_000_001)
            assert user.answer.status_code == 400
            assert "The file is too large." in user.answer.text
            await upload(user, f"{path}/attach", "a", b"a" * 3_000_000)
            assert user.answer.status_code == 413

    run(story())


def test_a_form_in_parts_that_is_broken_is_refused() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            path = await drafted(site, user)
            headers = {"origin": BASE, "cookie": f"tocsin={user.secret}"}
            for media, body in (
                ("multipart/form-data", b"--x"),
                ("multipart/form-data; boundary=x", b"nothing of it"),
                ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\n\r\n--x--"),
                (
                    "multipart/form-data; boundary=x",
                    b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--',
                ),
                (
                    "multipart/form-data; boundary=x",
                    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 50,
                ),
            ):
                answer = await site.http.post(f"{path}/attach", content=body, headers=headers | {"content-type": media})
                assert answer.status_code == 400
            other = await site.http.post(
                path, content=b"", headers=headers | {"content-type": "multipart/form-data; boundary=x"}
            )
            assert other.status_code == 415

    run(story())


PIECES = [b"--x", b"\r\n", b"--x--", b"\n", b'Content-Disposition: form-data; name="a"', b": ", b"\xff"]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_whatever_is_sent_in_parts_is_read_or_refused(data: bytes) -> None:
    try:
        found = parts_of(data, "multipart/form-data; boundary=x")
    except Malformed:
        return
    assert all(isinstance(name, str) for name, _ in found)


def test_where_the_capital_approves_a_word_on_what_was_entered_waits_for_it_too() -> None:
    async def story() -> None:
        async with Site() as site:
            officer, head = User(site, site.seat("XAB")), User(site, site.seat("XAB", "head"))
            await silence(site)
            where = {"case": "k", "procedure": "p", "party": "XAB"}
            await site.act(site.admin, "state position", "told", by="SG", position="support", note="telephone", **where)
            await head.open("/desk/drafts")
            await head.send("/desk/drafts")
            await officer.open("/desk/entered/k/p")
            refused = await officer.send("/desk/entered/k/p", {"position": "object"})
            assert refused.status == 403
            assert "files nothing that the capital has not approved" in refused.text
            refused = await officer.send("/desk/entered/k/p", {"position": "support"})
            assert refused.status == 403
            assert "files nothing that the capital has not approved" in refused.text

    run(story())
