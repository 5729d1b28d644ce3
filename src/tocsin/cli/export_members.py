"""Memberships and the codes of states as tidy tables: one row a spell of membership, one row a code."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from msgspec import Struct

from tocsin.charter.model import DEFAULT_STATUSES, About, Clause, Membership, Notice, Party, Status
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Charter, visible
from tocsin.measures.sources import rows, source
from tocsin.replay.columns import EITHER, NONE, NOT_HERE, UNKNOWN, column, of
from tocsin.states import state_codes, state_name
from tocsin.terms import SourceClass, is_invented

Scheme = Literal["iso", "iso withdrawn", "registered", "invented"]


COW = "measures/data/cow_codes.csv"


class Spell(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One spell of membership: a party's status under a charter from one day to another."""

    charter: Annotated[str, column("Short name of the charter; a reform has a + in it.", definition="About.id")]
    system: Annotated[str, column("The charter without the reforms laid over it.")]
    hypothetical: Annotated[bool, of(About, "hypothetical", more="HYPOTHETICAL: leave such rows out of any count.")]
    party: Annotated[str, of(Membership, "party", more="Its code; it is in table states.")]
    party_name: Annotated[str, column("Short English name; it says nothing about anybody's status.")]
    status: Annotated[str, of(Membership, "status")]
    overlay: Annotated[bool, of(Status, "overlay")]
    from_: Annotated[date | None, of(Row, "from_", empty=UNKNOWN, more="Where the row has none, its clause's.")]
    to: Annotated[date | None, column("First day it no longer holds.", empty="it still holds", definition="Row.to")]
    reading: Annotated[str, of(Row, "reading", empty="it counts under every reading")]
    clause: Annotated[str, of(Row, "clause", empty=NONE)]
    article: Annotated[str, of(Clause, "article", empty=NONE)]
    source: Annotated[str, of(Row, "source", empty=UNKNOWN, more="Where the row has none, its clause's.")]
    source_class: Annotated[SourceClass, of(Row, "class_", more="Where the row has none, its clause's, else memory.")]
    recorded: Annotated[date | None, of(Row, "recorded", empty="always")]
    notice_given: Annotated[date | None, of(Notice, "given", empty=EITHER)]
    notice_effective: Annotated[date | None, of(Notice, "effective", empty=EITHER)]
    asserted_by: Annotated[tuple[str, ...], of(Membership, "asserted_by", empty="not contested")]
    recognised_by: Annotated[tuple[str, ...], of(Membership, "recognised_by", empty="everybody")]
    note: Annotated[str, of(Row, "note", empty=NONE)]


class StateCode(Struct, frozen=True, kw_only=True):
    """One code of a party, beside the codes that other data sets use."""

    code: Annotated[str, column("The code that every table here uses.")]
    name: Annotated[str, column("Short English name; it says nothing about anybody's status.")]
    scheme: Annotated[
        Scheme,
        column(
            "Where the code comes from. iso: ISO 3166-1 alpha-3; iso withdrawn: one that ISO has withdrawn, kept for "
            "dissolved states; registered: an id of a charter's own; invented: from ISO's user-assigned XAA to XZZ."
        ),
    ]
    hypothetical: Annotated[bool, column("HYPOTHETICAL. True for an invented state.")]
    iso3: Annotated[str, column("ISO 3166-1 alpha-3, also a withdrawn one: the code itself.", empty=NOT_HERE)]
    iso2: Annotated[
        str,
        column(
            f"ISO 3166-1 alpha-2. NA is Namibia: read with the empty cell as the only missing value. "
            f"From {source('capitals').citation}; class {source('capitals').class_}.",
            empty=EITHER,
            definition="measures/data/capitals.csv",
        ),
    ]
    cow_code: Annotated[
        int | None,
        column(
            "Number of the state in the data of the Correlates of War project (ccode). The project gives one number to "
            "the Soviet Union and Russia, 365, and to Yugoslavia and Serbia, 345: here they stand at RUS and SRB.",
            empty=EITHER,
            definition=COW,
        ),
    ]
    cow_abb: Annotated[
        str,
        column(
            "Its letters there (stateabb). They are no ISO code: AUS is Austria in them, Australia in ISO.",
            empty=EITHER,
            definition=COW,
        ),
    ]
    cow_code_before: Annotated[
        int | None, column(f"Another number of earlier years. {source('cow_codes').note}", empty=NONE, definition=COW)
    ]
    cow_abb_before: Annotated[str, column("The letters of that number.", empty=NONE, definition=COW)]
    cow_class: Annotated[
        SourceClass | None,
        column("How the codes of that project were seen.", empty=NOT_HERE, definition="measures/data/sources.toml"),
    ]
    kind: Annotated[
        str, of(Party, "kind", empty="ISO does not tell", more="As the charter says that registers the party.")
    ]
    registered_by: Annotated[tuple[str, ...], column("Charters that register the code themselves.", empty=NONE)]
    recognised_by: Annotated[tuple[str, ...], of(Party, "recognised_by", empty="not contested there")]
    note: Annotated[str, column("When ISO withdrew the code.", empty=NONE)]


def spells(charter: Charter, on: date | None) -> list[Spell]:
    """The membership rows of a charter that no later row replaces; with `on`, those that hold on that day."""
    known = [_spell(charter, row) for row in visible(charter.document.membership, None)]
    holding = [row for row in known if on is None or _holds(row, on)]
    return sorted(holding, key=lambda row: (row.party, row.from_ or date.min, row.overlay, row.status, row.reading))


def state_table(charters: Iterable[Charter], used: Iterable[str]) -> list[StateCode]:
    """All ISO codes and those that the charters register, in alphabetical order; any other that is `used` as well."""
    registered: dict[str, list[tuple[str, Party]]] = {}
    for charter in charters:
        for party in charter.document.party:
            registered.setdefault(party.id, []).append((charter.id, party))
    iso2 = {row["iso3"]: row["iso2"] for row in rows("capitals")}
    cow: dict[str, list[dict[str, str]]] = {}
    for row in rows("cow_codes"):
        cow.setdefault(row["iso3"], []).append(row)
    codes = sorted({*state_codes(), *registered, *used})
    return [_state(code, registered.get(code, []), iso2, cow) for code in codes]


def party_names(charter: Charter) -> dict[str, str]:
    """The names that the charter itself gives to parties."""
    return {party.id: party.name for party in charter.document.party}


def _spell(charter: Charter, row: Membership) -> Spell:
    about, clause = charter.document.charter, _clause(charter.document.clause, row)
    notice = row.notice or Notice()
    return Spell(
        charter=charter.id,
        system=charter.id.partition("+")[0],
        hypothetical=about.hypothetical,
        party=row.party,
        party_name=party_names(charter).get(row.party) or state_name(row.party) or row.party,
        status=row.status,
        overlay=row.status in _overlays(charter),
        from_=row.from_ or (clause.from_ if clause else None),
        to=row.to,
        reading=row.reading,
        clause=row.clause,
        article=clause.article if clause else "",
        source=row.source or (clause.source if clause else ""),
        source_class=row.class_ or (clause.class_ if clause else None) or "memory",
        recorded=row.recorded,
        notice_given=notice.given,
        notice_effective=notice.effective,
        asserted_by=row.asserted_by,
        recognised_by=row.recognised_by,
        note=row.note,
    )


def _clause(clauses: Iterable[Clause], row: Membership) -> Clause | None:
    """The wording the row rests on: the one of its first day, else the earliest."""
    same = sorted((one for one in clauses if one.id == row.clause), key=lambda one: one.from_ or date.min)
    begun = [one for one in same if row.from_ is not None and (one.from_ or date.min) <= row.from_]
    return begun[-1] if begun else next(iter(same), None)


def _overlays(charter: Charter) -> set[str]:
    known = {status.id: status.overlay for status in (*DEFAULT_STATUSES, *charter.document.status)}
    return {name for name, overlay in known.items() if overlay}


def _holds(row: Spell, on: date) -> bool:
    return (row.from_ is None or row.from_ <= on) and (row.to is None or on < row.to)


def _state(
    code: str, registered: list[tuple[str, Party]], iso2: dict[str, str], cow: dict[str, list[dict[str, str]]]
) -> StateCode:
    name, (now, before) = state_name(code), [*cow.get(code, []), None, None][:2]
    recognised = [state for _, party in registered for state in party.recognised_by]
    return StateCode(
        code=code,
        name=name or min((party.name for _, party in registered), key=len, default=code),
        scheme=_scheme(code),
        hypothetical=name is None and is_invented(code),
        iso3=code if name else "",
        iso2=iso2.get(code, ""),
        cow_code=int(now["cow_code"]) if now else None,
        cow_abb=now["cow_abb"] if now else "",
        cow_code_before=int(before["cow_code"]) if before else None,
        cow_abb_before=before["cow_abb"] if before else "",
        cow_class=source("cow_codes").class_ if now else None,
        kind=registered[0][1].kind if registered else "",
        registered_by=tuple(charter for charter, _ in registered),
        recognised_by=tuple(dict.fromkeys(recognised)),
        note=_withdrawn().get(code, ""),
    )


def _scheme(code: str) -> Scheme:
    if state_name(code):
        return "iso withdrawn" if code in _withdrawn() else "iso"
    return "invented" if is_invented(code) else "registered"


@cache
def _withdrawn() -> Mapping[str, str]:
    """When ISO withdrew a code, in words."""
    table = files("tocsin").joinpath("data/states.csv").read_text(encoding="utf-8")
    return {row["code"]: row["note"] for row in csv.DictReader(table.splitlines()) if row["note"]}
