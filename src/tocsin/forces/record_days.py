"""What a record says was in place on a day: at least so much, and at most so much or an unknown number.

docs/FORCES.md, part 14. Sources that differ are not averaged: every account is followed on its own, and a day shows the
least and the most that any of them gives.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tocsin.forces.record_model import Sighting
from tocsin.terms import PartyId

TOGETHER = PartyId("")
"""Stands for all nations of a line, where a source gives one number for them."""


class Span(NamedTuple):
    """Between so much and so much; `most` is none where nobody told it."""

    least: int
    most: int | None


NOTHING = Span(0, 0)


class History:
    """What was seen of one line, by nation, in every account of it."""

    def __init__(self, seen: Iterable[Sighting]) -> None:
        self._all = sorted(seen, key=lambda one: one.on)
        by_nation: dict[PartyId, list[Sighting]] = {}
        for one in self._all:
            by_nation.setdefault(one.nation, []).append(one)
        self._accounts = {nation: list(accounts(rows)) for nation, rows in by_nation.items()}

    @property
    def nations(self) -> tuple[PartyId, ...]:
        """The nations that were seen, in alphabetical order."""
        return tuple(sorted(self._accounts.keys() - {TOGETHER}))

    def of(self, nation: PartyId, day: date) -> Span:
        """What of a nation was in place on a day."""
        return either(_on(rows, day) for rows in self._accounts.get(nation, ()))

    def whole(self, day: date) -> Span:
        """What of all nations was in place on a day.

        The sum of the nations; where a number for all of them together holds on that day, that number.
        """
        apart = together(self.of(nation, day) for nation in self.nations)
        return either(self._bounded(apart, rows, day) for rows in self._accounts.get(TOGETHER, [[]]))

    def first(self) -> tuple[date, date] | None:
        """The first day on which any of it may have been there, and the one by which some surely was."""
        rows = [one for one in self._all if one.quantity != 0]
        if not rows:
            return None
        sure = [
            max(min((one.on for one in rows if one.quantity != 0), default=date.max) for rows in variants)
            for variants in self._accounts.values()
        ]
        return min(one.first for one in rows), min(sure)

    def _bounded(self, apart: Span, rows: Sequence[Sighting], day: date) -> Span:
        """The nations' sum, held against the last number for all together, unless a nation was seen since."""
        told = [one for one in rows if one.on <= day]
        if not told or told[-1].quantity is None:
            return apart
        if any(one.nation != TOGETHER and told[-1].on < one.first <= day for one in self._all):
            return apart
        number = told[-1].quantity
        return either((Span(number, number), Span(max(apart.least, number), max(apart.least, number))))


def accounts(rows: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    """The sightings of one nation as each account has them, in order of day: the main one, then one for each rival."""
    main = [one for one in rows if not one.instead_of]
    yield main
    for rival in rows:
        if rival.instead_of:
            yield sorted([rival, *(one for one in main if one.id != rival.instead_of)], key=lambda one: one.on)


def either(spans: Iterable[Span]) -> Span:
    """The least and the most of spans of which one holds; nothing, where there are none."""
    found = list(spans)
    mosts = [span.most for span in found]
    known = [most for most in mosts if most is not None]
    least = min((span.least for span in found), default=0)
    return Span(least, max(known, default=0) if len(known) == len(mosts) else None)


def together(spans: Iterable[Span]) -> Span:
    """The sum of spans that all hold."""
    found = list(spans)
    known = [span.most for span in found if span.most is not None]
    return Span(sum(span.least for span in found), sum(known) if len(known) == len(found) else None)


def _on(rows: Sequence[Sighting], day: date) -> Span:
    """What one account has in place on a day: what was last seen, and what may have come or gone by then."""
    last = NOTHING
    for one in rows:
        seen = Span(0, None) if one.quantity is None else Span(one.quantity, one.quantity)
        if one.on <= day:
            last = seen
        elif one.first <= day:
            last = either((last, seen))
    return last
