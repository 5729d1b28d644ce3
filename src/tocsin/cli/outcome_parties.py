"""Parties as people type them: a code in any case, or the name of a country."""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import typer
from msgspec.structs import replace

from tocsin.charter.forum import lookup
from tocsin.charter.model import Matter
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.names import party_name
from tocsin.charter.told.query import OTHERS, Query, Stated
from tocsin.cli.outcome_query import check_parties, check_subject
from tocsin.states import state_codes

NEAR_SHOWN = 4


def cleaned(snapshot: Snapshot, query: Query) -> Query:
    """The query as the law can answer it. Refuses parties and subjects that it cannot be about, and NotFound."""
    row = lookup("matter", query.matter, snapshot.matters)
    query = with_codes(snapshot, row, query)
    check_subject(snapshot, row, query.subject)
    return query


def with_codes(snapshot: Snapshot, matter: Matter, query: Query) -> Query:
    """The query with the code of every party. Refuses one that the charter does not have on the day."""
    names: dict[str, str] = {party: party_name(snapshot, party) for party in snapshot.standings}
    subject = query.subject
    if subject:
        # Who is to be admitted is no party yet.
        candidates = state_codes() if matter.kind == "membership" else ()
        more = {code: party_name(snapshot, code) for code in candidates if code not in names}
        subject = _code(subject, names) or _code(subject, more) or subject
        if matter.subject and matter.kind != "membership" and subject not in names:
            _refuse_near(subject, names, "--subject")
    return replace(
        query,
        positions=_coded(snapshot, query.positions, names, "--positions"),
        questions={name: _coded(snapshot, said, names, "--question") for name, said in query.questions.items()},
        subject=subject,
    )


def _coded(snapshot: Snapshot, said: Stated, names: Mapping[str, str], option: str) -> Stated:
    found: Stated = {}
    for typed, position in said.items():
        party = OTHERS if typed.casefold() == OTHERS else _code(typed, names)
        if not party:
            _refuse_near(typed, names, option)
            check_parties(snapshot, {typed})
        elif party in found:
            raise typer.BadParameter(f"'{party}' is named twice.", param_hint=option)
        else:
            found[party] = position
    return found


def _code(typed: str, names: Mapping[str, str]) -> str:
    """The one party with this code or name, in any case and without accents; empty for none or several."""
    if typed in names:
        return typed
    wanted = _folded(typed)
    found = [code for code, name in names.items() if wanted in (_folded(code), _folded(name))]
    return found[0] if len(found) == 1 else ""


def _refuse_near(typed: str, names: Mapping[str, str], option: str) -> None:
    """Refuses what is not quite the name of a party, with those it could be. Leaves alone what is like none."""
    near = list(_near(typed, names))[:NEAR_SHOWN]
    if near:
        choices = " or ".join(f"{code} ({names[code]})" if names[code] != code else code for code in near)
        raise typer.BadParameter(f"There is no party '{typed}'. Did you mean {choices}?", param_hint=option)


def _near(typed: str, names: Mapping[str, str]) -> Iterable[str]:
    wanted = _folded(typed)
    folded = {code: _folded(name) for code, name in names.items()}
    close = set(get_close_matches(wanted, folded.values(), n=NEAR_SHOWN, cutoff=0.75))
    return (
        code for code, name in folded.items() if name in close or name == wanted or (len(wanted) > 3 and wanted in name)
    )


def _folded(text: str) -> str:
    """Lower case, without accents, with plain apostrophes."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold().strip()
