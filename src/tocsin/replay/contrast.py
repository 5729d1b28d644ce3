"""Runs of one case side by side, and the sources behind its steps."""

from collections.abc import Iterable
from typing import NamedTuple

from tocsin.replay.result import Line, Run


class Contrast(NamedTuple):
    """A step that the runs compute differently, with its line in each run."""

    number: int
    says: str
    lines: tuple[Line, ...]


def contrasts(runs: Iterable[Run]) -> list[Contrast]:
    """The steps on which the choices of readings disagree; nothing for a single run."""
    return [
        Contrast(lines[0].number, lines[0].says, lines)
        for lines in zip(*(run.lines for run in runs), strict=True)
        if any(_answer(line) != _answer(lines[0]) for line in lines)
    ]


def sources(lines: Iterable[Line]) -> dict[tuple[str, str], list[int]]:
    """(source, how it was seen) -> numbers of the steps that rest on it, in the order of the steps."""
    found: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        found.setdefault((source_of(line), line.source_class), []).append(line.number)
    return found


def source_of(line: Line) -> str:
    """Where a step was read; nothing to name for an invented one."""
    return line.source or ("" if line.source_class == "invented" else "no source named")


def _answer(line: Line) -> tuple[object, ...]:
    return line.mark, line.computed, line.why, line.missing, line.differences
