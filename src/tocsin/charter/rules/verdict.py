"""Decision rules: from positions to a verdict, with its trace. docs/RULES.md is the law; this computes it.

compile_ballot(ballot).judge(positions)      "adopted", "blocked", "open" or "escalated"
compile_ballot(ballot).outcome(positions)    the same, with who is bound, who blocks, and why
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from msgspec import Struct

from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.ballot import digest as digest_of
from tocsin.charter.rules.compiler import Compiler
from tocsin.charter.rules.nodes import Finding, Node
from tocsin.charter.rules.profile import Profile, read_stands
from tocsin.terms import PartyId, Position, Verdict

COMPILED_KEPT = 512

Positions = Mapping[str, Position]


class TraceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one rule made of the positions."""

    kind: str
    rule: str = ""
    """its id, if it has one"""
    clause: str = ""
    verdict: Verdict
    counts: dict[str, int] = {}
    """the numbers it turned on, such as support 17, needed 15, of 27; heads, or units of weight"""
    parties: tuple[PartyId, ...] = ()
    """those it turns on: who blocks or was absent if blocked, who is yet to speak if open"""
    left_out: tuple[PartyId, ...] = ()
    """excluding: those who have no vote in it"""
    parts: tuple["TraceLine", ...] = ()
    role: str = ""
    """its part in the rule around it, such as 'first' or 'otherwise'"""
    note: str = ""


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A verdict, whom it binds and what it rests on. Parties are sorted."""

    verdict: Verdict
    bound: tuple[PartyId, ...] = ()
    """adopted: those bound"""
    blockers: tuple[PartyId, ...] = ()
    """blocked, escalated: those whose stated position does it"""
    waiting_for: tuple[PartyId, ...] = ()
    """open: those not stated on whom it depends"""
    reserved: tuple[PartyId, ...] = ()
    """adopted: those bound that keep their freedom of action by a reservation"""
    outside: tuple[PartyId, ...] = ()
    """adopted: those of the universe who are not bound"""
    escalate_to: str = ""
    """escalated: the organ it goes to"""
    clauses: tuple[str, ...] = ()
    """the clauses of the trace, each once, in its order"""
    unset: tuple[str, ...] = ()
    """what the sources leave unset and the verdict therefore lacks"""
    trace: TraceLine


class CompiledRule(Struct, frozen=True):
    """A ballot's rule, ready to judge. Made by compile_ballot."""

    universe: tuple[PartyId, ...]
    bits: dict[str, int]
    everyone: int
    root: Node

    def judge(
        self,
        positions: Positions,
        questions: Mapping[str, Positions] = {},
        closed: bool = False,  # noqa: FBT002  # it reads well in its place: positions, questions, closed
    ) -> Verdict:
        """The verdict. Raises TermError for a position that is none; parties outside the universe are ignored.

        `positions` are those on the text, `questions` those on each other question that was put.
        """
        return self.root.judge(self.profile(positions, questions, closed=closed), self.everyone)

    def outcome(
        self,
        positions: Positions,
        questions: Mapping[str, Positions] = {},
        closed: bool = False,  # noqa: FBT002  # as above
        reservations: Collection[str] = frozenset(),
    ) -> Outcome:
        """The verdict of `judge` with its trace; `reservations` are the parties that attached one."""
        profile = self.profile(positions, questions, closed=closed)
        finding = self.root.find(profile, self.everyone)
        adopted = finding.verdict == "adopted"
        reserving = finding.reserving & finding.bound
        trace = self._line(finding)
        return Outcome(
            verdict=finding.verdict,
            bound=self.parties(finding.bound),
            blockers=self.parties(finding.blockers),
            waiting_for=self.parties(finding.waiting),
            reserved=tuple(party for party in self.parties(reserving) if party in reservations),
            outside=self.parties(self.everyone & ~finding.bound) if adopted else (),
            escalate_to=finding.escalate_to,
            clauses=tuple(dict.fromkeys(_clauses(trace))),
            unset=tuple(dict.fromkeys(_gaps(finding))),
            trace=trace,
        )

    def profile(self, positions: Positions, questions: Mapping[str, Positions], *, closed: bool) -> Profile:
        """The positions as masks. Raises TermError for a position that is none."""
        on = {question: read_stands(said, self.bits) for question, said in questions.items()} if questions else {}
        on[""] = read_stands(positions, self.bits)
        return Profile(on, closed)

    def parties(self, mask: int) -> tuple[PartyId, ...]:
        if not mask:
            return ()
        if mask == self.everyone:
            return self.universe
        return tuple(party for place, party in enumerate(self.universe) if mask >> place & 1)

    def _line(self, finding: Finding) -> TraceLine:
        node = finding.node
        return TraceLine(
            kind=node.kind,
            rule=node.id,
            clause=node.clause,
            verdict=finding.verdict,
            counts=finding.counts,
            parties=self.parties(finding.blockers | finding.silent | finding.waiting),
            left_out=self.parties(finding.left_out),
            parts=tuple(self._line(part) for part in finding.parts),
            role=finding.role,
            note=finding.note,
        )


def _clauses(line: TraceLine) -> list[str]:
    clauses = [line.clause] if line.clause else []
    for part in line.parts:
        clauses += _clauses(part)
    return clauses


def _gaps(finding: Finding) -> list[str]:
    gaps = list(finding.unset)
    for part in finding.parts:
        gaps += _gaps(part)
    return gaps


class _Keyed:
    """A ballot known by its digest, which is how the cache compares it: a ballot holds dicts."""

    __slots__ = ("ballot", "digest")

    def __init__(self, ballot: Ballot, digest: str) -> None:
        self.ballot, self.digest = ballot, digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def compile_ballot(ballot: Ballot, digest: str = "") -> CompiledRule:
    """The ballot's rule, compiled once; `digest` spares computing it and must be that of `ballot.digest`.

    Raises TermError for a ballot that is not self-contained or whose rule states no or several thresholds.
    """
    return _compiled(_Keyed(ballot, digest or digest_of(ballot)))


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(keyed: _Keyed) -> CompiledRule:
    compiler = Compiler(keyed.ballot)
    return CompiledRule(keyed.ballot.universe, compiler.bits, compiler.universe, compiler.node(keyed.ballot.rule))
