"""Lessons and records: headline times, the plain account, and acts that outlive the program."""

import msgspec
import pytest

from tests.golden.make_acts import tell
from tests.world import ATTACK, World, agree, at, under_silence
from tocsin.alliance import commands as c
from tocsin.alliance.codec import (
    Act,
    decode_act,
    decode_command,
    decode_content,
    encode_act,
    encode_command,
    encode_content,
)
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.lessons import Headline, account, headlines, sentence, timed
from tocsin.alliance.upcast import ACT_SCHEMA
from tocsin.errors import NeedsNewer
from tocsin.terms import HOUR_US, Instant, PartyId


def _rows(world: World, slack_hours: float = 0) -> list[object]:
    rows: list[object] = []
    for data in world.acts:
        act = decode_act(data)
        command = msgspec.json.decode(act.command)
        latest = Instant(command["at"] + round(slack_hours * HOUR_US)) if slack_hours else None
        rows.extend(timed(act.facts, Instant(command["at"]), latest))
    return rows


def _headlines(world: World, slack_hours: float = 0) -> dict[str, Headline]:
    rows = _rows(world, slack_hours)
    return {row.name: row for row in headlines(rows)}  # type: ignore[arg-type]  # rows of `timed`


def test_headline_times_run_from_the_first_request_where_nobody_warned() -> None:
    world = under_silence(matter="assist")
    world.do(c.StatePosition, 5, "XAE", party="XAE", position="object")
    world.do(c.ChangeForum, 6, "SG", organ="defence-board", new_procedure="q")
    agree(world, 8, "q")
    world.do(c.CloseProcedure, 8, "SG", procedure="q")
    world.do(c.StartDeployment, 20, "SG", procedure="q", deployment="shield")
    times = _headlines(world)
    assert times["t_request"].hours_least == 0
    assert (times["t_qualify"].hours_least, times["t_decide"].hours_most) == (8, 8)
    assert times["t_first_unit"].hours_least == 20
    assert times["t_report"].hours_least is None


def test_headline_times_run_from_the_warning_where_there_is_one() -> None:
    world = World()
    world.do(c.ReportWarning, 0, "XAB", warning="w", commitment="ab" * 32)
    world.do(c.Convene, 3, "XAB", organ="council")
    assert _headlines(world)["t_consult"].hours_least == 3


def test_times_known_to_the_day_give_intervals() -> None:
    world = World()
    world.do(c.ReportWarning, 0, "XAB", warning="w", commitment="ab" * 32)
    world.do(c.Convene, 30, "XAB", organ="council")
    consult = _headlines(world, slack_hours=24)["t_consult"]
    assert (consult.hours_least, consult.hours_most) == (6, 54)


def test_a_deadline_keeps_its_own_instant_whenever_the_centre_woke() -> None:
    world = under_silence()
    world.do(c.Wake, 90, "centre")
    assert _headlines(world, slack_hours=24)["t_decide"].hours_most == 26


def test_the_account_says_what_happened_in_sentences_with_clauses() -> None:
    world = under_silence()
    world.do(c.StatePosition, 5, "XAB", party="XAB", position="object")
    said = account(_rows(world), {"XAB": "Belmora"})  # type: ignore[arg-type]  # rows of `timed`
    assert any("Belmora" in line and "silence was broken" in line and "[MR.1]" in line for line in said)


def test_an_act_of_a_later_schema_names_the_version_needed() -> None:
    act = msgspec.json.decode(_one_act())
    act["schema"] = ACT_SCHEMA + 1
    with pytest.raises(NeedsNewer, match=f"schema {ACT_SCHEMA + 1}"):
        decode_act(msgspec.json.encode(act))


def test_an_act_with_an_unknown_kind_of_fact_is_not_read_as_something_else() -> None:
    act = msgspec.json.decode(_one_act())
    act["facts"] = [{"fact": "miracle", "at": 0}]
    with pytest.raises(NeedsNewer, match="miracle"):
        decode_act(msgspec.json.encode(act))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"schema":"one"}'])
def test_bytes_that_are_no_act_are_refused(data: bytes) -> None:
    with pytest.raises(NeedsNewer):
        decode_act(data)


def test_an_act_survives_its_bytes_and_keeps_the_authors() -> None:
    data = _one_act()
    act = decode_act(data)
    assert encode_act(act) == data
    assert isinstance(act, Act)
    assert msgspec.json.decode(act.command)["do"] == "report warning"


def test_a_content_survives_its_bytes() -> None:
    content = WarningContent(
        warning="w", author=PartyId("XAB"), substance="columns at the border", marking="TLP:AMBER", salt="s" * 16
    )
    assert decode_content(encode_content(content)) == content
    assert content.audience == ()


def _one_act() -> bytes:
    """One stored act."""
    world = World()
    world.submit(c.ReportWarning(id="w", at=at(0), by="XAB", case="k", warning="w", commitment="ab" * 32))
    return world.acts[0]


def test_every_kind_of_fact_that_matters_has_its_sentence() -> None:
    told = [fact for fact in tell().facts if sentence(fact, {"XAB": "Belmora"})]
    silent = {type(fact).__name__ for fact in tell().facts} - {type(fact).__name__ for fact in told}
    assert silent == {
        "CaseOpened",
        "ConveneAsked",
        "DeadlineMoved",
        "MandateExpired",
        "MandateRecorded",
        "MandateRenewed",
        "PledgeMade",
        "PledgeWithdrawn",
        "Ratified",
        "RequirementSet",
        "TextDelivered",
    }


def test_a_decision_that_an_outage_undid_is_not_the_first_decision() -> None:
    world = under_silence()
    world.run_timer(at(26))
    world.do(c.RecordOutage, 30, "centre", start=at(20), end=at(26))
    world.do(c.StatePosition, 31, "XAB", party="XAB", position="object")
    assert _headlines(world)["t_decide"].hours_least is None


def test_a_warning_after_the_request_does_not_move_the_start() -> None:
    world = World()
    world.do(c.MakeRequest, 0, "XAA", request="r", duty="consult", event=ATTACK)
    world.do(c.ReportWarning, 2, "XAB", warning="w", commitment="ab" * 32)
    world.do(c.Convene, 3, "XAB", organ="council")
    assert _headlines(world)["t_consult"].hours_least == 3


@pytest.mark.parametrize("data", [b'{"schema":0}', b'{"schema":-1}', b"[" * 100_000, b'{"schema":1,"x":' + b"[" * 5000])
def test_hostile_bytes_are_no_act_and_no_crash(data: bytes) -> None:
    with pytest.raises(NeedsNewer):
        decode_act(data)


def test_a_command_over_the_limit_is_refused_by_its_size() -> None:
    huge = c.CloseCase(id="x", at=at(0), by="SG", case="k", why="y" * 300_000)
    with pytest.raises(msgspec.ValidationError, match="256,000"):
        decode_command(encode_command(huge))
