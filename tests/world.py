"""A small world to run the engine in: the Meridian Pact, a recorder of acts, and random command sequences."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin import load_charter
from tocsin.alliance import commands as c
from tocsin.alliance.codec import Act, encode_act, encode_command, encode_content
from tocsin.alliance.contents import (
    AnyHandled,
    Book,
    ContentCommand,
    WarningContent,
    fold_into,
    hold,
)
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.handling import decide_content
from tocsin.alliance.records import decode
from tocsin.alliance.state import EMPTY, CaseState, Procedure, State
from tocsin.alliance.step import decide, due, fold
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.terms import HOUR_US, Instant, PartyId, instant

MERIDIAN: Charter = load_charter("meridian")
DAY = date(2026, 1, 1)
START = instant("2026-01-01T08:00:00Z")
ATTACK = Event(kind="armed attack", victim="XAA", attacker="XQA", external=True, territory_of="XAA")
MEMBERS = ("XAA", "XAB", "XAC", "XAD", "XAE")


def at(hours: float) -> Instant:
    """The instant some hours after the story starts."""
    return Instant(START + round(hours * HOUR_US))


class World:
    """Runs commands through the engine and keeps the acts, as a centre would."""

    def __init__(self, charter: Charter = MERIDIAN, on: date = DAY) -> None:
        self.charter: Snapshot = charter.as_of(on)
        self.state: State = EMPTY
        self.book: Book = {}
        self.acts: list[bytes] = []
        self.facts: list[AnyFact] = []
        self._number = 0

    def do(self, kind: type, hours: float, by: str, **fields: object) -> tuple[AnyFact, ...] | Refusal:
        """Decides a command at some hours after the start, in case 'k' and procedure 'p' unless it says otherwise."""
        self._number += 1
        names = {field.name for field in msgspec.structs.fields(kind)}
        given = {key: value for key, value in {"case": "k", "procedure": "p"}.items() if key in names} | fields
        return self.submit(kind(id=f"c{self._number}", at=at(hours), by=by, **given))

    def submit(
        self,
        command: c.Command,
        content: WarningContent | None = None,
        **beside: Any,  # noqa: ANN401  # fields of an act
    ) -> tuple[AnyFact, ...] | Refusal:
        """Decides a command; `beside` are further fields of its act. A content beside a warning enters the book."""
        before = msgspec.json.encode(self.state)
        stamped = replace(command, at=beside.get("received", command.at))
        decided = decide(self.charter, self.state, stamped)
        assert msgspec.json.encode(self.state) == before, "decide must not touch the state it is given"
        if isinstance(decided, Refusal):
            return decided
        handled: tuple[AnyHandled, ...] = ()
        if content is not None and isinstance(stamped, c.ReportWarning):
            handled = (hold(stamped, content, stamped.at),)
        self._keep(command, decided, handled, beside)
        return decided

    def warn(
        self,
        hours: float,
        author: str,
        audience: tuple[str, ...],
        **fields: Any,  # noqa: ANN401  # fields of a content or an act
    ) -> tuple[AnyFact, ...] | Refusal:
        """Hands in a warning with its content, `w` in case `k`, TLP:GREEN unless it says otherwise."""
        beside = {name: fields.pop(name) for name in ("received", "signature", "key") if name in fields}
        name, case = fields.pop("warning", "w"), fields.pop("case", "k")
        given = {"marking": "TLP:GREEN", "substance": "the grid is down", "salt": "0123456789abcdef"} | fields
        content = WarningContent(warning=name, author=PartyId(author), audience=audience, **given)
        self._number += 1
        command = c.ReportWarning(
            id=f"c{self._number}",
            at=at(hours),
            by=author,
            case=case,
            warning=name,
            commitment=sha256(encode_content(content)).hexdigest(),
        )
        return self.submit(command, content, **beside)

    def handle(self, kind: type, hours: float, by: str, **fields: object) -> tuple[AnyHandled, ...] | Refusal:
        """Decides a command about a content, `w` in case `k` unless it says otherwise."""
        self._number += 1
        return self.submit_content(
            kind(id=f"c{self._number}", at=at(hours), by=by, **{"case": "k", "warning": "w"} | fields)
        )

    def submit_content(self, command: ContentCommand) -> tuple[AnyHandled, ...] | Refusal:
        state, book = canonical(self.state), dict(self.book)
        decided = decide_content(self.charter, self.state, self.book, command)
        assert (canonical(self.state), self.book) == (state, book), "decide_content must not touch what it is given"
        if not isinstance(decided, Refusal):
            self._keep(command, (), decided, {})
        return decided

    def _keep(
        self,
        command: c.Command | ContentCommand,
        facts: tuple[AnyFact, ...],
        handled: tuple[AnyHandled, ...],
        beside: dict[str, Any],
    ) -> None:
        self.facts.extend(facts)
        self.state = fold(self.state, facts)
        fold_into(self.book, handled)
        act = Act(
            command=msgspec.Raw(encode_command(command)),
            attested="test",
            facts=facts,
            handled=handled,
            charter=self.charter.charter_id,
            charter_hash=self.charter.charter_hash,
            **beside,
        )
        self.acts.append(encode_act(act))

    def run_timer(self, upto: Instant) -> None:
        """A timer that wakes exactly on time, until `upto`."""
        while (next_due := due(self.charter, self.state)) is not None and next_due <= upto:
            self.submit(c.Wake(id=f"due/{next_due}", at=next_due, by="centre"))

    @property
    def case(self) -> CaseState:
        return self.state.cases["k"]

    def procedure(self, name: str = "p") -> Procedure:
        return self.case.procedures[name]


def kinds(decided: tuple[AnyFact, ...] | Refusal) -> list[str]:
    """Names of the facts, or 'refused: CODE'."""
    if isinstance(decided, Refusal):
        return [f"refused: {decided.code}"]
    return [type(fact).__name__ for fact in decided]


def refold(acts: Sequence[bytes]) -> State:
    """The state that the stored acts yield; heads between them change nothing."""
    state = EMPTY
    for act in acts:
        record = decode(act)
        state = fold(state, record.facts) if isinstance(record, Act) else state
    return state


def rebook(acts: Sequence[bytes]) -> Book:
    """The book that the stored acts yield."""
    book: Book = {}
    for act in acts:
        record = decode(act)
        fold_into(book, record.handled if isinstance(record, Act) else ())
    return book


def canonical(state: State) -> bytes:
    """One text for one state, to compare states by."""
    return msgspec.json.encode(state, order="deterministic")


def tabled(matter: str = "assist", by: str = "XAA", **fields: object) -> World:
    """A world in which XAA has been attacked, has asked for help, and a text is on the table after one hour."""
    world = World()
    world.do(c.MakeRequest, 0, "XAA", request="r", duty="assist", event=ATTACK)
    world.do(c.TableText, 1, by, matter=matter, text="help for XAA", **fields)
    return world


def agree(world: World, hours: float, procedure: str = "p") -> None:
    """Every elector of the procedure that has not spoken supports the text, each for itself."""
    pinned = world.procedure(procedure)
    for party in pinned.ballot.universe:
        if party not in pinned.positions:
            world.do(c.StatePosition, hours, party, procedure=procedure, party=party, position="support")


def decided(matter: str = "assist") -> World:
    """As `tabled`, and adopted at hour 2 with everybody's support."""
    world = tabled(matter)
    agree(world, 2)
    world.do(c.CloseProcedure, 2, "SG")
    return world


def under_silence(*, delivered: bool = True, matter: str = "relief") -> World:
    """As `tabled`, with silence opened at hour 2 for 24 hours; `relief` is no use of force."""
    world = tabled(matter)
    world.do(c.OpenSilence, 2, "SG")
    if delivered:
        for party in MEMBERS:
            world.do(c.ConfirmDelivery, 2.5, party, party=party)
    return world


_PARTY = st.sampled_from((*MEMBERS, "XAF", "XAG", "XQA", "SG", "council"))
_MEMBER = st.sampled_from(MEMBERS)
_NAME = st.sampled_from(("p", "q", "r"))
_HOURS = st.floats(0, 60, allow_nan=False).map(lambda hours: round(hours, 2))
_POSITION = st.sampled_from(("support", "object", "abstain", "qualified_abstention", "absent", "not_stated"))
_MATTER = st.sampled_from(
    ("assist", "relief", "consult", "procedure", "budget", "suspend", "admit", "amend", "coalition", "nothing")
)
_LINES = (c.RequirementLine(id="lift", capability="heavy lift", required=4, unit="aircraft"),)

_SHAPES: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    c.ReportWarning: {"warning": _NAME, "commitment": st.just("ab" * 32)},
    c.MakeRequest: {
        "request": _NAME,
        "duty": st.sampled_from(("assist", "consult", "relieve", "nothing")),
        "event": st.sampled_from((ATTACK, Event(), Event(kind="disaster", victim="XAB", overwhelmed=True))),
    },
    c.NoteNoRequest: {"duty": st.sampled_from(("assist", "consult"))},
    c.Convene: {"organ": st.sampled_from(("council", "defence-board", "assembly", "nothing"))},
    c.ShareCase: {"party": _PARTY},
    c.TableText: {"procedure": _NAME, "matter": _MATTER, "subject": st.one_of(st.none(), _MEMBER)},
    c.AmendText: {"procedure": _NAME, "text": st.just("version two")},
    c.WithdrawText: {"procedure": _NAME},
    c.StatePosition: {
        "procedure": _NAME,
        "party": _MEMBER,
        "position": _POSITION,
        "question": st.sampled_from(("", "", "", "format")),
        "reservation": st.sampled_from(("", "", "not our ports")),
        "note": st.sampled_from(("", "telephone, 14:05Z")),
    },
    c.ConfirmPosition: {"procedure": _NAME, "party": _MEMBER, "position": _POSITION},
    c.OpenSilence: {"procedure": _NAME},
    c.ConfirmDelivery: {"procedure": _NAME, "party": _MEMBER},
    c.ConfirmExpiry: {"procedure": _NAME},
    c.ChangeForum: {
        "procedure": _NAME,
        "organ": st.sampled_from(("defence-board", "council")),
        "new_procedure": _NAME,
    },
    c.CloseProcedure: {"procedure": _NAME},
    c.Accede: {"party": _PARTY, "case": st.just("k"), "procedure": _NAME},
    c.Ratify: {"what": st.sampled_from(("accession/XQA", "amendment/a", "nonsense"))},
    c.GiveNotice: {"party": _MEMBER},
    c.RevokeNotice: {"party": _MEMBER},
    c.Suspend: {"party": _MEMBER, "case": st.just("k"), "procedure": _NAME},
    c.Reinstate: {"party": _MEMBER, "case": st.just("k"), "procedure": _NAME},
    c.Expel: {"party": _MEMBER, "case": st.just("k"), "procedure": _NAME},
    c.AssertStatus: {"party": _MEMBER, "status": st.sampled_from(("frozen", "member"))},
    c.Amend: {"amendment": st.just("a"), "case": st.just("k"), "procedure": _NAME},
    c.SetRequirement: {"procedure": _NAME, "lines": st.just(_LINES)},
    c.MakePledge: {"pledge": _NAME, "line": st.just("lift"), "party": _MEMBER, "quantity": st.integers(0, 5)},
    c.WithdrawPledge: {"pledge": _NAME},
    c.ReportPackage: {
        "package": _NAME,
        "totals": st.just({"lift": 2}),
        "digest": st.just("cd" * 32),
        "algorithm": st.just("by hand"),
    },
    c.AttestPackage: {
        "package": _NAME,
        "digest": st.just("cd" * 32),
        "lawful": st.just(True),
        "rules": st.sampled_from(((), ("lift",))),
    },
    c.RecordMandate: {"mandate": _NAME, "given_by": _PARTY},
    c.RenewMandate: {"mandate": _NAME, "given_by": _PARTY, "until": st.sampled_from((None, at(40)))},
    c.GiveConsent: {"host": _MEMBER},
    c.WithdrawConsent: {"host": _MEMBER},
    c.StartDeployment: {"deployment": _NAME, "procedure": _NAME, "host": st.one_of(st.none(), _MEMBER)},
    c.EndDeployment: {"deployment": _NAME},
    c.FileReport: {"to": st.just("UNSC")},
    c.CloseCase: {"why": st.just("over")},
}

COMMAND_KINDS: tuple[type, ...] = (*_SHAPES, c.RecordOutage, c.Wake)


def _actor(command: c.Command) -> tuple[str, ...]:
    """Actors likely to be entitled, so that random runs get somewhere."""
    named = getattr(command, "party", None) or getattr(command, "host", None)
    return (named, "SG", *MEMBERS) if isinstance(named, str) else ("SG", "council", *MEMBERS)


_Draft = tuple[float, type, dict[str, Any]]

_TALK: tuple[_Draft, ...] = (
    (0, c.MakeRequest, {"by": "XAA", "request": "r", "duty": "assist", "event": ATTACK}),
    (0.5, c.Convene, {"by": "XAB", "organ": "council"}),
)
_DELIVERED: tuple[_Draft, ...] = tuple((0.1, c.ConfirmDelivery, {"party": party, "by": party}) for party in MEMBERS)
_SUPPORT: tuple[_Draft, ...] = tuple(
    (0.1, c.StatePosition, {"party": party, "by": party, "position": "support"}) for party in MEMBERS
)
_CLOSE: _Draft = (2, c.CloseProcedure, {})


def _text(matter: str, subject: str | None = None) -> _Draft:
    return (1, c.TableText, {"matter": matter, "subject": subject})


_STORIES: tuple[tuple[_Draft, ...], ...] = (
    (*_TALK, _text("assist"), (1, c.OpenSilence, {}), *_DELIVERED),
    (_text("relief"), (1, c.OpenSilence, {}), *_DELIVERED),
    (
        _text("relief"),
        (1, c.OpenSilence, {}),
        (3, c.StatePosition, {"by": "XAB", "party": "XAB", "position": "object"}),
    ),
    (
        _text("assist"),
        *_SUPPORT,
        _CLOSE,
        (1, c.SetRequirement, {"lines": _LINES}),
        (1, c.MakePledge, {"by": "XAB", "pledge": "p", "line": "lift", "party": "XAB", "quantity": 3}),
        (1, c.ReportPackage, {"package": "q", "totals": {"lift": 2}, "digest": "cd" * 32, "algorithm": "by hand"}),
        (0.1, c.AttestPackage, {"by": "XAC", "package": "q", "digest": "cd" * 32, "lawful": True}),
        (0.1, c.AttestPackage, {"by": "XAC", "package": "q", "digest": "cd" * 32, "lawful": False, "rules": ("cap",)}),
        (1, c.StartDeployment, {"deployment": "shield"}),
    ),
    (
        _text("assist"),
        (1, c.StatePosition, {"party": "XAB", "position": "support", "note": "by telephone"}),
        (1, c.ConfirmPosition, {"by": "XAB", "party": "XAB", "position": "object"}),
    ),
    (_text("assist"), (1, c.ChangeForum, {"organ": "defence-board", "new_procedure": "q"})),
    (
        _text("suspend", "XAD"),
        *_SUPPORT,
        _CLOSE,
        (1, c.Suspend, {"party": "XAD"}),
    ),
    (
        _text("admit", "XQA"),
        *_SUPPORT,
        _CLOSE,
        (1, c.Accede, {"party": "XQA"}),
        *((0.1, c.Ratify, {"by": party, "what": "accession/XQA"}) for party in MEMBERS),
    ),
    (
        _text("amend"),
        *_SUPPORT,
        _CLOSE,
        (1, c.Amend, {"amendment": "a"}),
        *((0.1, c.Ratify, {"by": party, "what": "amendment/a"}) for party in MEMBERS),
    ),
    (
        (1, c.RecordMandate, {"mandate": "m", "given_by": "UNSC", "until": at(30)}),
        (1, c.RenewMandate, {"mandate": "m", "given_by": "UNSC", "until": at(35)}),
        (1, c.GiveConsent, {"by": "XAA", "host": "XAA", "until": at(31)}),
    ),
    ((1, c.GiveNotice, {"by": "XAE", "party": "XAE"}), (2, c.RevokeNotice, {"by": "XAE", "party": "XAE"})),
)
"""Short stories that get somewhere; random commands fall in between them."""


@st.composite
def commands(draw: st.DrawFn, largest: int = 14) -> list[c.Command]:
    """Random commands in time order, in one case, among few names so that they meet each other."""
    drafts: list[tuple[float, type, dict[str, Any]]] = []
    for procedure in draw(st.lists(_NAME, max_size=3)):
        hours = draw(_HOURS)
        for after, kind, fields in draw(st.sampled_from(_STORIES)):
            hours += after
            drafts.append((hours, kind, {"by": "SG", **fields, "procedure": procedure}))
    for kind in draw(st.lists(st.sampled_from(COMMAND_KINDS), max_size=largest)):
        fields = {name: draw(strategy) for name, strategy in _SHAPES.get(kind, {}).items()}
        drafts.append((draw(_HOURS), kind, {**fields, "by": ""}))
    drafts.sort(key=lambda draft: draft[0])
    return [_made(draw, number, *draft) for number, draft in enumerate(drafts)]


def _made(draw: st.DrawFn, number: int, hours: float, kind: type, fields: dict[str, Any]) -> c.Command:
    known = {field.name for field in msgspec.structs.fields(kind)}
    given = {"id": f"c{number}", "at": at(hours), "case": "k", **fields}
    if kind is c.RecordOutage:
        lost = draw(st.floats(0.1, 30).map(lambda value: round(value, 1)))
        given |= {"start": at(hours - lost), "end": at(hours), "by": "centre"}
    made = kind(**{name: value for name, value in given.items() if name in known})
    command: c.Command = made if made.by else replace(made, by=draw(st.sampled_from(_actor(made))))
    return command
