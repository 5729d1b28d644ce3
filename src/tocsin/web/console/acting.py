"""As whom a desk acts on the pages: itself, the offices and organs, or in a replay anybody; and where it goes then."""

from urllib.parse import quote

from tocsin.centre.runtime import reads_as
from tocsin.errors import Malformed, TermError
from tocsin.terms import Instant, instant
from tocsin.web.call import Call
from tocsin.web.forms import onward

Actors = tuple[tuple[str, str], ...]
"""id and name"""


def able(call: Call) -> tuple[str, ...]:
    """Every actor that the desk may act as, its own first."""
    own, found = reads_as(call.actor), _actors(call)
    return tuple(sorted(found, key=lambda name: (name != own, name)))


def _actors(call: Call) -> set[str]:
    """What it acts as; the secretariat every office and organ, a conductor any party as well."""
    actor, law = call.actor, call.view.snapshot
    found = set(actor.acts_as)
    if actor.seat == "secretariat" and not actor.on_behalf:
        found |= {*law.offices, *law.organs}
    if actor.role == "conductor":
        found |= set(law.standings)
    return found


def named(call: Call, names: tuple[str, ...]) -> Actors:
    """Actors with their names, for a choice."""
    return tuple((name, call.view.law.name(name)) for name in names)


def chosen(names: tuple[str, ...], by: str) -> str:
    """The actor that a form means. Raises Malformed where it is none of those there are."""
    if by in names:
        return by
    if not by and len(names) == 1:
        return names[0]
    raise Malformed("It does not say who acts.", field="by", found=by, accepted=", ".join(names) or "nobody here")


def place(*parts: str) -> str:
    """A path of the console from names that may hold anything."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def path(call: Call, *parts: str, anchor: str = "") -> str:
    """The same, for the same seat."""
    return onward(call, place(*parts) + (f"#{anchor}" if anchor else ""))


def instant_of(text: str, field: str) -> Instant | None:
    """A time as a form sends it, in UTC; none for an empty one. Raises Malformed."""
    if not text.strip():
        return None
    try:
        return instant(f"{text.strip().removesuffix('Z').replace(' ', 'T')}Z")
    except (TermError, OverflowError, ValueError):
        raise Malformed(
            f"'{field}' is no time.", field=field, found=text[:40], accepted="such as 2031-05-04T10:00, in UTC"
        ) from None
