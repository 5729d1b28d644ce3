"""The map: parties by status on the day, warnings released to the seat, deployments. The list beside it says the same.

Nothing is drawn that is not in the lists; where states are invented there are no shapes, and the lists stand alone.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from tocsin.centre.view import View
from tocsin.centre.view_model import Member, Operation
from tocsin.centre.words import moment_words
from tocsin.states import state_number

SYMBOLS = (
    ("early-warning", r"awacs|early warning"),
    ("air-defence", r"patriot|air defence|air-defence|missile"),
    ("cbrn", r"cbrn|nuclear|biological|chemical"),
    ("cyber", r"cyber|csirt|network"),
    ("medical", r"medic|hospital|evacuat"),
    ("engineer", r"engineer|rescue|bridge|search"),
    ("ship", r"ship|naval|fleet|frigate|mine|sea guardian|maritime"),
    ("airlift", r"airlift|transport|cargo"),
    ("air-unit", r"fighter|air policing|aircraft|squadron"),
    ("headquarters", r"headquarters|command post|staff"),
)
"""APP-6 symbol by the words in an operation's name and in what was asked for; the first that fits."""
PLAIN_SYMBOL = "land-unit"


class PartyMark(Struct, frozen=True, kw_only=True):
    """A party on the map and in the list."""

    id: str
    numeric: str | None
    """ISO 3166-1 number of its shape; none for an invented or dissolved state."""
    name: str
    status: str
    label: str
    """What is said of it beside its status: when it leaves, where it has given notice."""


class WarningMark(Struct, frozen=True, kw_only=True):
    """A warning that was released to the seat, at its author."""

    case: str
    warning: str
    party: str
    label: str


class DeploymentMark(Struct, frozen=True, kw_only=True):
    """Forces or a mission that run, at their host, else at who takes part."""

    case: str
    party: str | None
    symbol: str
    label: str


class Map(Struct, frozen=True, kw_only=True):
    """All that is on the map."""

    title: str
    disclaimer: str
    parties: tuple[PartyMark, ...] = ()
    warnings: tuple[WarningMark, ...] = ()
    deployments: tuple[DeploymentMark, ...] = ()

    @property
    def has_shapes(self) -> bool:
        return any(party.numeric is not None for party in self.parties)


def map_of(view: View, cases: Iterable[str], title: str, disclaimer: str) -> Map:
    """The map for a seat; `cases` are those that run, as far as the seat sees them."""
    running = tuple(cases)
    return Map(
        title=title,
        disclaimer=disclaimer,
        parties=tuple(sorted((_party(row) for row in view.members()), key=lambda party: (party.name, party.id))),
        warnings=tuple(_warnings(view, running)),
        deployments=tuple(mark for case in running for mark in _deployments(view, case)),
    )


def symbol_of(words: str) -> str:
    """The symbol for an operation that these words speak of."""
    return next((name for name, said in SYMBOLS if re.search(said, words.casefold())), PLAIN_SYMBOL)


def _party(row: Member) -> PartyMark:
    leaves = f"leaves on {moment_words(row.leaves)}" if row.leaves is not None else ""
    status = " + ".join((row.status, *row.overlays))
    return PartyMark(id=row.party, numeric=state_number(row.party), name=row.name, status=status, label=leaves)


def _warnings(view: View, running: tuple[str, ...]) -> Iterable[WarningMark]:
    closed = {row.id for row in view.seen_cases()} - set(running)
    for row in view.warnings():
        if row.is_released and not row.recalled and row.case not in closed:
            label = f"'{row.warning}' of {view.law.name(row.author)}, {row.marking}"
            yield WarningMark(case=row.case, warning=row.warning, party=row.author, label=label)


def _deployments(view: View, case: str) -> Iterable[DeploymentMark]:
    needed = " ".join(line.capability for line in view.case_state(case).requirement)
    for row in view.operations(case):
        if row.ended is not None:
            continue
        symbol = symbol_of(row.name)
        symbol = symbol_of(needed) if symbol == PLAIN_SYMBOL else symbol
        places = (row.host,) if row.host else row.parties or (None,)
        for place in places:
            yield DeploymentMark(case=case, party=place, symbol=symbol, label=_label(view, row))


def _label(view: View, row: Operation) -> str:
    who = ", ".join(view.law.name(party) for party in row.parties)
    where = f" in {view.law.name(row.host)}" if row.host else ""
    return f"{row.name}{where}" + (f": {who}" if who else "")
