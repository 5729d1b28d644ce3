"""Stage 5, force packages: reported with totals and digest, and attested by parties that checked the plan behind one.

Packages are found and checked outside, by whoever may know the units; the facts carry totals, digest and findings, and
no unit. A package is adopted by a decision like any other: by a text that names its digest (`adopted_by`).
"""

import re

from msgspec.structs import replace

from tocsin.alliance.commands import AttestPackage, ReportPackage
from tocsin.alliance.facts import AnyFact, PackageAttested, PackageReported, Refusal
from tocsin.alliance.folding import case_of, may_take_part, no_part, with_case, with_key
from tocsin.alliance.response import pledged_by_line
from tocsin.alliance.state import CaseState, PackageState, State
from tocsin.charter.snapshot import Snapshot
from tocsin.forces.model import RULES, RuleId
from tocsin.terms import PartyId

Decision = tuple[AnyFact, ...] | Refusal

_WORD = re.compile(r"[\w:.-]*\w")
"""A digest, or any other word, without what ends a sentence."""


def report(charter: Snapshot, state: State, command: ReportPackage) -> Decision:
    """A package may not use more of a line than was pledged to it; what is missing is worked out here.

    Whoever reports it speaks for itself alone: where a party says that it has checked it, that is its attestation.
    """
    case = state.cases.get(command.case)
    if not may_take_part(charter, command.by):
        return no_part(charter, command.by, "report a force package")
    if case is None or not case.requirement:
        return Refusal(
            code="no requirement", message="There is nothing this package could fill.", fix="Set the requirement first."
        )
    refusal = _odd_package(case, command)
    if refusal is not None:
        return refusal
    missing = {line.id: line.required - command.totals.get(line.id, 0) for line in case.requirement}
    reported = PackageReported(
        at=command.at,
        case=command.case,
        package=command.package,
        totals=command.totals,
        shortfall={line: quantity for line, quantity in missing.items() if quantity > 0},
        digest=command.digest,
        algorithm=command.algorithm,
        by=command.by,
        verified_by=command.verified_by,
    )
    if command.verified_by and charter.belongs(command.by):
        return reported, _attested(command, lawful=True)
    return (reported,)


def attest(charter: Snapshot, state: State, command: AttestPackage) -> Decision:
    """A party says in its own name what it found; of the plan whose digest was reported, and of no other."""
    case = state.cases.get(command.case)
    if not may_attest(charter, command.by):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not attest a force package on {charter.on}.",
            fix="A party whose status gives it a say here does so in its own name; no office does it for nations.",
        )
    package = case.packages.get(command.package) if case else None
    if package is None:
        there = ", ".join(case.packages) if case else ""
        return Refusal(
            code="no such package",
            message=f"There is no package '{command.package}'.",
            fix=f"Reported: {there or 'none yet'}.",
        )
    if command.digest != package.digest:
        return Refusal(
            code="other digest",
            message=f"What was checked has the digest {command.digest}, and '{package.id}' has {package.digest}.",
            fix=f"Check the plan with the reported digest: {package.by} has it. Or report yours as another package.",
        )
    if command.lawful == bool(command.rules):
        return Refusal(
            code="unclear finding",
            message="A lawful package breaks no rule, and one that is not breaks at least one.",
            fix="Name the rules it breaks, or none.",
        )
    if package.attested.get(PartyId(command.by)) == _rules(command):
        return Refusal(
            code="said already", message=f"{command.by} has found just this already.", fix="It needs no second word."
        )
    return (_attested(command, lawful=command.lawful),)


def may_attest(charter: Snapshot, party: str) -> bool:
    """Whether it is a party whose status gives it a say: no office attests for nations."""
    return charter.belongs(party) and charter.has_right(party, "speak")


def to_check(charter: Snapshot, case: CaseState, party: str) -> PackageState | None:
    """The package reported last, where a party may attest it, pledged towards a line that it uses, and has found
    nothing yet. That it has units in it cannot be told from the record, which has none; that it can have some, can.

    Nobody has to: a finding is no duty, and a package is adopted without one.
    """
    if case.closed is not None or not case.packages or not may_attest(charter, party):
        return None
    package = next(reversed(case.packages.values()))
    lines = {pledge.line for pledge in case.pledges.values() if pledge.party == party}
    is_in_it = any(package.totals.get(line, 0) for line in lines)
    return package if is_in_it and party not in package.attested else None


def adopted_by(case: CaseState, package: PackageState) -> tuple[str, ...]:
    """The procedures whose adopted text names the digest of the package: they decided on this plan and no other."""
    return tuple(
        row.id
        for row in case.procedures.values()
        if row.verdict == "adopted" and package.digest in _WORD.findall(row.text)
    )


def _odd_package(case: CaseState, command: ReportPackage) -> Refusal | None:
    """What is wrong with a package as it is reported."""
    lines = {line.id for line in case.requirement}
    if command.package in case.packages:
        return Refusal(code="name taken", message=f"There is already a package '{command.package}'.", fix="Rename it.")
    if strange := sorted(set(command.totals) - lines):
        return Refusal(
            code="no such line",
            message=f"The package names what is not there: {', '.join(strange)}.",
            fix=f"Lines: {', '.join(sorted(lines))}.",
        )
    if others := [name for name in command.verified_by if name != command.by]:
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot say for {', '.join(others)} that it has checked the package.",
            fix="Leave them out; each attests it in its own name.",
        )
    pledged = pledged_by_line(case)
    over = [line for line, quantity in command.totals.items() if quantity > pledged.get(line, 0)]
    if over:
        said = ", ".join(f"{line}: {command.totals[line]} of {pledged.get(line, 0)} pledged" for line in over)
        return Refusal(code="more than pledged", message=f"The package uses too much: {said}.", fix="Lower the totals.")
    return None


def _attested(command: ReportPackage | AttestPackage, *, lawful: bool) -> PackageAttested:
    return PackageAttested(
        at=command.at,
        case=command.case,
        package=command.package,
        party=PartyId(command.by),
        digest=command.digest,
        lawful=lawful,
        rules=() if isinstance(command, ReportPackage) else _rules(command),
    )


def _rules(command: AttestPackage) -> tuple[RuleId, ...]:
    """Each once, in the order in which they are checked."""
    return tuple(rule for rule in RULES if rule in command.rules)


def reported(state: State, fact: PackageReported) -> State:
    case = case_of(state, fact.case, fact.at)
    row = PackageState(fact.package, fact.by, fact.totals, fact.digest, fact.algorithm)
    return with_case(state, case, packages=with_key(case.packages, fact.package, row))


def attested(state: State, fact: PackageAttested) -> State:
    case = case_of(state, fact.case, fact.at)
    row = case.packages.get(fact.package)
    if row is None:
        return state
    row = replace(row, attested=with_key(row.attested, fact.party, fact.rules))
    return with_case(state, case, packages=with_key(case.packages, fact.package, row))


DECIDERS = {ReportPackage: report, AttestPackage: attest}
EVOLVERS = {PackageReported: reported, PackageAttested: attested}
