"""A replay report written by hand, with every kind of thing a page or a timeline must show."""

from typing import Any

from tocsin.replay.result import Computed, Headline, Line, Mark, ReplayReport, Run, Side
from tocsin.terms import PartyId

NAC, DPC = "NAC", "DPC"
OTHERS = tuple(
    PartyId(code)
    for code in (
        "CAN",
        "CZE",
        "DNK",
        "ESP",
        "GBR",
        "GRC",
        "HUN",
        "ISL",
        "ITA",
        "LUX",
        "NLD",
        "NOR",
        "POL",
        "PRT",
        "TUR",
        "USA",
    )
)
NAMES = {
    "NAC": "North Atlantic Council",
    "DPC": "Defence Planning Committee",
    "SG": "Secretary General",
    "TUR": "Türkiye",
    "USA": "United States",
    "FRA": "France",
    "DEU": "Germany",
    "BEL": "Belgium",
}


def line(number: int, at: str, do: str, by: str, says: str, mark: Mark = "noted", **fields: Any) -> Line:  # noqa: ANN401  # any field of a line
    computed = fields.pop("computed", Computed())
    fields = {"source": "a newspaper, 11 Feb 2003", "source_class": "press", **fields}
    return Line(number=number, at=at, do=do, by=by, says=says, mark=mark, computed=computed, **fields)


LINES = (
    line(1, "2003-01-15", "note", "USA", "Asks informally for planning to protect Türkiye.", source_class="memory"),
    line(
        2,
        "2003-02-06T16:00:00+01:00",
        "table",
        "SG",
        "Puts the tasking of the military authorities to the Council.",
        "agrees",
        computed=Computed(result="accepted", organ=NAC, rule="consensus"),
        clauses=("NATO.consensus",),
        weak=("NATO.consensus",),
        why=("the Council decides by consensus: nobody may object",),
    ),
    line(
        3,
        "2003-02-06T16:00:00+01:00",
        "open silence",
        "SG",
        "Opens a silence procedure until Monday noon.",
        "consistent",
        computed=Computed(result="silence runs", organ=NAC, deadline="2003-02-10T09:00:00Z"),
        recorded=(("deadline", "2003-02-10T10:00+01:00"),),
        inferred=("deadline",),
        conflict="Another paper says that it was opened on Friday.",
    ),
    line(
        4,
        "2003-02-10T08:00:00+01:00",
        "positions",
        "FRA",
        "Breaks the silence.",
        "agrees",
        computed=Computed(
            result="broken",
            organ=NAC,
            blockers=(PartyId("BEL"), PartyId("DEU"), PartyId("FRA")),
            levers=("FRA, BEL and DEU, had they all kept silent",),
        ),
        recorded=(("result", "broken"), ("blockers", "FRA, BEL, DEU")),
        decision=True,
    ),
    line(
        5,
        "2003-02-10",
        "request",
        "TUR",
        "Asks for consultations: it feels its security threatened.",
        "agrees",
        computed=Computed(duty="triggered", organ=NAC),
        clauses=("NAT.4",),
        why=("any party's opinion suffices", "kind: threat"),
        sides=(
            Side(readings=("opinion-suffices",), status="triggered", why=("kind: threat",), clause="NAT.4"),
            Side(readings=("threat-must-be-real",), status="undetermined", why=("overwhelmed is not known",)),
        ),
        decision=True,
        recorded=(("duty", "triggered"),),
    ),
    line(6, "2003-02-10T16:30:00+01:00", "convene", NAC, "The Council meets.", "agrees"),
    line(
        7,
        "2003-02-16",
        "change forum",
        "SG",
        "The matter goes to the Defence Planning Committee.",
        "agrees",
        computed=Computed(result="moved", organ=DPC, rule="consensus"),
    ),
    line(
        8,
        "2003-02-16",
        "close",
        DPC,
        "The Committee <agrees> on the planning & tasks the military.",
        "differs",
        computed=Computed(result="adopted", organ=DPC, rule="consensus", bound=OTHERS, not_bound=(PartyId("FRA"),)),
        recorded=(("result", "adopted"), ("bound", "18 members")),
        differences=("bound: computed 16, recorded 18",),
        decision=True,
    ),
    line(9, "2003-02-20", "deploy", "USA", "Aircraft arrive.", "open", missing=("who agreed to host them",)),
    line(10, "2003-04-16", "close case", NAC, "The consultations end.", "noted"),
)
COUNTS: dict[Mark, int] = {"agrees": 5, "consistent": 1, "differs": 1, "open": 1, "noted": 2}
HEADLINES = (
    Headline(name="t_decide", says="decided", hours_least=120.0, hours_most=168.0),
    Headline(name="t_report", says="reported", hours_least=None, hours_most=None),
)


def run(*readings: str, lines: tuple[Line, ...] = LINES) -> Run:
    return Run(
        readings=readings,
        lines=lines,
        counts=COUNTS,
        decisions=3,
        decisions_open=0,
        headlines=HEADLINES,
        account=("Silence was opened on 6 February.", "Three members broke it."),
    )


def report(*runs: Run, hypothetical: bool = False) -> ReplayReport:
    return ReplayReport(
        case="sample",
        title="Help for Türkiye, February 2003",
        summary="The Council could not agree; another organ did.",
        charter="nato",
        charter_title="North Atlantic Treaty Organization",
        charter_hash="sha256:00ff",
        hypothetical=hypothetical,
        names=NAMES,
        runs=runs or (run(),),
    )
