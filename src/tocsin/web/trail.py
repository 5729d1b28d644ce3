"""What is left of a refusal for the centre's administrators: who, what, and the code; never what was in the request."""

from contextlib import suppress

import msgspec

from tocsin.centre.desk_model import Trace
from tocsin.errors import Unserved
from tocsin.web.call import Call, Reply
from tocsin.web.state import key_of


class _Told(msgspec.Struct):
    """The part of a problem that a trace keeps."""

    code: str = ""
    field: str = ""
    incident: str = ""


_told = msgspec.json.Decoder(_Told)


def note(call: Call, what: str, answer: Reply) -> None:
    """Leave a trace of a refusal. A client that is refused without end leaves only so many."""
    if call.web.traces.take(key_of(call.secret) if call.is_known else call.address):
        return
    try:
        told = _told.decode(answer.body)
    except msgspec.DecodeError:
        told = _Told()
    trace = Trace(
        what=what,
        outcome="failed" if answer.status >= 500 else "refused",
        desk=call.actor.desk if call.is_known else "",
        seat=call.actor.seat if call.is_known else "",
        address=call.address,
        code=told.code or str(answer.status),
        detail=told.incident or told.field[:80],
    )
    # The answer has gone out; a trail that cannot be written now must not undo that.
    with suppress(Unserved):
        call.centre.desks.note(trace)
