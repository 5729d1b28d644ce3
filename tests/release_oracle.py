"""A second answer to who sees what, for the tests only: written from the rules' text, with nothing shared.

It knows the small world of test_release.py as a table of seats, written by hand, and a list of permissions without
an order. A seat sees a content if one permission is complete; nothing is ever taken away again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

MARKINGS = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")
HISTORIES = ("all", "from joining", "none")

EARLY, LATE = "2026-01-05", "2026-02-20"
"""Days that a release may speak of: before and after the newcomers joined. The warnings lie between them."""
DAYS = ("", EARLY, LATE)
"""'' is today, 1 March 2026."""


@dataclass(frozen=True)
class Seat:
    """One reader of the small world."""

    kind: str = "party"
    """party, house or nobody"""
    belongs: bool = True
    receives: bool = False
    joined: str = "2002-01-01"
    """first day without a break; '' where it does not belong today"""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """group -> the days of DAYS on which it is in it"""


ALWAYS = DAYS
FILE_FIRST_LATE = ("", LATE)


def _member(days: tuple[str, ...] = ALWAYS) -> dict[str, tuple[str, ...]]:
    return {"members": days, "everyone": days, "board": days, "others": (), "victim": ()}


SEATS: dict[str, Seat] = {
    "XAA": Seat(receives=True, groups=_member()),
    "XAB": Seat(receives=True, groups=_member()),
    # in the pact, and left out of the board
    "XAE": Seat(receives=True, joined="2008-03-01", groups={"members": ALWAYS, "everyone": ALWAYS}),
    # joined after the warnings: by the file, live, and again after having left
    "XBA": Seat(receives=True, joined="2026-02-01", groups=_member(FILE_FIRST_LATE)),
    "XBB": Seat(receives=True, joined="2026-02-10", groups=_member(("",))),
    "XBC": Seat(receives=True, joined="2026-02-01", groups=_member(("", LATE))),
    # between the opening of the case and the warning
    "XBD": Seat(receives=True, joined="2026-01-07", groups=_member(FILE_FIRST_LATE)),
    # an observer that became a member after the warnings: it never was outside
    "XBE": Seat(
        receives=True,
        joined="2012-01-01",
        groups={"members": ("", LATE), "board": ("", LATE), "everyone": ALWAYS, "observers": (EARLY,)},
    ),
    "XAF": Seat(joined="2012-06-01", groups={"observers": ALWAYS, "everyone": ALWAYS}),
    "XAG": Seat(joined="2015-09-01", groups={"partners": ALWAYS, "everyone": ALWAYS}),
    "XAH": Seat(receives=True, joined="2015-09-01", groups={"friend": ALWAYS, "everyone": ALWAYS}),
    "XAI": Seat(receives=True, joined="2020-01-01", groups={"acceding": ALWAYS, "everyone": ALWAYS}),
    # suspended by the file, and live; frozen
    "XAS": Seat(receives=True, groups={**_member(), "suspended": ALWAYS}),
    "XAT": Seat(receives=True, groups={**_member(), "suspended": ("",)}),
    "XAZ": Seat(receives=True, groups={**_member(), "frozen": ALWAYS}),
    # gone: live, by a row that ended, by a row that says so
    "XAU": Seat(belongs=False, joined="", groups=_member((EARLY, LATE))),
    "XAV": Seat(belongs=False, joined="", groups={}),
    "XAW": Seat(belongs=False, joined="", groups={"withdrawn": ALWAYS}),
    "XQA": Seat(belongs=False, joined=""),
    "NOBODY": Seat(kind="nobody", belongs=False, joined=""),
    "SG": Seat(kind="house"),
    "council": Seat(kind="house"),
    "secretariat": Seat(kind="house"),
}

CASE_OPENED, HANDED_IN = "2026-01-06", "2026-01-10"

GROUP_AUDIENCES = (
    ("members",), ("everyone",), ("board",), ("observers",), ("partners",), ("friend",), ("acceding",), ("suspended",),
    ("frozen",), ("withdrawn",), ("victim",), ("others",), ("members", "everyone"), ("XAB",), ("no such group",),
)  # fmt: skip


def audiences(seat: str) -> Iterator[tuple[str, ...]]:
    """Every shape of audience: empty, named, named with others, groups, groups with the seat named."""
    yield ()
    yield (seat,)
    yield ("XAB", seat)
    for groups in GROUP_AUDIENCES:
        yield groups
        yield (*groups, seat)


@dataclass(frozen=True)
class Question:
    """What is asked of a content; `by` is its author."""

    seat: str
    marking: str
    audience: tuple[str, ...]
    as_of: str = ""
    history: str = "from joining"
    recalled: bool = False
    by: str = "XAA"


def sees(asked: Question) -> bool:
    """Whether any permission is complete."""
    if asked.seat == asked.by:
        return True
    if asked.recalled:
        return False
    reader = SEATS[asked.seat]
    ways = _ways(reader, asked)
    return any(PERMISSIONS[way, asked.marking, reader.receives] for way in ways)


def _ways(reader: Seat, asked: Question) -> Iterator[str]:
    """How the release reaches a reader."""
    named = asked.seat in asked.audience
    if reader.kind == "house":
        if named:
            yield "house, named"
        if "everyone" in asked.audience:
            yield "house, everyone"
    if not reader.belongs or reader.kind != "party":
        return
    if named:
        yield "named"
    if not in_time(reader, asked.history):
        return
    for group in asked.audience:
        if asked.as_of in reader.groups.get(group, ()):
            yield "everyone" if group == "everyone" else "group"


def in_time(reader: Seat, history: str) -> bool:
    return {
        "all": True,
        "from joining": reader.joined <= HANDED_IN,
        "none": reader.joined <= CASE_OPENED,
    }[history]


def _permissions() -> dict[tuple[str, str, bool], bool]:
    """(way, marking, right to receive) -> yes or no, each written out."""
    ways = ("house, named", "house, everyone", "named", "group", "everyone")
    table = dict.fromkeys(product(ways, MARKINGS, (True, False)), False)
    for marking, receives in product(MARKINGS, (True, False)):
        table["house, named", marking, receives] = True
    for receives in (True, False):
        table["house, everyone", "TLP:CLEAR", receives] = True
        for marking in ("TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"):
            table["named", marking, receives] = True
        for marking in ("TLP:GREEN", "TLP:CLEAR"):
            table["everyone", marking, receives] = True
    for marking in ("TLP:RED", "TLP:AMBER+STRICT"):
        table["named", marking, True] = True
    for marking in ("TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"):
        table["group", marking, True] = True
        table["everyone", marking, True] = True
    return table


PERMISSIONS = _permissions()


def sees_case(seat: str, history: str, *, shared: bool, opener: bool, elector: str) -> bool:
    """Whether a seat sees the case opened on CASE_OPENED. `elector`: 'running', 'ended' or '' for none."""
    reader = SEATS[seat]
    if reader.kind == "house":
        return True
    if not reader.belongs:
        return elector == "running"
    was_there = reader.receives and (history == "all" or reader.joined <= CASE_OPENED)
    return was_there or shared or opener or elector != ""


def sees_all_cases(seat: str, history: str) -> bool:
    """Whether it sees each case since CASE_OPENED."""
    reader = SEATS[seat]
    there = reader.belongs and reader.receives and (history == "all" or reader.joined <= CASE_OPENED)
    return reader.kind == "house" or there
