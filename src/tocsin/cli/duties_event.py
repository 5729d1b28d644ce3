"""The event that `duties` is asked about, beside the charter: parties it does not know, and a day without law."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.files.catalog import find
from tocsin.charter.files.locate import Mistake, Path, located
from tocsin.charter.model import Document
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Snapshot
from tocsin.cli.names import party_name
from tocsin.errors import CaseError
from tocsin.replay.load import load_event
from tocsin.states import is_state
from tocsin.terms import is_invented

WORDS = ("", "non-state", "international")


def event_for(name: str, document: Document) -> Event:
    """The event in that file, or of that example. Raises CaseError also for a code that nobody has, located."""
    event = load_event(name)
    parties = _parties(event)
    if found := [_nobody(document, party, path) for path, party in parties if not _is_somebody(document, party)]:
        file = find(name, "examples", "event")
        raise CaseError(located(found, file.read_text(encoding="utf-8"), str(file)))
    return event


def warnings_about(event: Event, snapshot: Snapshot) -> tuple[str, ...]:
    """What may be a slip in the event, or asks of the charter what it cannot answer; each a sentence."""
    found = [*_before_the_treaty(snapshot), *_strangers(event, snapshot), *_real_states(event, snapshot)]
    return tuple(dict.fromkeys(found))


def _parties(event: Event) -> list[tuple[Path, str]]:
    """Every party an event names, with its place in the file."""
    named: list[tuple[Path, str]] = [
        (("event", field), getattr(event, field)) for field in ("victim", "attacker", "territory_of")
    ]
    named += [(("event", "requested_by", at), party) for at, party in enumerate(event.requested_by or ())]
    return [(path, party) for path, party in named if party not in WORDS]


def _is_somebody(document: Document, party: str) -> bool:
    """Whether it is a code of ISO, an invented one, or known to the charter."""
    known = {row.id for row in document.party} | {row.party for row in document.membership}
    return is_state(party) or is_invented(party) or party in known


def _nobody(document: Document, party: str, path: Path) -> Mistake:
    known = sorted({row.party for row in document.membership})
    mistake = party_mistake(document, party, path) or Mistake(path, f"there is no party '{party}'")
    return mistake._replace(fix=_likely(party, known) or mistake.fix)


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
            hint = "" if party in declared or is_state(party) else _likely(party, sorted(snapshot.standings))
            who = party if name == party else f"{name} ({party})"
            yield f"{who} is no party of {snapshot.charter_id} on {snapshot.on}" + (f"; {hint}" if hint else "")


def _likely(party: str, known: Sequence[str]) -> str:
    """Codes one letter away: often there are several, and none is likelier than the others."""
    near = sorted(get_close_matches(party, known, n=12))
    if len(near) == 1:
        return f"did you mean {near[0]}?"
    return f"did you mean one of {', '.join(near)}?" if near else ""


def _real_states(event: Event, snapshot: Snapshot) -> Iterator[str]:
    if not snapshot.document.charter.invented:
        return
    for _, party in _parties(event):
        if is_state(party):
            yield (
                f"{party_name(snapshot, party)} ({party}) is a real state, and {snapshot.charter_id} is an invented "
                "alliance: use XAA to XZZ, so that nobody takes this for a claim about that state"
            )
