"""What an act brings around the texts: duties, meetings, what is needed and offered, the end of a case."""

from collections.abc import Iterator

from tocsin.alliance.facts import (
    AnyFact,
    CaseClosed,
    CaseShared,
    ConsentEnded,
    ConsentGiven,
    ConveneAsked,
    DeploymentStarted,
    MandateRecorded,
    MandateRenewed,
    OrganConvened,
    PackageAttested,
    PackageReported,
    PledgeMade,
    PledgeWithdrawn,
    RequestMade,
    RequirementSet,
)
from tocsin.alliance.packages import adopted_by
from tocsin.alliance.response import pledged_by_line
from tocsin.alliance.state import CaseState, PackageState
from tocsin.centre.effects_words import Sentence, effect, listed
from tocsin.centre.rehearsal import Rehearsal
from tocsin.centre.view import View
from tocsin.centre.words import moment_words
from tocsin.charter.forum import open_forums
from tocsin.terms import Instant


def of_fact(view: View, rehearsal: Rehearsal, fact: AnyFact) -> Iterator[Sentence]:
    """What one fact says; nothing for facts of other kinds."""
    match fact:
        case RequestMade():
            yield from _requested(view, rehearsal, fact)
        case OrganConvened(meets_by=None):
            yield effect("meets", fact.clause, organ=view.law.name(fact.organ))
        case OrganConvened():
            by = moment_words(fact.meets_by) if fact.meets_by is not None else ""
            yield effect("meets by", fact.clause, organ=view.law.name(fact.organ), time=by)
        case ConveneAsked():
            yield from _asked_to_meet(view, rehearsal, fact)
        case CaseShared():
            yield effect("shared", party=view.law.name(fact.party))
        case RequirementSet():
            lines = ", ".join(f"{row.capability}: {row.required} {row.unit}" for row in fact.lines)
            yield effect("requirement", lines=lines)
        case PledgeMade():
            yield from _pledged(view, rehearsal, fact)
        case PledgeWithdrawn():
            yield from _taken_back(view, rehearsal, fact)
        case PackageReported():
            yield from _package(rehearsal, fact)
        case PackageAttested():
            yield from _finding(view, rehearsal, fact)
        case MandateRecorded():
            yield effect("mandate", mandate=fact.mandate, given_by=view.law.name(fact.given_by))
            yield _until(fact.until)
        case MandateRenewed():
            yield effect("mandate renewed", mandate=fact.mandate, time=moment_words(fact.was))
            yield _until(fact.until)
        case DeploymentStarted():
            yield effect("deploys", deployment=fact.deployment, procedure=fact.procedure)
            if fact.parties:
                yield effect("takes part", parties=listed(view, fact.parties))
            if fact.package:
                yield from _sent(view, rehearsal.after.cases[fact.case], fact.package)
        case ConsentGiven():
            yield effect("consents", host=view.law.name(fact.host))
            yield _until(fact.until)
        case ConsentEnded():
            yield effect("consent ends", host=view.law.name(fact.host))
        case CaseClosed():
            yield effect("case closes")
        case _:
            pass


def _requested(view: View, rehearsal: Rehearsal, fact: RequestMade) -> Iterator[Sentence]:
    """What the charter says of the duty appealed to, as the fact records it."""
    law = view.law.at(rehearsal.after, rehearsal.at).under(fact.readings)
    duty = law.duties.get(fact.duty)
    yield effect("duty", fact.clause, duty=duty.title if duty is not None else fact.duty, status=fact.status)
    for why in fact.why:
        yield effect("reason", words=why.rstrip("."))
    if fact.awaiting == "request":
        yield effect("awaits request", fact.clause, parties=listed(view, duty.request_by if duty is not None else ()))
    elif fact.awaiting:
        matter = law.matters.get(fact.awaiting)
        forums = open_forums(law, matter) if matter is not None else ()
        names = ", ".join(f"{view.law.name(row.organ)} ({row.rule})" for row in forums)
        title = matter.title if matter is not None else fact.awaiting
        yield effect("awaits decision", fact.clause, matter=title, forums=names)
    if fact.missing:
        yield effect("missing", fields=", ".join(fact.missing))
    if fact.reports_to:
        yield effect("reports", to=listed(view, fact.reports_to))


def _asked_to_meet(view: View, rehearsal: Rehearsal, fact: ConveneAsked) -> Iterator[Sentence]:
    organ = view.law.at(rehearsal.after, rehearsal.at).organs.get(fact.organ)
    asked = set(rehearsal.after.cases[fact.case].convene_asked.get(fact.organ, ()))
    if organ is not None:
        count = str(organ.convene_requesters - len(asked))
        yield effect("asked to meet", organ.clause, organ=view.law.name(fact.organ), count=count)


def _pledged(view: View, rehearsal: Rehearsal, fact: PledgeMade) -> Iterator[Sentence]:
    case = rehearsal.after.cases[fact.case]
    party = view.law.name(fact.party)
    yield from _quantity("pledges", case, fact.line, fact.quantity, party)
    for caveat in fact.caveats:
        yield effect("caveat", caveat=caveat)
    yield from _missing(case, fact.line)


def _taken_back(view: View, rehearsal: Rehearsal, fact: PledgeWithdrawn) -> Iterator[Sentence]:
    pledge = rehearsal.before.cases[fact.case].pledges[fact.pledge]
    case = rehearsal.after.cases[fact.case]
    yield from _quantity("pledge withdrawn", case, pledge.line, pledge.quantity, view.law.name(pledge.party))
    yield from _missing(case, pledge.line)


def _quantity(kind: str, case: CaseState, name: str, quantity: int, party: str) -> Iterator[Sentence]:
    line = next((row for row in case.requirement if row.id == name), None)
    unit, capability = (line.unit, line.capability) if line is not None else ("", name)
    yield effect(kind, party=party, quantity=str(quantity), unit=unit, capability=capability)


def _missing(case: CaseState, name: str) -> Iterator[Sentence]:
    """What is still missing of a line; a line that is needed no longer lacks nothing."""
    for line in (row for row in case.requirement if row.id == name):
        lacks = line.required - pledged_by_line(case).get(name, 0)
        if lacks <= 0:
            yield effect("filled", capability=line.capability)
        else:
            told = {"shortfall": str(lacks), "unit": line.unit, "required": str(line.required)}
            yield effect("shortfall", capability=line.capability, **told)


def _package(rehearsal: Rehearsal, fact: PackageReported) -> Iterator[Sentence]:
    yield effect("package", package=fact.package, digest=fact.digest)
    for line in rehearsal.after.cases[fact.case].requirement:
        told = {"capability": line.capability, "unit": line.unit, "required": str(line.required)}
        yield effect("package fills", filled=str(fact.totals.get(line.id, 0)), **told)
    yield effect("package found by", algorithm=fact.algorithm)


def _finding(view: View, rehearsal: Rehearsal, fact: PackageAttested) -> Iterator[Sentence]:
    party = view.law.name(fact.party)
    kind = "attests" if fact.lawful else "attests against"
    yield effect(kind, party=party, package=fact.package, rules=", ".join(fact.rules))
    was = rehearsal.before.cases[fact.case].packages.get(fact.package)
    if was is not None and fact.party in was.attested:
        earlier = ", ".join(was.attested[fact.party]) or "lawful"
        yield effect("attests otherwise", party=party, earlier=earlier)
    yield from _found(view, rehearsal.after.cases[fact.case].packages[fact.package])


def _sent(view: View, case: CaseState, name: str) -> Iterator[Sentence]:
    """What is on record of the package that a deployment rests on."""
    package = case.packages[name]
    if procedures := adopted_by(case, package):
        yield effect("package adopted", package=name, procedures=", ".join(procedures))
    else:
        yield effect("package not adopted", package=name)
    yield from _found(view, package)


def _found(view: View, package: PackageState) -> Iterator[Sentence]:
    if lawful := [name for name, rules in package.attested.items() if not rules]:
        yield effect("attested by", parties=listed(view, lawful))
    if against := [name for name, rules in package.attested.items() if rules]:
        yield effect("attested against by", parties=listed(view, against))


def _until(at: Instant | None) -> Sentence:
    return effect("open end") if at is None else effect("until", time=moment_words(at))
