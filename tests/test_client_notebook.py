"""The client's notebook, at a centre that runs: a liaison and a head of one nation, from a draft to the ledger;
the watch log, handovers, reports and files; and what somebody is told who comes too late."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from tests.console_stage import Exercise
from tests.test_client import Reply, as_json, scripted
from tocsin.client import Client, ClientError
from tocsin.client.notebook import Notebook


class Embassy(Exercise):
    """An exercise, with a liaison and a head of Belmora, and a liaison of Corvenna."""

    def set_up(self) -> None:
        super().set_up()
        self.ana, self.head, self.foreign = self.at("XAB"), self.at("XAB", "head"), self.at("XAC")

    def drafted(self) -> tuple[Notebook, str]:
        """The liaison's notebook, and the id of a draft in it on a new text."""
        book = self.ana.notebook
        return book, str(book.make_draft(*self.text(), "object")["id"])


@pytest.fixture(scope="module")
def embassy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embassy]:
    embassy = Embassy(tmp_path_factory.mktemp("embassy"))
    try:
        embassy.set_up()
        yield embassy
    finally:
        embassy.end()


def test_a_position_is_drafted_asked_for_approved_by_another_person_and_filed(embassy: Embassy) -> None:
    ana, head, text = embassy.ana.notebook, embassy.head.notebook, embassy.text()
    head.change_settings(head.settings().get("version", 0), "capital", keep_days=90)
    assert ana.settings()["approval"] == "capital"
    draft = ana.make_draft(*text, "abstain", reasons="No ships.")["id"]
    line = ana.change_draft(draft, 1, "object", reasons="No ships before May.")
    assert (line["version"], line["content"]["position"], line["own"]) == (2, "object", True)
    assert not ana.may_file(draft)["may"]
    wanted = (embassy.now() + timedelta(hours=3)).isoformat()
    line = ana.ask_capital(draft, line["version"], "May we object?", answer_by=wanted)
    assert (line["status"], line["asked"]) == ("awaiting instructions", "May we object?")
    with pytest.raises(ClientError) as refused:
        ana.approve_draft(draft, line["version"])
    assert refused.value.status == 403
    assert head.return_draft(draft, line["version"], "Say why.")["words"] == "Say why."
    line = head.approve_draft(draft, 4, "Yes.")
    assert (line["status"], line["words"], ana.may_file(draft)["may"]) == ("approved", "Yes.", True)
    filed = ana.file_draft(draft, line["version"])
    assert (filed["draft"]["status"], filed["answer"]["status"]) == ("filed", "accepted")
    again = ana.file_draft(draft, line["version"])
    assert again["draft"]["command"] == filed["draft"]["command"]
    assert ana.settle_draft(draft) == ana.draft(draft) == again["draft"]
    first = ana.draft_versions(draft)[0]
    assert (first["what"], first["content"]["position"]) == ("began it", "abstain")
    seen = msgspec.json.encode(embassy.foreign.procedure(*text))
    assert b'"object"' in seen
    assert b"No ships" not in seen
    assert [line["id"] for line in ana.drafts(case=text[0])["drafts"]] == [draft]
    assert ana.drafts(case=text[0], is_open=True)["drafts"] == []
    head.change_settings(head.settings()["version"], "none")


def test_a_draft_goes_over_to_a_deputy_and_can_be_given_up(embassy: Embassy) -> None:
    book, draft = embassy.drafted()
    line = embassy.head.notebook.take_over_draft(draft, 1)
    assert line["held_by"] != line["drafted_by"]
    assert book.drop_draft(draft, line["version"], "Settled by talk.")["status"] == "dropped"


def test_a_stale_version_is_told_who_did_what_meanwhile_and_what_to_do(embassy: Embassy) -> None:
    book, draft = embassy.drafted()
    faster = embassy.head.notebook.change_draft(draft, 1, "support")
    with pytest.raises(ClientError) as late:
        book.change_draft(draft, 1, "abstain")
    error = late.value
    assert (error.status, error.code, error.is_refusal) == (409, "changed meanwhile", False)
    assert f"Desk {faster['changed_by']} changed it" in str(error)
    assert "is at version 2 now. Look at it as it is, and decide anew." in str(error)
    assert book.draft(draft)["content"]["position"] == "support"


def test_an_entry_of_the_watch_log_is_corrected_by_a_later_one_and_found(embassy: Embassy) -> None:
    ana, head = embassy.ana.notebook, embassy.head.notebook
    case, _ = embassy.text()
    cursor = embassy.ana.situation()["cursor"]
    wrong = ana.write_log("The Ford is closed.", case=case, cursor=cursor, key="ford")
    assert ana.write_log("The Ford is closed.", case=case, cursor=cursor, key="ford") == wrong
    right = head.write_log("The Ford is open.", case=case, corrects=wrong["id"])
    assert right["corrects"] == wrong["id"]
    found = ana.log(search="ford", case=case)["entries"]
    assert [entry["id"] for entry in found] == [right["id"], wrong["id"]]
    assert found[1]["corrected_by"] == [right["id"]]
    page = ana.log(case=case, limit=1)
    assert ana.log(case=case, before=page["before"])["entries"][0]["id"] == wrong["id"]
    gone = head.erase_entry(wrong["id"], "It was another ford.")
    assert (gone["text"], gone["why"]) == ("", "It was another ford.")


def test_the_watch_is_taken_over_by_another_person_alone(embassy: Embassy) -> None:
    ana, head = embassy.ana.notebook, embassy.head.notebook
    left = ana.hand_over("A quiet night.", ["The ford.", "The tents."])
    assert (left["status"], left["points"]) == ("open", ["The ford.", "The tents."])
    with pytest.raises(ClientError) as refused:
        ana.take_over(left["id"])
    assert refused.value.status == 403
    assert [line["id"] for line in head.handovers(is_open=True)["handovers"]] == [left["id"]]
    assert head.take_over(left["id"])["status"] == "taken"
    mistaken = ana.hand_over("Too early.")
    assert ana.withdraw_handover(mistaken["id"])["status"] == "withdrawn"
    assert ana.handovers(is_open=True)["handovers"] == []
    assert len(ana.handovers()["handovers"]) == 2


def test_a_situation_report_is_issued_and_superseded_and_never_changes(embassy: Embassy) -> None:
    book, (case, _) = embassy.ana.notebook, embassy.text()
    cursor, upto = embassy.ana.situation()["cursor"], embassy.now().isoformat()
    report = book.make_report("Morning", facts=["A text is tabled."], case=case)["id"]
    line = book.change_report(report, 1, "Morning", "All calm.", cursor=cursor, upto=upto)
    assert (line["body"], line["cursor"], line.get("facts", [])) == ("All calm.", cursor, [])
    assert book.issue_report(report, line["version"])["status"] == "issued"
    with pytest.raises(ClientError, match="supersedes it") as settled:
        book.change_report(report, 3, "Morning", "No calm.")
    assert settled.value.status == 409
    later = book.make_report("Noon", "The ford is open.", case=case, supersedes=report)
    book.issue_report(later["id"], later["version"])
    assert book.report(report)["superseded_by"] == later["id"]
    assert [version["what"] for version in book.report_versions(report)] == ["began it", "changed it", "issued it"]
    unused = book.make_report("Evening", case=case)
    assert book.drop_report(unused["id"], unused["version"])["status"] == "dropped"
    issued = book.reports(case=case, is_issued=True)["reports"]
    assert [line["title"] for line in issued] == ["Noon", "Morning"]


@pytest.mark.parametrize("content", [bytes(range(256)) * 7_812, b'{"a": 1}', b"\x00"], ids=["long", "JSON", "zero"])
def test_a_file_comes_back_byte_for_byte_until_it_is_destroyed(embassy: Embassy, content: bytes) -> None:
    book, draft = embassy.drafted()
    line = book.attach(draft, 1, "map of the ford.pdf", content, media="application/pdf")
    (file,) = line["files"]
    assert (file["name"], file["bytes"]) == ("map of the ford.pdf", len(content))
    assert file["sha256"] == sha256(content).hexdigest()
    assert embassy.head.notebook.download(draft, file["id"]) == content
    with pytest.raises(ClientError, match="version 2 now"):
        book.detach(draft, 1, file["id"])
    assert "files" not in book.detach(draft, 2, file["id"])
    with pytest.raises(ClientError) as gone:
        book.download(draft, file["id"])
    assert gone.value.status == 404


def test_another_nation_is_told_of_no_draft(embassy: Embassy) -> None:
    _, draft = embassy.drafted()
    for ask in (embassy.foreign.notebook.draft, embassy.foreign.notebook.may_file):
        with pytest.raises(ClientError) as hidden:
            ask(draft)
        assert hidden.value.status == 404


def test_what_is_begun_and_lost_on_the_way_is_sent_again_under_the_same_key() -> None:
    with scripted(*(Reply(drops=True), as_json({})) * 4) as centre:
        book = centre.client().notebook
        book.make_draft("storm", "tents", "object")
        book.write_log("x")
        book.hand_over("x")
        book.make_report("x")
        keys = [msgspec.json.decode(got.body)["key"] for got in centre.got]
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 4


def test_a_delegate_reads_the_notebook_of_the_seat_that_delegated() -> None:
    with scripted(as_json({"entries": []})) as centre:
        delegate = Client(centre.address, "tct_very_secret", on_behalf="XAB")
        assert delegate.notebook.log(case="é &") == {"entries": []}
        assert centre.got[0].path == "/api/v1/notebook/log?case=%C3%A9+%26&limit=100&on_behalf=XAB"
