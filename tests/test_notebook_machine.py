"""Whatever is done to drafts in whatever order: an approval survives no change, nobody approves what they wrote, what
is filed never changes, and no other seat is ever told of any of it.

The model is a list of plain records that know of each draft what its last words were, who wrote, and who approved.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from tests.centre_world import BEGAN, desk
from tocsin.centre.model import Actor
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.notebook.model import DraftContent, DraftLine
from tocsin.errors import Conflict, NotEntitled, NotFound
from tocsin.terms import HOUR_US, Instant

PEOPLE = (
    desk("XAB", person="ana"),
    replace(desk("XAB", person="ana"), desk="d-second-of-ana"),
    desk("XAB", "head", person="hana"),
    replace(desk("XAB", "head", person="hugo"), desk="d-head-2"),
    replace(desk("XAC", "head", person="delegate"), on_behalf="XAB"),
)
STRANGERS = (desk("XAC", "head"), desk("XAC"), desk("secretariat", "conductor"))
SOMEBODY = st.sampled_from(PEOPLE)
WORDS = st.integers(0, 3).map(lambda number: DraftContent(position="support", reasons=str(number)))


@dataclass
class Draft:
    """A draft as it should be."""

    id: str
    content: DraftContent
    writers: set[str]
    version: int = 1
    status: str = "draft"
    approver: str = ""
    command: str = ""
    before: str = ""
    frozen: DraftLine | None = None
    """As it was when it was settled for good."""
    names: set[str] = field(default_factory=set)


class NotebookMachine(RuleBasedStateMachine):
    """Begin, change, ask, approve, return, take over, attach, hand in, settle and drop."""

    @initialize()
    def begin(self) -> None:
        self.now, self.drafts = BEGAN, list[Draft]()
        self.book = Notebook(None, lambda: self.now)
        self.wants, self.version, self.commands = "none", 0, 0

    def pick(self, data: st.DataObject) -> Draft:
        return data.draw(st.sampled_from(self.drafts))

    def tried(self, draft: Draft, line: DraftLine) -> None:
        """A change got through: it was of this version, and the next one stands."""
        assert draft.frozen is None, "what is settled was changed"
        draft.version += 1
        assert line.version == draft.version

    @rule(by=SOMEBODY, content=WORDS)
    def make(self, by: Actor, content: DraftContent) -> None:
        line = self.book.make_draft(by, "border", "relief", content)
        self.drafts.append(Draft(line.id, content, {by.person}))

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY, content=WORDS, late=st.sampled_from([0, 0, 0, 1]))
    def change(self, data: st.DataObject, by: Actor, content: DraftContent, late: int) -> None:
        draft = self.pick(data)
        try:
            line = self.book.change_draft(by, draft.id, draft.version - late, content)
        except Conflict:
            assert late or draft.status in {"filing", "filed", "dropped"}
            return
        assert not late
        self.tried(draft, line)
        self.touched(draft, by)
        draft.content = content

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def attach(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        if len(draft.names) >= 5:
            return
        name = f"file {len(draft.names)}"
        try:
            line = self.book.attach(by, draft.id, draft.version, name, "text/plain", b"x")
        except Conflict:
            assert draft.status in {"filing", "filed", "dropped"}
            return
        self.tried(draft, line)
        self.touched(draft, by)
        draft.names.add(name)

    def touched(self, draft: Draft, by: Actor) -> None:
        draft.writers.add(by.person)
        draft.approver = ""
        if draft.status != "awaiting instructions":
            draft.status = "draft"

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def take_over(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        held_by = self.book.draft(by, draft.id).held_by
        try:
            line = self.book.take_over_draft(by, draft.id, draft.version)
        except Conflict:
            assert draft.status in {"filing", "filed", "dropped"} or held_by == by.desk
            return
        self.tried(draft, line)
        if draft.approver == by.person:
            draft.approver, draft.status = "", "draft"
        draft.writers.add(by.person)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def ask(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        try:
            line = self.book.ask_capital(by, draft.id, draft.version, "May we?", Instant(self.now + HOUR_US))
        except Conflict:
            assert draft.status in {"approved", "filing", "filed", "dropped"}
            return
        self.tried(draft, line)
        draft.status = "awaiting instructions"

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def approve(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        try:
            line = self.book.approve_draft(by, draft.id, draft.version)
        except NotEntitled:
            assert by.role != "head" or by.on_behalf or by.person in draft.writers
            return
        except Conflict:
            assert draft.status in {"approved", "filing", "filed", "dropped"}
            return
        assert by.role == "head"
        assert not by.on_behalf
        assert by.person not in draft.writers
        self.tried(draft, line)
        draft.status, draft.approver = "approved", by.person

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def give_back(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        try:
            line = self.book.return_draft(by, draft.id, draft.version, "No.")
        except NotEntitled:
            assert by.role != "head" or by.on_behalf
            return
        except Conflict:
            assert draft.status in {"filing", "filed", "dropped"}
            return
        self.tried(draft, line)
        draft.status, draft.approver = "returned", ""

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def hand_in(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        if draft.status in {"filing", "filed"}:
            return
        self.commands += 1
        may = self.book.may_file(by, draft.id)
        try:
            line = self.book.begin_filing(by, draft.id, draft.version, f"c{self.commands}")
        except NotEntitled:
            assert not may.may
            assert draft.status == "returned" or (self.wants == "capital" and not draft.approver)
            return
        except Conflict:
            assert draft.status == "dropped"
            return
        assert may.may
        assert self.wants == "none" or (draft.approver and draft.approver not in draft.writers)
        self.tried(draft, line)
        draft.before, draft.status, draft.command = draft.status, "filing", line.command

    @precondition(lambda self: any(draft.status == "filing" for draft in self.drafts))
    @rule(data=st.data(), by=SOMEBODY, is_filed=st.booleans())
    def settle(self, data: st.DataObject, by: Actor, *, is_filed: bool) -> None:
        draft = data.draw(st.sampled_from([draft for draft in self.drafts if draft.status == "filing"]))
        line = self.book.settle_filing(by, draft.id, draft.command, self.now if is_filed else None)
        self.tried(draft, line)
        draft.status = "filed" if is_filed else draft.before
        if is_filed:
            draft.frozen = self.book.draft(PEOPLE[0], draft.id)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), by=SOMEBODY)
    def drop(self, data: st.DataObject, by: Actor) -> None:
        draft = self.pick(data)
        try:
            line = self.book.drop_draft(by, draft.id, draft.version)
        except Conflict:
            assert draft.status in {"filing", "filed", "dropped"}
            return
        self.tried(draft, line)
        draft.status, draft.approver = "dropped", ""
        draft.frozen = self.book.draft(PEOPLE[0], draft.id)

    @rule(wants=st.sampled_from(["none", "capital"]))
    def set_wish(self, wants: str) -> None:
        self.version = self.book.change_settings(
            PEOPLE[2], self.version, "capital" if wants == "capital" else "none", 0
        ).version
        self.wants = wants

    @rule(minutes=st.integers(1, 600))
    def wait(self, minutes: int) -> None:
        self.now = Instant(self.now + minutes * 60_000_000)

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        for draft in self.drafts:
            line = self.book.draft(PEOPLE[0], draft.id)
            assert (line.status, line.content, line.version) == (draft.status, draft.content, draft.version)
            assert (line.approved is not None) == bool(draft.approver)
            assert line.own == (PEOPLE[0].person in draft.writers)
            assert {file.name for file in line.files} == draft.names
            if draft.frozen is not None:
                assert line == draft.frozen
            versions = self.book.draft_versions(PEOPLE[0], draft.id)
            assert [row.version for row in versions] == list(range(1, draft.version + 1))

    @invariant()
    def strangers_see_nothing(self) -> None:
        for by in STRANGERS:
            assert self.book.drafts(by).drafts == ()
            for draft in self.drafts[-1:]:
                try:
                    self.book.draft(by, draft.id)
                except NotFound:
                    continue
                raise AssertionError("another seat read a draft")

    def teardown(self) -> None:
        self.book.close()


def test_no_approval_outlives_a_change_nobody_approves_their_own_and_what_is_filed_stays() -> None:
    run_state_machine_as_test(NotebookMachine, settings=settings(stateful_step_count=40))
