"""`tocsin precedents`: what came of it before, over all recorded cases."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON


def precedents(
    words: Annotated[
        str,
        typer.Argument(
            metavar="WORDS",
            help='Plain words, such as "request for assistance", consultation, silence, withdrawal, suspension, '
            "deployment, veto or 'no request'. Other words are looked for in the texts of the cases.",
        ),
    ] = "",
    *,
    clause: Annotated[
        str, typer.Option("--clause", metavar="CLAUSE", help="Only steps that rest on this clause, such as NAT.4.")
    ] = "",
    system: Annotated[
        str, typer.Option("--system", metavar="CHARTER", help="Only cases under this charter, such as nato.")
    ] = "",
    as_json: AS_JSON = False,
) -> None:
    """Find precedents in the recorded cases: who asked whom, what came of it, how long it took.

    Outcomes and times are computed by replaying the cases. A time that is not known counts in no median. Exit code 1
    if there is no precedent.
    """
    from tocsin.charter.files.catalog import shipped
    from tocsin.cli import precedents_print, tables
    from tocsin.errors import NotFound
    from tocsin.replay.precedents import precedents as search_cases
    from tocsin.replay.precedents import understand

    if not words and not clause and not system:
        raise typer.BadParameter("say what to look for, or name a --clause or a --system.", param_hint="WORDS")
    if system and system.casefold() not in map(str.casefold, shipped()):
        raise NotFound("charter", system, shipped())
    search = understand(words, clause, system)
    if search.empty:
        raise typer.BadParameter("these words alone tell nothing; add what was asked or done.", param_hint="WORDS")
    answer = search_cases(search)
    if clause and not answer.found:
        _refuse_unknown_clause(clause, [system.casefold()] if system else shipped())
    if as_json:
        tables.print_json(answer)
    else:
        precedents_print.print_precedents(tables.terminal(), answer)
    if not answer.found:
        raise typer.Exit(1)


def _refuse_unknown_clause(clause: str, names: Iterable[str]) -> None:
    """Refuse a clause that is in none of these charters, and say which ones are called nearly so."""
    from tocsin.charter import load_charter
    from tocsin.replay.precedents import clauses_known

    held = tuple(names)
    known = {one.casefold(): one for one in clauses_known(load_charter(name) for name in held)}
    if clause.casefold() in known:
        return
    near = [known[one] for one in get_close_matches(clause.casefold(), known, n=5)]
    where = f"'{held[0]}' has no clause" if len(held) == 1 else "no charter has a clause"
    hint = f" Near it: {', '.join(near)}." if near else ""
    told = f"{where} '{clause}'.{hint} 'tocsin charter show CHARTER' lists them."
    raise typer.BadParameter(told, param_hint="--clause")
