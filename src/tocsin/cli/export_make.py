"""What each export holds, and how a command tells what it wrote."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.charter import load_charter
from tocsin.charter.files.catalog import resource_names, shipped, shipped_reforms
from tocsin.charter.snapshot import Charter
from tocsin.cli.export_members import Spell, StateCode, spells, state_table
from tocsin.cli.export_package import Export, Inputs, hash_of, shipped_hashes
from tocsin.cli.export_tables import Table, codebook
from tocsin.cli.tables import banner, row, table, title
from tocsin.errors import NotFound
from tocsin.replay.load import load_case
from tocsin.replay.tidy import CaseStep, RunRow, case_steps, step_columns
from tocsin.replay.tidy_decisions import Decision, PositionRow, decisions
from tocsin.replay.watch import WatchedRun, watch

PARTY_COLUMNS: Mapping[type[Struct], tuple[str, ...]] = {
    Spell: ("party",),
    CaseStep: ("party", "host", "subject"),
    Decision: ("subject",),
    PositionRow: ("party",),
}
"""Columns that hold one code of table states, or none."""


class Only(NamedTuple):
    """What an export is limited to: charters by id, or all; a day, or all of history."""

    charters: Sequence[str]
    on: date | None


class WrittenFile(Struct, frozen=True, kw_only=True):
    """A file of an export."""

    name: str
    rows: int | None
    """None for what is no table."""
    bytes: int
    sha256: str


class ExportAnswer(Struct, frozen=True, kw_only=True):
    """What `tocsin export` wrote."""

    export: str
    folder: str
    data_version: str
    citation: str
    hypothetical: bool
    selection: dict[str, list[str]]
    files: tuple[WrittenFile, ...]


def members_export(names: tuple[str, ...], on: date | None) -> Export:
    """Spells of membership. Raises NotFound and CharterError as `load_charter` does."""
    loaded, inputs = _inputs(names)
    chosen = {loaded[name].hash: loaded[name] for name in names or shipped()}
    found = [spell for charter in sorted(chosen.values(), key=lambda one: one.id) for spell in spells(charter, on)]
    only = Only([loaded[name].id for name in names], on)
    rows = Table("members", "Spells of membership", Spell, found, (), _points(Spell))
    return _export("members", "Memberships of collective security systems", [rows], loaded, inputs, only)


def cases_export(names: tuple[str, ...], on: date | None) -> Export:
    """Steps of cases. Raises NotFound for a charter that no shipped case is replayed under."""
    loaded, inputs = _inputs()
    only = Only(sorted({name.lower() for name in names}), on)
    found = [step for run in _runs(only) for step in case_steps(run)]
    rows = Table("cases", "Steps of recorded cases, by run", CaseStep, found, ("case", "run", "step"))
    made = rows._replace(points=_points(CaseStep))
    return _export("cases", "Recorded cases of collective security systems", [made], loaded, inputs, only)


def decisions_export(names: tuple[str, ...], on: date | None) -> Export:
    """Decisions and positions. Raises NotFound as `cases_export` does."""
    loaded, inputs = _inputs()
    only = Only(sorted({name.lower() for name in names}), on)
    made, said = [], []
    for run in _runs(only):
        of_run, positions = decisions(run)
        made += of_run
        said += positions
    tables = [
        Table("decisions", "Decisions, by run", Decision, made, ("decision",), _points(Decision)),
        Table(
            "positions",
            "Electors in each decision, and positions that never counted",
            PositionRow,
            said,
            (),
            (("decision", "decisions", "decision"), *_points(PositionRow)),
        ),
    ]
    return _export("decisions", "Decisions of collective security systems", tables, loaded, inputs, only)


def answer_of(made: Export, folder: Path, written: Mapping[str, bytes]) -> ExportAnswer:
    """What was written where."""
    counts = {one.name: len(one.rows) for one in made.tables}
    counts["codebook"] = len(codebook(made.tables).rows)
    return ExportAnswer(
        export=made.what,
        folder=str(folder),
        data_version=made.inputs.version,
        citation=made.citation,
        hypothetical=made.hypothetical,
        selection=made.selection,
        files=tuple(
            WrittenFile(
                name=name,
                rows=content.count(b"\n") - 1 if name == "codebook.csv" else counts.get(name.partition(".")[0]),
                bytes=len(content),
                sha256=hash_of(content).removeprefix("sha256:"),
            )
            for name, content in written.items()
        ),
    )


def print_answer(console: Console, answer: ExportAnswer) -> None:
    """The files with their rows, the data version and the next step."""
    banner(console, answer.hypothetical, "some rows are invented; their column hypothetical is true")
    title(console, f"Exported {answer.export} to {answer.folder}", f"Data version {answer.data_version}")
    console.print()
    made = table("file", "rows", "bytes", right=("rows", "bytes"))
    for one in answer.files:
        row(made, Text(one.name, style="bold"), "" if one.rows is None else f"{one.rows:,}", f"{one.bytes:,}")
    console.print(made)
    console.print()
    console.print(Text("README.md tells how to read and cite it; codebook.csv explains every column.", style="dim"))


def _inputs(more: Iterable[str] = ()) -> tuple[dict[str, Charter], Inputs]:
    """Every charter and reform that ships, and those named besides, by name; and the hashes of all that ships."""
    loaded = {**_shipped_charters(), **{name: load_charter(name) for name in more}}
    hashes = {name: _case_hash(name) for name in resource_names("cases")}
    charters: dict[str, str] = {}
    for charter in loaded.values():
        # A file of the user may have the id of a shipped charter; both are then told apart.
        same = charters.setdefault(charter.id, charter.hash) == charter.hash
        charters |= {} if same else {f"{charter.id} {charter.hash}": charter.hash}
    return loaded, Inputs(charters=dict(sorted(charters.items())), cases=hashes, tables=shipped_hashes())


@cache
def _shipped_charters() -> Mapping[str, Charter]:
    return {name: load_charter(name) for name in (*shipped(), *shipped_reforms())}


@cache
def _shipped_runs() -> tuple[WatchedRun, ...]:
    return tuple(run for case in resource_names("cases") for run in watch(case))


@cache
def _case_hash(name: str) -> str:
    """Of what the case says: comments and white space do not change it."""
    return f"sha256:{sha256(msgspec.json.encode(load_case(name), order='sorted')).hexdigest()}"


def _runs(only: Only) -> Iterator[WatchedRun]:
    """The runs of the shipped cases under these charters, or under any, that were under way on the day, or at all."""
    known = sorted({run.charter.id for run in _shipped_runs()})
    for name in only.charters:
        if name not in known:
            raise NotFound("charter with a recorded case", name, known)
    for run in _shipped_runs():
        first, last = (step_columns(run, run.steps[place]) for place in (0, -1))
        is_under_way = only.on is None or first["date_first"] <= only.on <= last["date_last"]
        if is_under_way and (not only.charters or run.charter.id in only.charters):
            yield run


def _export(
    what: str, named: str, tables: list[Table], loaded: Mapping[str, Charter], inputs: Inputs, only: Only
) -> Export:
    """The tables with that of the codes of states, which holds every code they use."""
    used = {
        getattr(one, field)
        for made in tables
        for field in PARTY_COLUMNS.get(made.row, ())
        for one in made.rows
        if getattr(one, field)
    }
    codes = state_table(loaded.values(), used)
    selection = {"charter": list(only.charters)} if only.charters else {}
    selection |= {"on": [only.on.isoformat()]} if only.on is not None else {}
    return Export(
        what=what,
        title=named,
        inputs=inputs,
        selection=selection,
        hypothetical=any(one.hypothetical for made in tables for one in made.rows if isinstance(one, RunRow | Spell)),
        tables=(*tables, Table("states", "Codes of states and other parties", StateCode, codes, ("code",))),
    )


def _points(struct: type[Struct]) -> tuple[tuple[str, str, str], ...]:
    return tuple((field, "states", "code") for field in PARTY_COLUMNS[struct])
