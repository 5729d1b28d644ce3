"""The only door to read by: what one seat may see of what is durable, and not a word more.

Pages, the API, feeds, counts, errors and notices have no other. What a seat may not see is, for it, not there: the
same NotFound as for what never was. Everything here reads and nothing changes.
"""

from msgspec.structs import replace

from tocsin.alliance import handling, release
from tocsin.alliance.codec import Act, decode_content
from tocsin.alliance.contents import AnyHandled, Held
from tocsin.alliance.facts import CaseFact
from tocsin.alliance.state import CaseState, State
from tocsin.alliance.step import status
from tocsin.centre import view_asks, view_case, view_contents, view_course, view_history
from tocsin.centre.acts import Acts, Read
from tocsin.centre.board import Board, visible_facts
from tocsin.centre.feeds import cursor_text
from tocsin.centre.law import seats_of
from tocsin.centre.model import Mode
from tocsin.centre.view_model import (
    CaseClock,
    CaseLine,
    CaseView,
    CharterLine,
    CourseLine,
    Deadline,
    FeedItem,
    FeedPage,
    Happened,
    Holder,
    Member,
    Operation,
    PreviewLine,
    ProcedureView,
    Release,
    Situation,
    WarningLine,
    WarningView,
)
from tocsin.centre.words import said
from tocsin.errors import NotEntitled, NotFound
from tocsin.ledger import Reader
from tocsin.terms import Instant

FEED_ITEMS_MAX = 500


class View:
    """What one seat sees at an instant."""

    def __init__(
        self, board: Board, acts: Acts, reader: Reader, seat: str, now: Instant, mode: Mode, settled: Instant
    ) -> None:
        self.board, self.acts, self.seat, self.now, self.mode = board, acts, seat, max(now, board.state.now), mode
        self.law = board.law
        self._reader = reader
        # No deadline counts as passed before all that may have come in time has been read.
        upto = max(min(self.now, settled), board.state.now)
        self.state: State = status(self.law.plain(self.now), board.state, upto)
        self.snapshot = self.law.at(self.state, self.now)
        self._is_as_recorded = self.state is board.state and board.today == self.law.day(self.now)
        self._seen: dict[str, bool] = {}

    # ---- facts

    def sees_case(self, case: str) -> bool:
        """Whether the seat sees the facts of a case."""
        if case not in self._seen:
            row = self.state.cases.get(case)
            if row is None:
                self._seen[case] = False
            elif self._is_as_recorded:  # nothing has changed since the last act, when it was worked out for all seats
                self._seen[case] = self.seat in self.board.seats_of_case(case, self.snapshot)
            else:
                self._seen[case] = release.sees_case(self.snapshot, self.state, row, self.seat)
        return self._seen[case]

    def case_prefix(self) -> str:
        """What the names of new cases must begin with, for a seat that does not see all there are; else empty."""
        since = self.board.opened or self.now
        sees_all = release.sees_all_cases(self.snapshot, self.state, self.seat, since)
        return "" if sees_all else f"{self.seat}-"

    def seen_cases(self) -> tuple[CaseState, ...]:
        """The cases the seat sees, in the order they were opened."""
        return tuple(row for name in self.board.cases if (row := self.state.cases.get(name)) and self.sees_case(name))

    def case_state(self, case: str) -> CaseState:
        """A case. NotFound where there is none that the seat sees."""
        if not self.sees_case(case):
            raise NotFound("case", case, [row.id for row in self.seen_cases()])
        return self.state.cases[case]

    def situation(self) -> Situation:
        """What is happening, what is due, what is asked of this seat."""
        about = self.law.charter.document.charter
        return Situation(
            mode=self.mode,
            charter=about.id,
            title=about.title,
            hypothetical=about.hypothetical,
            seat=self.seat,
            name=self.law.name(self.seat),
            now=self.now,
            cursor=cursor_text(len(self.board.feed(self.seat)), self.board.epoch),
            cases=self.cases(),
            deadlines=self.deadlines(),
            asks=view_asks.asks(self),
        )

    def cases(self) -> tuple[CaseLine, ...]:
        """Every case the seat sees."""
        return tuple(view_case.case_line(row, self.state) for row in self.seen_cases())

    def case(self, case: str) -> CaseView:
        """One case."""
        return view_case.case_view(self, self.case_state(case))

    def clock(self, case: str) -> CaseClock:
        """The headline times of a case and what they count from."""
        return view_history.clock(self, self.case_state(case))

    def history(self, case: str) -> tuple[Happened, ...]:
        """What happened in a case, in order."""
        return view_history.history(self, self.case_state(case))

    def operations(self, case: str) -> tuple[Operation, ...]:
        """The forces and missions that began in a case."""
        return view_history.operations(self, self.case_state(case))

    def procedure(self, case: str, procedure: str) -> ProcedureView:
        """One procedure of a case."""
        row = self.case_state(case)
        if procedure not in row.procedures:
            raise NotFound("procedure", procedure, list(row.procedures))
        return view_case.procedure_view(self, case, row.procedures[procedure])

    def course(self, case: str, procedure: str) -> tuple[CourseLine, ...]:
        """What happened to a procedure, in order: every version of its text, silence, forum, verdict."""
        row = self.case_state(case)
        if procedure not in row.procedures:
            raise NotFound("procedure", procedure, list(row.procedures))
        return tuple(view_course.course(self, case, procedure))

    def deadlines(self) -> tuple[Deadline, ...]:
        """What falls due, the next first: in the cases the seat sees, and notices of leaving."""
        return tuple(view_case.deadlines(self))

    def members(self) -> tuple[Member, ...]:
        """The parties and how they stand today."""
        notices = self.state.notices
        return tuple(
            Member(
                party=party,
                name=self.law.name(party),
                status=row.status,
                overlays=row.overlays,
                rights=tuple(sorted(row.rights)),
                leaves=notices[party].effective if party in notices else None,
            )
            for party, row in sorted(self.snapshot.standings.items())
        )

    def charter(self) -> CharterLine:
        """The law in force today, in short."""
        snapshot, about = self.snapshot, self.law.charter.document.charter
        rules = release.rules_of(snapshot)
        return CharterLine(
            charter=about.id,
            title=about.title,
            hash=self.law.charter.hash,
            hypothetical=about.hypothetical,
            on=snapshot.on,
            readings=tuple(sorted(snapshot.readings)),
            matters={row.id: row.title for row in snapshot.matters.values()},
            duties={row.id: row.title for row in snapshot.duties.values()},
            organs={row.id: row.name for row in snapshot.organs.values()},
            offices={row.id: row.name for row in snapshot.offices.values()},
            joiner_history=rules.joiner_history,
            two_persons=tuple(sorted(rules.two_persons)),
        )

    # ---- contents

    def sees(self, held: Held) -> release.Ruling:
        """Whether the seat sees a content now, and why."""
        return release.rule_on(self.snapshot, self.state, held, self.seat)

    def held(self, case: str, warning: str) -> Held:
        """A content the seat sees, or was given before it was recalled. NotFound otherwise."""
        held = self.board.book.get((case, warning))
        if held is not None and view_contents.is_shown(self, held):
            return held
        raise NotFound("warning", warning, [])

    def knew(self, held: Held) -> bool:
        """Whether the seat may know that there is this content, though it was recalled."""
        return handling.knows(self.snapshot, self.state, held, self.seat)

    def known(self, held: Held) -> Held:
        """A content as the seat may know it: of one that was taken from it and then recalled, what it had of it."""
        had = self.board.withdrawn.get((held.case, held.warning), {}).get(self.seat)
        if held.recalled is None or had is None:
            return held
        return replace(held, marking=had.marking, audience=had.audience, as_of=had.as_of, orcon=had.orcon)

    def own_handled(self, act: Act) -> tuple[AnyHandled, ...]:
        """What became of the seat's own contents. Of another's, a version and an audience are its author's alone."""
        book = self.board.book
        return tuple(one for one in act.handled if book[one.case, one.warning].author == self.seat)

    def warnings(self, case: str = "") -> tuple[WarningLine, ...]:
        """The warnings of the cases the seat sees, and those released to it, in the order they came."""
        return tuple(view_contents.warning_lines(self, case))

    def warning(self, case: str, warning: str) -> WarningView:
        """A warning's substance, as the ledger holds it. Reading it is recorded by the centre, not here."""
        held = self.held(case, warning)
        data = self._reader.contents(self.board.entry_of[case, warning])[0] if held.recalled is None else None
        is_gone = held.recalled is None and data is None
        text = decode_content(data).substance if data is not None else ""
        return view_contents.warning_view(self, held, text, is_erased=is_gone)

    def holders(self, case: str, warning: str) -> tuple[Holder, ...]:
        """For its author: who may see a warning, who has it, and who has not confirmed its last change."""
        held = self.board.book.get((case, warning))
        if held is None or held.author != self.seat:
            raise NotFound("warning of yours", warning, [])
        return tuple(view_contents.holders(self, held))

    def releases(self) -> tuple[Release, ...]:
        """Everything released to this seat, and why."""
        return tuple(view_contents.releases(self))

    def preview(self, held: Held) -> tuple[PreviewLine, ...]:
        """Who would see a draft of this seat, and why."""
        return tuple(view_contents.preview(self, held, seats_of(self.snapshot)))

    # ---- the feed

    @property
    def length(self) -> int:
        """How many events the seat's feed has."""
        return len(self.board.feed(self.seat))

    def feed(self, after: int, limit: int = 100) -> FeedPage:
        """The seat's feed after a position. NotFound for a position it has not reached."""
        feed = self.board.feed(self.seat)
        if after > len(feed):
            raise NotFound("cursor", cursor_text(after, self.board.epoch), [cursor_text(len(feed), self.board.epoch)])
        last = min(len(feed), after + min(limit, FEED_ITEMS_MAX))
        items = tuple(self.item(position) for position in range(after + 1, last + 1))
        return FeedPage(items=items, cursor=cursor_text(last, self.board.epoch), more=last < len(feed))

    def item(self, position: int) -> FeedItem:
        """One event of the seat's feed, as it may be shown now."""
        event = self.board.feed(self.seat).event(position)
        read = self.acts.get(event.entry)
        if event.kind == "facts":
            return self._facts_item(position, read)
        if event.kind == "case":
            return FeedItem(
                cursor=cursor_text(position, self.board.epoch),
                at=read.at,
                kind="case",
                case=self.board.cases[event.ref],
            )
        return view_contents.item(self, position, event, read)

    def provable(self, position: int) -> int:
        """The ledger's entry behind one of the seat's events, where the seat may see all that the entry holds.

        Raises NotFound for a position the feed has not reached, NotEntitled for a record the seat may not hold.
        """
        feed = self.board.feed(self.seat)
        if not 1 <= position <= len(feed):
            raise NotFound("event", cursor_text(position, self.board.epoch), [])
        event = feed.event(position)
        if not self._sees_all_of(self.acts.get(event.entry)):
            raise NotEntitled(
                "no proof",
                "There is no proof of this for you: its record may hold more than you may see.",
                fix="Of a warning its author has the proof; you have that of its delivery to you.",
            )
        return event.entry

    def names_author(self, read: Read) -> bool:
        """Whether this seat may learn who gave a command: of a warning only those who see its substance may."""
        if not read.act.handled:
            return True
        if read.by == self.seat:
            return True
        held = self.board.book.get((read.case, read.warning))
        return read.do == "report warning" and held is not None and self.sees(held).sees

    def _facts_item(self, position: int, read: Read) -> FeedItem:
        facts = visible_facts(read.act.facts, self.sees_case)
        shows = self.names_author(read)
        return FeedItem(
            cursor=cursor_text(position, self.board.epoch),
            at=read.at,
            kind="facts",
            case=next((case for fact in facts if (case := getattr(fact, "case", ""))), ""),
            by=read.by if shows else "",
            attested=read.act.attested if shows else "",
            facts=facts,
            says=tuple(said(fact, self.law.names) for fact in facts),
        )

    def _sees_all_of(self, read: Read) -> bool:
        """Whether the record of an act tells this seat nothing it may not know, nor whether there is anything such.

        A deadline, an outage or an amendment may touch any case: a seat that does not see all cannot hold its record.
        """
        facts = read.act.facts
        if visible_facts(facts, self.sees_case) != facts:
            return False
        if not release.sees_all_cases(self.snapshot, self.state, self.seat, self.board.opened or self.now):
            in_case = all(isinstance(fact, CaseFact) and fact.case == read.case for fact in facts)
            return bool(read.case) and in_case and view_contents.is_told_all(self, read)
        return view_contents.is_told_all(self, read)
