"""Names for people: what the codes of a charter stand for."""

from collections.abc import Mapping

from tocsin.charter.snapshot import Snapshot
from tocsin.states import state_name


def party_name(snapshot: Snapshot, party: str) -> str:
    """The English name of a party, else its id."""
    return snapshot.names.get(party) or state_name(party) or party


def names_on(snapshot: Snapshot) -> dict[str, str]:
    """English names of all parties of the day, and of offices and organs."""
    return {party: party_name(snapshot, party) for party in snapshot.standings} | snapshot.names


def coded(names: Mapping[str, str]) -> dict[str, str]:
    """Names with the code behind them, 'Belmora (XAB)', where there is a name that is not the code."""
    return {party: f"{name} ({party})" for party, name in names.items() if name != party}
