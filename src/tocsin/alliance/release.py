"""Who sees what, by law: a content by its release, the facts of a case by belonging. What is not said is no.

Every function is given the charter *in force* (`step.in_force`): the snapshot of the day with live standings laid
over it. A seat is a party, an office or organ of the charter, or the secretariat.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from tocsin.alliance.contents import Held
from tocsin.alliance.facts import Refusal
from tocsin.alliance.folding import is_official
from tocsin.alliance.state import CaseState, State
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import LONG_AGO, Instant, Marking, PartyId, instant

SECRETARIAT = "secretariat"
"""The seat of those who run the centre. It sees every case, and no content by that."""

JoinerHistory = Literal["all", "from joining", "none"]

_TO_WHOM_IT_CONCERNS: tuple[Marking, ...] = ("TLP:RED", "TLP:AMBER+STRICT")
"""Even a party named itself needs the right to receive for these."""
_TO_THE_COMMUNITY: tuple[Marking, ...] = ("TLP:GREEN", "TLP:CLEAR")
"""Released to everyone, these need no right to receive."""


class Rules(Struct, frozen=True, kw_only=True):
    """The charter's row on conduct, with the defaults put in where it is silent."""

    joiner_history: JoinerHistory = "from joining"
    two_persons: frozenset[str] = frozenset()
    """Of break, force and recall: what takes a second person of the same seat."""
    clause: str = ""


class Ruling(Struct, frozen=True):
    """Whether a seat sees a content, why, and the clause that rests on, if any."""

    sees: bool
    why: str
    clause: str = ""


def rules_of(charter: Snapshot) -> Rules:
    """How the alliance's records are kept on the day."""
    row = charter.conduct
    if row is None:
        return Rules()
    return Rules(
        joiner_history=row.joiner_history or "from joining",
        two_persons=frozenset(row.two_persons),
        clause=row.clause,
    )


def joined_at(charter: Snapshot, state: State, party: str) -> Instant | None:
    """Since when a party belongs without a break, with whatever status; None where it does not, or nobody knows.

    By the file it joins as its first day begins at the organs' seat; `LONG_AGO` where no row says when.
    """
    if not charter.belongs(party):
        return None
    live = state.joined.get(PartyId(party))
    return live if live is not None else _joined_by_file(charter, party)


@lru_cache(maxsize=256)
def _joined_by_file(charter: Snapshot, party: str) -> Instant | None:
    """Remembered, because it is asked of every command of a party."""
    day = charter.belongs_since(party)
    if day is None or day == date.min:
        return None if day is None else LONG_AGO
    return max(LONG_AGO, instant(datetime(day.year, day.month, day.day, tzinfo=charter.zone)))


def rule_on(charter: Snapshot, state: State, held: Held, seat: str) -> Ruling:
    """Whether a seat sees a content. The first of these that applies decides."""
    if seat == held.author:
        return _yes("it is yours")
    if held.recalled is not None:
        return _no("recalled by its author")
    if not held.audience:
        return _no("it is released to nobody")
    if _is_of_the_house(charter, seat):
        return _of_the_house(held, seat)
    if not charter.belongs(seat):
        return _no(f"{seat} does not belong to this alliance on {charter.on}")
    if seat in held.audience:
        return _named(charter, held, seat)
    return _in_group(charter, state, held, seat)


def audience_of(charter: Snapshot, state: State, held: Held, seats: Iterable[str]) -> frozenset[str]:
    """Those of the seats that see a content."""
    return frozenset(seat for seat in seats if rule_on(charter, state, held, seat).sees)


def may_pass_on(charter: Snapshot, state: State, held: Held, seat: str, to: Iterable[str]) -> Refusal | None:
    """Why a seat may not release a content to more parties and groups; None where it may.

    Its author may release it to anybody. Another who sees it passes on only what its author does not keep to itself:
    TLP:CLEAR to anybody, TLP:GREEN to parties that belong and to groups of such.
    """
    if seat == held.author:
        return None
    if not rule_on(charter, state, held, seat).sees:
        return Refusal(
            code="no such warning",
            message=f"There is no warning '{held.warning}' in case '{held.case}' that you may see.",
            fix="Check the name.",
        )
    ask = f"Ask {held.author} to release it to them."
    if held.orcon:
        message = f"{held.author} keeps control of '{held.warning}': nobody else passes it on."
        return Refusal(code="originator control", message=message, fix=ask)
    if held.marking not in _TO_THE_COMMUNITY:
        message = f"What is marked {held.marking} goes to nobody but those its author released it to."
        return Refusal(code="not yours to pass on", message=message, fix=ask)
    outside = [name for name in to if held.marking == "TLP:GREEN" and not _is_within(charter, name)]
    if outside:
        message = f"TLP:GREEN stays among parties that belong, and {', '.join(outside)} is none on {charter.on}."
        return Refusal(code="outside the alliance", message=message, fix=f"Leave it out. {ask}")
    return None


def sees_case(charter: Snapshot, state: State, case: CaseState, seat: str) -> bool:
    """Whether a seat sees the facts of a case: all of them, or none.

    Offices, organs and the secretariat do. Of the parties that belong: those with the right to receive that were there
    when it was opened, or read what went before; the electors of its texts; those let in; the one that opened it.
    Whoever has left sees it only as long as a text is before it there on which it still decides.
    """
    if _is_of_the_house(charter, seat):
        return True
    texts = case.procedures.values()
    if not charter.belongs(seat):
        running = ("open", "silence", "unconfirmed")
        return any(text.status in running and seat in text.ballot.universe for text in texts)
    return (
        _reads_since(charter, state, seat, case.opened)
        or seat in case.shared
        or seat == owner_of(charter, case.id)
        or any(seat in text.ballot.universe for text in texts)
    )


def sees_all_cases(charter: Snapshot, state: State, seat: str, since: Instant) -> bool:
    """Whether a seat sees every case opened at `since` or later, whatever happens in it."""
    return _is_of_the_house(charter, seat) or _reads_since(charter, state, seat, since)


def owner_of(charter: Snapshot, case: str) -> str:
    """The party whose id and a hyphen the name of a case begins with, so that only it can have opened it; else ''.

    Ids may hold hyphens themselves: the longest id counts.
    """
    parts = case.split("-")
    for end in range(len(parts) - 1, 0, -1):
        party = "-".join(parts[:end])
        if party in charter.parties or party in charter.standings:
            return party
    return ""


def _is_of_the_house(charter: Snapshot, seat: str) -> bool:
    return seat == SECRETARIAT or is_official(charter, seat)


def _of_the_house(held: Held, seat: str) -> Ruling:
    """To serve the alliance is not to be released its contents: an office, organ or the secretariat is named itself."""
    if seat in held.audience:
        return _yes("named itself")
    if held.marking == "TLP:CLEAR" and "everyone" in held.audience:
        return _yes("TLP:CLEAR, released to everyone")
    return _no("not among those it is released to")


def _named(charter: Snapshot, held: Held, party: str) -> Ruling:
    """A party named itself, whenever it joined."""
    if held.marking in _TO_WHOM_IT_CONCERNS and not charter.has_right(party, "receive"):
        return _no_right(charter, held, party)
    return _yes("named itself")


def _in_group(charter: Snapshot, state: State, held: Held, party: str) -> Ruling:
    """A party that is in a named group: today, or on the day the release speaks of, by the charter's file."""
    law = charter if held.as_of is None else charter.on_day(held.as_of)
    groups = [name for name in held.audience if _is_in(law, name, party)]
    if not groups:
        return _no("not among those it is released to")
    if held.marking == "TLP:RED":
        return _no("TLP:RED goes to parties named one by one, not to groups")
    for_all = held.marking in _TO_THE_COMMUNITY and "everyone" in groups
    if not for_all and not charter.has_right(party, "receive"):
        return _no_right(charter, held, party)
    rules = rules_of(charter)
    if _came_later(charter, state, held, party, rules.joiner_history):
        before = "the case was opened" if rules.joiner_history == "none" else "it was handed in"
        return _no(f"{party} joined after {before}", rules.clause)
    row = law.groups.get(groups[0])
    day = f" as of {held.as_of}" if held.as_of is not None else ""
    return _yes(f"in the group '{groups[0]}'{day}", row.clause if row is not None else "")


def _is_in(law: Snapshot, name: str, party: str) -> bool:
    """Whether a party is in a group. A group that depends on the roles of a case is nobody here, a party no group."""
    return name not in law.standings and party in law.group(name) and not law.roles_in(name)


def _is_within(charter: Snapshot, name: str) -> bool:
    """Whether a name stands for parties that belong, and for no other."""
    found = charter.group(name) if not charter.roles_in(name) else frozenset()
    return bool(found) and all(charter.belongs(party) for party in found)


def _came_later(charter: Snapshot, state: State, held: Held, party: str, history: JoinerHistory) -> bool:
    """Whether a party joined too late for what a group was released."""
    if history == "all":
        return False
    case = state.cases.get(held.case) if history == "none" else None
    since = joined_at(charter, state, party)
    return since is None or since > (held.at if case is None else case.opened)


def _reads_since(charter: Snapshot, state: State, party: str, start: Instant) -> bool:
    """Whether a party has the right to receive and reads what was there at `start`."""
    if not charter.has_right(party, "receive") or not charter.belongs(party):
        return False
    if rules_of(charter).joiner_history == "all":
        return True
    since = joined_at(charter, state, party)
    return since is not None and since <= start


def _no_right(charter: Snapshot, held: Held, party: str) -> Ruling:
    status = charter.standings[PartyId(party)].status
    row = charter.statuses.get(status)
    why = f"{held.marking} needs the right to receive, and {party} ({status}) does not have it"
    return _no(why, row.clause if row is not None else "")


def _yes(why: str, clause: str = "") -> Ruling:
    return Ruling(sees=True, why=why, clause=clause)


def _no(why: str, clause: str = "") -> Ruling:
    return Ruling(sees=False, why=why, clause=clause)
