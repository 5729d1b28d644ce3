"""What would change a verdict: the smallest sets of electors who could turn it into another.

A plain search over sets of growing size: each member moves to support, object or absence, on one question or on
several. It is what-if on stated positions, and no forecast of what anybody will do.
"""

from collections.abc import Mapping
from functools import reduce
from itertools import combinations, product
from operator import or_

from msgspec import Struct

from tocsin.charter.rules.composites import CHOOSE
from tocsin.charter.rules.profile import ABSENT, NOBODY, OBJECT, SUPPORT, Profile
from tocsin.charter.rules.verdict import CompiledRule
from tocsin.terms import POSITIONS, PartyId, Position, Verdict

LARGEST = 3
LIMIT = 20_000
DESTINATIONS = (SUPPORT, OBJECT, ABSENT)

Move = tuple[int | None, ...]
"""for each question the new position's number; None: stays"""


class Lever(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A set of electors who together could turn the verdict, and one way to do it."""

    parties: tuple[PartyId, ...]
    moves: dict[PartyId, Position] = {}
    """party -> its new position on the text"""
    elsewhere: dict[str, dict[PartyId, Position]] = {}
    """other question -> party -> its new position there"""
    verdict: Verdict
    """what the verdict would then be"""


class Levers(Struct, frozen=True, kw_only=True):
    """All minimal sets found: of no two for the same verdict does one contain the other."""

    verdict: Verdict
    """the verdict as it stands"""
    changes: tuple[Lever, ...]
    """by size of the set, then by party"""
    complete: bool
    """whether every set of the sizes asked for was searched"""
    searched_up_to: int
    """the largest size of which every set was searched"""


def levers(
    compiled: CompiledRule,
    positions: Mapping[str, Position],
    questions: Mapping[str, Mapping[str, Position]] = {},
    closed: bool = False,  # noqa: FBT002  # as in CompiledRule.judge
    largest: int = LARGEST,
    limit: int = LIMIT,
) -> Levers:
    """The smallest sets, of up to `largest` electors, who could turn the verdict into another.

    `limit` is the number of combinations of moves to be judged at most: a size that does not fit any more is not
    begun, and `complete` is then False. Raises TermError for a position that is none.
    """
    search = _Search(compiled, compiled.profile(positions, questions, closed=closed))
    costs = _combinations_by_size([len(search.moves[mover]) for mover in search.movers], largest)
    searched = 0
    for size in range(1, largest + 1):
        limit -= costs[size]
        if limit < 0:
            break
        search.every_set_of(size)
        searched = size
    return Levers(
        verdict=search.now, changes=tuple(search.found), complete=searched == largest, searched_up_to=searched
    )


def _combinations_by_size(moves: list[int], largest: int) -> list[int]:
    """For each size, how many ways there are to pick so many members and a move for each."""
    ways = [1] + [0] * largest
    for count in moves:
        for size in range(largest, 0, -1):
            ways[size] += ways[size - 1] * count
    return ways


class _Search:
    """What can move, and the sets found so far."""

    def __init__(self, compiled: CompiledRule, profile: Profile) -> None:
        self.compiled, self.profile = compiled, profile
        self.now = compiled.root.judge(profile, compiled.everyone)
        reads = compiled.root.reads(compiled.everyone)
        # A choice that was never put is no matter of positions: somebody has to put it first.
        put = {name: who for name, who in reads.items() if name in profile.on or not name.startswith(CHOOSE)}
        self.readers = dict(sorted(put.items()))
        self.stands = {question: profile.on.get(question, NOBODY) for question in self.readers}
        everyone = reduce(or_, put.values(), 0)
        self.movers = [1 << place for place in range(len(compiled.universe)) if everyone >> place & 1]
        self.moves = {mover: self.moves_of(mover) for mover in self.movers}
        self.masks: dict[Verdict, list[int]] = {}
        self.found: list[Lever] = []

    def moves_of(self, mover: int) -> list[Move]:
        """Every other way to stand on the questions, the slightest first."""
        ways: list[list[int | None]] = []
        for question, readers in self.readers.items():
            here = self.stands[question]
            ways.append([None, *(to for to in DESTINATIONS if readers & mover and not here[to] & mover)])
        moves = [move for move in product(*ways) if any(to is not None for to in move)]
        return sorted(moves, key=_upheaval)

    def every_set_of(self, size: int) -> None:
        """Judge every set of that size, and keep the minimal ones."""
        for movers in combinations(self.movers, size):
            together = sum(movers)
            for moves in product(*(self.moves[mover] for mover in movers)):
                verdict = self.compiled.root.judge(self.after(movers, moves), self.compiled.everyone)
                if verdict != self.now and self.is_minimal(together, verdict):
                    self.masks.setdefault(verdict, []).append(together)
                    self.found.append(self.lever(movers, moves, verdict))

    def is_minimal(self, together: int, verdict: Verdict) -> bool:
        return all(smaller & ~together for smaller in self.masks.get(verdict, ()))

    def after(self, movers: tuple[int, ...], moves: tuple[Move, ...]) -> Profile:
        """The profile once these have moved."""
        on = dict(self.profile.on)
        together = sum(movers)
        for place, (question, stands) in enumerate(self.stands.items()):
            seats = [stand & ~together for stand in stands]
            for mover, move in zip(movers, moves, strict=True):
                to = move[place]
                if to is not None:
                    seats[to] |= mover
                else:
                    seats = [seat | (stand & mover) for seat, stand in zip(seats, stands, strict=True)]
            on[question] = (seats[0], seats[1], seats[2], seats[3], seats[4])
        return Profile(on, self.profile.closed)

    def lever(self, movers: tuple[int, ...], moves: tuple[Move, ...], verdict: Verdict) -> Lever:
        parties = self.compiled.parties(sum(movers))
        changed: dict[str, dict[PartyId, Position]] = {}
        for party, move in zip(parties, moves, strict=True):
            for question, to in zip(self.readers, move, strict=True):
                if to is not None:
                    changed.setdefault(question, {})[party] = POSITIONS[to]
        text = changed.pop("", {})
        return Lever(parties=parties, moves=text, elsewhere=changed, verdict=verdict)


def _upheaval(move: Move) -> tuple[int, list[bool]]:
    """Orders moves: fewer questions first, and among those the text before others."""
    stays = [to is None for to in move]
    return stays.count(False), stays
