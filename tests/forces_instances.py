"""Small cases and inventories in which every rule of a package has something to forbid."""

from datetime import date, timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin.forces.model import (
    About,
    Cap,
    Capability,
    Caveat,
    ForceCase,
    Gate,
    Lift,
    Mandate,
    RequirementLine,
    Unit,
)
from tocsin.terms import PartyId

ZERO = date(2026, 3, 2)
CODES = (
    Capability(id="a", name="A", counted="persons", substitutes=("b",)),
    Capability(id="b", name="B", counted="persons"),
    Capability(id="c", name="C", counted="ships"),
)
NATIONS = tuple(PartyId(code) for code in ("XAA", "XAB", "XAC"))
PLACES = ("ford", "delta")
TAGS = ("night", "Night", "ford", "first")

nations = st.sampled_from(NATIONS)
hours = st.integers(0, 60)
later = st.integers(-2, 12).map(lambda more: ZERO + timedelta(days=more))
days = st.one_of(later, st.none())
seldom = st.integers(0, 5).flatmap(lambda roll: later if roll == 3 else st.none())
sizes = st.integers(1, 6)
caveats = st.builds(
    Caveat, hard=st.booleans(), scope=st.sampled_from(("task", "area", "phase")), tag=st.sampled_from(TAGS)
)
gates = st.builds(
    Gate,
    kind=st.sampled_from(("host consent", "transit permission", "status of forces")),
    given_by=nations,
    destination=st.sampled_from(PLACES),
    from_=days,
    until=days,
    nations=st.lists(nations, max_size=2, unique=True).map(tuple),
)


def lines(name: str) -> st.SearchStrategy[RequirementLine]:
    """A requirement line of this name."""
    return st.builds(
        RequirementLine,
        id=st.just(name),
        capability=st.sampled_from(("a", "a", "b", "c")),
        required=st.integers(4, 14),
        destination=st.sampled_from(PLACES),
        in_place_by_hours=st.integers(30, 120),
        priority=st.integers(1, 3),
        weight=sizes,
        sustain_days=st.sampled_from((0, 4)),
        tasks=st.sampled_from(((), ("night",))),
        phase=st.sampled_from(("", "first")),
        one_nation_percent=st.sampled_from((None, None, 50, 100)),
        essential=st.booleans(),
        substitutes=st.sampled_from((None, None, (), ("a",))),
    )


def units(name: str) -> st.SearchStrategy[Unit]:
    """A unit of this name."""
    return st.builds(
        Unit,
        id=st.just(name),
        nation=nations,
        name=st.just(name),
        capability=st.sampled_from(("a", "a", "b", "c")),
        strength=sizes,
        location=st.just("home"),
        notice_to_move_hours=hours,
        transit_hours=st.sampled_from(({"any": 4}, {"any": 9}, {"ford": 3, "any": 30}, {"delta": 8})),
        cost_cents=sizes,
        lift_tonnes=sizes,
        self_deploying=st.sampled_from((True, False, False)),
        endurance_days=st.sampled_from((5, 5, 0)),
        rotates=st.booleans(),
        valid_from=seldom,
        valid_until=seldom,
        caveats=st.lists(caveats, max_size=1).map(tuple),
    )


@st.composite
def instances(draw: st.DrawFn, lines_max: int = 4, units_max: int = 8) -> tuple[ForceCase, tuple[Unit, ...]]:
    """A case and an inventory."""
    case = ForceCase(
        schema=1,
        case=About(id="case", title="A case", operation="rapid reaction", activation=ZERO),
        line=tuple(draw(lines(f"line{number}")) for number in range(draw(st.integers(1, lines_max)))),
        capability=CODES,
        lift=tuple(draw(st.lists(st.builds(Lift, leaves_hours=hours, tonnes=st.integers(2, 9)), max_size=4))),
        cap=tuple(
            Cap(nation=nation, counted="persons", percent=draw(st.sampled_from((80, 50, 0))))
            for nation in draw(st.lists(nations, max_size=1))
        ),
        mandate=tuple(draw(st.lists(st.builds(Mandate, nation=nations, lead_hours=hours, until=seldom), max_size=2))),
        gate=tuple(draw(st.lists(gates, max_size=1))),
    )
    many = draw(st.sampled_from(range(units_max, -1, -1)))
    return case, tuple(draw(units(f"unit{number}")) for number in range(many))


def battalion(name: str, **changes: object) -> Unit:
    """A unit of five that can go anywhere at once, but for what is changed."""
    unit = Unit(
        id=name,
        nation=PartyId("XAA"),
        name=name,
        capability="a",
        strength=5,
        location="home",
        notice_to_move_hours=0,
        transit_hours={"any": 4},
        cost_cents=1,
        self_deploying=True,
    )
    return replace(unit, **changes)


def asked(**changes: object) -> ForceCase:
    """A case with one line that asks for ten, but for what is changed."""
    line = RequirementLine(id="line", capability="a", required=10, destination="ford", in_place_by_hours=48, priority=1)
    about = About(id="case", title="A case", operation="rapid reaction", activation=ZERO)
    return replace(ForceCase(schema=1, case=about, line=(line,), capability=CODES), **changes)
