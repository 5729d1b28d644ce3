"""Acts in a case by form: which there are for a desk, the command that each makes, and the words it is confirmed by."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from tocsin.alliance.commands import RequirementLine
from tocsin.alliance.state import CaseState
from tocsin.centre.model import Actor
from tocsin.centre.scopes import SCOPE_BY_DO
from tocsin.centre.words import moment_words, shortened
from tocsin.errors import Malformed
from tocsin.terms import EventKind, EventObject, Region, iso
from tocsin.web.call import Call
from tocsin.web.console import acting
from tocsin.web.console.charter import by_file
from tocsin.web.console.explorer import facts_asked
from tocsin.web.forms import ActForm, Line, Words
from tocsin.web.shell import Text

Deed = Literal[
    "request", "note no request", "convene", "share case", "file report", "set requirement", "pledge",
    "withdraw pledge", "record mandate", "renew mandate", "give host consent", "withdraw host consent", "deploy",
    "end deployment", "close case",
]  # fmt: skip
DEEDS: tuple[Deed, ...] = get_args(Deed)
LINE_PARTS = 4
TEXT_SHOWN = 60
"""Letters of a text by which it is told from others."""
LINES_SAY = "one line each: name | what | how many | unit, and | essential where the package fails without it"

Name = Annotated[str, Meta(max_length=80)]


class DeedForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Any act in a case; which fields count depends on the deed."""

    deed: Deed
    by: Name = ""
    """Who acts, where the desk acts for several."""
    case: Name = ""
    """Of a request that opens a case: its name."""
    name: Name = ""
    """Of the request, pledge, mandate or deployment."""
    duty: Name = ""
    organ: Name = ""
    party: Name = ""
    """Whom it is about: victim, who is let in, host."""
    attacker: Line = ""
    kind: Name = ""
    object: Name = ""
    territory_of: Name = ""
    region: Name = ""
    external: Literal["", "true", "false"] = ""
    overwhelmed: Literal["", "true", "false"] = ""
    fact: dict[Name, Literal["", "true", "false"]] = field(default_factory=dict)
    """Further facts that the charter's conditions ask for, by their names."""
    procedure: Name = ""
    package: Name = ""
    line: Name = ""
    quantity: Annotated[str, Meta(max_length=12)] = ""
    parties: Annotated[tuple[Name, ...], Meta(max_length=250)] = ()
    until: Annotated[str, Meta(max_length=40)] = ""
    """UTC, such as 2031-05-04T10:00."""
    to: Name = ""
    words: Words = ""
    """In words: caveats, what is reported, why, the requirement's lines."""


class Choice(Struct, frozen=True, kw_only=True):
    """One option of a select."""

    value: str
    label: str


class Choices(Struct, frozen=True, kw_only=True):
    """What the forms of a case offer, from the charter and the case."""

    actors: tuple[Choice, ...]
    """Who the desk may act as; one needs no choice."""
    duties: tuple[Choice, ...]
    organs: tuple[Choice, ...]
    parties: tuple[Choice, ...]
    let_in: tuple[Choice, ...] = ()
    """Parties that may be let in."""
    kinds: tuple[str, ...] = get_args(EventKind)
    objects: tuple[str, ...] = get_args(EventObject)
    regions: tuple[str, ...] = get_args(Region)
    facts: tuple[str, ...] = ()
    """Further facts that the charter's conditions ask for."""
    lines: tuple[Choice, ...] = ()
    own_pledges: tuple[Choice, ...] = ()
    decisions: tuple[Choice, ...] = ()
    """Texts that were adopted."""
    running: tuple[Choice, ...] = ()
    """Deployments that run."""
    ending: tuple[Choice, ...] = ()
    """Mandates that have an end."""
    packages: tuple[Choice, ...] = ()
    """Force packages that were reported."""
    owed: tuple[str, ...] = ()
    requirement: str = ""
    """The lines as the form has them."""


def choices_of(call: Call, case: CaseState | None = None) -> Choices:
    """What a desk can choose from."""
    view, law = call.view, call.view.snapshot
    duties = [row for row in law.duties.values() if row.when is not None]
    parties = [row for row in view.members() if row.status != "withdrawn"]
    standing = Choices(
        actors=tuple(Choice(value=name, label=view.law.name(name)) for name in acting.able(call)),
        duties=tuple(Choice(value=row.id, label=f"{row.title} [{row.clause}]") for row in duties),
        organs=tuple(Choice(value=row.id, label=row.name) for row in law.organs.values()),
        parties=tuple(Choice(value=row.party, label=row.name) for row in parties),
        facts=facts_asked(by_file(view.law.charter, law)),
    )
    return standing if case is None else _in_case(call, case, standing)


def _in_case(call: Call, case: CaseState, standing: Choices) -> Choices:
    adopted = [row for row in case.procedures.values() if row.verdict == "adopted"]
    return replace(
        standing,
        let_in=tuple(one for one in standing.parties if one.value not in case.shared),
        lines=tuple(
            Choice(value=line.id, label=f"{line.id}: {line.capability} ({line.unit})") for line in case.requirement
        ),
        own_pledges=tuple(
            Choice(value=row.id, label=f"{row.id}: {row.quantity} / {row.line}")
            for row in case.pledges.values()
            if row.party in call.actor.acts_as
        ),
        decisions=tuple(Choice(value=row.id, label=f"{row.id}: {shortened(row.text, TEXT_SHOWN)}") for row in adopted),
        running=tuple(Choice(value=name, label=name) for name, end in case.deployments.items() if end is None),
        ending=tuple(
            Choice(value=name, label=f"{name}: {moment_words(until)}")
            for name, until in case.mandates.items()
            if until is not None
        ),
        packages=tuple(Choice(value=row.id, label=f"{row.id}: {row.digest[:19]}…") for row in case.packages.values()),
        owed=tuple(to for to in case.reports_owed if to not in case.reports_filed),
        requirement="\n".join(map(_written, case.requirement)),
    )


def _written(line: RequirementLine) -> str:
    """A requirement line as the form has it."""
    parts = [line.id, line.capability, str(line.required), line.unit, *(("essential",) if line.essential else ())]
    return " | ".join(parts)


def acts_for_party(choices: Choices) -> bool:
    """Whether the desk may act as a party, which alone asks, pledges and hosts."""
    return bool({choice.value for choice in choices.parties} & {choice.value for choice in choices.actors})


def deeds_of(actor: Actor, case: CaseState, choices: Choices) -> tuple[Deed, ...]:
    """The acts that this desk may ask for in this case now; whether the law lets it is for the engine to say."""
    if case.closed is not None:
        return ()
    no_party = not acts_for_party(choices)
    idle: dict[Deed, bool] = {
        "request": no_party,
        "set requirement": not choices.decisions,
        "pledge": no_party or not choices.lines,
        "withdraw pledge": not choices.own_pledges,
        "deploy": not choices.decisions,
        "renew mandate": not choices.ending,
        "end deployment": not choices.running,
        "withdraw host consent": no_party,
        "give host consent": no_party,
        "share case": not choices.let_in,
    }
    return tuple(deed for deed in DEEDS if SCOPE_BY_DO[deed] in actor.scopes and not idle.get(deed, False))


def deed_words(_: Text) -> dict[Deed, str]:
    """What each act is called on its form."""
    return {
        "request": _("Appeal to a duty of the charter"),
        "note no request": _("Note that nobody appeals to a duty"),
        "convene": _("Call an organ together"),
        "share case": _("Let a party in on the case"),
        "file report": _("File a report"),
        "set requirement": _("Set what is needed"),
        "pledge": _("Pledge towards a line"),
        "withdraw pledge": _("Take a pledge back"),
        "record mandate": _("Record a mandate"),
        "renew mandate": _("Renew a mandate"),
        "give host consent": _("Consent to forces on our territory"),
        "withdraw host consent": _("Refuse forces on our territory, or take consent back"),
        "deploy": _("Start a deployment"),
        "end deployment": _("End a deployment"),
        "close case": _("Close the case"),
    }


def command_of(form: DeedForm, case: str, actor: str) -> dict[str, Any]:
    """The command that a form stands for. `actor` is who acts. Raises Malformed with the field that is wrong."""
    fields = _FIELDS[form.deed](form, actor)
    said = {name: value for name, value in fields.items() if value not in ("", None, ())}
    return {"do": form.deed, "by": actor, "case": case, **said}


# ---- the fields of each command


def _request(form: DeedForm, actor: str) -> dict[str, Any]:
    event = {
        "kind": form.kind,
        "victim": form.party or actor,
        "attacker": form.attacker,
        "external": _yes_or_no(form.external),
        "object": form.object,
        "territory_of": form.territory_of.strip(),
        "region": form.region,
        "overwhelmed": _yes_or_no(form.overwhelmed),
        "facts": {name: said == "true" for name, said in form.fact.items() if said},
        "requested_by": [actor],
        "claimed_by": actor,
        "says": form.words,
    }
    said = {name: value for name, value in event.items() if value not in ("", None, {})}
    return {"request": _needed(form.name, "name"), "duty": _needed(form.duty, "duty"), "event": said}


def _requirement(form: DeedForm, _: str) -> dict[str, Any]:
    lines = [_line(text) for text in form.words.splitlines() if text.strip()]
    return {"procedure": _needed(form.procedure, "procedure"), "lines": lines}


def _line(text: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) not in (LINE_PARTS, LINE_PARTS + 1) or parts[LINE_PARTS:] not in ([], ["essential"]):
        raise Malformed(f"The line '{text[:80]}' is not written as it must be.", field="words", accepted=LINES_SAY)
    line = {"id": parts[0], "capability": parts[1], "required": _whole(parts[2], "words"), "unit": parts[3]}
    return line | ({"essential": True} if parts[LINE_PARTS:] else {})


def _pledge(form: DeedForm, actor: str) -> dict[str, Any]:
    return {
        "pledge": _needed(form.name, "name"),
        "line": _needed(form.line, "line"),
        "party": actor,
        "quantity": _whole(form.quantity, "quantity"),
        "caveats": tuple(text.strip() for text in form.words.splitlines() if text.strip()),
    }


def _mandate(form: DeedForm, actor: str) -> dict[str, Any]:
    given_by = form.to.strip() or actor
    return {"mandate": _needed(form.name, "name"), "given_by": given_by, "until": _until(form)}


def _deploy(form: DeedForm, _: str) -> dict[str, Any]:
    return {
        "deployment": _needed(form.name, "name"),
        "procedure": _needed(form.procedure, "procedure"),
        "parties": form.parties,
        "host": form.party,
        "package": form.package,
    }


_FIELDS: dict[Deed, Callable[[DeedForm, str], dict[str, Any]]] = {
    "request": _request,
    "note no request": lambda form, _: {"duty": _needed(form.duty, "duty")},
    "convene": lambda form, _: {"organ": _needed(form.organ, "organ")},
    "share case": lambda form, _: {"party": _needed(form.party, "party")},
    "file report": lambda form, _: {"to": _needed(form.to, "to"), "of": form.words, "duty": form.duty},
    "set requirement": _requirement,
    "pledge": _pledge,
    "withdraw pledge": lambda form, _: {"pledge": _needed(form.name, "name")},
    "record mandate": _mandate,
    "renew mandate": _mandate,
    "give host consent": lambda form, actor: {"host": actor, "until": _until(form)},
    "withdraw host consent": lambda _, actor: {"host": actor},
    "deploy": _deploy,
    "end deployment": lambda form, _: {"deployment": _needed(form.name, "name")},
    "close case": lambda form, _: {"why": form.words},
}


def _needed(value: str, field: str) -> str:
    if not value.strip():
        raise Malformed(f"'{field}' is empty.", field=field, fix="Fill it in.")
    return value.strip()


def _whole(text: str, field: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal()):
        said = text[:20]
        raise Malformed(f"'{field}': '{said}' is no whole number.", field=field, found=said, accepted="0, 1, 2 …")
    return int(text)


def _yes_or_no(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _until(form: DeedForm) -> str | None:
    at = acting.instant_of(form.until, "until")
    return None if at is None else iso(at)
