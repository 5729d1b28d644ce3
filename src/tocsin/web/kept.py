"""What somebody wrote is not lost when the session ends: the form comes back as it was sent, and nothing was done.

Before signing in again it stands on the page alone; the centre keeps none of it. Sent again under the new session it
is shown once more, with the token of that session, so that the person who is signed in now decides whether to send it.
"""

from http import HTTPStatus

import msgspec
from msgspec import Struct

from tocsin.web.call import Call, Reply
from tocsin.web.shell import page
from tocsin.web.uploads import Upload

FRAME = frozenset({"csrf", "made_for", "step", "seen", "basis"})
"""Fields that no person fills in."""


def fields_in(form: Struct) -> list[tuple[str, str]]:
    """The fields of a form as it sends them, one pair for each value; files and what the frame adds left out."""
    found: list[tuple[str, str]] = []
    for name in form.__struct_fields__:
        value = getattr(form, name)
        if name in FRAME or value is None or value is False or value in ("", ()):
            continue
        if isinstance(value, dict):  # a map's fields are written `field.key`
            found += [(f"{name}.{key}", str(one)) for key, one in value.items() if one != ""]
            continue
        values = [one for one in (value if isinstance(value, tuple) else (value,)) if not isinstance(one, Upload)]
        found += [(name, "true" if one is True else str(msgspec.to_builtins(one))) for one in values]
    return found


def kept_page(call: Call, form: Struct) -> Reply:
    """The form as it was sent, with what to do next."""
    status = HTTPStatus.FORBIDDEN if call.is_known else HTTPStatus.UNAUTHORIZED
    has_steps = "step" in form.__struct_fields__
    made_for = getattr(form, "made_for", "")
    return page(call, "kept", status=status, fields=fields_in(form), has_steps=has_steps, made_for=made_for)
