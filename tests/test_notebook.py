"""The notebook: what a seat keeps for itself, who reads and changes it, what is kept of every change, its limits."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.centre_world import BEGAN, SG, desk
from tocsin.centre.model import Actor
from tocsin.centre.notebook import base, model
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.notebook.filenames import clean_media, clean_name, disposition
from tocsin.centre.notebook.model import DraftContent, DraftLine, NotebookSettings, Report, ReportContent
from tocsin.centre.notebook.store import FORMAT, NotebookFileError
from tocsin.errors import Conflict, Malformed, NeedsNewer, NotEntitled, NotFound, Overloaded, Unserved
from tocsin.terms import DAY_US, HOUR_US, Instant

CASE = ("border", "relief")
YES = DraftContent(position="support", reservation="transport only", reasons="The minister agrees.")
NO = DraftContent(position="object")

ANA, BEN = desk("XAB", person="ana"), replace(desk("XAB", person="ben"), desk="d-xab-deputy")
HEAD = desk("XAB", "head", person="hana")
SECOND_HEAD = replace(desk("XAB", "head", person="hugo"), desk="d-xab-head-2")
READER, CSIRT = desk("XAB", "reader"), desk("XAB", "csirt")
FOREIGN = desk("XAC", "head")


class Study(Notebook):
    """A notebook with a clock that tests move."""

    def __init__(self, path: Path | None = None) -> None:
        self.clock = BEGAN
        super().__init__(path, lambda: self.clock)

    def pass_days(self, days: float) -> None:
        self.clock = Instant(self.clock + int(days * DAY_US))

    def begun(self, by: Actor = ANA, content: DraftContent = YES, **more: str) -> DraftLine:
        return self.make_draft(by, *CASE, content, **more)

    def filed(self, by: Actor = ANA, content: DraftContent = YES) -> DraftLine:
        line = self.begun(by, content)
        line = self.begin_filing(by, line.id, line.version, f"c-{line.id}")
        return self.settle_filing(by, line.id, line.command, self.clock)

    def wants_capital(self) -> None:
        now = self.settings(HEAD)
        self.change_settings(HEAD, now.version, "capital", 0)

    def reported(self, by: Actor = ANA, **more: str) -> Report:
        return self.make_report(by, ReportContent(title="Night", body="All quiet."), **more)


@pytest.fixture
def study() -> Study:
    return Study()


def delegate(*scopes: str) -> Actor:
    """A desk of another seat that acts for XAB."""
    return replace(desk("XAC", "head"), on_behalf="XAB", scopes=frozenset(scopes))


# ---- whose it is


def everything(study: Study, by: Actor) -> list[object]:
    """All that somebody can read."""
    shown: list[object] = [study.log(by), study.handovers(by), study.reports(by), study.settings(by)]
    if "position" in by.scopes:
        shown.append(study.drafts(by))
    return shown


def test_no_other_seat_ever_sees_that_there_is_anything() -> None:
    written, empty = Study(), Study()
    line = written.begun()
    line = written.attach(ANA, line.id, 1, "map.pdf", "application/pdf", b"%PDF")
    entry, handover, report = written.write_log(ANA, "Call from the north."), written.hand_over(ANA, "x"), None
    report = written.reported()
    written.wants_capital()
    for other in (FOREIGN, desk("XAC"), SG, desk("secretariat", "conductor")):
        assert everything(written, other) == everything(empty, other)
        tries: list[Callable[[], object]] = [
            lambda by=other: written.draft(by, line.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.draft_versions(by, line.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.file(by, line.id, line.files[0].id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.may_file(by, line.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.change_draft(by, line.id, line.version, NO),  # type: ignore[misc]  # bound at once
            lambda by=other: written.make_draft(by, *CASE, NO, corrects=line.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.entry(by, entry.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.write_log(by, "x", corrects=entry.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.take_over(by, handover.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.report(by, report.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.report_versions(by, report.id),  # type: ignore[misc]  # bound at once
            lambda by=other: written.make_report(by, ReportContent(title="a", body=""), supersedes=report.id),  # type: ignore[misc]  # bound at once
        ]
        for tried in tries:
            with pytest.raises(NotFound) as told:
                tried()
            assert told.value.known == ()


def test_numbers_count_a_seats_own_things_alone(study: Study) -> None:
    for _ in range(3):
        study.write_log(FOREIGN, "x")
        study.begun(FOREIGN)
    assert (study.write_log(ANA, "y").number, study.begun().number) == (1, 1)


def test_who_acts_for_a_seat_reads_its_notebook_only_with_its_positions(study: Study) -> None:
    line = study.begun()
    study.write_log(ANA, "x")
    for scopes in (("read",), ("read", "warn", "ack", "pledge"), ("position",)):
        for look in (study.log, study.handovers, study.reports, study.settings, study.drafts):
            with pytest.raises(NotEntitled):
                look(delegate(*scopes))
    acting = delegate("read", "position")
    assert study.draft(acting, line.id).content == YES
    assert len(study.log(acting).entries) == 1
    assert study.change_draft(acting, line.id, 1, NO).changed_by == FOREIGN.desk


def test_who_acts_for_a_seat_is_not_its_capital_nor_its_head(study: Study) -> None:
    acting = delegate("read", "position", "manage")
    line, entry = study.begun(), study.write_log(ANA, "x")
    with pytest.raises(NotEntitled):
        study.approve_draft(acting, line.id, 1)
    with pytest.raises(NotEntitled):
        study.return_draft(acting, line.id, 1, "no")
    with pytest.raises(NotEntitled):
        study.change_settings(acting, 0, "capital", 0)
    with pytest.raises(NotEntitled):
        study.erase_entry(acting, entry.id, "x")


def test_a_reader_reads_and_a_credential_for_reading_writes_nothing(study: Study) -> None:
    study.write_log(CSIRT, "Seen.")
    assert study.log(READER).entries[0].text == "Seen."
    for by in (READER, replace(ANA, scopes=frozenset({"read"}), via="token")):
        with pytest.raises(NotEntitled):
            study.write_log(by, "x")
        with pytest.raises(NotEntitled):
            study.hand_over(by, "x")
        with pytest.raises(NotEntitled):
            study.reported(by)
        with pytest.raises(NotEntitled):
            study.drafts(by)
    with pytest.raises(NotEntitled):
        study.drafts(CSIRT)
    with pytest.raises(NotEntitled):
        study.log(replace(ANA, scopes=frozenset({"warn"})))


def test_no_person_is_ever_named_in_what_is_read(study: Study) -> None:
    line = study.begun()
    study.approve_draft(HEAD, line.id, 1)
    study.hand_over(ANA, "x")
    study.reported()
    shown = repr([*everything(study, BEN), study.draft_versions(BEN, line.id)])
    assert "'ana'" not in shown
    assert "'hana'" not in shown


# ---- drafts


def test_every_change_is_kept_with_who_and_when(study: Study) -> None:
    line = study.begun()
    study.pass_days(1)
    study.change_draft(BEN, line.id, 1, NO)
    study.ask_capital(BEN, line.id, 2, "May we object?", Instant(study.clock + HOUR_US))
    study.return_draft(HEAD, line.id, 3, "Never.")
    study.drop_draft(ANA, line.id, 4, "Told by telephone.")
    told = [(row.version, row.desk, row.what, row.status, row.words) for row in study.draft_versions(ANA, line.id)]
    assert told == [
        (1, ANA.desk, "began it", "draft", ""),
        (2, BEN.desk, "changed it", "draft", ""),
        (3, BEN.desk, "asked the capital", "awaiting instructions", "May we object?"),
        (4, HEAD.desk, "returned it", "returned", "Never."),
        (5, ANA.desk, "dropped it", "dropped", "Told by telephone."),
    ]
    first, second = study.draft_versions(ANA, line.id)[:2]
    assert (first.content, second.content, second.at - first.at) == (YES, NO, DAY_US)


def test_the_capital_is_asked_and_approves_and_the_draft_is_filed(study: Study) -> None:
    study.wants_capital()
    line = study.begun()
    assert not study.may_file(ANA, line.id).may
    line = study.ask_capital(ANA, line.id, 1, "Yes?", Instant(study.clock + HOUR_US))
    assert (line.status, line.asked, line.answer_by) == ("awaiting instructions", "Yes?", study.clock + HOUR_US)
    assert not study.may_file(ANA, line.id).may
    with pytest.raises(NotEntitled):
        study.begin_filing(ANA, line.id, line.version, "c1")
    line = study.approve_draft(HEAD, line.id, line.version, "Yes.")
    assert (line.status, line.words, line.answered_by, line.approved) == ("approved", "Yes.", HEAD.desk, study.clock)
    assert study.may_file(ANA, line.id).may
    line = study.begin_filing(ANA, line.id, line.version, "c1")
    line = study.settle_filing(ANA, line.id, "c1", Instant(study.clock + 1))
    assert (line.status, line.command, line.filed) == ("filed", "c1", study.clock + 1)
    assert not study.may_file(ANA, line.id).may


@pytest.mark.parametrize("by", [ANA, CSIRT, READER, desk("XAB", "liaison", person="x"), SG])
def test_nobody_but_a_head_of_the_seat_speaks_for_the_capital(study: Study, by: Actor) -> None:
    line = study.begun(BEN)
    with pytest.raises(NotEntitled):
        study.approve_draft(by, line.id, 1)
    with pytest.raises(NotEntitled):
        study.return_draft(by, line.id, 1, "no")
    with pytest.raises(NotEntitled):
        study.approve_draft(replace(HEAD, via="token"), line.id, 1)
    assert study.draft(ANA, line.id).status == "draft"


def test_whoever_had_a_hand_in_a_draft_does_not_approve_it(study: Study) -> None:
    line = study.begun(HEAD)
    assert study.draft(HEAD, line.id).own
    with pytest.raises(NotEntitled, match="another head"):
        study.approve_draft(HEAD, line.id, 1)
    line = study.change_draft(ANA, line.id, 1, NO)
    with pytest.raises(NotEntitled):  # its first words were hers
        study.approve_draft(replace(HEAD, desk="another desk of hers"), line.id, 2)
    assert study.approve_draft(SECOND_HEAD, line.id, 2).status == "approved"


@pytest.mark.parametrize("change", ["content", "file", "no file", "returned"])
def test_any_change_takes_the_approval_away(study: Study, change: str) -> None:
    study.wants_capital()
    line = study.begun()
    line = study.attach(ANA, line.id, 1, "a.txt", "text/plain", b"a")
    line = study.approve_draft(HEAD, line.id, line.version)
    if change == "content":
        line = study.change_draft(ANA, line.id, line.version, YES)
    elif change == "file":
        line = study.attach(ANA, line.id, line.version, "b", "", b"b")
    elif change == "no file":
        line = study.detach(ANA, line.id, line.version, line.files[0].id)
    else:
        line = study.return_draft(SECOND_HEAD, line.id, line.version, "Stop.")
    assert (line.approved, study.may_file(ANA, line.id).may) == (None, False)


def test_a_deputy_takes_over_and_the_approval_stands_unless_it_is_their_own(study: Study) -> None:
    line = study.begun()
    study.approve_draft(HEAD, line.id, 1)
    line = study.take_over_draft(BEN, line.id, 2)
    assert (line.held_by, line.drafted_by, line.status) == (BEN.desk, ANA.desk, "approved")
    with pytest.raises(Conflict):
        study.take_over_draft(BEN, line.id, 3)
    line = study.take_over_draft(HEAD, line.id, 3)
    assert (line.held_by, line.status, line.approved) == (HEAD.desk, "draft", None)
    with pytest.raises(NotEntitled):
        study.approve_draft(HEAD, line.id, 4)


def test_a_change_that_rests_on_what_stands_no_more_is_told_who_changed_what(study: Study) -> None:
    line = study.begun()
    study.change_draft(BEN, line.id, 1, NO)
    changes: tuple[Callable[[], object], ...] = (
        lambda: study.change_draft(ANA, line.id, 1, YES),
        lambda: study.ask_capital(ANA, line.id, 1, "?", None),
        lambda: study.approve_draft(HEAD, line.id, 1),
        lambda: study.return_draft(HEAD, line.id, 3, "x"),
        lambda: study.take_over_draft(ANA, line.id, 1),
        lambda: study.drop_draft(ANA, line.id, 1),
        lambda: study.attach(ANA, line.id, 1, "a", "", b"a"),
        lambda: study.begin_filing(ANA, line.id, 1, "c"),
    )
    for change in changes:
        with pytest.raises(Conflict, match=f"Desk {BEN.desk} changed it on 2026-01-05 08:00Z.*version 2"):
            change()
    assert len(study.draft_versions(ANA, line.id)) == 2


def test_what_is_filed_never_changes_and_is_corrected_by_another_draft(study: Study) -> None:
    old = study.filed()
    tries: tuple[Callable[[], object], ...] = (
        lambda: study.change_draft(ANA, old.id, old.version, NO),
        lambda: study.drop_draft(ANA, old.id, old.version),
        lambda: study.take_over_draft(BEN, old.id, old.version),
        lambda: study.return_draft(HEAD, old.id, old.version, "x"),
        lambda: study.attach(ANA, old.id, old.version, "a", "", b"a"),
    )
    for change in tries:
        with pytest.raises(Conflict, match="never changes again"):
            change()
    new = study.begun(BEN, NO, corrects=old.id)
    assert (new.corrects, study.draft(ANA, old.id).corrected_by) == (old.id, (new.id,))
    with pytest.raises(Malformed, match="was filed"):
        study.begun(BEN, NO, corrects=new.id)
    with pytest.raises(Malformed, match="text of what it corrects"):
        study.make_draft(BEN, "border", "another", NO, corrects=old.id)


def test_what_was_handed_in_without_effect_is_as_it_was_before(study: Study) -> None:
    line = study.begun()
    line = study.approve_draft(HEAD, line.id, 1)
    line = study.begin_filing(ANA, line.id, 2, "c1")
    assert study.begin_filing(BEN, line.id, 2, "c2").command == "c1"  # a double click
    tries: tuple[Callable[[], object], ...] = (
        lambda: study.change_draft(ANA, line.id, line.version, NO),
        lambda: study.drop_draft(ANA, line.id, line.version),
    )
    for change in tries:
        with pytest.raises(Conflict, match="handed in"):
            change()
    line = study.settle_filing(ANA, line.id, "c1", None, "The text is closed.")
    assert (line.status, study.may_file(ANA, line.id).may) == ("approved", True)
    assert study.draft_versions(ANA, line.id)[-1].words == "The text is closed."
    with pytest.raises(Conflict):
        study.settle_filing(ANA, line.id, "c0", study.clock)


def test_what_the_ledger_has_is_filed_whatever_was_noted_meanwhile(study: Study) -> None:
    line = study.begun()
    line = study.begin_filing(ANA, line.id, 1, "c1")
    line = study.settle_filing(ANA, line.id, "c1", None)
    line = study.change_draft(ANA, line.id, line.version, NO)
    line = study.settle_filing(ANA, line.id, "c1", study.clock)
    assert (line.status, line.content) == ("filed", YES)


def test_without_a_wish_for_approval_a_draft_is_filed_unless_the_capital_returned_it(study: Study) -> None:
    line = study.begun()
    assert study.may_file(ANA, line.id).may
    line = study.ask_capital(ANA, line.id, 1, "?", None)
    assert study.may_file(ANA, line.id).may
    line = study.return_draft(HEAD, line.id, 2, "No.")
    assert not study.may_file(ANA, line.id).may
    line = study.change_draft(ANA, line.id, 3, NO)
    assert (line.status, study.may_file(ANA, line.id).may) == ("draft", True)


def test_an_answer_is_not_wanted_in_the_past_nor_of_what_is_approved(study: Study) -> None:
    line = study.begun()
    with pytest.raises(Malformed) as told:
        study.ask_capital(ANA, line.id, 1, "?", study.clock)
    assert told.value.field == "answer_by"
    study.approve_draft(HEAD, line.id, 1)
    with pytest.raises(Conflict):
        study.ask_capital(ANA, line.id, 2, "?", None)
    with pytest.raises(Conflict):
        study.approve_draft(SECOND_HEAD, line.id, 2)


def test_drafts_are_listed_by_case_text_and_state_the_newest_first(study: Study) -> None:
    made = [study.make_draft(ANA, case, text, YES) for case in "ab" for text in ("x", "y")]
    study.drop_draft(ANA, made[0].id, 1)

    def shown(**asked: Any) -> list[int]:  # noqa: ANN401  # what is asked for
        return [line.number for line in study.drafts(ANA, **asked).drafts]

    assert shown() == [4, 3, 2, 1]
    assert shown(case="a") == [2, 1]
    assert shown(procedure="y") == [4, 2]
    assert shown(is_open=True) == [4, 3, 2]
    page = study.drafts(ANA, limit=3)
    assert (len(page.drafts), page.before) == (3, 2)
    last = study.drafts(ANA, before=page.before, limit=3)
    assert ([line.number for line in last.drafts], last.before) == ([1], None)


# ---- files


def test_a_file_comes_back_as_it_was_and_is_gone_when_it_is_destroyed(study: Study) -> None:
    line = study.begun()
    line = study.attach(ANA, line.id, 1, "C:\\night\\..\\report.pdf", "application/pdf; x=y", b"%PDF-1.7")
    (told,) = line.files
    assert (told.name, told.media, told.bytes, told.desk) == ("report.pdf", "application/pdf", 8, ANA.desk)
    assert study.file(BEN, line.id, told.id) == (told, b"%PDF-1.7")
    with pytest.raises(NotFound):
        study.file(BEN, study.begun().id, told.id)
    line = study.detach(BEN, line.id, line.version, told.id)
    assert line.files == ()
    with pytest.raises(NotFound):
        study.file(ANA, line.id, told.id)
    with pytest.raises(NotFound):
        study.detach(ANA, line.id, line.version, told.id)


def test_files_have_limits(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    line = study.begun()
    for data in (b"", b"x" * (model.FILE_BYTES_MAX + 1)):
        with pytest.raises(Malformed) as told:
            study.attach(ANA, line.id, 1, "a", "", data)
        assert told.value.field == "content"
    line = study.attach(ANA, line.id, 1, "a", "", b"x" * model.FILE_BYTES_MAX)
    for _ in range(model.FILES_MAX - 1):
        line = study.attach(ANA, line.id, line.version, "a", "", b"x")
    with pytest.raises(Overloaded, match="10 files"):
        study.attach(ANA, line.id, line.version, "a", "", b"x")
    monkeypatch.setattr(model, "SEAT_FILE_BYTES_MAX", model.FILE_BYTES_MAX + 9)
    other = study.begun()
    with pytest.raises(Overloaded):
        study.attach(ANA, other.id, 1, "a", "", b"x")
    assert study.attach(FOREIGN, study.begun(FOREIGN).id, 1, "a", "", b"x").files  # another seat has its own room


@given(st.text(max_size=300))
def test_a_files_name_can_do_no_harm(name: str) -> None:
    clean = clean_name(name)
    assert 1 <= len(clean) <= 120
    assert clean == clean.strip(" .")
    assert not set(clean) & set('/\\"<>|:*?%;\n\r\t\x00\u202e')
    header = disposition(clean).decode("ascii")
    assert header.startswith('attachment; filename="')
    assert header.isprintable()
    assert header.count('"') == 2
    assert clean_name(clean) == clean


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        (".profile", "profile"),
        ("a\r\nSet-Cookie: x", "a_Set-Cookie_ x"),
        ("", "file"),
        ("///", "file"),
        ("résumé.pdf", "résumé.pdf"),
        ("x" * 200 + ".docx", "x" * 109 + ".docx"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
    ],
)
def test_names_of_files_are_cleaned(said: str, kept: str) -> None:
    assert clean_name(said) == kept


def test_a_media_type_that_is_none_is_plain_bytes() -> None:
    assert clean_media("Text/HTML; charset=utf-8") == "text/html"
    for said in ("", "html", "text/html\r\nx: y", "a/b/c", "text/" + "x" * 100):
        assert clean_media(said) == "application/octet-stream"


# ---- the watch log


def test_the_log_is_never_changed_and_a_correction_names_what_it_corrects(study: Study) -> None:
    first = study.write_log(ANA, "Three tanks.", case="border", cursor="1-17")
    later = study.write_log(BEN, "Four tanks.", corrects=first.id)
    shown = study.log(READER).entries
    assert [(row.text, row.corrects, row.corrected_by) for row in shown] == [
        ("Four tanks.", first.id, ()),
        ("Three tanks.", "", (later.id,)),
    ]
    assert (shown[1].case, shown[1].cursor, shown[1].desk, shown[1].at) == ("border", "1-17", ANA.desk, BEGAN)


def test_the_log_is_searched_by_words_and_case_and_read_in_pages(study: Study) -> None:
    for number in range(1, 6):
        study.write_log(ANA, f"Straße {number} im Éire-Hafen, 100% 'ruhig'", case="a" if number % 2 else "b")

    def found(**asked: Any) -> list[int]:  # noqa: ANN401  # what is asked for
        return [entry.number for entry in study.log(ANA, **asked).entries]

    assert found(search="STRASSE éire") == [5, 4, 3, 2, 1]
    assert found(search="ruhig 3") == [3]
    assert found(search="100% '") == [5, 4, 3, 2, 1]
    assert found(search="_") == []
    assert found(case="b") == [4, 2]
    assert found(search="hafen", case="a", before=5) == [3, 1]
    page = study.log(ANA, limit=2)
    assert ([entry.number for entry in page.entries], page.before) == ([5, 4], 4)


def test_an_entry_is_erased_by_the_head_and_says_so_for_good(study: Study) -> None:
    entry = study.write_log(ANA, "Mr N. called.")
    for by in (ANA, replace(HEAD, via="token")):
        with pytest.raises(NotEntitled):
            study.erase_entry(by, entry.id, "it names a person")
    gone = study.erase_entry(HEAD, entry.id, "it names a person")
    assert (gone.text, gone.erased, gone.erased_by, gone.why) == ("", BEGAN, HEAD.desk, "it names a person")
    assert study.log(ANA, search="called").entries == ()
    with pytest.raises(Conflict):
        study.erase_entry(HEAD, entry.id, "again")


# ---- handovers


def test_a_handover_is_open_until_another_person_takes_it(study: Study) -> None:
    left = study.hand_over(ANA, "Quiet.", ("silence until 10:00Z", "two warnings to confirm"))
    assert (left.status, left.own, left.points[0]) == ("open", True, "silence until 10:00Z")
    with pytest.raises(NotEntitled, match="yourself"):
        study.take_over(replace(ANA, desk="another of hers"), left.id)
    with pytest.raises(NotEntitled):
        study.take_over(READER, left.id)
    assert [row.id for row in study.handovers(BEN, is_open=True).handovers] == [left.id]
    taken = study.take_over(BEN, left.id)
    assert (taken.status, taken.ended, taken.ended_by) == ("taken", BEGAN, BEN.desk)
    with pytest.raises(Conflict, match=BEN.desk):
        study.take_over(CSIRT, left.id)
    assert study.handovers(BEN, is_open=True).handovers == ()
    assert len(study.handovers(BEN).handovers) == 1


def test_a_handover_is_withdrawn_by_whoever_left_it(study: Study) -> None:
    left = study.hand_over(ANA, "Quiet.")
    with pytest.raises(NotEntitled):
        study.withdraw_handover(BEN, left.id)
    assert study.withdraw_handover(ANA, left.id).status == "withdrawn"
    with pytest.raises(Conflict):
        study.take_over(BEN, left.id)


# ---- situation reports


def test_a_report_is_edited_issued_once_and_superseded(study: Study) -> None:
    content = ReportContent(title="Night", body="Quiet.", facts=("silence opened",), cursor="1-4", upto=BEGAN)
    report = study.make_report(ANA, content, case="border")
    report = study.change_report(BEN, report.id, 1, replace(content, body="Not quiet."))
    with pytest.raises(Conflict, match=f"Desk {BEN.desk} changed it"):
        study.change_report(ANA, report.id, 1, content)
    with pytest.raises(Malformed):
        study.reported(supersedes=report.id)
    report = study.issue_report(ANA, report.id, 2)
    assert (report.status, report.issued, report.body, report.facts) == (
        "issued", BEGAN, "Not quiet.", ("silence opened",),
    )  # fmt: skip
    tries: tuple[Callable[[], object], ...] = (
        lambda: study.change_report(ANA, report.id, 3, content),
        lambda: study.drop_report(ANA, report.id, 3),
        lambda: study.issue_report(ANA, report.id, 3),
    )
    for change in tries:
        with pytest.raises(Conflict, match="never changes again"):
            change()
    new = study.reported(supersedes=report.id)
    assert study.report(ANA, report.id).superseded_by == ""
    study.issue_report(ANA, new.id, 1)
    assert study.report(ANA, report.id).superseded_by == new.id
    told = [(row.version, row.desk, row.what, row.body) for row in study.report_versions(READER, report.id)]
    assert told == [
        (1, ANA.desk, "began it", "Quiet."),
        (2, BEN.desk, "changed it", "Not quiet."),
        (3, ANA.desk, "issued it", "Not quiet."),
    ]
    assert [line.title for line in study.reports(ANA, case="border", is_issued=True).reports] == ["Night"]
    dropped = study.reported()
    assert study.drop_report(BEN, dropped.id, 1).status == "dropped"


# ---- settings and keeping


def test_the_head_alone_sets_what_the_seat_wants(study: Study) -> None:
    for by in (ANA, READER, replace(HEAD, via="token")):
        with pytest.raises(NotEntitled):
            study.change_settings(by, 0, "capital", 0)
    now = study.change_settings(HEAD, 0, "capital", 60)
    assert now == NotebookSettings(approval="capital", keep_days=60, version=1, changed=BEGAN, changed_by=HEAD.desk)
    with pytest.raises(Conflict, match=HEAD.desk):
        study.change_settings(SECOND_HEAD, 0, "none", 0)
    with pytest.raises(Malformed) as told:
        study.change_settings(HEAD, 1, "none", 29)
    assert told.value.field == "keep_days"
    with pytest.raises(NotEntitled, match="no capital"):
        study.change_settings(SG, 0, "capital", 0)
    assert study.change_settings(SG, 0, "none", 90).keep_days == 90


def test_what_is_settled_goes_after_the_days_that_the_seat_wants_and_no_other_seats(study: Study) -> None:
    filed, others = study.filed(), study.write_log(FOREIGN, "x")
    study.attach(ANA, study.begun().id, 1, "a", "", b"a")
    study.write_log(ANA, "old")
    study.take_over(BEN, study.hand_over(ANA, "old").id)
    study.hand_over(ANA, "open")
    study.issue_report(ANA, study.reported().id, 1)
    study.reported()
    study.pass_days(31)
    study.write_log(ANA, "new")
    study.sweep()
    assert len(study.log(ANA).entries) == 2  # nothing goes unless the seat wants it
    study.change_settings(HEAD, 0, "none", 30)
    study.sweep()
    assert [entry.text for entry in study.log(ANA).entries] == ["new"]
    assert [line.status for line in study.drafts(ANA).drafts] == ["draft"]
    assert [row.text for row in study.handovers(ANA).handovers] == ["open"]
    assert [row.status for row in study.reports(ANA).reports] == ["draft"]
    with pytest.raises(NotFound):
        study.draft_versions(ANA, filed.id)
    assert study.entry(FOREIGN, others.id).text == "x"
    assert study.write_log(ANA, "next").number == 3  # no number is ever given again


# ---- limits, and doing a thing once


WRONG: list[tuple[str, Callable[[Study], object]]] = [
    ("text", lambda study: study.write_log(ANA, "x" * 4_001)),
    ("text", lambda study: study.write_log(ANA, " \r\n ")),
    ("text", lambda study: study.write_log(ANA, "a\x00b")),
    ("text", lambda study: study.write_log(ANA, "a\u202eb")),
    ("text", lambda study: study.write_log(ANA, "a\ud800b")),
    ("case", lambda study: study.write_log(ANA, "x", case="a\nb")),
    ("case", lambda study: study.write_log(ANA, "x", case="a" * 81)),
    ("cursor", lambda study: study.write_log(ANA, "x", cursor="17")),
    ("key", lambda study: study.write_log(ANA, "x", key="a\n")),
    ("points", lambda study: study.hand_over(ANA, "x", ("y",) * 201)),
    ("points", lambda study: study.hand_over(ANA, "x", ("y" * 501,))),
    ("points", lambda study: study.hand_over(ANA, "x", ("",))),
    ("title", lambda study: study.make_report(ANA, ReportContent(title="", body=""))),
    ("body", lambda study: study.make_report(ANA, ReportContent(title="a", body="x" * 50_001))),
    ("facts", lambda study: study.make_report(ANA, ReportContent(title="a", body="", facts=("x",) * 201))),
    ("case", lambda study: study.make_draft(ANA, "", "b", YES)),
    ("procedure", lambda study: study.make_draft(ANA, "a", "", YES)),
    ("position", lambda study: study.make_draft(ANA, "a", "b", replace(YES, position="yes"))),
    ("reservation", lambda study: study.make_draft(ANA, "a", "b", replace(YES, reservation="x" * 2_001))),
    ("reasons", lambda study: study.make_draft(ANA, "a", "b", replace(YES, reasons="x" * 10_001))),
    ("question", lambda study: study.make_draft(ANA, "a", "b", replace(YES, question="x\ny"))),
    ("question", lambda study: study.ask_capital(ANA, "p", 1, "", None)),
    ("words", lambda study: study.return_draft(HEAD, "p", 1, "")),
    ("search", lambda study: study.log(ANA, search="x" * 201)),
]


@pytest.mark.parametrize(("field", "tried"), WRONG, ids=[f"{n} {row[0]}" for n, row in enumerate(WRONG)])
def test_a_text_that_will_not_do_is_refused_and_named(
    study: Study, field: str, tried: Callable[[Study], object]
) -> None:
    with pytest.raises(Malformed) as told:
        tried(study)
    assert told.value.field == field


def test_a_text_from_a_form_is_kept_with_plain_line_ends(study: Study) -> None:
    assert study.write_log(ANA, "  one\r\ntwo\rthree\n").text == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("limit", "do"),
    [
        ("DRAFTS_MAX", lambda study: study.begun()),
        ("ENTRIES_MAX", lambda study: study.write_log(ANA, "x")),
        ("HANDOVERS_MAX", lambda study: study.hand_over(ANA, "x")),
        ("OPEN_HANDOVERS_MAX", lambda study: study.hand_over(ANA, "x")),
        ("REPORTS_MAX", lambda study: study.reported()),
    ],
)
def test_a_seat_keeps_only_so_much_and_fills_nobody_elses_room(
    study: Study, limit: str, do: Callable[[Study], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, limit, 2)
    do(study)
    do(study)
    with pytest.raises(Overloaded) as told:
        do(study)
    assert told.value.code.startswith("too many ")
    study.write_log(FOREIGN, "x")
    study.begun(FOREIGN)
    study.hand_over(FOREIGN, "x")
    study.reported(FOREIGN)


def test_a_full_notebook_takes_no_more_words_and_lets_one_finish(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    line, report = study.begun(), study.reported()
    handed = study.begin_filing(ANA, line.id, 1, "c")
    monkeypatch.setattr(model, "SEAT_TEXT_BYTES_MAX", 10)
    for more in (lambda: study.write_log(ANA, "x"), study.begun, study.reported, lambda: study.hand_over(ANA, "x")):
        with pytest.raises(Overloaded, match="full"):
            more()
    assert study.settle_filing(ANA, handed.id, "c", study.clock).status == "filed"
    assert study.issue_report(ANA, report.id, 1).status == "issued"


def test_a_draft_that_was_changed_too_often_can_still_be_filed(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "VERSIONS_MAX", 2)
    line = study.begun()
    line = study.change_draft(ANA, line.id, 1, NO)
    with pytest.raises(Overloaded):
        study.change_draft(ANA, line.id, 2, YES)
    line = study.begin_filing(ANA, line.id, 2, "c")
    assert study.settle_filing(ANA, line.id, "c", study.clock).status == "filed"


def test_what_is_sent_twice_with_one_key_is_made_once(study: Study) -> None:
    makers: tuple[Callable[[Actor, str], str], ...] = (
        lambda by, key: study.begun(by, key=key).id,
        lambda by, key: study.write_log(by, "x", key=key).id,
        lambda by, key: study.hand_over(by, "x", ("y",), key=key).id,
        lambda by, key: study.reported(by, key=key).id,
    )
    for number, make in enumerate(makers):
        key = f"key {number}"
        assert make(ANA, key) == make(ANA, key)
        assert make(ANA, key) not in (make(BEN, key), make(ANA, "other" + key), make(ANA, ""))
    with pytest.raises(Conflict, match="under this key"):
        study.write_log(ANA, "y", key="key 1")
    study.pass_days(base.ONCE_DAYS + 1)
    study.sweep()
    assert study.write_log(ANA, "y", key="key 1").text == "y"


# ---- the file


def half_a_turn(study: Study) -> None:
    """A turn that does not come to its end."""
    store = study._store  # noqa: SLF001  # no method of the notebook fails half-way
    with store.turn():
        store.do("DELETE FROM draft")
        raise ZeroDivisionError


def test_the_notebook_is_whole_after_the_process_died(tmp_path: Path) -> None:
    path = tmp_path / "notebook.db"
    first = Study(path)
    line = first.attach(ANA, first.begun().id, 1, "a", "", b"bytes")
    line = first.begin_filing(ANA, line.id, 2, "c1")
    with pytest.raises(ZeroDivisionError):
        half_a_turn(first)
    # The first is never closed, as where the machine was switched off.
    with closing(Study(path)) as again:
        assert again.draft(BEN, line.id) == replace(line, own=False)
        assert again.file(BEN, line.id, line.files[0].id)[1] == b"bytes"
        assert again.settle_filing(BEN, line.id, "c1", BEGAN).status == "filed"
    first.close()


def test_the_file_is_for_its_owner_alone_and_so_is_its_copy(tmp_path: Path) -> None:
    path, copy = tmp_path / "notebook.db", tmp_path / "copy"
    with closing(Study(path)) as one:
        line = one.filed()
        one.backup(copy)
        with pytest.raises(NotebookFileError, match="writes over no file"):
            one.backup(copy)
        kept = [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()]
        assert set(kept) == {0o600}
    with closing(Study(copy)) as two:
        assert two.draft(ANA, line.id) == line


@pytest.mark.parametrize("made", ["text", "desks", "newer"])
def test_a_file_that_is_something_else_is_left_as_it_is(tmp_path: Path, made: str) -> None:
    path = tmp_path / "notebook.db"
    if made == "text":
        path.write_text("not a database, and rather longer than a header of one would be" * 100)
    else:
        Study(path).close()
        with closing(apsw.Connection(str(path))) as file:
            file.pragma("application_id" if made == "desks" else "user_version", FORMAT + 41)
    before = path.read_bytes()
    with pytest.raises(NeedsNewer if made == "newer" else NotebookFileError):
        Study(path)
    assert path.read_bytes() == before


def test_many_threads_write_and_none_is_lost_and_of_two_changes_one_wins(tmp_path: Path) -> None:
    with closing(Study(tmp_path / "notebook.db")) as study, ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda number: study.write_log(ANA, f"entry {number}"), range(60)))
        assert sorted(entry.number for entry in entries) == list(range(1, 61))
        line = study.begun()

        def change(number: int) -> str:
            try:
                study.change_draft(ANA, line.id, 1, replace(YES, reasons=str(number)))
            except Conflict:
                return "conflict"
            return "changed"

        assert sorted(pool.map(change, range(8))) == ["changed"] + ["conflict"] * 7


def test_a_closed_notebook_says_that_the_centre_is_closing(study: Study) -> None:
    study.close()
    with pytest.raises(Unserved) as told:
        study.log(ANA)
    assert told.value.code == "closing"
