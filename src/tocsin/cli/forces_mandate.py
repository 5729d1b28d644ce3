"""The course of an operation's mandate in the terminal: its end, its renewal, its exit, and who must be relieved."""

from datetime import date

from rich.console import Console

from tocsin.cli.tables import indented, plain, row, section, table
from tocsin.forces.model import MandateCourse, Relief


def print_course(console: Console, course: MandateCourse, activation: date) -> None:
    """When it must be renewed or left, and a row a contingent that must be relieved."""
    if course.ends is not None:
        section(console, "Mandate")
        indented(console, f"ends on {course.ends}; to be renewed by {course.renew_by}{_why(course)}", hang=2)
        indented(console, f"unless renewed, the exit begins on {course.exit_begins}: it takes {course.exit_days} days")
    if course.reliefs:
        section(console, f"To be relieved ({len(course.reliefs)})")
        numbers = ("lasts", "contingents", "told by", "relieved by")
        made = table("unit", "line", *numbers, right=numbers, keep=("unit", "line"))
        for one in course.reliefs:
            told, due = (_day(activation, hour) for hour in (one.told_by_hours, one.relieved_by_hours))
            many = "?" if one.rotations is None else f"{one.rotations} more"
            row(made, plain(one.unit), plain(one.line), _lasts(one), many, told, due)
        console.print(made)


def _why(course: MandateCourse) -> str:
    if course.rests_on:
        return f", as another contingent like {plain(course.rests_on)} takes so long"
    return ", when the exit begins" if course.exit_days else ""


def _lasts(relief: Relief) -> str:
    return f"{relief.every_days} days" if relief.every_days else "not said"


def _day(activation: date, hour: int) -> str:
    """The day in which an hour lies."""
    ordinal = activation.toordinal() + hour // 24
    return date.fromordinal(ordinal).isoformat() if 1 <= ordinal <= date.max.toordinal() else f"hour {hour}"
