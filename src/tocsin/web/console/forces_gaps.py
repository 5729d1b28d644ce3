"""What an alliance lacks over several scenarios: cases of forces and one inventory, summed up. docs/FORCES.md, part 10.

Nothing of it is kept, as on the page of forces. The invented cases that ship can be taken, so that one sees how it
works before one sends units of one's own.
"""

from functools import cache, partial
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.charter.files.catalog import resource_names
from tocsin.charter.files.disk import resource_path
from tocsin.errors import ForcesError, Malformed, Overloaded
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.extras import has_solver
from tocsin.forces.files import FOLDER, load_case
from tocsin.forces.gaps import LATER, Binding, Gap, GapReport, Near, Place
from tocsin.forces.inventory import shipped_inventories
from tocsin.forces.model import ForceCase, Unit
from tocsin.web import planning, searching
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import forces
from tocsin.web.forms import SeatForm
from tocsin.web.problems import Problem
from tocsin.web.shell import Text, page, texts
from tocsin.web.uploads import Upload

Name = Annotated[str, Meta(max_length=80)]
ROWS_SHOWN = 200
"""So many rows of each table stand on the page; the command line tells all."""


class GapsForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cases of forces and an inventory: those that ship, files, or what is typed."""

    shipped: Annotated[tuple[Name, ...], Meta(max_length=planning.CASES_MAX)] = ()
    """Names of cases that ship."""
    case_file: Annotated[tuple[Upload, ...], Meta(max_length=planning.CASES_MAX)] = ()
    case_text: Annotated[str, Meta(max_length=planning.CASE_LETTERS_MAX)] = ""
    inventory_file: Upload | None = None
    """It goes before what is typed, and that before one that ships."""
    inventory_text: Annotated[str, Meta(max_length=planning.INVENTORY_LETTERS_MAX)] = ""
    inventory_shipped: Name = ""
    how: Literal["at once", "least missing"] = "at once"
    together: bool = False


class Typed(Struct, frozen=True, kw_only=True):
    """What the form holds: files are not in it, as a browser lets nobody choose them for a person."""

    shipped: tuple[str, ...] = ()
    case: str = ""
    inventory: str = ""
    inventory_shipped: str = ""
    how: str = "at once"
    together: bool = False


class Row(Struct, frozen=True, kw_only=True):
    """One row of a table about a gap."""

    gap: Gap
    place: Place | None = None
    rule: Binding | None = None
    near: Near | None = None


class Found(Struct, frozen=True, kw_only=True):
    """What is missing, and what of it is made up."""

    report: GapReport
    why_hypothetical: str


class Rows(Struct, frozen=True, kw_only=True):
    """A table as far as it stands on the page."""

    shown: tuple[Row, ...]
    more: int


class Shipped(Struct, frozen=True, kw_only=True):
    """An invented case that ships."""

    name: str
    title: str
    operation: str


async def show(call: Call) -> Reply:
    """The form."""
    return _show(call)


async def sum_up(call: Call) -> Reply:
    """What is missing over the cases that were given."""
    form: GapsForm = call.body
    case = call.view.case(call.params["case"])
    typed = Typed(
        shipped=form.shipped,
        case=form.case_text,
        inventory=form.inventory_text,
        inventory_shipped=form.inventory_shipped,
        how=form.how,
        together=form.together,
    )
    again = partial(_show, call, typed=typed)
    try:
        found = await call.web.planners.do(call.actor.seat, _found, form, forces.patience_for(call))
    except (ForcesError, Malformed, Overloaded) as error:
        return again(forces.mistakes_in(error))
    gaps = found.report.gaps
    return page(
        call,
        "console/forces_gaps_found",
        here="/cases",
        case=case.case,
        found=found.report,
        why_hypothetical=found.why_hypothetical,
        missing=_rows([Row(gap=gap) for gap in gaps]),
        places=_rows([Row(gap=gap, place=one) for gap in gaps for one in gap.places]),
        rules=_rows([Row(gap=gap, rule=one) for gap in gaps for one in gap.rules]),
        nearest=_rows([Row(gap=gap, near=one) for gap in gaps for one in gap.nearest]),
        nobody=[gap.capability for gap in gaps if not gap.nearest][:ROWS_SHOWN],
        soon=_soon(texts(call)),
        name=call.view.law.name,
    )


def _show(call: Call, problem: Problem | None = None, *, typed: Typed | None = None) -> Reply:
    case = call.view.case(call.params["case"])
    return page(
        call,
        "console/forces_gaps",
        here="/cases",
        case=case.case,
        typed=typed or Typed(),
        shipped=shipped_cases(),
        inventories=shipped_sets(),
        columns=forces.COLUMNS,
        cases_max=planning.CASES_MAX,
        has_solver=has_solver(),
        seconds=forces.SECONDS,
        problem=problem,
    )


def _found(form: GapsForm, patience: searching.Patience) -> Found:
    """Worked out in a thread of the planners. Raises ForcesError and Malformed."""
    cases = _cases(form)
    name, inventory = _inventory(form)
    asked, units = planning.read_scenarios(cases, inventory, name)
    if form.how == "least missing":
        return _told(searching.gaps(asked, units, name, patience, together=form.together), asked, units)
    return _told(planning.gaps_of(asked, units, name, together=form.together), asked, units)


def _told(report: GapReport, cases: tuple[ForceCase, ...], units: tuple[Unit, ...]) -> Found:
    made_up = next((case for case in cases if case.case.hypothetical), None)
    return Found(report=report, why_hypothetical=why_hypothetical(units, made_up))


def _cases(form: GapsForm) -> list[tuple[str, bytes]]:
    """Name and content of each case: those that ship, the files, and what is typed. Raises Malformed."""
    known = {one.name for one in shipped_cases()}
    if strange := [name for name in form.shipped if name not in known]:
        raise Malformed(
            "No such case ships.", field="shipped", found=strange[0], accepted=", ".join(sorted(known)) or "none"
        )
    cases = [(name, resource_path(FOLDER, name).read_bytes()) for name in dict.fromkeys(form.shipped)]
    cases += [(file.name, file.data) for file in form.case_file]
    if form.case_text.strip():
        cases.append(("case.toml", form.case_text.encode()))
    if not 1 <= len(cases) <= planning.CASES_MAX:
        raise Malformed(
            f"There {'are too many scenarios' if cases else 'is no scenario'}.",
            field="case",
            found=f"{len(cases)}",
            accepted=f"1 to {planning.CASES_MAX} cases of forces",
            fix="Tick some that ship, choose files, or write one into the form.",
        )
    return cases


def _inventory(form: GapsForm) -> tuple[str, bytes]:
    """Name and content. Raises Malformed for none."""
    if form.inventory_file is None and not form.inventory_text.strip() and form.inventory_shipped:
        known = shipped_sets()
        if form.inventory_shipped not in known:
            raise Malformed("No such inventory ships.", field="inventory_shipped", accepted=", ".join(known))
        path = resource_path(FOLDER, form.inventory_shipped).with_suffix(".csv")
        return path.name, path.read_bytes()
    return forces.chosen(form.inventory_file, form.inventory_text, "units.csv", "inventory")


@cache
def shipped_sets() -> tuple[str, ...]:
    """Inventories of invented states, for which cases ship as well: `meridian` with `meridian-ford`. Those of recorded
    operations have their one case, of the same name, and are told by `tocsin forces compare`."""
    names = resource_names(FOLDER)
    return tuple(one for one in shipped_inventories() if any(name.startswith(f"{one}-") for name in names))


@cache
def shipped_cases() -> tuple[Shipped, ...]:
    """The cases that ship with these inventories."""
    names = [name for name in resource_names(FOLDER) for one in shipped_sets() if name.startswith(f"{one}-")]
    cases = [(name, load_case(name).case) for name in names]
    return tuple(Shipped(name=name, title=case.title, operation=case.operation) for name, case in cases)


def _rows(rows: list[Row]) -> Rows:
    return Rows(shown=tuple(rows[:ROWS_SHOWN]), more=max(0, len(rows) - ROWS_SHOWN))


def _soon(_: Text) -> dict[str, str]:
    """Classes of deadlines, in words."""
    return {
        "3 days": _("within 3 days"),
        "10 days": _("within 10 days"),
        "30 days": _("within 30 days"),
        LATER: _("later than 30 days"),
    }


PATH = f"{forces.PATH}/gaps"
ROUTES: tuple[Route, ...] = (
    page_route("GET", PATH, show, "What is missing over scenarios"),
    page_route("POST", PATH, sum_up, "Sum up what is missing", body=GapsForm, body_bytes=planning.BODY_BYTES),
)
