"""Which parties alliances share on a day, and who belonged to what over the years."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product

from msgspec import Struct

from tocsin.charter.model import Status
from tocsin.charter.snapshot import Charter, Snapshot, visible
from tocsin.measures.comparison_words import party
from tocsin.terms import PartyId, SourceClass


class Shared(Struct, frozen=True, kw_only=True):
    """What two alliances share: members of both, and parties of both with any status that are not members of both."""

    a: str
    b: str
    members: tuple[PartyId, ...]
    others: tuple[PartyId, ...]


class Span(Struct, frozen=True, kw_only=True):
    """A row of membership: a party's status, or what is laid over it, from a day up to, not including, another."""

    party: PartyId
    alliance: str
    status: str
    overlay: bool
    since: date | None
    to: date | None
    clause: str
    source_class: SourceClass
    contested: bool
    """whether it is asserted or recognised by some only, or counts only under a reading"""
    seat: bool = False
    """whether it is laid over a status and takes no right away, such as a seat in a council"""

    def holds(self, on: date) -> bool:
        """Whether the row holds on the day."""
        return (self.since is None or self.since <= on) and (self.to is None or on < self.to)


class Overlap(Struct, frozen=True, kw_only=True):
    """The matrix (every ordered pair; an alliance with itself: its own members), and the spans behind it."""

    on: date
    known: date | None
    alliances: tuple[str, ...]
    cells: tuple[Shared, ...]
    spans: tuple[Span, ...]
    standings: dict[PartyId, dict[str, str]]
    """party -> alliance -> status with overlays on the day"""
    names: dict[str, str]

    def shared(self, a: str, b: str) -> Shared:
        """The cell of two alliances. Raises KeyError for one that is not compared."""
        for one in self.cells:
            if (one.a, one.b) == (a, b):
                return one
        raise KeyError((a, b))


def overlap(charters: Iterable[Charter], *, on: date, known: date | None = None) -> Overlap:
    """How many parties each two alliances share on `on`, with names; symmetric."""
    held = list(charters)
    snapshots = {charter.id: charter.as_of(on, known) for charter in held}
    everywhere = spans(held, known=known)
    standings: dict[PartyId, dict[str, str]] = {}
    for name, snapshot in snapshots.items():
        for code, standing in snapshot.standings.items():
            if standing.status != "withdrawn":
                standings.setdefault(code, {})[name] = ", ".join((standing.status, *standing.overlays))
    declared = {row.id: row.name for charter in held for row in charter.document.party}
    codes = {*standings, *(span.party for span in everywhere)}
    any_snapshot = next(iter(snapshots.values()))
    return Overlap(
        on=on,
        known=known,
        alliances=tuple(snapshots),
        cells=tuple(_shared(snapshots, a, b) for a, b in product(snapshots, repeat=2)),
        spans=everywhere,
        standings=dict(sorted(standings.items())),
        names={code: declared.get(code) or party(any_snapshot, code) for code in sorted(codes)},
    )


def _shared(snapshots: Mapping[str, Snapshot], a: str, b: str) -> Shared:
    members = snapshots[a].group("members") & snapshots[b].group("members")
    everyone = snapshots[a].group("everyone") & snapshots[b].group("everyone")
    return Shared(a=a, b=b, members=tuple(sorted(members)), others=tuple(sorted(everyone - members)))


def spans(charters: Iterable[Charter], *, known: date | None = None) -> tuple[Span, ...]:
    """Every row of membership that could be known on `known`, those that count only under a reading included."""
    found: list[Span] = []
    for charter in charters:
        document = charter.document
        starts = {row.id: row.from_ for row in reversed(document.clause) if row.from_ is not None}
        classes = {row.id: row.class_ or "memory" for row in document.clause}
        overlays = overlay_names(document.status)
        taking = {"suspended", "frozen", *(row.id for row in document.status if row.removes)}
        found.extend(
            Span(
                party=PartyId(row.party),
                alliance=charter.id,
                status=row.status,
                overlay=row.status in overlays,
                seat=row.status in overlays - taking,
                since=row.from_ or starts.get(row.clause),
                to=row.to,
                clause=row.clause,
                source_class=row.class_ or classes.get(row.clause, "memory"),
                contested=bool(row.asserted_by or row.recognised_by or row.reading),
            )
            for row in visible(document.membership, known)
        )
    return tuple(found)


def overlay_names(rows: Iterable[Status]) -> frozenset[str]:
    """Statuses that lie over another one: the built-in ones and the charter's own."""
    return frozenset({"suspended", "frozen", *(row.id for row in rows if row.overlay)})
