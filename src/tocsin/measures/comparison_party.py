"""One party across all its alliances on a day: where it stands, what it owes, and where two of them could collide."""

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from unicodedata import combining, normalize

from msgspec import Struct

from tocsin.charter.model import Membership
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.errors import NotFound
from tocsin.measures.collision_model import Collision
from tocsin.measures.collisions import collisions
from tocsin.measures.comparison_duties import Sort, borne_by, decided_by, sort_of
from tocsin.measures.comparison_words import condition_short, party
from tocsin.measures.overlap import Span, spans
from tocsin.states import state_name
from tocsin.terms import WEAK_CLASSES, PartyId, Right, SourceClass

CODE_LENGTH = 3
_ALSO_CALLED = {"turkey": "TUR", "uk": "GBR", "great britain": "GBR", "us": "USA", "uae": "ARE"}
"""Common names beside those of the list of states."""


class BorneDuty(Struct, frozen=True, kw_only=True):
    """A duty that a party bears, always or in a role that the event gives it."""

    id: str
    title: str
    sort: Sort
    modality: str
    borne: str
    """'always', 'unless it is the victim', 'only as the attacker'"""
    when: str
    content: str
    decision: tuple[str, ...]
    clause: str
    source_class: SourceClass


class Alliance(Struct, frozen=True, kw_only=True):
    """A party in one charter on the day."""

    id: str
    title: str
    hypothetical: bool
    hash: str
    status: str
    overlays: tuple[str, ...]
    since: date | None
    contested: str
    rights: tuple[Right, ...]
    clauses: tuple[str, ...]
    source_class: SourceClass
    duties: tuple[BorneDuty, ...]


class PartyView(Struct, frozen=True, kw_only=True):
    """All of it; `alliances` is empty where the party belongs to none of the charters on the day."""

    party: PartyId
    name: str
    on: date
    known: date | None
    weak: dict[str, SourceClass]
    """'charter clause' -> how it was seen, for what the standing and the duties rest on; to be said first"""
    alliances: tuple[Alliance, ...]
    left: tuple[Span, ...]
    """what it belonged to before, or will belong to later"""
    collisions: tuple[Collision, ...]
    names: dict[str, str]


def party_view(
    charters: Iterable[Charter], code: str, *, on: date, known: date | None = None, with_collisions: bool = True
) -> PartyView:
    """What `code` belongs to and owes on `on`, as known on `known`, and its collisions (HYPOTHETICAL events).

    Raises NotFound for a party that none of the charters has ever had.
    """
    held = list(charters)
    ever = {row.party for charter in held for row in charter.document.membership}
    if code not in ever:
        raise NotFound("party of any of these charters", code, sorted(ever))
    mine = [charter for charter in held if charter.as_of(on, known).belongs(code)]
    snapshots = [charter.as_of(on, known) for charter in mine]
    alliances = tuple(_alliance(charter, PartyId(code), on, known) for charter in mine)
    names = {str(one): party(snapshot, one) for snapshot in snapshots for one in snapshot.standings}
    lapsed = tuple(
        span for span in spans(held, known=known) if span.party == code and not span.overlay and not span.holds(on)
    )
    return PartyView(
        party=PartyId(code),
        name=party((snapshots or [held[0].as_of(on, known)])[0], code),
        on=on,
        known=known,
        weak=dict(_weak(snapshots, alliances)),
        alliances=alliances,
        left=lapsed,
        collisions=collisions(mine, on=on, known=known, party=code) if with_collisions else (),
        names=names,
    )


def alliances_said(number: int) -> str:
    """'2 alliances', '1 alliance', 'no alliance'."""
    return f"{number or 'no'} alliance{'s' if number > 1 else ''}"


def find_party(charters: Iterable[Charter], asked: str) -> PartyId:
    """The code of the party that is called so, by code or by name, or by how only one name begins, in any case.

    Raises NotFound for what no party of any of the charters has ever been called.
    """
    held = list(charters)
    codes = sorted({row.party for charter in held for row in charter.document.membership})
    declared = {row.id: row.name for charter in held for row in charter.document.party if row.name}
    names = {_plain(name): code for code in codes for name in (declared.get(code), state_name(code)) if name}
    names |= {name: code for name, code in _ALSO_CALLED.items() if code in codes}
    wanted = _plain(asked)
    by_code = {_plain(code): code for code in codes}
    found = by_code.get(wanted) or names.get(wanted)
    begun = {code for name, code in names.items() if name.startswith(wanted)} if len(wanted) > CODE_LENGTH else set()
    if found is None and len(begun) == 1:
        found = begun.pop()
    if found is None:
        near = [said for said in (declared.get(names[name]) or state_name(names[name])
                                  for name in get_close_matches(wanted, names, n=1)) if said]  # fmt: skip
        raise NotFound("party of any of these charters", asked, [*near, *codes])
    return PartyId(found)


def _plain(name: str) -> str:
    """In small letters without accents, so that Türkiye is found as 'turkiye'."""
    return "".join(one for one in normalize("NFKD", name.strip().casefold()) if not combining(one))


def _alliance(charter: Charter, code: PartyId, on: date, known: date | None) -> Alliance:
    snapshot = charter.as_of(on, known)
    standing = snapshot.standings[code]
    rows = [row for row in snapshot.memberships if row.party == code]
    base = next((row for row in rows if row.status == standing.status), rows[0])
    return Alliance(
        id=charter.id,
        title=charter.document.charter.title,
        hypothetical=charter.document.charter.hypothetical,
        hash=charter.hash,
        status=standing.status,
        overlays=standing.overlays,
        since=base.from_,
        contested=_contest(base),
        rights=tuple(sorted(standing.rights)),
        clauses=tuple(dict.fromkeys(row.clause for row in rows if row.clause)),
        source_class=snapshot.source_class(base),
        duties=tuple(_borne(snapshot, code)),
    )


def _contest(row: Membership) -> str:
    said = (("asserted by", row.asserted_by), ("recognised by", row.recognised_by))
    return "; ".join(f"{how}: {', '.join(who)}" for how, who in said if who)


def _borne(snapshot: Snapshot, code: PartyId) -> Iterator[BorneDuty]:
    for duty in snapshot.duties.values():
        if how := borne_by(snapshot, duty, code):
            yield BorneDuty(
                id=duty.id,
                title=duty.title,
                sort=sort_of(duty, snapshot),
                modality=duty.modality,
                borne=how,
                when=condition_short(duty.when, snapshot),
                content=duty.content,
                decision=tuple(one.says for one in decided_by(snapshot, duty)),
                clause=duty.clause,
                source_class=snapshot.source_class(duty),
            )


def _weak(snapshots: Iterable[Snapshot], alliances: Iterable[Alliance]) -> Iterator[tuple[str, SourceClass]]:
    for _, one in zip(snapshots, alliances, strict=True):
        if one.source_class in WEAK_CLASSES:
            yield f"{one.id} {one.clauses[0] if one.clauses else one.status}", one.source_class
        for duty in one.duties:
            if duty.source_class in WEAK_CLASSES:
                yield f"{one.id} {duty.clause}", duty.source_class
