"""Changes: read as they are written, made exactly, priced as docs/FORCES.md, part 9, says, and refused where wrong."""

from datetime import date
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.forces_instances import ZERO, asked, battalion
from tocsin.errors import ForcesError
from tocsin.forces.amend import apply
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.change_words import words
from tocsin.forces.changes import (
    CapPercent,
    Change,
    Deadline,
    DropCaveat,
    Extend,
    GateFrom,
    GateOpen,
    MandateLead,
    MandateOpen,
    MoreAssets,
    MoreTonnes,
    NewPledge,
    Notice,
    OfferFrom,
    OneNation,
    OwnLift,
    Rotate,
    TransitTime,
    Without,
    kind_of,
    parse,
    written,
)
from tocsin.forces.files import capabilities, load_case
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Cap, Caveat, ChangeKind, ForceCase, Gate, GateKind, Lift, Mandate, Price, Unit
from tocsin.forces.prices import price_of, prices
from tocsin.terms import PartyId

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9().-]{0,8}", fullmatch=True)
nations = st.sampled_from(("XAA", "XAB", "FRA")).map(PartyId)
hours = st.integers(0, 100_000)
many = st.integers(1, 10_000)
dates = st.dates(date(1990, 1, 1), date(2090, 1, 1))
titles = st.from_regex(r"[a-z][a-z: -]{0,8}[a-z]", fullmatch=True)
kinds = st.sampled_from(get_args(GateKind))
givers = st.sampled_from(("", "XAF"))

changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(TransitTime, unit=ids, destination=ids, hours=hours),
    st.builds(OwnLift, unit=ids),
    st.builds(MoreTonnes, tonnes=many, leaves_hours=hours),
    st.builds(MoreAssets, count=many, asset=titles),
    st.builds(Notice, unit=ids, hours=hours),
    st.builds(OfferFrom, unit=ids, from_=dates),
    st.builds(Extend, unit=ids, until=st.one_of(st.none(), dates)),
    st.builds(Rotate, unit=ids),
    st.builds(DropCaveat, nation=nations, tag=ids),
    st.builds(MandateLead, nation=nations, hours=hours),
    st.builds(MandateOpen, nation=nations),
    st.builds(GateFrom, kind=kinds, destination=ids, from_=st.one_of(st.none(), dates), given_by=givers),
    st.builds(GateOpen, kind=kinds, destination=ids, given_by=givers),
    st.builds(CapPercent, nation=nations, counted=titles, percent=st.integers(0, 100)),
    st.builds(OneNation, line=ids, percent=st.one_of(st.none(), st.integers(1, 100))),
    st.builds(Deadline, line=ids, hours=st.integers(1, 100_000)),
    st.builds(NewPledge, nation=nations, capability=ids, strength=many),
    st.builds(Without, nation=nations),
)


@given(changes)
def test_a_change_is_read_as_it_is_written(change: Change) -> None:
    assert parse(*written(change)) == change
    assert msgspec.json.decode(msgspec.json.encode(change), type=Change) == change


@pytest.mark.parametrize(
    ("option", "loose", "exact"),
    [
        ("--add-lift", "400 t @ 24h", "400t@24"),
        ("--add-lift", "2 : heavy", "2:heavy"),
        ("--drop-caveat", "xab:night", "XAB:night"),
        ("--notice", "u:48h", "u:48"),
        ("--gate", "Host Consent:ford:2026-03-04:xaf", "host-consent:ford:2026-03-04:XAF"),
        ("--cap", "XAA:persons:75%", "XAA:persons:75"),
        ("--one-nation", "line:75%", "line:75"),
    ],
)
def test_what_people_write_is_read_too(option: str, loose: str, exact: str) -> None:
    assert written(parse(option, loose)) == (option, exact)


LATE, OPENED = date(2026, 3, 4), date(2026, 3, 9)
HEAVY = (Lift(leaves_hours=9, tonnes=75, count=2, asset="heavy"), Lift(leaves_hours=24, tonnes=60, asset="heavy"))
GATE = Gate(
    kind="transit permission", given_by=PartyId("XAF"), destination="ford", from_=OPENED, until=date(2026, 4, 1)
)
CASE = asked(
    lift=HEAVY,
    cap=(Cap(nation=PartyId("XAA"), counted="persons", percent=60),),
    mandate=(Mandate(nation=PartyId("XAA"), lead_hours=90, until=OPENED),),
    gate=(GATE, replace(GATE, given_by=PartyId("XAG"), from_=None)),
)
NIGHT = (Caveat(hard=True, scope="task", tag="night", source="decree 12"), Caveat(hard=False, scope="area", tag="ford"))
UNITS = (
    battalion("one", caveats=NIGHT, valid_from=LATE, valid_until=OPENED, notice_to_move_hours=50, endurance_days=3),
    battalion("two", self_deploying=False, lift_tonnes=7, transit_hours={"delta": 8}),
    battalion("three", nation="XAB"),
)
ONE, TWO, _ = range(3)


@pytest.mark.parametrize(
    ("text", "points", "says"),
    [
        ("--transit two:ford:30", 50 + 18, "ask XAA whether two can be at 'ford' within 30 h of leaving, which nobody"),
        ("--transit two:delta:5", 50 + 3, "within 5 h"),
        ("--own-lift two", 40 + 7, "ask XAA to bring two by its own means, 7 t"),
        ("--add-lift 400t@24", 450, "find 400 t of lift that leaves at hour 24"),
        ("--add-lift 2:heavy", 50 + 150, "find 2 more of the asset 'heavy', of 75 t, at each of the hours 9, 24"),
        ("--notice one:20", 50 + 150, "ask XAA to have one ready in 20 h instead of 50"),
        ("--notice one:90", 0, "ready in 90 h instead of 50"),
        ("--offer-from one:2026-03-02", 180, "ask XAA to offer one from 2026-03-02 instead of 2026-03-04"),
        ("--extend one:2026-03-12", 115, "ask XAA to offer one until 2026-03-12 instead of 2026-03-09"),
        ("--extend one", 0, "until further notice"),
        ("--rotate one", 300, "ask XAA to relieve one in place, which alone lasts 3 days"),
        ("--drop-caveat XAA:night", 500, "ask XAA to drop its caveat 'night' (decree 12)"),
        ("--mandate XAA:40", 400 + 500, "ask XAA for its mandate by hour 40 instead of 90"),
        ("--mandate XAA:open", 400, "ask XAA for a mandate that does not end on 2026-03-09"),
        ("--gate transit-permission:ford:2026-03-05:XAF", 540, "from 2026-03-05 instead of 2026-03-09"),
        ("--gate transit-permission:ford:2026-03-05:XAG", 300 + 60 * 29, "from 2026-03-05 instead of not at all"),
        (
            "--gate transit-permission:ford:open",
            300,
            "ask whoever gives it for transit permission for 'ford'",
        ),
        ("--gate transit-permission:ford:none", 0, "do without transit permission for 'ford'"),
        ("--cap XAA:persons:75", 500, "ask XAA to send up to 75 % of its persons instead of 60 %"),
        ("--one-nation line:50", 0, "let one nation give up to 50 % of line instead of all"),
        ("--deadline line:60", 250 + 180, "have line in place by hour 60 instead of 48"),
        ("--pledge XAB:a:30", 1030, "find a new pledge of 30 persons of a, for example by XAB"),
        ("--pledge XAB:c:3", 1300, "find a new pledge of 3 ships of c"),
        ("--without XAA", 0, "do without XAA: 2 units gone"),
    ],
)
def test_a_change_is_made_and_priced_and_said(text: str, points: int, says: str) -> None:
    change = parse(*text.split(maxsplit=1))
    assert apply(change, CASE, UNITS) != (CASE, UNITS)
    assert price_of(change, CASE, UNITS).points == points
    assert says in words(change, CASE, UNITS)


def changed(text: str) -> tuple[ForceCase, tuple[Unit, ...]]:
    return apply(parse(*text.split(maxsplit=1)), CASE, UNITS)


def test_more_of_an_asset_leaves_at_every_hour_at_which_it_does() -> None:
    assert [row.count for row in changed("--add-lift 2:heavy")[0].lift] == [4, 3]


def test_a_caveat_is_dropped_by_all_units_of_its_nation_and_soft_ones_stay() -> None:
    units = tuple(replace(unit, caveats=NIGHT) for unit in UNITS)
    _, units = apply(parse("--drop-caveat", "XAA:night"), CASE, units)
    assert [unit.caveats for unit in units] == [NIGHT[1:], NIGHT[1:], NIGHT]


def test_a_permission_comes_sooner_where_it_was_later_or_not_given() -> None:
    early = replace(GATE, from_=date(2026, 3, 1))
    case = replace(CASE, gate=(*CASE.gate, early))
    case, _ = apply(parse("--gate", "transit-permission:ford:2026-03-05"), case, UNITS)
    assert [gate.from_ for gate in case.gate] == [date(2026, 3, 5), date(2026, 3, 5), date(2026, 3, 1)]


def test_without_a_nation_its_units_are_gone_and_a_pledge_is_one_more() -> None:
    assert [unit.id for unit in changed("--without XAA")[1]] == ["three"]
    twice = [parse("--pledge", "XAB:a:30")] * 2
    units: tuple[Unit, ...] = UNITS
    for change in twice:
        _, units = apply(change, CASE, units)
    assert [unit.id for unit in units[3:]] == ["new-XAB-a", "new-XAB-a-2"]


def test_a_case_has_prices_of_its_own() -> None:
    case = replace(CASE, price=(Price(change="pledge", base=7, each=2), Price(change="notice", base=3)))
    assert price_of(parse("--pledge", "XAB:a:30"), case, UNITS).points == 67
    assert price_of(parse("--notice", "one:20"), case, UNITS).points == 3
    assert price_of(parse("--rotate", "one"), case, UNITS).points == 300


def test_every_kind_of_change_has_a_price_that_ships() -> None:
    assert {row.change for row in prices()} == set(get_args(ChangeKind))
    assert kind_of(Without(nation=PartyId("XAA"))) is None


@pytest.mark.parametrize(
    ("text", "field", "told"),
    [
        ("--drop-caveat XAZ:night", "nation", "XAA, XAB"),
        ("--drop-caveat XAA:nigth", "hard caveat of XAA", "did you mean 'night'?"),
        ("--drop-caveat XAA", "", "--drop-caveat NATION:TAG"),
        ("--add-lift 2:hevy", "asset", "did you mean 'heavy'?"),
        ("--add-lift 0:heavy", "count", "a whole number from 1 to 10,000"),
        ("--add-lift 10000:heavy", "count", "at most 10,000"),
        ("--add-lift lots", "", "COUNT:ASSET|TONNESt@HOUR"),
        ("--add-lift 400t@999999", "hours", "a whole number from 0 to 100,000"),
        ("--without XAZ", "nation", "XAA, XAB"),
        ("--without", "", "--without NATION"),
        ("--notice four:20", "unit", "one, two, three"),
        ("--notice one:50", "", "a change that changes something"),
        ("--notice one:soon", "hours", "a whole number from 0 to 100,000"),
        ("--transit one:moon:3", "destination", "ford, any"),
        ("--transit one:the moon:3", "destination", "a destination, or any"),
        ("--offer-from one:2026-03-09", "date", "a day before 2026-03-09"),
        ("--offer-from one:tomorrow", "date", "a date such as 2026-01-31"),
        ("--extend one:2026-03-04", "date", "a day after 2026-03-04"),
        ("--extend two", "", "a change that changes something"),
        ("--own-lift one", "", "a change that changes something"),
        ("--mandate XAB:4", "nation with a mandate", "XAA"),
        ("--gate transit:ford:2026-03-09", "kind", "host-consent, transit-permission, status-of-forces"),
        ("--gate host-consent:ford:2026-03-09", "permission", "transit permission for ford by XAF"),
        ("--gate transit-permission:ford:2026-04-01", "date", "a day before 2026-04-01"),
        ("--cap XAA:ships:70", "cap", "XAA:persons"),
        ("--cap XAA:persons:101", "percent", "a whole number from 0 to 100"),
        ("--cap XAA:persons:60", "", "a change that changes something"),
        ("--one-nation lime:70", "line", "did you mean 'line'?"),
        ("--one-nation line:none", "", "a change that changes something"),
        ("--deadline line:0", "hours", "a whole number from 1 to 100,000"),
        ("--pledge XAB:d:3", "capability", "a, b, c"),
        ("--pledge XAB:a:0", "strength", "a whole number from 1 to 10,000,000"),
    ],
)
def test_a_wrong_change_is_told_with_what_is_accepted(text: str, field: str, told: str) -> None:
    option, _, what = text.partition(" ")
    with pytest.raises(ForcesError) as error:
        apply(parse(option, what), CASE, UNITS)
    (problem,) = error.value.problems
    assert problem.file == text
    assert problem.field == field
    assert told in f"{problem.accepted} {problem.fix}"


def test_a_deadline_ends_before_the_mandate_of_the_operation_does() -> None:
    about = replace(CASE.case, until=date(2026, 3, 12), exit_days=1)
    with pytest.raises(ForcesError, match="at most 216"):
        apply(parse("--deadline", "line:217"), replace(CASE, case=about), UNITS)
    with pytest.raises(ForcesError, match="at most 60"):
        apply(parse("--deadline", "line:61"), replace(CASE, case=replace(about, within_hours=60)), UNITS)


def test_lift_has_an_end_of_rows() -> None:
    case = replace(CASE, lift=tuple(Lift(leaves_hours=hour, tonnes=1) for hour in range(60)))
    with pytest.raises(ForcesError, match="at most 60 rows"):
        apply(parse("--add-lift", "1t@9"), case, UNITS)


def test_every_option_is_read() -> None:
    for option in OPTIONS:
        with pytest.raises(ForcesError):
            parse(option, ":::")


def test_the_example_of_the_shipped_case_can_be_made() -> None:
    case = load_case("meridian-ford")
    units = load_inventory("meridian", capabilities())
    asked_for = [parse("--drop-caveat", "XAB:night"), parse("--add-lift", "2:heavy"), parse("--without", "XAC")]
    changed_case, changed_units = case, units
    for change in asked_for:
        changed_case, changed_units = apply(change, changed_case, changed_units)
    assert sum(row.count * row.tonnes for row in changed_case.lift) == 3600 + 3 * 150
    assert len(units) - len(changed_units) == 4
    assert case.case.activation == ZERO
