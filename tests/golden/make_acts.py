"""Writes the golden ledger of today's act schema, once: `.venv/bin/python -m tests.golden.make_acts`.

The story visits every kind of command and fact. A released schema's file is never written again: a test reads each
of them for ever, so that what an alliance has stored stays readable.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.world import ATTACK, MEMBERS, MERIDIAN, World, agree, at
from tocsin.alliance import commands as c
from tocsin.alliance import contents as b
from tocsin.alliance.facts import Refusal
from tocsin.alliance.records import CentreOpening, CharterChanged, Opening, encode
from tocsin.alliance.state import State
from tocsin.alliance.upcast import ACT_SCHEMA
from tocsin.charter.snapshot import Charter

HERE = Path(__file__).parent
LINE = c.RequirementLine(id="lift", capability="heavy lift", required=4, unit="aircraft", essential=True)


def summary(state: State) -> bytes:
    """What must come out of the fold in every later release, whatever State then looks like."""
    cases = {
        case.id: {
            "warnings": case.warnings,
            "requests": {row.id: row.status for row in case.requests.values()},
            "procedures": {
                row.id: [row.status, row.verdict, row.how, sorted(row.bound), sorted(row.broken_by), row.version]
                for row in case.procedures.values()
            },
            "pledges": {row.id: row.quantity for row in case.pledges.values()},
            "packages": {name: row.totals for name, row in case.packages.items()},
            "deployments": case.deployments,
            "reports": [case.reports_owed, case.reports_filed],
            "closed": case.closed,
        }
        for case in state.cases.values()
    }
    standings = {party: [row.status, *row.overlays] for party, row in sorted(state.standings.items())}
    amendments = {name: row.in_force for name, row in state.amendments.items()}
    whole = {"cases": cases, "standings": standings, "amendments": amendments, "now": state.now}
    return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=1) + b"\n"


def book_summary(state: State, book: b.Book) -> bytes:
    """What must come of the records of contents, and of what parties said themselves; since schema 2."""
    said = {
        f"{case.id}/{row.id}": [row.on_behalf, row.entered, sorted(row.silence.acknowledged) if row.silence else []]
        for case in state.cases.values()
        for row in case.procedures.values()
        if row.on_behalf or row.silence
    }
    held = {
        "/".join(key): [
            *(row.author, row.at, row.marking, row.audience, row.as_of, row.orcon, row.digest),
            *(row.version, row.changed, row.recalled, row.why, row.delivered, row.acknowledged),
        ]
        for key, row in book.items()
    }
    whole = {"book": held, "said": said, "shared": {case.id: case.shared for case in state.cases.values()}}
    return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=1) + b"\n"


def findings_summary(state: State) -> bytes:
    """What must come of the records of findings on force packages, and of mandates; since schema 3."""
    cases = {
        case.id: {
            "packages": {row.id: [row.by, row.digest, row.algorithm, row.attested] for row in case.packages.values()},
            "mandates": case.mandates,
        }
        for case in state.cases.values()
    }
    return msgspec.json.format(msgspec.json.encode(cases, order="deterministic"), indent=1) + b"\n"


def tell() -> World:
    """The story: a crisis under the Meridian Pact, with a council that two must call and amendments that restart."""
    document = MERIDIAN.document
    organs = tuple(replace(row, convene_requesters=2) if row.id == "council" else row for row in document.organ)
    provisions = tuple(
        replace(row, transitional="restart") if row.kind == "amendment" else row for row in document.provision
    )
    world = World(Charter(replace(document, organ=organs, provision=provisions), "sha256:golden"))
    _heads(world)
    _crisis(world)
    _centre(world)
    _response(world)
    _parties(world)
    return world


def _do(world: World, kind: type, hours: float, by: str, **fields: Any) -> None:  # noqa: ANN401  # fields of any command
    about_content = issubclass(kind, b.InContent)
    decided = (world.handle if about_content else world.do)(kind, hours, by, **fields)
    if isinstance(decided, Refusal):
        raise SystemExit(f"{kind.__name__} at {hours}: {decided.message}")


def _heads(world: World) -> None:
    """What stands between acts."""
    law, charter = world.charter, world.charter.charter_id
    replay = Opening(case="x", charter=charter, charter_hash="sha256:x", known=law.on, readings=("one",))
    centre = CentreOpening(
        mode="exercise", charter=charter, charter_hash=law.charter_hash, known=law.on, readings=("one",), at=at(0)
    )
    changed = CharterChanged(
        charter=charter, charter_hash=law.charter_hash, by="secretariat", why="a clause corrected", at=at(0)
    )
    world.acts += [encode(head) for head in (replay, centre, changed)]


def _centre(world: World) -> None:
    """What came with schema 2: contents and their handling, cases shared, positions entered for others."""
    world.warn(
        71.1,
        "XAB",
        ("members", "XAC"),
        warning="v",
        as_of=world.charter.on,
        orcon=True,
        received=at(71.11),
        signature="c2lnbmF0dXJl",
        key="ab12-cd34",
    )
    _do(world, b.RemarkWarning, 71.2, "XAB", warning="v", marking="TLP:GREEN", audience=("XAC",))
    _do(world, b.DeliverWarning, 71.3, "centre", warning="v", to="XAC")
    _do(world, b.AcknowledgeWarning, 71.4, "XAC", warning="v")
    _do(world, b.PassOnWarning, 71.5, "XAC", warning="v", to=("XAD",))
    _do(world, b.RecallWarning, 71.6, "XAB", warning="v", why="it was a drill")
    _do(world, b.AcknowledgeWarning, 71.7, "XAC", warning="v")
    _do(world, c.ShareCase, 71.7, "SG", party="XAF")
    _do(world, c.TableText, 71.7, "XAA", procedure="entered", matter="relief", text="t")
    _do(world, c.OpenSilence, 71.75, "SG", procedure="entered")
    _do(world, c.ConfirmDelivery, 71.8, "XAC", procedure="entered", party="XAC")
    said = {"procedure": "entered", "party": "XAB"}
    _do(world, c.StatePosition, 71.8, "SG", **said, position="support", note="telephone, 14:05Z")
    _do(world, c.ConfirmPosition, 71.85, "XAB", **said, position="abstain")
    _do(world, c.WithdrawText, 71.9, "XAA", procedure="entered")


def _crisis(world: World) -> None:
    _do(world, c.ReportWarning, 0, "XAB", warning="w", commitment="ab" * 32)
    _do(world, c.MakeRequest, 1, "XAA", request="r", duty="assist", event=ATTACK)
    _do(world, c.NoteNoRequest, 1, "XAB", duty="consult")
    _do(world, c.Convene, 1, "XAB", organ="council")
    _do(world, c.Convene, 2, "XAC", organ="council")
    _do(world, c.TableText, 3, "XAA", matter="assist", text="help")
    _do(world, c.AmendText, 4, "XAB", text="help, softer")
    _do(world, c.OpenSilence, 5, "SG")
    _do(world, c.StatePosition, 6, "XAE", party="XAE", position="object")
    _do(world, c.ChangeForum, 7, "SG", organ="defence-board", new_procedure="q")
    _do(world, c.StatePosition, 8, "XAB", procedure="q", party="XAB", position="support", reservation="not our ports")
    agree(world, 9, "q")
    _do(world, c.CloseProcedure, 9, "SG", procedure="q")
    _do(world, c.StatePosition, 10, "XAC", procedure="q", party="XAC", position="object")
    _do(world, c.TableText, 10, "XAA", procedure="taken back", matter="procedure", text="t")
    _do(world, c.WithdrawText, 10, "XAA", procedure="taken back")
    _do(world, c.TableText, 11, "XAA", procedure="relief", matter="relief", text="t")
    _do(world, c.OpenSilence, 12, "SG", procedure="relief")
    for party in MEMBERS:
        _do(world, c.ConfirmDelivery, 13, party, procedure="relief", party=party)
    world.run_timer(at(36))
    _do(world, c.RecordOutage, 40, "centre", start=at(30), end=at(38))
    _do(world, c.TableText, 41, "XAA", procedure="unheard", matter="relief", text="t")
    _do(world, c.OpenSilence, 42, "SG", procedure="unheard")
    _do(world, c.Wake, 70, "centre")
    _do(world, c.ConfirmExpiry, 71, "SG", procedure="unheard")


def _response(world: World) -> None:
    _do(world, c.SetRequirement, 72, "SG", procedure="q", lines=(LINE,))
    _do(world, c.MakePledge, 73, "XAB", pledge="b", line="lift", party="XAB", quantity=3, caveats=("by day",))
    _do(world, c.MakePledge, 73, "XAC", pledge="c", line="lift", party="XAC", quantity=1)
    _do(world, c.WithdrawPledge, 74, "XAC", pledge="c")
    _do(world, c.ReportPackage, 75, "SG", package="one", totals={"lift": 3}, digest="cd" * 32, algorithm="by hand")
    _do(world, c.AttestPackage, 75.5, "XAB", package="one", digest="cd" * 32, lawful=False, rules=("lift", "cap"))
    _do(world, c.AttestPackage, 75.6, "XAD", package="one", digest="cd" * 32, lawful=True)
    _do(world, c.RecordMandate, 76, "SG", mandate="m", given_by="UNSC", until=at(78))
    _do(world, c.RenewMandate, 76.5, "SG", mandate="m", given_by="UNSC", until=at(80))
    _do(world, c.GiveConsent, 77, "XAD", host="XAD")
    _do(world, c.StartDeployment, 78, "SG", procedure="q", deployment="shield", host="XAD", package="one")
    _do(world, c.WithdrawConsent, 79, "XAD", host="XAD")
    _do(world, c.EndDeployment, 81, "SG", deployment="shield")
    _do(world, c.FileReport, 82, "SG", to="UNSC", of="measures taken", duty="assist")


def _parties(world: World) -> None:
    for number, (matter, subject) in enumerate(
        (("admit", "XQA"), ("suspend", "XAD"), ("lift", "XAD"), ("amend", None))
    ):
        _do(world, c.TableText, 90 + number * 10, "XAA", procedure=matter, matter=matter, subject=subject)
        for elector in world.procedure(matter).ballot.universe:
            _do(world, c.StatePosition, 91 + number * 10, "SG", procedure=matter, party=elector, position="support")
        _do(world, c.CloseProcedure, 92 + number * 10, "SG", procedure=matter)
        if matter == "admit":
            _do(world, c.Accede, 93, "XQA", party="XQA", procedure="admit")
            for party in MEMBERS:
                _do(world, c.Ratify, 94, party, what="accession/XQA")
        if matter == "suspend":
            _do(world, c.Suspend, 103, "SG", party="XAD", procedure="suspend")
        if matter == "lift":
            _do(world, c.Reinstate, 113, "SG", party="XAD", procedure="lift")
    _do(world, c.TableText, 124, "XAA", procedure="open", matter="procedure", text="t")
    _do(world, c.Amend, 125, "SG", amendment="a", procedure="amend", new_charter_hash="sha256:amended")
    for party in (*MEMBERS, "XQA"):
        _do(world, c.Ratify, 126, party, what="amendment/a")
    _do(world, c.AssertStatus, 127, "XAC", party="XAC", status="frozen")
    _do(world, c.GiveNotice, 128, "XAE", party="XAE")
    _do(world, c.RevokeNotice, 129, "XAE", party="XAE")
    _do(world, c.GiveNotice, 130, "XAB", party="XAB")
    _do(world, c.Wake, 24 * 400, "centre")
    _do(world, c.CloseCase, 24 * 401, "SG", why="over")


def main() -> None:
    path = HERE / f"acts-{ACT_SCHEMA}.jsonl"
    if path.exists():
        raise SystemExit(f"{path.name} exists; the golden ledger of a schema is never written again.")
    world = tell()
    path.write_bytes(b"\n".join([*world.acts, b""]))
    path.with_suffix(".summary.json").write_bytes(summary(world.state))
    path.with_suffix(".book.json").write_bytes(book_summary(world.state, world.book))
    path.with_suffix(".findings.json").write_bytes(findings_summary(world.state))


if __name__ == "__main__":
    main()
