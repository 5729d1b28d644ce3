"""An event beside a charter: what may be a slip in it, or asks of the charter what it cannot answer."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.names import party_name
from tocsin.states import is_state

Path = tuple[str | int, ...]
WORDS = ("", "non-state", "international")
"""What stands for a party and is none."""


def warnings_about(event: Event, snapshot: Snapshot) -> tuple[str, ...]:
    """What may be a slip in the event, or asks of the charter what it cannot answer; each a sentence."""
    found = [*_before_the_treaty(snapshot), *_strangers(event, snapshot), *_real_states(event, snapshot)]
    return tuple(dict.fromkeys(found))


def parties_in(event: Event) -> list[tuple[Path, str]]:
    """Every party an event names, with its place in the file."""
    named: list[tuple[Path, str]] = [
        (("event", field), getattr(event, field)) for field in ("victim", "attacker", "territory_of")
    ]
    named += [(("event", "requested_by", at), party) for at, party in enumerate(event.requested_by or ())]
    return [(path, party) for path, party in named if party not in WORDS]


def _before_the_treaty(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.duties:
        return
    first = min((row.from_ for row in snapshot.document.clause if row.from_ is not None), default=None)
    if first is not None and snapshot.on < first:
        yield f"on {snapshot.on} no clause of {snapshot.charter_id} is in force: the first one begins on {first}"
    else:
        yield f"{snapshot.charter_id} has no duty in force on {snapshot.on}"


def _strangers(event: Event, snapshot: Snapshot) -> Iterator[str]:
    """The victim and those who ask are as a rule parties; whoever attacks, and where it happens, need not be."""
    declared = {row.id for row in snapshot.document.party}
    for party in dict.fromkeys((event.victim, *(event.requested_by or ()))):
        if party and not snapshot.belongs(party):
            name = party_name(snapshot, party)
            hint = "" if party in declared or is_state(party) else likely(party, sorted(snapshot.standings))
            who = party if name == party else f"{name} ({party})"
            yield f"{who} is no party of {snapshot.charter_id} on {snapshot.on}" + (f"; {hint}" if hint else "")


def likely(party: str, known: Sequence[str]) -> str:
    """Codes one letter away: often there are several, and none is likelier than the others."""
    near = sorted(get_close_matches(party, known, n=12))
    if len(near) == 1:
        return f"did you mean {near[0]}?"
    return f"did you mean one of {', '.join(near)}?" if near else ""


def _real_states(event: Event, snapshot: Snapshot) -> Iterator[str]:
    if not snapshot.document.charter.invented:
        return
    for _, party in parties_in(event):
        if is_state(party):
            yield (
                f"{party_name(snapshot, party)} ({party}) is a real state, and {snapshot.charter_id} is an invented "
                "alliance: use XAA to XZZ, so that nobody takes this for a claim about that state"
            )
