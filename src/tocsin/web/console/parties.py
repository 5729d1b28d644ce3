"""The parties of a charter on a day: how each stands, by which row, and where readings differ about it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.model import Membership, Reading
from tocsin.charter.snapshot import Snapshot, Standing
from tocsin.charter.told.names import party_name
from tocsin.terms import PartyId, SourceClass


class PartyShown(Struct, frozen=True, kw_only=True):
    """A party on the day."""

    party: PartyId
    name: str
    status: str
    overlays: tuple[str, ...]
    since: date | None
    rights: tuple[str, ...]
    asserted_by: tuple[str, ...]
    recognised_by: tuple[str, ...]
    clause: str
    source_class: SourceClass
    notes: tuple[str, ...]
    is_live: bool
    """Whether it stands so by a decision of this centre, and not by the charter's file."""


class Contest(NamedTuple):
    """A question on which it hangs how parties stand."""

    question: str
    readings: tuple[tuple[Reading, dict[PartyId, str]], ...]
    """Each reading, with what it makes of the parties it changes."""


def parties_on(snapshot: Snapshot, plain: Snapshot) -> tuple[PartyShown, ...]:
    """Every party with a standing, by name. `plain` is the same day by the file alone."""
    found = [_party(snapshot, plain, standing) for standing in snapshot.standings.values()]
    return tuple(sorted(found, key=lambda one: (one.status == "withdrawn", one.name)))


def _party(snapshot: Snapshot, plain: Snapshot, standing: Standing) -> PartyShown:
    rows = [row for row in snapshot.memberships if row.party == standing.party]
    base = next((row for row in reversed(rows) if not _is_overlay(snapshot, row)), None)
    return PartyShown(
        party=standing.party,
        name=party_name(snapshot, standing.party),
        status=standing.status,
        overlays=standing.overlays,
        since=base.from_ if base else None,
        rights=tuple(sorted(standing.rights)),
        asserted_by=base.asserted_by if base else (),
        recognised_by=base.recognised_by if base else (),
        clause=base.clause if base else "",
        source_class=snapshot.source_class(base) if base else "official statement",
        notes=tuple(dict.fromkeys(row.note for row in rows if row.note)),
        is_live=plain.standings.get(standing.party) != standing,
    )


def _is_overlay(snapshot: Snapshot, row: Membership) -> bool:
    return row.status in snapshot.statuses and snapshot.statuses[row.status].overlay


def by_question(snapshot: Snapshot) -> dict[str, list[Reading]]:
    """The readings of the day by the question they answer."""
    found: dict[str, list[Reading]] = {}
    for row in snapshot.all_readings.values():
        found.setdefault(row.question, []).append(row)
    return found


def contests(snapshot: Snapshot) -> tuple[Contest, ...]:
    """The questions of which one reading or another gives a party another standing."""
    return tuple(_contests(snapshot))


def _contests(snapshot: Snapshot) -> Iterator[Contest]:
    for question, rows in by_question(snapshot).items():
        under = [(row, snapshot.under([row.id]).standings) for row in rows]
        everywhere = [snapshot.standings, *(standings for _, standings in under)]
        parties = dict.fromkeys(party for standings in everywhere for party in standings)
        changed = [party for party in parties if len({standings.get(party) for standings in everywhere}) > 1]
        if changed:
            told = tuple((row, {party: _words(standings.get(party)) for party in changed}) for row, standings in under)
            yield Contest(question, told)


def _words(standing: Standing | None) -> str:
    return ", ".join((standing.status, *standing.overlays)) if standing is not None else "no party"
