"""Tocsin: a collective security system as software.

>>> from tocsin import Event, load_charter, load_event, duties, outcome, replay

Each name is loaded when it is first asked for, so that `import tocsin` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.charter import load_charter
    from tocsin.charter.duties import duties
    from tocsin.charter.forum import outcome
    from tocsin.charter.predicates import Event
    from tocsin.replay.load import load_event
    from tocsin.replay.run import replay

__all__ = ["Event", "__version__", "duties", "load_charter", "load_event", "outcome", "replay"]
__version__ = "0.1.0"

_HOMES = {
    "Event": "tocsin.charter.predicates",
    "duties": "tocsin.charter.duties",
    "load_event": "tocsin.replay.load",
    "load_charter": "tocsin.charter",
    "outcome": "tocsin.charter.forum",
}


def __getattr__(name: str) -> object:
    """The public function of that name. `tocsin.replay` is a package that can itself be called, see there."""
    if name == "replay":
        return import_module("tocsin.replay")
    if name not in _HOMES:
        raise AttributeError(f"module 'tocsin' has no attribute '{name}'")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
