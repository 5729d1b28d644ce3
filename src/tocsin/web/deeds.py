"""What is about to be filed, in rows: nobody confirms what they are not shown."""

from collections.abc import Iterator, Mapping

import msgspec

from tocsin.alliance.commands import Base
from tocsin.alliance.contents import ContentCommand
from tocsin.centre.words import shortened
from tocsin.charter.told.names import coded
from tocsin.errors import NotFound
from tocsin.web.call import Call
from tocsin.web.shell import Text, texts

FRAME = {"do", "id", "at", "at_latest", "commitment", "digest"}
"""Fields of a command that a person has no use for."""
ACTORS = {
    "by",
    "party",
    "parties",
    "organ",
    "host",
    "subject",
    "victim",
    "attacker",
    "claimed_by",
    "requested_by",
    "given_by",
    "verified_by",
}
"""Fields that hold ids of actors, which have names."""
LETTERS_MAX = 4_000

Rows = tuple[tuple[str, str], ...]


def rows(call: Call, command: Base | ContentCommand) -> Rows:
    """The text that a command speaks on, as the seat sees it now, and what the command itself says."""
    _ = texts(call)
    told = msgspec.to_builtins(command)
    fields = _fields("", told, coded(call.view.law.names))
    return (*_text(call, _, told), *((_label(_, name), words) for name, words in fields))


def _text(call: Call, _: Text, told: dict[str, object]) -> Iterator[tuple[str, str]]:
    try:
        shown = call.view.procedure(str(told.get("case", "")), str(told.get("procedure", "")))
    except NotFound:
        return
    yield _("The text, version %(version)s") % {"version": shown.version}, shown.text or _("it has no words here")


def _fields(under: str, told: dict[str, object], named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each field with its words; those within a field after it, and each of several rows as one."""
    for name, value in told.items():
        if (not under and name in FRAME) or value is False or value in ("", None, [], {}, ()):
            continue
        if isinstance(value, dict):
            yield from _fields(f"{under}{name}.", value, named)
        elif isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value):
            for one in value:
                yield f"{under}{name}", shortened(_in_one(one), LETTERS_MAX)
        else:
            words = [
                "✓" if one is True else str(one) for one in (value if isinstance(value, list | tuple) else [value])
            ]
            if name in ACTORS:
                words = [named.get(one, one) for one in words]
            yield f"{under}{name}", shortened(", ".join(words), LETTERS_MAX)


def _in_one(fields: Mapping[str, object]) -> str:
    """A row of several fields, such as a line of what is required, as it is written in forms."""
    return " | ".join(name if said is True else str(said) for name, said in fields.items() if said is not False)


def _label(_: Text, name: str) -> str:
    """A field's name for a person; of a rare one its own."""
    labels = {
        "by": _("Filed by"),
        "case": _("Case"),
        "procedure": _("Name of the text"),
        "party": _("Whose"),
        "position": _("Position"),
        "reservation": _("Reservation"),
        "question": _("Question"),
        "note": _("How it came"),
        "text": _("Words"),
        "organ": _("Organ"),
        "matter": _("Matter"),
        "rule": _("Rule"),
        "duty": _("Duty"),
        "request": _("Name of the request"),
        "warning": _("Warning"),
        "deadline": _("Deadline"),
        "new_procedure": _("Name of the text there"),
        "line": _("Line"),
        "quantity": _("Quantity"),
        "host": _("Host"),
        "until": _("Until"),
        "why": _("Why"),
        "lines": _("Line"),
        "pledge": _("Pledge"),
        "package": _("Force package"),
        "totals": _("Totals"),
        "algorithm": _("Found by"),
        "verified_by": _("Checked by"),
        "lawful": _("lawful"),
        "rules": _("unlawful"),
        "mandate": _("Mandate"),
        "given_by": _("Given by"),
        "deployment": _("Deployment"),
        "parties": _("Who takes part"),
        "marking": _("Marking"),
        "audience": _("Released to"),
        "to": _("To"),
    }
    field, _dot, within = name.partition(".")
    said = labels.get(field) or field.replace("_", " ")
    return said + (_(":") + " " + within.replace("_", " ").replace(".", ": ") if within else "")
