"""Deciding: a submission becomes records of the ledger, or a refusal. The centre's one place that asks the law.

It runs inside the one writer, on the state its predecessor left, which may not be durable yet. What it remembers for
itself (ids, the book) is as speculative; where a commit fails, the writer stops and all of it is made anew.
"""

from datetime import date
from hashlib import sha256

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance import release
from tocsin.alliance.codec import Act, decode_content, encode_act, encode_command
from tocsin.alliance.commands import (
    CloseProcedure,
    Command,
    ConfirmExpiry,
    ConfirmPosition,
    RecordOutage,
    ReportWarning,
    StartDeployment,
    StatePosition,
    Wake,
)
from tocsin.alliance.contents import AnyHandled, Book, ContentCommand, RecallWarning, WarningContent, fold_into, hold
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.handling import decide_content
from tocsin.alliance.silence import CENTRE, silence_rule
from tocsin.alliance.state import Procedure, State
from tocsin.alliance.step import decide, due, fold
from tocsin.centre.law import Law
from tocsin.errors import Conflict, Malformed
from tocsin.ledger import Decided
from tocsin.ledger.port import Record, check_group
from tocsin.terms import Instant

NOT_YOURS = Refusal(
    code="no such case",
    message="There is no case of that name that you may act in.",
    fix="Name a case you see. A seat that does not see all cases opens new ones under names that begin with its own "
    "id and a hyphen, and names that begin with another party's are kept for that party.",
)


class Filed(Struct, frozen=True, kw_only=True):
    """A submission, read and attributed; what is left to do is to decide it."""

    seat: str
    """Whose ids and whose eyes: the seat it is filed for."""
    command: Command | ContentCommand
    data: bytes
    """The author's bytes."""
    content: bytes | None = None
    attested: str
    signature: str = ""
    key: str = ""
    stamp: Instant
    """When it arrived."""
    keeps_time: bool = False
    """Whether the command's own instant counts: for the centre itself, and for recorded cases."""


class Ruled(Struct, frozen=True, kw_only=True):
    """What came of it, before anybody's view of it."""

    refusal: Refusal | None = None
    act: Act | None = None
    at: Instant = Instant(0)
    is_repeat: bool = False
    """The same command was decided before; what it brought is in the ledger."""
    woken: tuple[Act, ...] = ()
    """Acts of deadlines that had passed, kept before it."""


class Court:
    """The law, the ids it has seen, and the book as decided so far."""

    def __init__(self, law: Law, opened: Instant) -> None:
        self.law, self.opened = law, opened
        self.book: Book = {}
        self.ids: dict[str, bytes] = {}
        """actor and id -> digest of the command"""
        self.today: date | None = None
        """The day of the last act."""

    def has_new_day(self, at: Instant) -> bool:
        """Whether others belong at `at`, by the charter's file, than on the day of the last act.

        Who sees more or less from then on is told by an act of the centre's own: else the news would come with the
        first act of anybody, and tell when there was one.
        """
        return self.today is not None and self.law.turns(self.today, self.law.day(at))

    def day_wake(self, at: Instant) -> Wake:
        """The centre's own command on such a day."""
        return Wake(id=f"day/{self.law.day(at)}", at=at, by=CENTRE)

    def decide(self, state: State, filed: Filed) -> Decided[State, Ruled, Record]:
        """The records, the state after them, and what came of it.

        Raises Conflict for an id that was used for another command, Malformed for a content that does not fit, and
        LedgerError for what no ledger takes; nothing of it is then kept.
        """
        name, digest = name_of(filed), digest_of(filed.command)
        known = self.ids.get(name)
        if known is not None and known != digest:
            raise Conflict(
                "id taken",
                f"The id '{filed.command.id}' was used for another command of {filed.command.by}.",
                fix="Give every command an id of its own; repeat a command with the same bytes.",
            )
        if known is not None:
            return Decided((), state, Ruled(is_repeat=True))
        at = filed.command.at if filed.keeps_time else max(filed.stamp, state.now)
        woken, state = self._woken(state, filed, at)
        records = [(encode_act(act), ()) for act in woken]
        ruled, contents = self._rule(state, filed, at, woken)
        if ruled.act is None:
            self.today = self.law.day(at) if records else self.today
            return Decided(records, state, ruled)
        record: Record = encode_act(ruled.act), contents
        check_group([record])
        fold_into(self.book, ruled.act.handled)
        self.ids[name], self.today = digest, self.law.day(at)
        return Decided([*records, record], fold(state, ruled.act.facts), ruled)

    def knows(self, filed: Filed) -> bool:
        """Whether a command of this author and id was decided before."""
        return name_of(filed) in self.ids

    def would_refuse(self, state: State, filed: Filed) -> Refusal | None:
        """The refusal that a command would meet now; nothing comes of asking."""
        return self.foresee(state, filed).refusal

    def foresee(self, state: State, filed: Filed) -> Ruled:
        """What would come of a command now; nothing comes of asking."""
        at = max(filed.stamp, state.now)
        _, state = self._woken(state, filed, at)
        return self._rule(state, filed, at, ())[0]

    def _woken(self, state: State, filed: Filed, at: Instant) -> tuple[tuple[Act, ...], State]:
        """Deadlines that have passed become an act of their own, so that an author's act holds nothing of others.

        An outage is weighed before the deadlines it touches, and so comes first itself.
        """
        upto = due(self.law.plain(at), state)
        if isinstance(filed.command, RecordOutage | Wake):
            return (), state
        if upto is None or upto > at:
            return ((self._act(encode_command(self.day_wake(at)), CENTRE, ()),) if self.has_new_day(at) else ()), state
        wake = deadline_wake(state, max(at, state.now))
        facts = decide(self.law.plain(at), state, wake)
        if isinstance(facts, Refusal) or not facts:
            return (), state
        act = self._act(encode_command(wake), CENTRE, facts)
        return (act,), fold(state, facts)

    def _rule(self, state: State, filed: Filed, at: Instant, woken: tuple[Act, ...]) -> tuple[Ruled, tuple[bytes, ...]]:
        command = filed.command if filed.command.at == at else replace(filed.command, at=at)
        refusal = self.out_of_sight(state, filed, at)
        if refusal is not None:
            return Ruled(refusal=refusal, at=at, woken=woken), ()
        facts: tuple[AnyFact, ...] = ()
        handled: tuple[AnyHandled, ...] = ()
        contents: tuple[bytes, ...] = ()
        if isinstance(command, ContentCommand):
            outcome = decide_content(self.law.plain(at), state, self.book, command)
            if isinstance(outcome, Refusal):
                return Ruled(refusal=outcome, at=at, woken=woken), ()
            handled = outcome
        else:
            decided = decide(self.law.plain(at), state, command)
            if isinstance(decided, Refusal):
                return Ruled(refusal=decided, at=at, woken=woken), ()
            facts = decided
            if isinstance(command, ReportWarning):
                contents = (_checked(filed, command),)
                handled = (hold(command, decode_content(contents[0]), at),)
        received = None if filed.command.at == at else at
        act = self._act(filed.data, filed.attested, facts, handled, received, filed.signature, filed.key)
        return Ruled(act=act, at=at, woken=woken), contents

    def _act(
        self,
        data: bytes,
        attested: str,
        facts: tuple[AnyFact, ...],
        handled: tuple[AnyHandled, ...] = (),
        received: Instant | None = None,
        signature: str = "",
        key: str = "",
    ) -> Act:
        return Act(
            command=msgspec.Raw(data),
            attested=attested,
            facts=facts,
            charter=self.law.charter.id,
            charter_hash=self.law.charter.hash,
            received=received,
            handled=handled,
            signature=signature,
            key=key,
        )

    def out_of_sight(self, state: State, filed: Filed, at: Instant) -> Refusal | None:
        """A seat acts in cases it sees. The answer is the same where a case is hidden and where there is none."""
        name = getattr(filed.command, "case", "")
        if not name or filed.keeps_time or filed.seat == CENTRE or isinstance(filed.command, ContentCommand):
            return None  # a content may be released to a seat that does not see its case: its own law knows
        case = state.cases.get(name)
        law = self.law.at(state, at)
        owner = release.owner_of(law, name)
        if case is not None and release.sees_case(law, state, case, filed.seat):
            return None
        if owner:
            return None if owner == filed.seat and case is None else NOT_YOURS
        sees_all = release.sees_all_cases(law, state, filed.seat, self.opened)
        return None if case is None and sees_all else NOT_YOURS


def deadline_wake(state: State, at: Instant) -> Wake:
    """The centre's own command at the next of the deadlines, of which there must be one."""
    key, upto = min(state.deadlines.items(), key=lambda item: (item[1], item[0]))
    return Wake(id=f"due/{key}/{upto}", at=at, by=CENTRE)


def needs_two(state: State, command: Command | ContentCommand) -> str:
    """Which of the acts that a charter or a nation may want two persons for this is: break, force, recall, or none."""
    if isinstance(command, RecallWarning):
        return "recall"
    if isinstance(command, StartDeployment):
        return "force"
    case = state.cases.get(getattr(command, "case", ""))
    procedure = case.procedures.get(getattr(command, "procedure", "")) if case else None
    if procedure is None:
        return ""
    if isinstance(command, CloseProcedure | ConfirmExpiry) and procedure.kind == "force":
        return "force"
    return "break" if isinstance(command, StatePosition | ConfirmPosition) and _breaks(procedure, command) else ""


def id_key(command: Command | ContentCommand, *, is_own: bool = False) -> str:
    """Ids are each actor's own: that another used the same tells nobody anything. `is_own`: the centre's."""
    kind = "content" if isinstance(command, ContentCommand) else "fact"
    return f"{'' if is_own else command.by}\n{kind}\n{command.id}"


def name_of(filed: Filed) -> str:
    """The id of a filed command among its author's, or among the centre's own."""
    return id_key(filed.command, is_own=filed.seat == CENTRE)


def digest_of(command: Command | ContentCommand) -> bytes:
    """What makes a command the same: all of it but the instant, which the centre may have stamped."""
    return sha256(encode_command(replace(command, at=0))).digest()[:16]


def _breaks(procedure: Procedure, command: StatePosition | ConfirmPosition) -> bool:
    rule = silence_rule(procedure) if procedure.status == "silence" else None
    return (
        rule is not None
        and not getattr(command, "question", "")
        and command.position in rule.blocks
        and command.by == command.party
    )


def _checked(filed: Filed, command: ReportWarning) -> bytes:
    """The content beside a warning. Raises Malformed where it is not the one committed to."""
    data = filed.content
    if data is None:
        raise Malformed("A warning comes with its content.", field="content", fix="Send the content beside it.")
    try:
        content: WarningContent = decode_content(data)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise Malformed(f"The content cannot be read: {problem}.", field="content") from None
    if sha256(data).hexdigest() != command.commitment:
        raise Malformed(
            "The commitment is not that of the content.",
            field="command.commitment",
            found=command.commitment,
            accepted="SHA-256 of the content's bytes, in hexadecimal",
        )
    if content.warning != command.warning or content.author != command.by:
        raise Malformed(
            "The content is of another warning, or of another author.",
            field="content",
            found=f"{content.warning} of {content.author}",
            accepted=f"{command.warning} of {command.by}",
        )
    return data
