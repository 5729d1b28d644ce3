"""The durable picture: what the ledger's acts have made of the alliance, the contents, and each seat's feed.

It takes the acts in the ledger's order and nothing else, so that it is the same after every restart. Only views read
it; deciding has its own, speculative state (court.py).
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from tocsin.alliance import release
from tocsin.alliance.codec import Act
from tocsin.alliance.contents import (
    AnyHandled,
    Book,
    Held,
    WarningAcknowledged,
    WarningDelivered,
    WarningHeld,
    WarningRecalled,
    WarningRemarked,
    fold_into,
)
from tocsin.alliance.facts import (
    AnyFact,
    AttemptRecorded,
    CaseFact,
    CaseOpened,
    CaseShared,
    DeadlineMoved,
    Decided,
    DeploymentStarted,
    ForumChanged,
    OrganConvened,
    PackageReported,
    ProcedureLapsed,
    ProcedureOpened,
    ReportFiled,
    RequestMade,
    SilenceBroken,
    SilenceExpired,
    SilenceOpened,
    SilenceResumed,
    StandingChanged,
    TextAmended,
    TextWithdrawn,
    WarningReported,
)
from tocsin.alliance.state import EMPTY, State
from tocsin.alliance.step import fold
from tocsin.centre.feeds import Feed
from tocsin.centre.law import Law, seats_of
from tocsin.centre.view_model import CaseClock
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant

Key = tuple[str, str]
MARKS_MAX = 500

MARKS = (
    RequestMade
    | OrganConvened
    | ProcedureOpened
    | Decided
    | SilenceResumed
    | PackageReported
    | DeploymentStarted
    | ReportFiled
)
"""Facts that headline times are measured by, beside the first warning."""

CHANGES_WHO_SEES = (
    CaseShared | ProcedureOpened | Decided | TextWithdrawn | ForumChanged | ProcedureLapsed | SilenceResumed
)
"""A case is shared with a party; and electors that have left see it as long as a text is before them."""


COURSE = (
    ProcedureOpened
    | TextAmended
    | TextWithdrawn
    | ForumChanged
    | SilenceOpened
    | SilenceBroken
    | SilenceExpired
    | SilenceResumed
    | DeadlineMoved
    | Decided
    | ProcedureLapsed
    | AttemptRecorded
)
"""Facts that make the course of a procedure, beside what the electors say."""


class Board:
    """What is durable, as far as acts were taken."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.state: State = EMPTY
        self.book: Book = {}
        self.feeds: defaultdict[str, Feed] = defaultdict(Feed)
        self.opened: Instant | None = None
        """When the centre opened, by its first record."""
        self.contents: list[Key] = []
        """Every content in the order it came; events refer to it by its place."""
        self.cases: list[str] = []
        self.entry_of: dict[Key, int] = {}
        """The ledger's entry that holds a content."""
        self.case_entries: dict[str, array[int]] = {}
        """Entries that brought facts of a case."""
        self.case_marks: dict[str, array[int]] = {}
        self.clocks: dict[str, tuple[object, CaseClock]] = {}
        """Of each case its clock, with what it was worked out from: see view_history."""
        """Those of them that headline times are measured by."""
        self.courses: dict[str, array[int]] = {}
        """'case/procedure' -> the entries that brought facts of its course: the first, and of many the latest."""
        self.silence_entry: dict[Key, int] = {}
        """(case, procedure) -> the entry that last put it under silence."""
        self.withdrawn: dict[Key, dict[str, Held]] = {}
        """content -> the seats that it was taken from, with the release that each of them last saw"""
        self.epoch = 1
        """Of the ledger: a restore began the later ones."""
        self.charter_hash = ""
        """Of the charter the ledger last named."""
        self.taken = 0
        """How many of the ledger's entries are in it."""
        self.today: date | None = None
        self.sight = 0
        """It goes up when somebody may see more or less of what was there before. It tells of this run alone."""
        self._audiences: dict[Key, frozenset[str]] = {}
        """Who sees a content, as of the last act."""
        self._case_seats: dict[str, frozenset[str]] = {}
        self._ref: dict[Key, int] = {}
        self._case_ref: dict[str, int] = {}

    def open(self, entry: int, at: Instant) -> None:
        """The centre's opening record."""
        self.opened = at if self.opened is None else self.opened
        self.taken = entry + 1

    def take(self, entry: int, act: Act, at: Instant, after: State | None = None) -> frozenset[str]:
        """Fold one act in, effective at `at`. The seats whose feeds grew.

        `after` is the state after it, where whoever decided it has folded it already.
        """
        grew: set[str] = set()
        if self.today != self.law.day(at):
            self._new_epoch(entry, at, grew)
        self.state = fold(self.state, act.facts) if after is None else after
        snapshot = self.law.at(self.state, at)
        if any(isinstance(fact, StandingChanged) for fact in act.facts):
            self._new_epoch(entry, at, grew)
        self._note_places(entry, act.facts)
        self._show_facts(entry, act.facts, snapshot, grew)
        for handled in act.handled:
            self._handle(entry, handled, snapshot, grew)
        self.taken = entry + 1
        return frozenset(grew)

    def feed(self, seat: str) -> Feed:
        """The feed of a seat; an empty one for a seat that nothing has reached yet."""
        return self.feeds.get(seat) or Feed()

    def seats_of_case(self, case: str, snapshot: Snapshot) -> frozenset[str]:
        """The seats that see the case's facts, as of the last act."""
        known = self._case_seats.get(case)
        if known is None:
            row = self.state.cases[case]
            seen = (seat for seat in seats_of(snapshot) if release.sees_case(snapshot, self.state, row, seat))
            known = self._case_seats[case] = frozenset(seen)
        return known

    def audience(self, key: Key) -> frozenset[str]:
        """The seats that see a content, as of the last act."""
        return self._audiences.get(key, frozenset())

    def known_seats(self) -> dict[str, frozenset[str]]:
        """The seats that see each case, as far as that was asked."""
        return self._case_seats

    def refill(
        self,
        contents: list[Key],
        cases: list[str],
        audiences: dict[Key, frozenset[str]],
        case_seats: dict[str, frozenset[str]],
    ) -> None:
        """Take up what a start-up cache kept of the places of contents and cases, and of who sees them."""
        self.contents, self.cases = contents, cases
        self._ref = {key: place for place, key in enumerate(contents)}
        self._case_ref = {case: place for place, case in enumerate(cases)}
        self._audiences, self._case_seats = audiences, case_seats

    def undelivered(self, party: str) -> Iterator[tuple[str, str, Instant]]:
        """Texts under silence that an elector is not known to have: case, procedure, and since when they are."""
        # Each of them has a deadline, and there are few; of cases there may be thousands.
        for key in tuple(self.state.deadlines):
            kind, case, procedure = key.split("/", 2)
            since = self.undelivered_since(case, procedure, party) if kind == "silence" else None
            if since is not None:
                yield case, procedure, since

    def undelivered_since(self, case: str, procedure: str, party: str) -> Instant | None:
        """Since when a text is under silence of which an elector is not known to have it; None where that is not so."""
        row = self.state.cases.get(case)
        text = row.procedures.get(procedure) if row is not None else None
        silence = text.silence if text is not None and text.status == "silence" else None
        if text is None or silence is None or party not in text.ballot.universe or party in silence.delivered:
            return None
        return silence.opened

    def _new_epoch(self, entry: int, at: Instant, grew: set[str]) -> None:
        """Membership may be another now: decide anew who sees what, and tell those for whom it changed."""
        self.sight += 1
        self.today = self.law.day(at)
        snapshot = self.law.at(self.state, at)
        before, self._case_seats = self._case_seats, {}
        for case, seats in before.items():
            for seat in sorted(self.seats_of_case(case, snapshot) - seats):
                self._tell(seat, entry, "case", self._case_ref[case], grew)
        for key in self.contents:
            self._re_release(entry, self.book[key], snapshot, grew)

    def _note_places(self, entry: int, facts: Iterable[AnyFact]) -> None:
        for fact in facts:
            case = getattr(fact, "case", "")
            if case:
                _note(self.case_entries, case, entry)
            if case and self._is_mark(fact) and len(self.case_marks.get(case, ())) < MARKS_MAX:
                _note(self.case_marks, case, entry)
            if isinstance(fact, COURSE):
                course = f"{case}/{fact.procedure}"
                _note(self.courses, course, entry)
                if len(self.courses[course]) > MARKS_MAX:
                    del self.courses[course][1]
            if isinstance(fact, CaseOpened):
                self._case_ref[fact.case] = len(self.cases)
                self.cases.append(fact.case)
            elif isinstance(fact, SilenceOpened):
                self.silence_entry[fact.case, fact.procedure] = entry

    def _is_mark(self, fact: AnyFact) -> bool:
        """Whether a headline time may be measured by a fact. Of warnings and meetings only a case's first is."""
        if isinstance(fact, WarningReported):
            return len(self.state.cases[fact.case].warnings) == 1
        return isinstance(fact, MARKS)

    def _show_facts(self, entry: int, facts: tuple[AnyFact, ...], snapshot: Snapshot, grew: set[str]) -> None:
        if not facts:
            return
        for fact in facts:
            if isinstance(fact, CHANGES_WHO_SEES):
                self._open_case_to(entry, fact.case, snapshot, grew)
        seats: set[str] = set()
        for case in {getattr(fact, "case", "") for fact in facts}:
            seats |= self.seats_of_case(case, snapshot) if case in self.state.cases else _of_alliance(snapshot, facts)
        for seat in seats:  # in any order: each has its own feed
            self.feeds[seat].add(entry, "facts")
        grew |= seats

    def _open_case_to(self, entry: int, case: str, snapshot: Snapshot, grew: set[str]) -> None:
        """Seats that see a case from now on are told that it is there; what came before is in its view."""
        self.sight += 1
        before = self._case_seats.pop(case, None)
        if before is None:
            return
        for seat in sorted(self.seats_of_case(case, snapshot) - before):
            self._tell(seat, entry, "case", self._case_ref[case], grew)

    def _handle(self, entry: int, handled: AnyHandled, snapshot: Snapshot, grew: set[str]) -> None:
        key = handled.case, handled.warning
        was = self.book.get(key)
        fold_into(self.book, (handled,))
        held = self.book.get(key)
        if held is None:
            return
        self.sight += 1
        if isinstance(handled, WarningHeld):
            self._ref[key] = len(self.contents)
            self.contents.append(key)
            self.entry_of[key] = entry
            self._re_release(entry, held, snapshot, grew)
        elif isinstance(handled, WarningRecalled):
            told = {*self.audience(key), *held.delivered, held.author}
            self._audiences[key] = frozenset({held.author})
            for seat in sorted(told):
                self._tell(seat, entry, "recall", self._ref[key], grew)
        elif isinstance(handled, WarningDelivered):
            for seat in sorted({held.author, handled.to}):
                self._tell(seat, entry, "confirmation", self._ref[key], grew)
        elif isinstance(handled, WarningAcknowledged):
            for seat in sorted({held.author, handled.by}):
                self._tell(seat, entry, "confirmation", self._ref[key], grew)
        else:
            stays = self._re_release(entry, held, snapshot, grew, was)
            for seat in sorted(_told_of_release(was, held, handled, stays)):
                self._tell(seat, entry, "re-mark", self._ref[key], grew)

    def _re_release(
        self, entry: int, held: Held, snapshot: Snapshot, grew: set[str], was: Held | None = None
    ) -> frozenset[str]:
        """Decide who sees a content now, and tell those for whom that is new. Who did and still does."""
        key = held.case, held.warning
        before = self.audience(key)
        now = release.audience_of(snapshot, self.state, held, seats_of(snapshot))
        self._audiences[key] = now
        for seat in sorted(now - before):
            self.withdrawn.get(key, {}).pop(seat, None)
            self._tell(seat, entry, "warning", self._ref[key], grew)
        for seat in sorted(before - now) if held.recalled is None else ():
            self.withdrawn.setdefault(key, {})[seat] = was or held
            self._tell(seat, entry, "withdrawn", self._ref[key], grew)
        return before & now

    def _tell(self, seat: str, entry: int, kind: str, ref: int, grew: set[str]) -> None:
        self.feeds[seat].add(entry, kind, ref)
        grew.add(seat)


def _note(table: "dict[str, array[int]]", case: str, entry: int) -> None:
    entries = table.setdefault(case, array("q"))
    if not entries or entries[-1] != entry:
        entries.append(entry)


def _of_alliance(snapshot: Snapshot, facts: Iterable[AnyFact]) -> set[str]:
    """Who is told of facts of the alliance: every seat that belongs, and a party of its own leaving."""
    left = {fact.party for fact in facts if isinstance(fact, StandingChanged)}
    gone = {party for party in snapshot.standings if not snapshot.belongs(party)}
    return set(seats_of(snapshot)) - (gone - left)


def _told_of_release(was: Held | None, held: Held, one: WarningRemarked, stays: frozenset[str]) -> frozenset[str]:
    """Of those that see a content as before, the ones that are told of a new release.

    What its author changes they are all told of, whatever it is: that some are told and some not would tell who else
    has it. What somebody else passes on is news to its author alone, and to nobody where it adds nobody.
    """
    if one.by == held.author:
        return stays
    is_news = was is None or held.audience != was.audience
    return frozenset({held.author}) & stays if is_news else frozenset()


def visible_facts(facts: Iterable[AnyFact], sees: Callable[[str], bool]) -> tuple[AnyFact, ...]:
    """Of an act's facts those of the alliance and of the cases a seat sees. `sees` tells it of a case's name.

    A fact of the alliance that rests on a decision in a case the seat does not see is shown without that decision.
    """
    shown: list[AnyFact] = []
    for fact in facts:
        case = getattr(fact, "case", "")
        if case and not sees(case):
            continue
        rests_on = getattr(fact, "decision", "")
        hides = bool(rests_on) and not isinstance(fact, CaseFact) and not sees(rests_on.partition("/")[0])
        shown.append(replace(fact, decision="") if hides else fact)
    return tuple(shown)
