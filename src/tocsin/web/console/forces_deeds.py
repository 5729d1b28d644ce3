"""What is filed from the pages about forces: requirement lines, a package, and what a party found when it checked one.

The forms carry totals, digests and findings, and no unit.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from tocsin.errors import Malformed
from tocsin.web.forms import ActForm
from tocsin.web.shell import Text

Deed = Literal["report package", "attest package", "set requirement"]
LINE_PARTS = 5
Name = Annotated[str, Meta(max_length=80)]


class ForcesDeedForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An act about a force package; which fields count depends on the deed."""

    deed: Deed
    by: Name = ""
    """Who acts, where the desk acts for several."""
    package: Name = ""
    digest: Name = ""
    algorithm: Name = ""
    total: dict[Name, Annotated[str, Meta(max_length=12)]] = field(default_factory=dict)
    """By requirement line what the package fills of it."""
    checked: Literal["", "true"] = ""
    """Of a report: whether its author says that it has checked the package."""
    rule: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    """Of a finding: the rules that the package breaks."""
    procedure: Name = ""
    line: Annotated[tuple[Annotated[str, Meta(max_length=400)], ...], Meta(max_length=200)] = ()
    """Of a requirement: its lines, each as id | capability | required | unit | essential or nothing."""


def deed_words(_: Text) -> dict[Deed, str]:
    """What each act is called."""
    return {
        "report package": _("Report this force package"),
        "attest package": _("Say what we found"),
        "set requirement": _("Set what is needed"),
    }


def command_of(form: ForcesDeedForm, case: str, actor: str) -> dict[str, Any]:
    """The command that a form stands for. Raises Malformed with the field that is wrong."""
    command = {"do": form.deed, "by": actor, "case": case}
    if form.deed == "set requirement":
        return command | {"procedure": _needed(form.procedure, "procedure"), "lines": [_line(row) for row in form.line]}
    command |= {"package": _needed(form.package, "package"), "digest": _needed(form.digest, "digest")}
    if form.deed == "attest package":
        return command | {"lawful": not form.rule, "rules": form.rule}
    totals = {line: _whole(value, f"total.{line}") for line, value in form.total.items()}
    checked = (actor,) if form.checked else ()
    return command | {"totals": totals, "algorithm": _needed(form.algorithm, "algorithm"), "verified_by": checked}


def _line(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != LINE_PARTS:
        raise Malformed("A line is not written as it must be.", field="line", found=text[:80])
    name, capability, required, unit, essential = parts
    line = {"id": name, "capability": capability, "required": _whole(required, "line"), "unit": unit}
    return line | ({"essential": True} if essential else {})


def _needed(value: str, name: str) -> str:
    if not value.strip():
        raise Malformed(f"'{name}' is empty.", field=name, fix="Fill it in.")
    return value.strip()


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise Malformed(f"'{name}' is no whole number.", field=name, found=text[:20], accepted="0, 1, 2 …")
    return int(text)
