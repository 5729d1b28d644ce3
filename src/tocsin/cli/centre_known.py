"""What a centre tells of itself, for whatever is printed of it: what kind it is, and the names of its charter."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tocsin.errors import ClientError
from tocsin.states import state_codes, state_name

if TYPE_CHECKING:
    from tocsin.client import Client

MODES = ("live", "replay", "exercise")
"""The kinds of centre there are."""


class Known(NamedTuple):
    """What is known of a centre; as good as nothing to a token that may not read."""

    mode: str = ""
    """live, exercise or replay."""
    hypothetical: bool = False
    names: Mapping[str, str] = {}
    """English names of parties, offices and organs."""

    def named(self, actor: str) -> str:
        """The name of a seat or actor, else its id."""
        return self.names.get(actor, actor)

    @property
    def badges(self) -> tuple[str, ...]:
        """What must stand beside whatever is said of the centre."""
        mode = (self.mode.upper(),) if self.mode else ()
        return (*mode, "HYPOTHETICAL") if self.hypothetical else mode


def known(client: "Client") -> Known:
    """What the centre says of itself. Never an error: what an act came to is told in any case."""
    from tocsin.cli.tables import plain

    behalf, client.wire.on_behalf = client.wire.on_behalf, ""  # who may act for another may not always read for it
    try:
        origin, charter, members = client.origin(), client.charter(), client.members()
    except ClientError:
        return Known(names=state_names())
    finally:
        client.wire.on_behalf = behalf
    told = {"centre": "the centre", **charter.get("organs", {}), **charter.get("offices", {})}
    told |= {member["party"]: member["name"] for member in members}
    mode = next((word for word in origin.split("/") if word in MODES), "")
    return Known(
        mode=mode,
        hypothetical=bool(charter.get("hypothetical")),
        names={**state_names(), **{code: plain(str(name), keep="") for code, name in told.items()}},
    )


@cache
def state_names() -> Mapping[str, str]:
    """English names of states, by their codes."""
    return {code: state_name(code) or code for code in state_codes()}
