"""Forces in a case: what is needed beside what is pledged and reported; a plan made, checked, kept, reported, attested.

What is uploaded is worked on and forgotten: only what somebody files stays, which is totals, digests and findings.
"""

from functools import cache, partial
from importlib import resources
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.state import CaseState
from tocsin.errors import ForcesError, Malformed, Overloaded
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.extras import has_solver
from tocsin.forces.model import Objective, Plan, Unit
from tocsin.pictures.frame import styles
from tocsin.pictures.page import render, sheets_of
from tocsin.web import forms, planning, searching
from tocsin.web.call import HTML, Call, Reply, Route, page_route
from tocsin.web.console import acting
from tocsin.web.console.forces_deeds import ForcesDeedForm, command_of, deed_words
from tocsin.web.console.forces_view import Drawn, case_text, drawn, matches_of, needs_of, plan_view
from tocsin.web.forms import Line, SeatForm, Words
from tocsin.web.kept import fields_in
from tocsin.web.problems import Problem, reply_of
from tocsin.web.searching import Patience
from tocsin.web.shell import page, texts
from tocsin.web.uploads import Upload

PlanText = Annotated[str, Meta(max_length=planning.BODY_BYTES)]
DOWNLOAD_CSP = b"default-src 'none'; style-src 'unsafe-inline'; sandbox"
CSS, STYLE_SECONDS = "text/css; charset=utf-8", 3_600
CHANGES_MAX = 20
COLUMNS = tuple(field.encode_name for field in msgspec.structs.fields(Unit) if field.required)
SECONDS = 10
"""How long is looked for something better, and for what would fill a line."""
PLAN_FILE = "plan.json"


class PlanForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case of forces and an inventory, each typed or as a file; a file goes before what is typed."""

    case_text: Annotated[str, Meta(max_length=planning.CASE_LETTERS_MAX)] = ""
    case_file: Upload | None = None
    inventory_text: Annotated[str, Meta(max_length=planning.INVENTORY_LETTERS_MAX)] = ""
    inventory_file: Upload | None = None
    aim: Literal["at once", "shortfall,cost", "shortfall,closure,cost", "shortfall,cost,fairness"] = "at once"
    """What is made small, in this order, where it is not just what is found at once."""


class CheckForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan, as a file, or as the page before held it."""

    plan: PlanText = ""
    file: Upload | None = None


class OnPlanForm(CheckForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked about a plan that is on the page: one form for all of it."""

    how: Literal["json", "html"] = "json"
    """As what it is saved."""
    change: Line = ""
    """One change, by a button, with the line that it was offered for: `--notice XAD-1:10 --line light`."""
    changes: Words = ""
    """Changes, one a line, each as an option of `forces what-if`."""


class Inputs(Struct, frozen=True):
    """What the planning form holds."""

    case: str
    inventory: str


async def show(call: Call) -> Reply:
    """What is needed, pledged and reported; and the forms."""
    return _show(call)


async def plan(call: Call) -> Reply:
    """A lawful plan at once, with why lines are not filled."""
    form: PlanForm = call.body
    call.view.case_state(call.params["case"])
    again = partial(_show, call, typed=Inputs(form.case_text, form.inventory_text))
    try:
        drawn = await call.web.planners.do(call.actor.seat, _planned, form, patience_for(call))
    except (ForcesError, Malformed, Overloaded) as error:
        return again(mistakes_in(error))
    return _plan_page(call, drawn)


async def check(call: Call) -> Reply:
    """Whether the package of a plan is lawful, whether it is one that was reported, and what to file about it."""
    form: CheckForm = call.body
    case = call.view.case(call.params["case"])
    try:
        found, checked = await call.web.planners.do(call.actor.seat, _read, form)
    except (ForcesError, Malformed, Overloaded) as error:
        return _show(call, mistakes_in(error))
    return page(
        call,
        "console/forces_check",
        here="/cases",
        case=case.case,
        plan=found,
        checked=checked,
        why_hypothetical=why_hypothetical(found.units, found.case),
        matches=matches_of(found, checked, case),
        packages=case.packages,
        **_actors(call, case.closed),
    )


async def keep(call: Call) -> Reply:
    """A plan as a file: itself, or a page of it to print and send on."""
    form: OnPlanForm = call.body
    call.view.case_state(call.params["case"])
    try:
        content, name = await call.web.planners.do(call.actor.seat, _kept, form)
    except (ForcesError, Malformed, Overloaded) as error:
        return _show(call, mistakes_in(error))
    media = "application/json" if form.how == "json" else HTML
    headers = (
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        (b"content-security-policy", DOWNLOAD_CSP),
    )
    return Reply(200, content, media, headers)


async def what_if(call: Call) -> Reply:
    """The plan that would be found, were some things otherwise."""
    form: OnPlanForm = call.body
    call.view.case_state(call.params["case"])
    try:
        drawn = await call.web.planners.do(call.actor.seat, _changed, form, patience_for(call))
    except (ForcesError, Malformed, Overloaded) as error:
        return _show(call, mistakes_in(error))
    return _plan_page(call, drawn)


async def explain(call: Call) -> Reply:
    """The plan once more, with what would fill each line that is short."""
    form: OnPlanForm = call.body
    call.view.case_state(call.params["case"])
    try:
        drawn = await call.web.planners.do(call.actor.seat, _explained, form, patience_for(call))
    except (ForcesError, Malformed, Overloaded) as error:
        return _show(call, mistakes_in(error))
    return _plan_page(call, drawn)


async def style(call: Call) -> Reply:  # noqa: ARG001  # handlers have one signature
    """The style of the pages about forces, the pictures' own among it."""
    return Reply(200, _style(), CSS, ((b"cache-control", f"public, max-age={STYLE_SECONDS}".encode()),))


async def act(call: Call) -> Reply:
    """File a requirement, a package or a finding: first what it would bring."""
    form: ForcesDeedForm = call.body
    case, _ = call.params["case"], texts(call)
    state = call.view.case_state(case)
    again = partial(_deed_page, call, state)
    try:
        command = command_of(form, case, acting.chosen(acting.able(call), form.by))
    except Malformed as error:
        return again(forms.problem_in(error))
    back = acting.path(call, "cases", case, "forces")
    return await forms.act(call, command, back=back, title=f"{deed_words(_)[form.deed]}{_(':')} {case}", again=again)


def patience_for(call: Call) -> Patience:
    return Patience(SECONDS, call.web.planners.is_closing)


def _planned(form: PlanForm, patience: Patience) -> Drawn:
    case_name, case = chosen(form.case_file, form.case_text, "case.toml", "case")
    if form.inventory_file is None and not form.inventory_text.strip():  # enough to say what is required
        return drawn(planning.planned(planning.read_case(case, case_name), ()))
    inventory_name, inventory = chosen(form.inventory_file, form.inventory_text, "units.csv", "inventory")
    asked, units = planning.read_inputs(case, case_name, inventory, inventory_name)
    objectives = [name for name in get_args(Objective) if name in form.aim.split(",")]
    return drawn(searching.improved(asked, units, objectives, "equal", patience))


def _changed(form: OnPlanForm, patience: Patience) -> Drawn:
    found, _ = _read(form)
    offered, _, line = f" {form.change}".rpartition(" --line ") if form.change else ("", "", "")
    texts = [offered] if form.change else form.changes.splitlines()
    changes = [text for text in texts if text.strip()]
    if not (changes or line) or len(changes) > CHANGES_MAX:
        raise Malformed("What would be otherwise?", field="changes", accepted=f"1 to {CHANGES_MAX} changes, one a line")
    return drawn(searching.what_if(found, changes, line, patience))


def _explained(form: OnPlanForm, patience: Patience) -> Drawn:
    found, _ = _read(form)
    return drawn(planning.lawful(found), searching.explain(found, "", patience))


def _kept(form: OnPlanForm) -> tuple[bytes, str]:
    """The file, and its name."""
    found, _ = _read(form)
    begins = "hypothetical-" if found.hypothetical else ""
    if form.how == "json":
        return msgspec.json.encode(found), f"{begins}plan.json"
    return render(sheets_of(planning.lawful(found))).encode(), f"{begins}plan.html"


def chosen(file: Upload | None, text: str, name: str, field: str) -> tuple[str, bytes]:
    """What somebody uploaded, else what they typed, with its name. Raises Malformed for neither."""
    if file is not None:
        return file.name, file.data
    if not text.strip():
        raise Malformed(f"There is no {field}.", field=field, fix="Choose a file, or write it into the form.")
    return name, text.encode()


def _read(form: CheckForm) -> tuple[Plan, planning.Checked]:
    name, content = chosen(form.file, form.plan, PLAN_FILE, "plan")
    found = planning.read_plan(content, name)
    return found, planning.checked(found)


def _show(call: Call, problem: Problem | None = None, *, typed: Inputs | None = None) -> Reply:
    name, view = call.params["case"], call.view
    case = view.case(name)
    about = view.law.charter.document.charter
    begun = case_text(case, view.now, hypothetical=about.hypothetical or call.centre.mode != "live")
    return page(
        call,
        "console/forces",
        status=200 if problem is None else problem.status,
        here="/cases",
        case=case,
        needs=needs_of(case, view.law.names),
        typed=typed or Inputs(begun, ""),
        columns=COLUMNS,
        has_solver=has_solver(),
        seconds=SECONDS,
        problem=problem,
        name=view.law.name,
    )


def _plan_page(call: Call, drawn: Drawn) -> Reply:
    case = call.view.case(call.params["case"])
    decisions = [row for row in case.procedures if row.verdict == "adopted"]
    return page(
        call,
        "console/forces_plan",
        here="/cases",
        case=case,
        shown=plan_view(drawn, case),
        options=[(name.removeprefix("--"), row.accepted, row.says) for name, row in OPTIONS.items()],
        decisions=decisions,
        name=call.view.law.name,
        **_actors(call, case.closed),
    )


def _deed_page(call: Call, case: CaseState, problem: Problem) -> Reply:
    """The form of an act once more, with what was wrong with it."""
    form: ForcesDeedForm = call.body
    return page(
        call,
        "console/forces_deed",
        status=problem.status,
        here="/cases",
        case=case.id,
        form=form,
        fields=[pair for pair in fields_in(form) if pair[0] not in ("package", "by", "deed")],
        title=deed_words(texts(call))[form.deed],
        problem=problem,
        **_actors(call, case.closed),
    )


def _actors(call: Call, closed: object) -> dict[str, Any]:
    """Who the desk may act as in a case that is open: as anybody, and as a party."""
    able = acting.able(call) if closed is None and "pledge" in call.actor.scopes else ()
    parties = tuple(name for name in able if name in call.view.snapshot.standings)
    return {"actors": acting.named(call, able), "parties": acting.named(call, parties)}


def mistakes_in(error: Exception) -> Problem:
    """What is wrong, with all mistakes in the texts."""
    return msgspec.json.decode(reply_of(error).body, type=Problem)


@cache
def _style() -> bytes:
    """Our own, and that of pictures, whose colours are meant for them alone."""
    pictures = styles().replace(":root {", ".pictures {")
    return resources.files("tocsin.web").joinpath("forces.css").read_bytes() + pictures.encode()


PATH = "/cases/{case}/forces"
_BODY = planning.BODY_BYTES
ROUTES: tuple[Route, ...] = (
    page_route("GET", PATH, show, "Forces in a case"),
    page_route("POST", PATH, plan, "Plan a force package", body=PlanForm, body_bytes=_BODY),
    page_route("POST", f"{PATH}/check", check, "Check a plan", body=CheckForm, body_bytes=_BODY),
    page_route("POST", f"{PATH}/keep", keep, "A plan as a file", body=OnPlanForm, body_bytes=_BODY),
    page_route("POST", f"{PATH}/explain", explain, "What would fill the lines", body=OnPlanForm, body_bytes=_BODY),
    page_route("POST", f"{PATH}/what-if", what_if, "What would come of changes", body=OnPlanForm, body_bytes=_BODY),
    page_route("POST", f"{PATH}/act", act, "File a package or a finding", body=ForcesDeedForm),
    Route(
        method="GET",
        path="/forces.css",
        handler=style,
        summary="The style of the pages about forces",
        tag="pages",
        scope=None,
        media=CSS,
    ),
)
