"""A case through the engine: what is computed, what is compared, and what lands in the ledger."""

from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from tocsin import load_charter
from tocsin.alliance.codec import decode_act, decode_command, decode_content, encode_command
from tocsin.alliance.commands import RequirementLine
from tocsin.alliance.facts import WarningReported
from tocsin.alliance.records import Opening
from tocsin.alliance.state import EMPTY
from tocsin.alliance.step import fold
from tocsin.errors import InputError, NotFound, TermError
from tocsin.ledger import FileLedger, LedgerError, MemoryLedger
from tocsin.replay.case import Case, CaseAbout, CaseEvent, Recorded, Step, StepKind
from tocsin.replay.computing import Made
from tocsin.replay.load import load_case, load_case_and_charter
from tocsin.replay.records import runs
from tocsin.replay.result import Line, Mark, Run
from tocsin.replay.run import blind, replay
from tocsin.replay.runner import Runner
from tocsin.replay.steps import COMMON, KINDS
from tocsin.replay.times import local_text, span, zone
from tocsin.replay.translate import Moment, Setting, commands_of, content_of
from tocsin.terms import PartyId, instant, iso

GOOD = Path(__file__).parent / "cases/good"
MISSILES = load_case(GOOD / "missiles.toml")
CASES = [load_case(path) for path in sorted(GOOD.glob("*.toml"))]
EVENT = CaseEvent(id="shelling", kind="armed attack", victim="XAB", attacker="XQA", external=True, territory_of="XAB")
MEMBERS = tuple(PartyId(code) for code in ("XAA", "XAB", "XAC", "XAD", "XAE"))


def step(do: StepKind, by: str = "", at: str = "2024-03-04", **more: Any) -> Step:  # noqa: ANN401  # fields of all types
    recorded = Recorded(**more.pop("recorded")) if "recorded" in more else None
    return Step(do=do, by=by, at=at, says="Something happens.", class_="invented", recorded=recorded, **more)


def case_of(*steps: Step) -> Case:
    head = CaseAbout(id="x", title="X", charter="meridian", hypothetical=True)
    return Case(schema=1, case=head, event=(EVENT,), step=steps)


def only_run(*steps: Step) -> Run:
    (run,) = replay(case_of(*steps)).runs
    return run


def last(*steps: Step) -> Line:
    return only_run(*steps).lines[-1]


TABLE = step("table", "XAA", matter="consult")
ALL_FOR = step("positions", support=("others",))
SILENT = (
    step("table", "SG", matter="relief", at="2024-03-04T08:00:00Z"),
    step("open silence", "SG", at="2024-03-04T09:00:00Z"),
    step("deliver", to=("others",), at="2024-03-04T09:01:00Z"),
)


# what is computed


def test_the_missiles_of_quorland() -> None:
    run = replay(MISSILES).runs[0]
    told = {line.number: line for line in run.lines}
    assert told[3].computed.duty == "awaiting"
    assert told[3].computed.reports_to == ("UNSC",)
    assert [(side.event, side.readings, side.status) for side in told[3].sides] == [
        ("shelling", (), "awaiting"),
        ("hack", ("cyber-counts",), "awaiting"),
        ("hack", ("cyber-does-not-count",), "excluded"),
    ]
    assert (told[8].computed.result, told[8].computed.blockers) == ("broken", ("XAE",))
    assert (told[10].computed.result, told[10].computed.organ) == ("moved", "defence-board")
    assert told[13].computed.bound == MEMBERS[:4]
    assert told[13].computed.levers == ("any of XAA, XAB, XAC, XAD: object → blocked",)
    assert told[13].clauses == ("MP.8", "MP.10")
    assert run.counts == {"agrees": 13, "consistent": 11, "differs": 0, "open": 0, "noted": 1}
    assert (run.decisions, run.decisions_open) == (3, 0)
    assert run.account[-2:] == ("2024-05-01: Steady Lantern ended", "2024-05-02: the case was closed")
    hours = {headline.name: (headline.hours_least, headline.hours_most) for headline in run.headlines}
    assert hours["t_consult"] == (12.5, 12.5)
    assert hours["t_first_unit"] == (186.5, 258.5)


def test_each_choice_of_readings_is_a_run() -> None:
    assert [run.readings for run in replay(MISSILES).runs] == [("cyber-counts",), ("cyber-does-not-count",)]
    assert [run.readings for run in replay(MISSILES, readings=["cyber-counts"]).runs] == [("cyber-counts",)]
    with pytest.raises(NotFound, match="no reading 'other'"):
        replay(MISSILES, readings=["other"])


def test_a_run_answers_for_those_who_sign_another_reading() -> None:
    hack = replace(EVENT, kind="cyber attack")
    asked = step("request", "XAB", duty="assist", event="shelling", readings=("cyber-counts",))
    case = replace(case_of(asked), event=(hack,))
    found = [replay(case, readings=chosen).runs[0].lines[0].computed.duty for chosen in ([], ["cyber-does-not-count"])]
    assert found == ["awaiting", "excluded"]


def test_the_same_case_gives_the_same_report() -> None:
    assert replay(MISSILES) == replay(MISSILES)


@given(st.sampled_from(CASES), st.data())
def test_what_is_recorded_changes_nothing_computed(case: Case, data: st.DataObject) -> None:
    """Delete it, or put anything else in its place: every computed part of every line stays."""
    lies = st.sampled_from([None, Recorded(result="blocked"), Recorded(bound=("XAA",), duty="excluded")])
    changed = tuple(replace(one, recorded=data.draw(lies)) for one in case.step)
    for first, second in zip(replay(case).runs, replay(replace(case, step=changed)).runs, strict=True):
        assert [computed_part(line) for line in first.lines] == [computed_part(line) for line in second.lines]
        assert (first.headlines, first.account) == (second.headlines, second.account)


def computed_part(line: Line) -> Line:
    return replace(line, mark="noted", recorded=(), differences=(), missing=())


def test_the_runner_is_given_nothing_recorded() -> None:
    case, charter = load_case_and_charter(GOOD / "missiles.toml")
    assert all(one.recorded is None for one in blind(case).step)
    with pytest.raises(ValueError, match="strip the steps"):
        Runner(case, charter, (), {})


@given(st.sets(st.sampled_from([at for at, one in enumerate(MISSILES.step) if one.do == "positions"])))
def test_without_the_break_the_silence_runs_out(dropped: set[int]) -> None:
    kept = tuple(one for at, one in enumerate(MISSILES.step) if at not in dropped)
    found = next(line for line in replay(replace(MISSILES, step=kept)).runs[0].lines if line.do == "deadline")
    assert found.computed.result == ("unconfirmed" if 7 in dropped else "broken")
    assert found.mark == ("differs" if 7 in dropped else "agrees")


# marks


@pytest.mark.parametrize(
    ("steps", "mark"),
    [
        ([step("note")], "noted"),
        ([TABLE], "agrees"),
        ([step("table", "XAA", matter="consult", inferred=("matter",))], "consistent"),
        ([step("table", "XAF", matter="consult")], "differs"),
        ([step("table", "XAF", matter="consult", recorded={"result": "refused"})], "agrees"),
        ([step("table", "XAF", matter="consult", recorded={"result": "accepted"})], "differs"),
        ([TABLE, ALL_FOR, step("close")], "noted"),
        ([TABLE, ALL_FOR, step("close", recorded={"result": "adopted"})], "agrees"),
        ([TABLE, ALL_FOR, step("close", recorded={"result": "blocked"})], "differs"),
        ([TABLE, ALL_FOR, step("close", recorded={"result": "adopted", "bound": ("XAA",)})], "differs"),
        ([TABLE, ALL_FOR, step("close", recorded={"result": "adopted", "bound": ("XAA", "others")})], "agrees"),
        (
            [TABLE, replace(ALL_FOR, inferred=("support",)), step("close", recorded={"result": "adopted"})],
            "consistent",
        ),
        (
            [TABLE, replace(ALL_FOR, inferred=("support",)), step("close", recorded={"result": "blocked"})],
            "differs",
        ),
        ([TABLE, step("positions", support=("XAA",)), step("close", recorded={"result": "adopted"})], "open"),
        ([TABLE, step("positions", support=("XAA",)), step("close", recorded={"result": "open"})], "agrees"),
        ([TABLE, ALL_FOR, step("close", unknown="what was decided", recorded={"result": "adopted"})], "open"),
        ([TABLE, step("close"), step("deploy", "XAA", name="Late")], "open"),
        ([TABLE, step("deploy", "XAA", name="Early")], "differs"),
        ([*SILENT, step("deadline", at="2024-03-05", recorded={"result": "adopted"})], "agrees"),
        ([*SILENT[:2], step("deadline", at="2024-03-05", recorded={"result": "unconfirmed"})], "agrees"),
        ([*SILENT, step("deadline", at="2024-03-04", recorded={"result": "silence runs"})], "agrees"),
        (
            [
                *SILENT[:2],
                replace(SILENT[2], inferred=("to",)),
                step("deadline", at="2024-03-05", recorded={"result": "adopted"}),
            ],
            "consistent",
        ),
        (
            [
                *(TABLE, replace(ALL_FOR, inferred=("support",)), step("amend text", "XAA", text="new"), ALL_FOR),
                step("close", recorded={"result": "adopted"}),
            ],
            "agrees",
        ),
    ],
    ids=[
        "note",
        "permitted",
        "permitted as inferred",
        "refused though it happened",
        "refused as recorded",
        "refused and recorded otherwise",
        "verdict, nothing recorded",
        "verdict as recorded",
        "another verdict",
        "other parties bound",
        "the same parties, as others",
        "rests on an inferred position",
        "differs although inferred",
        "positions missing",
        "positions missing, as recorded",
        "unknown",
        "rests on an open step",
        "rests on nothing",
        "silence ran out",
        "silence ran out undelivered",
        "silence still runs",
        "rests on an inferred delivery",
        "inferred positions lapsed with the text",
    ],
)
def test_marks(steps: list[Step], mark: Mark) -> None:
    assert last(*steps).mark == mark


def test_an_open_step_names_what_is_missing() -> None:
    line = last(TABLE, step("positions", support=("XAA", "XAB")), step("close"))
    assert line.missing == ("position of XAC", "position of XAD", "position of XAE")
    line = last(step("table", "XAA", matter="coalition"), step("positions", support=("XAA",)), step("close"))
    assert line.missing[:2] == ("position of XAA on 'format'", "position of XAB")
    assert last(TABLE, step("close", unknown="whether it met")).missing == ("whether it met",)
    lost = last(TABLE, step("close"), step("deploy", "XAA", name="Late"))
    assert lost.missing == ("the outcome of step 2, which is open",)


def test_a_rule_that_nobody_published_leaves_the_step_open() -> None:
    """CSTO's charter does not know by which rule some of its organs decide."""
    head = CaseAbout(id="x", title="X", charter="csto")
    charter = load_charter("csto")
    unset = next(
        (matter.id, forum.organ)
        for matter in charter.as_of(date(2022, 1, 6)).matters.values()
        for forum in matter.forum
        if forum.rule == "unset" and not matter.subject and not matter.needs
    )
    steps = (
        step("table", unset[1], at="2022-01-06", matter=unset[0], organ=unset[1]),
        step("positions", at="2022-01-07", support=("others",)),
    )
    tabled, stated = replay(Case(schema=1, case=head, step=steps)).runs[0].lines
    assert (tabled.mark, stated.mark) == ("open", "open")
    assert "is unset" in tabled.missing[0]
    assert stated.missing == ("the outcome of step 1, which is open",)


def test_levers_name_who_could_still_have_changed_it() -> None:
    def levers_of(matter: str, *positions: Step) -> tuple[str, ...]:
        return last(step("table", "XAA", matter=matter), *positions, step("close")).computed.levers

    for_it, against = step("positions", support=("others",)), step("positions", support=("others",), object=("XAE",))
    assert levers_of("consult", for_it) == ("any of XAA, XAB, XAC, XAD, XAE: object → blocked",)
    assert levers_of("consult", against) == ("XAE: support → adopted",)
    four = step("positions", support=("XAE",), object=("others",))
    assert levers_of("consult", four) == ("XAA with XAB with XAC with XAD: support → adopted",)
    on_format = step("positions", support=("others",), question="format")
    two = step("positions", support=("XAA", "XAB"), object=("others",))
    assert levers_of("coalition", two, on_format)[:2] == (
        "any of XAA, XAB: object → blocked",
        "any of XAC, XAD, XAE: object on 'format' → blocked",
    )


def test_one_deadline_step_speaks_of_its_own_procedure() -> None:
    """Two silences run out within one day; each deadline step tells of its own."""
    steps = []
    for name, hour in (("first", "08"), ("second", "10")):
        steps += [replace(one, procedure=name, at=f"2024-03-04T{hour}:0{at}:00Z") for at, one in enumerate(SILENT)]
    steps.append(replace(steps.pop(), to=("XAA",)))
    deadlines = [step("deadline", at="2024-03-05", procedure=name) for name in ("second", "first")]
    told = only_run(*steps, *deadlines).lines[-2:]
    assert [line.computed.result for line in told] == ["unconfirmed", "adopted"]


def test_a_difference_is_told_in_words() -> None:
    line = last(TABLE, ALL_FOR, step("close", recorded={"result": "blocked", "blockers": ("XAE",)}))
    assert line.differences == (
        "result: computed adopted, recorded blocked",
        "blockers: computed nobody, recorded XAE",
    )
    assert line.recorded == (("result", "blocked"), ("blockers", "XAE"))
    refused = last(step("table", "XAF", matter="consult"))
    assert refused.differences[0].startswith("the sources record that it happened; the charter refuses it: XAF may not")
    assert refused.clauses == ("MP.3",)


def test_a_recorded_time_is_met_to_its_own_precision() -> None:
    table, opened, _ = SILENT
    for recorded, mark in (
        ("2024-03-05", "agrees"),
        ("2024-03-05T10:00:00+01:00", "agrees"),
        ("2024-03-05T09:01:00Z", "differs"),
    ):
        assert last(table, replace(opened, recorded=Recorded(deadline=recorded))).mark == mark


# time


def test_a_day_is_the_day_at_the_seat() -> None:
    brussels = zone("Europe/Brussels")
    assert [iso(at) for at in span("2003-02-10", brussels)] == ["2003-02-09T23:00:00Z", "2003-02-10T22:59:59.999999Z"]
    summer = span("2003-03-30", brussels)
    assert summer.last - summer.first == 23 * 3_600_000_000 - 1
    assert local_text(instant("2003-02-10T11:00:00Z"), brussels) == "2003-02-10T12:00:00+01:00"
    with pytest.raises(TermError, match="does not know the time zone 'Europe/Bruxelles'"):
        zone("Europe/Bruxelles")


def test_steps_of_one_day_keep_their_order() -> None:
    """A step known to the day happens after the one before it, and a time of day holds whatever stands around it."""
    run = Runner(case_of(*SILENT, step("note"), step("note", at="2024-03-04T12:00:00Z"), step("note")), *fixed())
    moments = []
    for number in range(1, 7):
        runner_take(run, number)
        moments.append(iso(run.now)[11:16])
    assert moments == ["08:00", "09:00", "09:01", "09:01", "12:00", "12:00"]


def fixed() -> tuple[Any, tuple[str, ...], dict[str, str]]:
    return load_case_and_charter(GOOD / "missiles.toml")[1], (), {}


def runner_take(runner: Runner, number: int) -> None:
    runner.take(number)


def test_a_deadline_known_to_the_day_does_not_swallow_the_rest_of_the_day() -> None:
    deadline = step("deadline", at="2024-03-05", recorded={"result": "adopted"})
    run = only_run(*SILENT, deadline, step("note", at="2024-03-05T10:00:00Z"))
    assert run.lines[3].mark == "agrees"


def test_a_deadline_that_passes_between_steps_is_applied_and_told() -> None:
    line = last(*SILENT, step("close case", "SG", at="2024-03-06"))
    assert line.why[0] == "before this step: the silence ran out unbroken"
    assert line.facts == ("silence expired", "decided", "case closed")
    assert line.computed.result == "accepted"


# the ledger


def test_what_the_ledger_holds_is_the_state() -> None:
    ledger = MemoryLedger()
    replay(MISSILES, ledger=ledger)
    found = list(runs(ledger.read()))
    assert [opening.readings for opening, _ in found] == [("cyber-counts",), ("cyber-does-not-count",)]
    runner = Runner(blind(MISSILES), fixed()[0], ("cyber-counts",), {})
    for number in range(1, len(MISSILES.step) + 1):
        runner.take(number)
    assert fold(EMPTY, (fact for act in found[0][1] for fact in act.facts)) == runner.state


def test_contents_are_kept_apart_and_fit_their_commitment() -> None:
    ledger = MemoryLedger()
    replay(MISSILES, readings=[], ledger=ledger)
    entries = [entry for entry in ledger.entries() if entry.kind == "record"]
    (with_content,) = [entry for entry in entries if entry.commitments]
    (content,) = ledger.contents(with_content.index)
    assert content is not None
    (warning,) = [fact for fact in decode_act(with_content.body).facts if isinstance(fact, WarningReported)]
    assert decode_content(content).substance == "Six launchers left their barracks at 03:00."
    assert warning.commitment == sha256(content).hexdigest()
    assert all(b"barracks" not in entry.body for entry in entries)


def test_every_act_says_that_it_comes_from_a_recorded_case() -> None:
    ledger = MemoryLedger()
    replay(MISSILES, readings=[], ledger=ledger)
    ((opening, acts),) = runs(ledger.read())
    assert opening == Opening(case="missiles", charter="meridian", charter_hash=acts[0].charter_hash)
    assert {act.attested for act in acts} == {"recorded case"}
    ids = [decode_command(act.command).id for act in acts]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("missiles/") for name in ids)


@pytest.mark.parametrize("stop", [1, 8, 13])
def test_an_interrupted_replay_loses_nothing_it_showed(stop: int, tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "ledger", mode="replay")

    def interrupt(line: Line) -> None:
        if line.number == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(MISSILES, readings=[], ledger=ledger, on_line=interrupt)
    ledger.close()
    again, whole = FileLedger(tmp_path / "ledger", mode="replay"), MemoryLedger()
    replay(MISSILES, readings=[], ledger=whole)
    kept = list(again.read())
    again.close()
    assert kept == list(whole.read())[: len(kept)]
    shown = {int(decode_command(act.command).id.split("/")[1]) for _, acts in runs(kept) for act in acts}
    assert max(shown) == stop


def test_a_ledger_that_fails_stops_the_replay() -> None:
    ledger = MemoryLedger()

    def close(line: Line) -> None:
        if line.number == 4:
            ledger.close()

    with pytest.raises(LedgerError, match="was closed"):
        replay(MISSILES, ledger=ledger, on_line=close)


# steps and their fields


SAMPLES: dict[str, Any] = {
    "by": "XAA",
    "text": "Words.",
    "to": ("others",),
    "duty": "assist",
    "event": "shelling",
    "matter": "consult",
    "organ": "council",
    "new_procedure": "second",
    "support": ("others",),
    "object": ("XAA",),
    "deadline": "2024-03-09",
    "start": "2024-03-01",
    "end": "2024-03-04",
    "name": "Lantern",
    "lines": (),
    "line": "aa",
    "quantity": 2,
    "totals": {"aa": 2},
    "rules": ("caveat",),
    "digest": "cd" * 32,
    "party": "XAB",
    "host": "XAB",
    "subject": "XAB",
    "status": "frozen",
    "what": "accession/XAB",
    "reservation": {"XAA": "none"},
    "parties": ("XAA",),
    "caveats": ("none",),
    "readings": ("cyber-counts",),
    "procedure": "main",
}


@pytest.mark.parametrize("do", get_args(StepKind))
def test_each_kind_of_step_makes_commands_the_engine_can_read(do: StepKind) -> None:
    runner = Runner(case_of(TABLE), *fixed())
    runner.take(1)
    procedure = runner.state.cases["x"].procedures["main"]
    made = step(do, **{name: value for name, value in SAMPLES.items() if name in KINDS[do].fields})
    made = replace(made, lines=(requirement(),)) if do == "require" else made
    moment = Moment(instant("2024-03-04T08:00:00Z"), instant("2024-03-04T09:00:00Z"))
    setting = Setting("x", 2, moment, runner.seat, procedure, {"shelling": EVENT}, made.readings)
    commands = commands_of(made, setting)
    assert bool(commands) == (do != "note")
    assert [decode_command(encode_command(command)) for command in commands] == list(commands)
    expected = {"positions": 5, "deliver": 5}.get(do, 1)
    assert [command.id for command in commands] == [f"x/2/{n}" for n in range(1, (do != "note") * expected + 1)]
    assert all((command.at, command.at_latest) == moment for command in commands)


def any_step(do: StepKind) -> st.SearchStrategy[Step]:
    """A step of that kind with fields that its file could have, whatever came before it."""
    kind = KINDS[do]
    few = {"procedure": ("main", "second"), "matter": ("consult", "assist", "relief", "coalition", "admit")}
    given = {
        name: st.sampled_from(few.get(name, (SAMPLES[name],))) for name in (*kind.needs, *kind.may) if name in SAMPLES
    }
    if do == "require":
        given["lines"] = st.just((requirement(),))
    needed = {name: given[name] for name in kind.needs}
    actors = st.sampled_from(("XAA", "XAB", "XAE", "XAF", "SG", "council"))
    return st.fixed_dictionaries(
        {**needed, "by": actors, "at": st.sampled_from(("2024-03-04", "2024-03-05", "2024-03-06T09:00:00Z"))},
        optional={name: found for name, found in given.items() if name not in kind.needs},
    ).map(lambda found: step(do, **found))


@given(st.lists(st.sampled_from(get_args(StepKind)).flatmap(any_step), min_size=1, max_size=12))
def test_whatever_happens_in_whatever_order_is_replayed(steps: list[Step]) -> None:
    """The law may refuse any of it; no step stops the replay, and the ledger folds to the runner's state."""
    ledger = MemoryLedger()
    case = case_of(*sorted(steps, key=lambda one: one.at))
    runner = Runner(case, *fixed(), ledger)
    for number in range(1, len(steps) + 1):
        made = runner.take(number)
        # A deadline may pass under a step that itself computes nothing.
        assert made.computed.result or replace(made, facts=()) == Made()
    ((_, acts),) = runs(ledger.read())
    assert fold(EMPTY, (fact for act in acts for fact in act.facts)) == runner.state


def requirement() -> RequirementLine:
    return next(one for one in MISSILES.step if one.do == "require").lines[0]


def test_every_kind_and_every_field_is_in_the_table() -> None:
    assert set(KINDS) == set(get_args(StepKind))
    used = {field for kind in KINDS.values() for field in kind.fields}
    given = {field.encode_name for field in fields(Step)}
    assert used | set(COMMON) | {"recorded"} == given
    recorded = {field for kind in KINDS.values() for field in kind.recorded}
    assert recorded == {field.name for field in fields(Recorded)}


def test_a_warning_is_salted_by_its_place() -> None:
    warning = MISSILES.step[0]
    salts = [
        content.salt for place in ((1, "a"), (2, "a"), (1, "b")) if (content := content_of(warning, place[1], place[0]))
    ]
    assert len(set(salts)) == 3
    assert content_of(MISSILES.step[1], "a", 1) is None


# loading holds whatever the file


CHANGES = st.lists(st.tuples(st.sampled_from(("drop", "double", "swap")), st.integers(2, 190), st.integers(2, 190)))


@given(CHANGES)
def test_a_damaged_case_is_refused_in_words_or_replays(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int, int]]
) -> None:
    """Lines dropped, doubled or replaced: the loader either takes the file or names what is wrong in it."""
    lines = (GOOD / "missiles.toml").read_text(encoding="utf-8").splitlines()
    for what, at, other in changes:
        here = lines[at]
        lines[at : at + 1] = {"drop": [], "double": [here, here], "swap": [lines[other]]}[what]
    path = tmp_path_factory.mktemp("case") / "damaged.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with suppress(InputError):
        assert replay(path).runs
