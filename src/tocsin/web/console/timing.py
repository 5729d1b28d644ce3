"""How long it took before: the shipped cases of the same charter, replayed once a process, compared by clause.

All of it is public, and none of it depends on who asks. What was not over by the centre's own day is no
precedent on that day, and a case is none of itself.
"""

import asyncio
from collections.abc import Iterable
from threading import Lock

from msgspec import Struct

from tocsin.centre.view import View
from tocsin.centre.view_model import CaseClock, Headline
from tocsin.charter.files.catalog import find, resource_names
from tocsin.charter.snapshot import Snapshot
from tocsin.replay.precedents import Precedent, Search, Times, precedents, summary
from tocsin.terms import HOUR_US, SOURCE_CLASSES, Instant, SourceClass
from tocsin.web.call import Call

_KNOWN: dict[str, tuple[Precedent, ...]] = {}
_ONE_AT_A_TIME = Lock()
"""So that many who ask at first do not all replay the same."""


class Cited(Struct, frozen=True, kw_only=True):
    """A precedent, with what of it stands on the clauses looked for."""

    precedent: Precedent
    clauses: tuple[str, ...]
    weakest: SourceClass
    """The weakest class among its steps on these clauses."""


class Earlier(Struct, frozen=True, kw_only=True):
    """The precedents of a case."""

    clauses: tuple[str, ...] = ()
    """Those of the case."""
    cited: tuple[Cited, ...] = ()
    by_clause: bool = False
    """Whether they stand on a clause of the case; else they are all that the charter has."""
    later: int = 0
    """How many more lie after the centre's own day."""
    times: dict[str, Times] = {}


class Pace(Struct, frozen=True, kw_only=True):
    """One headline time beside those of precedents."""

    headline: Headline
    elapsed: float | None = None
    """Hours so far, where it has not been reached and the case still runs."""
    earlier: Times | None = None

    @property
    def hours(self) -> float | None:
        return self.headline.hours if self.headline.hours is not None else self.elapsed

    @property
    def is_slowest(self) -> bool:
        """Whether it took longer, or has taken longer by now, than in any precedent whose time is known."""
        most = self.earlier.most_hours if self.earlier is not None else None
        return most is not None and self.hours is not None and self.hours > most

    @property
    def is_slow(self) -> bool:
        """Whether it is beyond the median, and not beyond all."""
        median = self.earlier.median_hours if self.earlier is not None else None
        return median is not None and self.hours is not None and self.hours > median and not self.is_slowest


async def known(charter: str) -> tuple[Precedent, ...]:
    """The shipped cases of a charter, oldest first. The first to ask waits about a second."""
    return _KNOWN[charter] if charter in _KNOWN else await asyncio.to_thread(_replayed_once, charter)


async def earlier(call: Call, case: str) -> Earlier:
    """The precedents of a case that the seat sees."""
    view = call.view
    found = await known(view.law.charter.id)
    today = view.snapshot.on.isoformat()
    clauses = clauses_of(view, case)
    others = [one for one in found if one.case != case]
    before = over_by(others, today)
    cited = [row for one in before if (row := cite(one, clauses)).clauses]
    rows = cited or [cite(one, ()) for one in before]
    return Earlier(
        clauses=clauses,
        cited=tuple(rows),
        by_clause=bool(cited),
        later=len(others) - len(before),
        times=summary(row.precedent for row in rows).times,
    )


def over_by(found: Iterable[Precedent], day: str) -> list[Precedent]:
    """Those that were over by a day: of the others nobody could know then what would come of them."""
    return [one for one in found if one.until < day]


def cite(precedent: Precedent, clauses: Iterable[str]) -> Cited:
    """A precedent with the clauses it shares."""
    wanted = set(clauses)
    steps = [step for step in precedent.steps if wanted & set(step.clauses)]
    shared = dict.fromkeys(clause for step in steps for clause in step.clauses if clause in wanted)
    weakest = max((step.class_ for step in steps or precedent.steps), key=SOURCE_CLASSES.index)
    return Cited(precedent=precedent, clauses=tuple(shared), weakest=weakest)


def clauses_of(view: View, case: str) -> tuple[str, ...]:
    """The clauses that a case rests on so far: of its requests, meetings and texts."""
    row, law = view.case_state(case), view.snapshot
    named = [
        *(_clause(law, "duties", request.duty) for request in row.requests.values()),
        *(_clause(law, "organs", organ) for organ in row.convened),
        *(_clause(law, "matters", one.matter) for one in row.procedures.values()),
        *(one.clause for one in row.procedures.values()),
    ]
    return tuple(dict.fromkeys(clause for clause in named if clause))


def paces(clock: CaseClock, times: dict[str, Times], now: Instant) -> tuple[Pace, ...]:
    """The headline times of a case beside those of its precedents."""
    runs = clock.closed is None and clock.since is not None
    elapsed = (now - clock.since) / HOUR_US if runs and clock.since is not None else None
    return tuple(
        Pace(
            headline=row,
            elapsed=elapsed if row.hours is None else None,
            earlier=times[row.name] if row.name in times and times[row.name].known else None,
        )
        for row in clock.headlines
    )


def _clause(law: Snapshot, table: str, name: str) -> str:
    row = getattr(law, table).get(name)
    return row.clause if row is not None else ""


def _replayed_once(charter: str) -> tuple[Precedent, ...]:
    with _ONE_AT_A_TIME:
        if charter not in _KNOWN:
            _KNOWN[charter] = _replayed(charter)
    return _KNOWN[charter]


def _replayed(charter: str) -> tuple[Precedent, ...]:
    """Every shipped case of a charter, whatever its steps."""
    said = f'charter = "{charter}"'
    names = [name for name in resource_names("cases") if said in find(name, "cases", "case").read_text("utf-8")]
    return precedents(Search(words=""), names).found if names else ()
