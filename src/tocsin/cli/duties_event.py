"""The event that `duties` is asked about, read from its file."""

from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.files.catalog import find
from tocsin.charter.files.locate import Mistake, Path, located
from tocsin.charter.model import Document
from tocsin.charter.predicates import Event
from tocsin.charter.told.event import likely, parties_in
from tocsin.errors import CaseError
from tocsin.replay.load import load_event
from tocsin.states import is_state
from tocsin.terms import is_invented


def event_for(name: str, document: Document) -> Event:
    """The event in that file, or of that example. Raises CaseError also for a code that nobody has, located."""
    event = load_event(name)
    parties = parties_in(event)
    if found := [_nobody(document, party, path) for path, party in parties if not _is_somebody(document, party)]:
        file = find(name, "examples", "event")
        raise CaseError(located(found, file.read_text(encoding="utf-8"), str(file)))
    return event


def _is_somebody(document: Document, party: str) -> bool:
    """Whether it is a code of ISO, an invented one, or known to the charter."""
    known = {row.id for row in document.party} | {row.party for row in document.membership}
    return is_state(party) or is_invented(party) or party in known


def _nobody(document: Document, party: str, path: Path) -> Mistake:
    known = sorted({row.party for row in document.membership})
    mistake = party_mistake(document, party, path) or Mistake(path, f"there is no party '{party}'")
    return mistake._replace(fix=likely(party, known) or mistake.fix)
