"""What `outcome` is asked, read from the command line."""

from collections.abc import Iterable

import typer

from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.model import Matter
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.query import Stated
from tocsin.errors import NotFound
from tocsin.terms import POSITIONS


def parse_positions(text: str, option: str) -> Stated:
    """'XAA=support,XAB=object' as a table. Refuses anything else."""
    found: Stated = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        party, equals, said = (piece.strip() for piece in part.partition("="))
        position = next((one for one in POSITIONS if one == said.replace("-", "_")), None)
        if not equals or not party or position is None:
            accepted = ", ".join(POSITIONS)
            raise typer.BadParameter(
                f"'{part}' is no position; write PARTY=POSITION with one of {accepted}.", param_hint=option
            )
        if party in found:
            raise typer.BadParameter(f"'{party}' is named twice.", param_hint=option)
        found[party] = position
    return found


def parse_questions(texts: Iterable[str]) -> dict[str, Stated]:
    """Every question with the positions on it; what is said of one question in several places is put together."""
    found: dict[str, Stated] = {}
    for name, said in map(parse_question, texts):
        stated = found.setdefault(name, {})
        if twice := sorted(stated.keys() & said.keys()):
            raise typer.BadParameter(f"'{twice[0]}' is named twice on '{name}'.", param_hint="--question")
        stated.update(said)
    return found


def parse_question(text: str) -> tuple[str, Stated]:
    """'format:XAA=support' as the question and its positions. Refuses anything else."""
    name, colon, said = text.partition(":")
    # A choice of rule asks questions whose names have a colon of their own, such as 'choose:majority'.
    if name == "choose":
        option, colon, said = said.partition(":")
        name = f"{name}:{option}"
    if not colon or not name:
        message = f"'{text}' is no question; write NAME:PARTY=POSITION, such as format:XAA=support."
        raise typer.BadParameter(message, param_hint="--question")
    return name, parse_positions(said, "--question")


def check_subject(snapshot: Snapshot, matter: Matter, subject: str) -> None:
    """Refuses a subject where the matter has none, none where it has one, and one that it cannot be about.

    Who is to be admitted is no party yet: any code that this charter could use will do.
    """
    if matter.subject and not subject:
        message = f"'{matter.id}' is about one party: name the subject, such as --subject {_example(snapshot)}."
        raise typer.BadParameter(message, param_hint="--subject")
    if subject and not matter.subject:
        raise typer.BadParameter(f"'{matter.id}' is about no single party; leave it out.", param_hint="--subject")
    is_candidate = matter.kind == "membership" and party_mistake(snapshot.document, subject, ()) is None
    if subject and not is_candidate:
        check_parties(snapshot, {subject})


def check_parties(snapshot: Snapshot, parties: Iterable[str]) -> None:
    """Refuses a party that the charter does not have on the day."""
    for party in sorted(parties):
        if party not in snapshot.standings:
            kind = f"party of '{snapshot.charter_id}' on {snapshot.on} with the code"
            raise NotFound(kind, party, list(snapshot.standings))


def _example(snapshot: Snapshot) -> str:
    return next(iter(snapshot.standings), "XAA")
