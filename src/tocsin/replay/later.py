"""A time that is computed from a time known as an interval is an interval itself: its later end.

The engine counts from the earliest instant a step can have had; here the same commands are put at the latest.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from tocsin.alliance.commands import Command, Convene, GiveNotice, OpenSilence, RecordOutage
from tocsin.alliance.facts import AnyFact, DeadlineMoved, NoticeGiven, OrganConvened, Refusal, SilenceOpened
from tocsin.alliance.state import State
from tocsin.alliance.step import decide
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant

SETS_TIMES = (Convene, OpenSilence, RecordOutage, GiveNotice)
"""Commands whose facts hold a time computed from their own."""


def latest_times(law: Snapshot, state: State, command: Command) -> dict[str, Instant]:
    """'deadline' or 'effective', as the command would yield it at its latest; nothing where its time is known."""
    if not isinstance(command, SETS_TIMES) or command.at_latest is None or command.at_latest <= command.at:
        return {}
    decided = decide(law, state, replace(command, at=command.at_latest, at_latest=None))
    if isinstance(decided, Refusal):
        return {}
    found: dict[str, Instant] = {}
    for fact in decided:
        found |= times_of(fact)
    return found


def times_of(fact: AnyFact) -> dict[str, Instant]:
    """The times that a fact sets for later."""
    match fact:
        case OrganConvened(meets_by=at) if at is not None:
            return {"deadline": at}
        case SilenceOpened(deadline=at) | DeadlineMoved(deadline=at):
            return {"deadline": at}
        case NoticeGiven(effective=at) if at is not None:
            return {"effective": at}
        case _:
            return {}


def unset_times(law: Snapshot, facts: Iterable[AnyFact]) -> dict[str, str]:
    """Times that would follow, were they not unset in the charter; by field, why they are missing."""
    found: dict[str, str] = {}
    for fact in facts:
        match fact:
            case OrganConvened(meets_by=None):
                why = law.organs[fact.organ].unset.get("convene_within", "it gives no length")
                found["deadline"] = f"how soon '{fact.organ}' meets once called, unset in the charter: {why}"
            case NoticeGiven(effective=None):
                rows = [row for row in law.provisions.values() if row.kind == "withdrawal"]
                why = next((row.unset["notice"] for row in rows if "notice" in row.unset), "it gives no length")
                found["effective"] = f"how long a notice of leaving runs, unset in the charter: {why}"
            case _:
                continue
    return found
