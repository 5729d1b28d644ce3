"""The notebook over the API: what a liaison and a capital do with a draft until it is in the ledger, the log, handovers
and reports; files that leave as bytes alone; and another seat, which is told nothing."""

from base64 import b64encode
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import BEGAN, desk, run
from tests.cli import tocsin
from tests.test_centre_start import Wall, opened, under_silence
from tests.test_notebook import Study
from tests.web_client import Response, Site
from tocsin.alliance.facts import PositionStated
from tocsin.centre.model import Actor, Answer, Submission
from tocsin.centre.notebook import filing
from tocsin.centre.notebook.filing import file_draft, settle_draft
from tocsin.centre.notebook.model import DraftContent, ReportContent
from tocsin.centre.runtime import Centre
from tocsin.centre.start import NOTEBOOK_FILE
from tocsin.errors import Conflict, Malformed, Overloaded
from tocsin.terms import HOUR_US, Instant
from tocsin.web.app import Router
from tocsin.web.call import Route
from tocsin.web.routes import ROUTES
from tocsin.web.routes_notebook import NOTEBOOK

BOOK = "/api/v1/notebook"
TEXT = {"case": "XAB-flood", "procedure": "relief"}
ANA, HEAD = desk("XAB"), desk("XAB", "head")
OBJECT = DraftContent(position="object", reasons="No ships.")


class House(Site):
    """A site with a text on the table, and people of XAB."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.app.app = Router(self.app.web, (*ROUTES, *(row for row in NOTEBOOK if row not in ROUTES)))
        self.ana, self.ben = self.seat("XAB"), self.seat("XAB")
        self.head, self.reader = self.seat("XAB", "head"), self.seat("XAB", "reader")
        self.foreign = self.seat("XAC", "head")
        done = await self.act(self.ana, "table text", "t", matter="relief", **TEXT)
        assert done.status_code == 200
        return self

    async def put(self, path: str, secret: str, json: object) -> Response:
        return await self.http.put(BOOK + path, headers={"authorization": f"Bearer {secret}"}, json=json)

    async def do(self, path: str, secret: str, **fields: Any) -> Response:  # noqa: ANN401  # fields of any body
        return await self.post(BOOK + path, secret, fields)

    async def look(self, path: str, secret: str) -> Any:  # noqa: ANN401  # JSON is anything
        answer = await self.get(BOOK + path, secret)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def begun(self, **fields: Any) -> str:  # noqa: ANN401  # fields of a draft
        answer = await self.do("/drafts", self.ana, **{**TEXT, "position": "object", **fields})
        assert answer.status_code == 201, answer.text
        name: str = answer.json()["id"]
        return name


def problem(answer: Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    return told["status"], told["code"], told.get("field", "")


# ---- drafts, to the ledger


def test_a_draft_is_approved_by_the_capital_and_filed_once() -> None:
    async def story() -> None:
        async with House() as house:
            wish = {"version": 0, "approval": "capital"}
            assert problem(await house.put("/settings", house.ana, wish))[0] == 403
            assert (await house.put("/settings", house.head, wish)).json()["approval"] == "capital"
            name = await house.begun(reasons="No ships.")
            assert not (await house.look(f"/drafts/{name}/may-file", house.ana))["may"]
            assert problem(await house.do(f"/drafts/{name}/file", house.ana, version=1))[:2] == (403, "not approved")
            asked = await house.do(f"/drafts/{name}/ask", house.ana, version=1, question="Yes?")
            assert asked.json()["status"] == "awaiting instructions"
            assert problem(await house.do(f"/drafts/{name}/approve", house.ben, version=2))[0] == 403
            assert (await house.do(f"/drafts/{name}/approve", house.head, version=2)).json()["status"] == "approved"
            before = house.entries()
            done = (await house.do(f"/drafts/{name}/file", house.ana, version=3)).json()
            assert (done["draft"]["status"], done["answer"]["status"]) == ("filed", "accepted")
            again = (await house.do(f"/drafts/{name}/file", house.ben, version=3)).json()
            assert again["draft"]["status"] == "filed"
            assert house.entries() == before + 1
            shown = await house.get("/api/v1/cases/XAB-flood/procedures/relief", house.foreign)
            assert "No ships." not in shown.text
            assert '"object"' in shown.text

    run(story())


def test_what_the_law_refuses_is_told_with_its_reason_and_the_draft_is_as_it_was() -> None:
    async def story() -> None:
        async with House() as house:
            guest = house.seat("SG", "chair")
            made = await house.do("/drafts", guest, **TEXT, position="object")
            assert made.status_code == 201, made.text
            path = f"/drafts/{made.json()['id']}"
            answer = await house.do(f"{path}/file", guest, version=1)
            assert answer.status_code == 422, answer.text
            line = await house.look(path, guest)
            assert line["status"] == "draft"
            versions = await house.look(f"{path}/versions", guest)
            assert answer.json()["detail"] in versions[-1]["words"]
            assert (await house.do(f"{path}/drop", guest, version=line["version"])).json()["status"] == "dropped"

    run(story())


def test_a_change_that_comes_too_late_says_who_was_faster() -> None:
    async def story() -> None:
        async with House() as house:
            name = await house.begun()
            change = {"version": 1, "position": "support"}
            first = await house.put(f"/drafts/{name}", house.ben, change)
            answer = await house.put(f"/drafts/{name}", house.ana, change)
            assert problem(answer)[:2] == (409, "changed meanwhile")
            assert first.json()["changed_by"] in answer.json()["detail"]

    run(story())


@pytest.mark.parametrize(
    ("path", "field", "body"),
    [
        ("/drafts", "position", {**TEXT, "position": "yes"}),
        ("/drafts", "procedure", {"case": "XAB-flood", "procedure": "none", "position": "object"}),
        ("/drafts", "reasons", {**TEXT, "position": "object", "reasons": "a\u202eb"}),
        ("/log", "case", {"text": "x", "case": "no such case"}),
        ("/log", "text", {"text": ""}),
        ("/log", "cursor", {"text": "x", "cursor": "seventeen"}),
        ("/handovers", "points", {"text": "x", "points": [""]}),
        ("/reports", "title", {"title": " "}),
        ("/reports", "case", {"title": "x", "case": "no such case"}),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(path: str, field: str, body: dict[str, Any]) -> None:
    async def story() -> None:
        async with House() as house:
            assert problem(await house.do(path, house.ana, **body))[::2] == (400, field)

    run(story())


def test_a_machine_has_no_say_for_the_capital() -> None:
    async def story() -> None:
        async with House() as house:
            made = await house.post(
                "/api/v1/tokens", house.head, {"label": "x", "scopes": ["read", "position"], "days": 1}
            )
            name = await house.begun()
            answer = await house.do(f"/drafts/{name}/approve", made.json()["secret"], version=1)
            assert problem(answer)[:2] == (403, "in person")

    run(story())


# ---- files


def test_a_file_leaves_as_bytes_to_be_saved_and_is_never_shown() -> None:
    async def story() -> None:
        async with House() as house:
            name, page = await house.begun(), b"<script>alert(1)</script>" * 60_000
            sent = {"version": 1, "name": "../ä.html", "media": "text/html", "content": b64encode(page).decode()}
            line = (await house.do(f"/drafts/{name}/files", house.ana, **sent)).json()
            file = line["files"][0]
            path = f"{BOOK}/drafts/{name}/files/{file['id']}"
            got = await house.get(path, house.ben)
            assert got.content == page
            assert got.headers["content-type"] == "application/octet-stream"
            assert got.headers["content-disposition"] == "attachment; filename=\"_.html\"; filename*=UTF-8''%C3%A4.html"
            assert got.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in got.headers["content-security-policy"]
            assert got.headers["cache-control"] == "no-store"
            assert (await house.get(path, house.foreign)).status_code == 404
            gone = await house.send("DELETE", f"{path}?version=2", house.ana)
            assert "files" not in gone.json()
            assert (await house.get(path, house.ben)).status_code == 404
            large = {**sent, "version": 3, "content": b64encode(b"x" * 2_000_001).decode()}
            assert problem(await house.do(f"/drafts/{name}/files", house.ana, **large))[0] in (400, 413)
            wrong = {**sent, "version": 3, "content": "no base64"}
            assert problem(await house.do(f"/drafts/{name}/files", house.ana, **wrong))[::2] == (400, "content")

    run(story())


# ---- log, handovers, reports


def test_a_night_is_logged_handed_over_and_reported() -> None:
    async def story() -> None:
        async with House() as house:
            entry = (await house.do("/log", house.ana, text="Water rises.", case="XAB-flood", key="k")).json()
            same = (await house.do("/log", house.ana, text="Water rises.", case="XAB-flood", key="k")).json()
            assert same == entry
            await house.do("/log", house.ben, text="It falls.", corrects=entry["id"])
            shown = await house.look("/log?search=WATER&case=XAB-flood", house.reader)
            assert [row["text"] for row in shown["entries"]] == ["Water rises."]
            assert problem(await house.do("/log", house.reader, text="x"))[:2] == (403, "only reads")
            left = (await house.do("/handovers", house.ana, text="Quiet.", points=["relief: open"])).json()
            assert problem(await house.do(f"/handovers/{left['id']}/take", house.ana))[0] == 403
            assert len((await house.look("/handovers?open=true", house.ben))["handovers"]) == 1
            assert (await house.do(f"/handovers/{left['id']}/take", house.ben)).json()["status"] == "taken"
            report = (await house.do("/reports", house.ana, title="Night", body="Quiet.", key="r")).json()
            assert report["cursor"] == house.world.centre.cursor("XAB")
            assert report["upto"] == "2026-01-05T08:00:00Z"
            await house.act(house.ana, "table text", "t2", matter="relief", case="XAB-flood", procedure="more")
            again = (await house.do("/reports", house.ana, title="Night", body="Quiet.", key="r")).json()
            assert again == report  # a repeat, though the feed has gone on
            changed = await house.put(
                f"/reports/{report['id']}", house.ben, {"version": 1, "title": "Night", "body": "Wet.", "cursor": "1-1"}
            )
            assert changed.json()["cursor"] == "1-1"
            assert (await house.do(f"/reports/{report['id']}/issue", house.ana, version=2)).json()["status"] == "issued"
            assert len(await house.look(f"/reports/{report['id']}/versions", house.reader)) == 3
            wiped = await house.do(f"/log/{entry['id']}/erase", house.head, why="it names a person")
            assert wiped.json()["text"] == ""

    run(story())


# ---- whose it is


def filled(route: Route, names: dict[str, str]) -> str:
    parts = (names.get(part.strip("{}"), part) if part.startswith("{") else part for part in route.path.split("/"))
    return "/".join(parts)


BODIES: dict[str, dict[str, Any]] = {
    "DraftIn": {**TEXT, "position": "object"},
    "DraftChangeIn": {"version": 1, "position": "object"},
    "VersionIn": {"version": 1},
    "AskIn": {"version": 1, "question": "x"},
    "DraftWordsIn": {"version": 1, "words": "x"},
    "DraftFileIn": {"version": 1, "name": "x", "content": "eA=="},
    "NotebookSettingsIn": {"version": 0, "approval": "none"},
    "LogIn": {"text": "x"},
    "EraseEntryIn": {"why": "x"},
    "HandoverIn": {"text": "x"},
    "ReportChangeIn": {"version": 1, "title": "x", "body": ""},
    "ReportIn": {"title": "x"},
}


def test_another_seat_is_answered_as_where_there_is_nothing() -> None:
    async def asked(*, is_full: bool) -> list[tuple[str, int, str]]:
        async with House() as house:
            names = {"draft": "p-1", "file": "f-1", "entry": "l-1", "handover": "o-1", "report": "r-1"}
            if is_full:
                names["draft"] = await house.begun()
                sent = {"version": 1, "name": "a", "content": "eA=="}
                line = (await house.do(f"/drafts/{names['draft']}/files", house.ana, **sent)).json()
                names["file"] = line["files"][0]["id"]
                names["entry"] = (await house.do("/log", house.ana, text="x")).json()["id"]
                names["handover"] = (await house.do("/handovers", house.ana, text="x")).json()["id"]
                names["report"] = (await house.do("/reports", house.ana, title="x")).json()["id"]
            answers = []
            for route in NOTEBOOK:
                is_making = route.method != "GET" and "{" not in route.path
                if is_making and route.path != f"{BOOK}/settings":
                    continue  # it makes something of its own, with an id of its own
                body = b"" if route.body is None else _json(BODIES[route.body.__name__])
                query = "?version=1" if route.method == "DELETE" else ""
                for secret in (house.foreign, house.admin):
                    answer = await house.send(route.method, filled(route, names) + query, secret, body)
                    if "{" in route.path:
                        assert answer.status_code == 404 or "not the head" in answer.text, (route.path, answer.text)
                    answers.append((f"{route.method} {route.path}", answer.status_code, _plain(answer.text)))
            return answers

    def _plain(text: str) -> str:
        """Without the id of the desk that asks, which is another at each start."""
        return "".join(part[12:] if number else part for number, part in enumerate(text.split("d-")))

    assert run(asked(is_full=True)) == run(asked(is_full=False))


def _json(body: dict[str, Any]) -> bytes:
    return msgspec.json.encode(body)


def test_every_outlet_has_its_scope_and_stands_once() -> None:
    rows = [(route.method, route.path) for route in NOTEBOOK]
    assert len(rows) == len(set(rows))
    for route in NOTEBOOK:
        assert route.scope == ("position" if "/drafts" in route.path else "read"), route.path
        assert route.body is None or route.body.__name__ in BODIES


def test_the_administrators_trail_holds_no_word_of_a_notebook() -> None:
    async def story() -> None:
        async with House() as house:
            name = await house.begun(reasons="a secret of ours")
            await house.do(f"/drafts/{name}/file", house.ana, version=77)
            await house.do("/log", house.ana, text="a secret of ours", cursor="no secret")
            told = repr(house.trail())
            assert "secret of ours" not in told
            assert name not in told

    run(story())


# ---- between the notebook and the ledger


def positions(centre: Centre) -> int:
    """How often XAB has stated one."""
    items = centre.view("XAB").feed(0, 500)
    return repr(items).count(PositionStated.__name__)


async def drafted(centre: Centre, content: DraftContent = OBJECT) -> str:
    return centre.notebook.make_draft(ANA, "k", "p", content).id


class Dies(Exception):
    """The machine, in the middle of something."""


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_centre_that_dies_between_its_two_files_loses_nothing_and_doubles_nothing(
    tmp_path: Path, dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        await under_silence(centre)
        name, submit = await drafted(centre), centre.submit

        async def dying(actor: Actor, submission: Submission) -> Answer:
            if dies == "after":
                await submit(actor, submission)
            raise Dies

        monkeypatch.setattr(centre, "submit", dying)
        with pytest.raises(Dies):
            await file_draft(centre, ANA, name, 1)
        await centre.close()
        again = await opened(tmp_path, clock)
        try:
            assert again.notebook.draft(ANA, name).status == "filing"
            with pytest.raises(Conflict):
                again.notebook.change_draft(ANA, name, 2, OBJECT)
            line = await settle_draft(again, HEAD, name)
            assert line.status == ("filed" if dies == "after" else "draft")
            done = await file_draft(again, ANA, name, 1 if dies == "after" else line.version)
            assert done.draft.status == "filed"
            assert positions(again) == 1
        finally:
            await again.close()

    run(story())


def test_handed_in_again_after_a_crash_it_is_a_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        centre = await opened(tmp_path, Wall(BEGAN))
        await under_silence(centre)
        name, submit = await drafted(centre), centre.submit

        async def full(actor: Actor, submission: Submission) -> Answer:
            await submit(actor, submission)
            raise Overloaded("busy", "Come again.")

        with monkeypatch.context() as patched:
            patched.setattr(centre, "submit", full)
            with pytest.raises(Overloaded):
                await file_draft(centre, ANA, name, 1)
        done = await file_draft(centre, ANA, name, 1)
        assert done.answer is not None
        assert (done.answer.status, done.draft.status, positions(centre)) == ("repeated", "filed", 1)
        await centre.close()

    run(story())


def test_a_draft_that_takes_two_persons_waits_until_the_second_and_is_settled_then(tmp_path: Path) -> None:
    async def story() -> None:
        centre = await opened(tmp_path, Wall(BEGAN))
        await under_silence(centre)
        name = await drafted(centre)
        waits = "break"
        centre.second_needed = lambda *_: waits  # type: ignore[method-assign]  # the seat wants two persons
        done = await file_draft(centre, ANA, name, 1)
        assert done.answer is not None
        assert (done.answer.status, done.draft.status) == ("pending", "filing")
        assert (await settle_draft(centre, ANA, name)).status == "filing"  # somebody may yet confirm it
        other = desk("XAB", person="p-other")
        assert (await centre.second(other, done.answer.pending)).status == "accepted"
        assert (await settle_draft(centre, other, name)).status == "filed"
        dropped = await drafted(centre, DraftContent(position="support"))
        done = await file_draft(centre, ANA, dropped, 1)
        assert done.answer is not None
        centre.desks.drop(ANA, done.answer.pending)
        assert (await settle_draft(centre, ANA, dropped)).status == "draft"
        await centre.close()

    run(story())


# ---- copies


def test_a_backup_carries_the_notebook_into_another_folder(tmp_path: Path) -> None:
    data, copy, new = tmp_path / "data", tmp_path / "copy", tmp_path / "new"

    async def write() -> tuple[object, ...]:
        centre = await opened(data, Wall(BEGAN))
        book = centre.notebook
        line = book.make_draft(ANA, "k", "p", OBJECT)
        line = book.attach(ANA, line.id, 1, "a.pdf", "application/pdf", b"%PDF")
        told = book.write_log(ANA, "x"), book.hand_over(ANA, "y"), book.make_report(
            ANA, ReportContent(title="z", body="")
        )  # fmt: skip
        await centre.close()
        return line, *told

    written = run(write())
    told = tocsin("backup", str(data), str(copy), "--json").json
    assert Path(told["notebook"]) == tmp_path / "copy.notebook"
    assert Path(told["notebook"]).stat().st_mode & 0o777 == 0o600
    done = tocsin("restore", str(copy), str(new), "--reason", "a drill", "--json")
    assert (done.code, done.json["notebook"]) == (0, True)
    assert (new / NOTEBOOK_FILE).stat().st_mode & 0o777 == 0o600

    async def read() -> tuple[object, ...]:
        centre = await opened(new, Wall(Instant(BEGAN + HOUR_US)))
        book = centre.notebook
        line = book.drafts(ANA).drafts[0]
        assert book.file(ANA, line.id, line.files[0].id)[1] == b"%PDF"
        report = book.report(ANA, book.reports(ANA).reports[0].id)
        found = line, book.log(ANA).entries[0], book.handovers(ANA).handovers[0], report
        await centre.close()
        return found

    assert run(read()) == written
    assert tocsin("restore", str(copy), str(new), "--reason", "a drill", "--replace").code == 0
    assert (new / f"{NOTEBOOK_FILE}.aside-1").exists()
    (tmp_path / "copy.notebook").write_bytes(b"no notebook, and rather longer than a header would be" * 100)
    other = tmp_path / "other"
    refused = tocsin("restore", str(copy), str(other), "--reason", "a drill")
    assert (refused.code, "copy.notebook holds no notebooks" in refused.err, other.exists()) == (2, True, False)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_filed_is_what_the_draft_says_and_never_its_reasons(reservation: str, reasons: str) -> None:
    study = Study()
    try:
        line = study.begun(ANA, DraftContent(position="support", reservation=reservation, reasons=reasons))
    except Malformed:
        return
    fields = msgspec.json.decode(filing.command_of(ANA, line, "c"))
    assert fields.get("reservation", "") == line.content.reservation
    assert (fields["party"], fields["position"], fields["id"]) == ("XAB", "support", "c")
    assert set(fields) <= {"do", "id", "case", "procedure", "party", "position", "reservation"}
