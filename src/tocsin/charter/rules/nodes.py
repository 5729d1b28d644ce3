"""A compiled rule is a tree of nodes; here is what they share, and the leaves, whose law is one condition each.

`judge` gives the verdict, fast; `find` gives the finding that a trace is made of. Both ask the same
`Leaf.holds`, so that what is explained is what was decided.
"""

from msgspec import Struct

from tocsin.charter.rules.kinds import Base, Binds
from tocsin.charter.rules.profile import (
    ABSENT,
    NOBODY,
    OBJECT,
    QUALIFIED,
    SUPPORT,
    Profile,
    Stands,
    Threshold,
    WeightTable,
    moved,
    within,
)
from tocsin.terms import Verdict

STOPPED = ("blocked", "escalated")


class Finding(Struct, frozen=True, kw_only=True):
    """What one rule makes of a profile, and why; parties are masks."""

    node: "Node"
    role: str
    """its part in the rule around it, such as 'first' or 'otherwise'"""
    verdict: Verdict
    bound: int = 0
    """if adopted"""
    blockers: int = 0
    """if blocked or escalated: those whose stated position does it"""
    silent: int = 0
    """if blocked: those whose silence, taken as absence, does it"""
    waiting: int = 0
    """if open: those it waits for"""
    reserving: int = 0
    """if adopted: those who may have attached a reservation"""
    left_out: int = 0
    """those an `excluding` takes the vote from"""
    counts: dict[str, int] = {}
    parts: tuple["Finding", ...] = ()
    note: str = ""
    unset: tuple[str, ...] = ()
    escalate_to: str = ""


class Node(Struct, frozen=True, kw_only=True):
    """A compiled rule. The electors handed to it are those of the rule around it."""

    kind: str
    id: str = ""
    clause: str = ""
    question: str = ""
    universe: int
    own: int | None = None
    """its own electorate, which replaces the one handed in; None if it has none"""
    binds: Binds | None = None
    gaps: tuple[str, ...] = ()
    """what the sources leave unset about it"""

    def judge(self, profile: Profile, given: int) -> Verdict:
        raise NotImplementedError  # abstract: every kind of rule has its own

    def find(self, profile: Profile, given: int, role: str = "") -> Finding:
        raise NotImplementedError  # abstract: every kind of rule has its own

    def reads(self, given: int) -> dict[str, int]:
        """question -> everybody whose position on it could matter to the verdict"""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def electors(self, given: int) -> int:
        return given if self.own is None else self.own

    def who_is_bound(self, profile: Profile, electors: int, by_kind: int) -> int:
        """Those bound: what the rule states itself, else what its kind says."""
        stands = profile.on.get(self.question, NOBODY)
        match self.binds:
            case "electorate":
                return self.universe
            case "willing":
                return electors & stands[SUPPORT]
            case "not qualified":
                return self.universe & ~(electors & stands[QUALIFIED])
            case None:
                return by_kind


class Leaf(Node, frozen=True, kw_only=True):
    """A yes-or-no condition on a fully stated profile.

    Where positions are missing it is put to the extreme ways of completing them: every other way lies between.
    """

    best: int = SUPPORT
    """the position of those yet to speak that favours the condition most"""
    worst: tuple[int, ...]
    """positions of which one fails the condition if any completion does"""
    silence_is_absence: bool = False
    reservations: bool = False
    unset: str = ""
    """why no condition can be put at all"""

    def holds(self, stands: Stands, electors: int) -> bool:
        """The law of this kind, for stands in which nobody's position is missing."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def counts(self, stands: Stands, electors: int) -> dict[str, int]:
        """The numbers the condition turns on."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def against(self, stands: Stands, electors: int) -> int:
        """Those whose stated position speaks against the condition."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def deciders(self, given: int) -> int:
        """The electors whose positions the condition is about."""
        return given if self.own is None else self.own

    def counted(self, parties: int) -> int:
        """Those of the parties who can make a difference to the condition."""
        return parties

    def judge(self, profile: Profile, given: int) -> Verdict:
        electors = self.deciders(given)
        if not electors:
            return "blocked"
        if self.unset:
            return "open"
        stands, unstated = self.heard(profile, electors)
        if not unstated or profile.closed:
            return "adopted" if self.holds(stands, electors) else "blocked"
        if not self.holds(moved(stands, unstated, self.best), electors):
            return "blocked"
        for position in self.worst:
            if not self.holds(moved(stands, unstated, position), electors):
                return "open"
        return "adopted"

    def heard(self, profile: Profile, electors: int) -> tuple[Stands, int]:
        """Where the electors stand and who has not said; once closed, silence is absence where the kind says so."""
        stands, unstated = within(profile.on.get(self.question, NOBODY), electors)
        if profile.closed and unstated and self.silence_is_absence:
            stands = moved(stands, unstated, ABSENT)
        return stands, unstated

    def find(self, profile: Profile, given: int, role: str = "") -> Finding:
        verdict, electors = self.judge(profile, given), self.deciders(given)
        stands, unstated = self.heard(profile, electors)
        against = self.against(stands, electors) if verdict == "blocked" else 0
        adopted, open_ = verdict == "adopted", verdict == "open" and not self.unset
        return Finding(
            node=self,
            role=role,
            verdict=verdict,
            bound=self.who_is_bound(profile, self.electors(given), self.universe) if adopted else 0,
            blockers=against & ~unstated,
            silent=against & unstated,
            waiting=self.counted(unstated) if open_ else 0,
            reserving=stands[SUPPORT] if adopted and self.reservations else 0,
            counts={} if self.unset else self.counts(stands, electors) | _missing(unstated, closed=profile.closed),
            note="" if electors or adopted else "nobody is entitled to decide",
            unset=(self.unset, *self.gaps) if self.unset else self.gaps,
        )

    def reads(self, given: int) -> dict[str, int]:
        return {self.question: self.deciders(given)}


def _missing(unstated: int, *, closed: bool) -> dict[str, int]:
    """How many have not said: silent for good, or still to be heard."""
    return {"silent" if closed else "unstated": unstated.bit_count()} if unstated else {}


class Against(Leaf, frozen=True, kw_only=True):
    """Fewer than so many stand against it: consensus, silence, negative consensus, veto."""

    blocks: tuple[int, ...]
    breaks: int | None = 1
    """how many it takes to block; None: all electors"""
    holders: int | None = None
    """for a veto: those who have one"""

    def deciders(self, given: int) -> int:
        electors = self.electors(given)
        return electors if self.holders is None else electors & self.holders

    def judge(self, profile: Profile, given: int) -> Verdict:
        if self.holders is not None and not self.deciders(given):
            return "adopted"  # nobody holds a veto here, so nobody casts one
        return super().judge(profile, given)

    def holds(self, stands: Stands, electors: int) -> bool:
        return self.against(stands, electors).bit_count() < self.limit(electors)

    def limit(self, electors: int) -> int:
        """How many it takes to block."""
        return electors.bit_count() if self.breaks is None else self.breaks

    def against(self, stands: Stands, electors: int) -> int:
        against = 0
        for position in self.blocks:
            against |= stands[position]
        return against & electors

    def counts(self, stands: Stands, electors: int) -> dict[str, int]:
        against = self.against(stands, electors)
        return {
            "against": against.bit_count(),
            "objecting": (against & stands[OBJECT]).bit_count(),
            "limit": self.limit(electors),
            "of": electors.bit_count(),
        }


class Unanimity(Leaf, frozen=True, kw_only=True):
    """Everybody supports or is neutral, and somebody supports."""

    contrary: tuple[int, ...]
    """the positions that are neither support nor neutral"""

    def holds(self, stands: Stands, electors: int) -> bool:
        return bool(stands[SUPPORT]) and not self.against(stands, electors)

    def against(self, stands: Stands, electors: int) -> int:
        against = 0
        for position in self.contrary:
            against |= stands[position]
        return against & electors

    def counts(self, stands: Stands, electors: int) -> dict[str, int]:
        against = self.against(stands, electors)
        neutral = (stands[1] | stands[2] | stands[3] | stands[4]) & ~against
        return {
            "support": stands[SUPPORT].bit_count(),
            "neutral": neutral.bit_count(),
            "against": against.bit_count(),
            "of": electors.bit_count(),
        }


class Heads(Leaf, frozen=True, kw_only=True):
    """Supporters pass a threshold of the base, and the quorum is met."""

    of: Base
    threshold: Threshold
    quorum: tuple[Threshold, ...] = ()
    """of all electors, each to be met by the number present"""

    def size(self, parties: int) -> int:
        return parties.bit_count()

    def holds(self, stands: Stands, electors: int) -> bool:
        base = self.size(electors if self.of == "all" else self.base(stands, electors))
        if not base or self.size(stands[SUPPORT]) < self.threshold.needed(base):
            return False
        return not self.quorum or self.present(stands, electors) >= self.quorum_needed(electors)

    def base(self, stands: Stands, electors: int) -> int:
        """Those the threshold is taken of, if nobody's position is missing."""
        match self.of:
            case "all":
                return electors
            case "present":
                return electors & ~stands[ABSENT]
            case "cast":
                return stands[SUPPORT] | stands[OBJECT]

    def present(self, stands: Stands, electors: int) -> int:
        return (electors & ~stands[ABSENT]).bit_count()

    def quorum_needed(self, electors: int) -> int:
        return max(quorum.needed(electors.bit_count()) for quorum in self.quorum)

    def against(self, stands: Stands, electors: int) -> int:
        """Those who count in the base and do not support; the absent too, where they break the quorum."""
        against = self.base(stands, electors) & (stands[1] | stands[2] | stands[3] | stands[4])
        if self.quorum and self.present(stands, electors) < self.quorum_needed(electors):
            against |= stands[ABSENT]
        return self.counted(against)

    def counts(self, stands: Stands, electors: int) -> dict[str, int]:
        base = self.size(self.base(stands, electors))
        counts = {
            "support": self.size(stands[SUPPORT]),
            "needed": self.threshold.needed(base),
            "of": base,
            "electors": electors.bit_count(),
        }
        if self.quorum:
            present = stands[0] | stands[1] | stands[2] | stands[3]
            counts |= {"present": present.bit_count(), "quorum": self.quorum_needed(electors)}
        return counts


class Weights(Heads, frozen=True, kw_only=True):
    """The supporters' weight passes a threshold of the base's weight."""

    table: WeightTable

    def size(self, parties: int) -> int:
        return self.table.of(parties)

    def counted(self, parties: int) -> int:
        return parties & self.table.weighty


class Cap(Leaf, frozen=True, kw_only=True):
    """Qualified abstainers stay below a share of the electors, or of their weight."""

    states: Threshold
    table: WeightTable | None = None
    weight: Threshold | None = None
    """with `table`: the share of weight that must be reached as well to stop the rule"""

    def holds(self, stands: Stands, electors: int) -> bool:
        qualified = stands[QUALIFIED]
        if qualified.bit_count() < self.states.needed(electors.bit_count()):
            return True
        if self.table is None or self.weight is None:
            return False
        return self.table.of(qualified) < self.weight.needed(self.table.of(electors))

    def against(self, stands: Stands, electors: int) -> int:
        return stands[QUALIFIED] & electors

    def counts(self, stands: Stands, electors: int) -> dict[str, int]:
        counts = {
            "qualified": stands[QUALIFIED].bit_count(),
            "limit": self.states.needed(electors.bit_count()),
            "of": electors.bit_count(),
        }
        if self.table is not None and self.weight is not None:
            total = self.table.of(electors)
            counts |= {
                "qualified weight": self.table.of(stands[QUALIFIED]),
                "weight limit": self.weight.needed(total),
                "total weight": total,
            }
        return counts
