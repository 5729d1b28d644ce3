"""`tocsin forces draw`: a plan as one page, as pictures, as a spreadsheet."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tocsin.cli.forces_options import PLAN
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.forces.model import Plan

HTML = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page to FILE, ready to print.")
]
XLSX = Annotated[
    Path | None,
    typer.Option("--xlsx", metavar="FILE", help="Write a spreadsheet to FILE. Needs the extra 'xlsx'."),
]


class Kind(NamedTuple):
    """What a file is, and how every such file begins and its name ends."""

    name: str
    begins: bytes
    ending: str


PAGE = Kind("HTML page", b"<!DOCTYPE html", ".html")
SPREADSHEET = Kind("spreadsheet", b"PK\x03\x04", ".xlsx")
PICTURE = Kind("picture", b"<svg", ".svg")


def draw(
    plan: PLAN,
    html: HTML = None,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FOLDER", help="Write each picture to a file of its own in FOLDER."),
    ] = None,
    xlsx: XLSX = None,
    as_json: AS_JSON = False,
) -> None:
    """Draw a plan: who moves when, supply against requirement, burden, lift, and why lines are not filled.

    A file that is there already is replaced only where it is of the same kind, and that is said.
    """
    from tocsin.cli import tables

    if html is None and svg is None and xlsx is None:
        raise typer.BadParameter("say what to write: --html FILE, --svg FOLDER or --xlsx FILE.", param_hint="--html")
    check(html, xlsx, svg)
    with _working():
        written = [*_write(lawful(plan), html, xlsx, svg)]
    if as_json:
        tables.print_json({"written": [str(path) for path, _ in written]})
    else:
        _tell(written)


def check(html: Path | None, xlsx: Path | None, svg: Path | None = None) -> None:
    """Refuse, before anything is computed, what could not be written: a file of another kind, a missing extra."""
    if svg is not None:
        if svg.exists() and not svg.is_dir():
            raise typer.BadParameter(f"{svg} is a file. Name a folder.", param_hint="--svg")
        there = next((folder for folder in (svg, *svg.parents) if folder.exists()), svg)
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise typer.BadParameter(f"nothing can be written to {there}. Name another folder.", param_hint="--svg")
    if html is not None:
        _may_write(html, PAGE, "--html")
    if xlsx is not None:
        from tocsin.cli.forces_xlsx import need_xlsx

        need_xlsx()
        _may_write(xlsx, SPREADSHEET, "--xlsx")


def write(plan: "Plan", html: Path | None, xlsx: Path | None) -> None:
    """Write a lawful plan as a page and as a spreadsheet, where asked for, and say so on standard error."""
    check(html, xlsx)
    with _working():
        written = [*_write(plan, html, xlsx, None)]
    _tell(written)


def lawful(path: Path) -> "Plan":
    """The plan in a file. Raises ForcesError where it cannot be read, or its package breaks a rule.

    What the digest does not stand for, whether it is hypothetical and why lines are not filled, is made anew.
    """
    from tocsin.errors import ForcesError, Problem
    from tocsin.forces.explain import made_anew
    from tocsin.forces.files import load_plan
    from tocsin.forces.verify import verify

    plan = load_plan(path)
    if breaks := verify(plan.case, plan.units, plan.package):
        rules = ", ".join(dict.fromkeys(one.rule for one in breaks))
        found, fix = f"the package is not lawful: {rules}", f"see what it breaks: tocsin forces verify {path}"
        raise ForcesError([Problem(str(path), 0, "package", found, "one that keeps every rule", fix)])
    return made_anew(plan)


def _write(plan: "Plan", html: Path | None, xlsx: Path | None, svg: Path | None) -> Iterator[tuple[Path, bool]]:
    """Each file written, and whether it took the place of another."""
    from tocsin.pictures.page import pictures_of, render, sheets_of

    if html is None and xlsx is None and svg is None:
        return
    sheets = sheets_of(plan)
    if html is not None:
        yield html, _put(html, render(sheets).encode(), PAGE, "--html")
    if xlsx is not None:
        from tocsin.cli.forces_xlsx import as_xlsx

        yield xlsx, _put(xlsx, as_xlsx(sheets), SPREADSHEET, "--xlsx")
    if svg is not None:
        svg.mkdir(parents=True, exist_ok=True)
        for picture in pictures_of(sheets):
            path = svg / f"{picture.name}.svg"
            yield path, _put(path, picture.alone(plan).encode(), PICTURE, "--svg")


@contextmanager
def _working() -> Iterator[None]:
    """A sign on standard error that something is done, where somebody watches: thousands of units take seconds."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("drawing"):
        yield


def _put(path: Path, content: bytes, kind: Kind, option: str) -> bool:
    """Write the file; whether there was one of the same kind."""
    _may_write(path, kind, option)
    was_there = path.exists()
    path.write_bytes(content)
    return was_there


def _may_write(path: Path, kind: Kind, option: str) -> None:
    """Refuse to write over a file of another kind, such as the plan itself, and into what is no file."""
    from tocsin.charter.files.disk import is_named_pipe

    if path.is_dir() or is_named_pipe(path):
        what = "folder" if path.is_dir() else "named pipe"
        raise typer.BadParameter(f"{path} is a {what}. Name a file.", param_hint=option)
    if not path.suffix:  # the name of a folder, as a rule
        raise typer.BadParameter(f"{path} has no ending. Name a file, such as plan{kind.ending}.", param_hint=option)
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}. Make it, or name another.", param_hint=option)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise typer.BadParameter(f"{path} cannot be written. Name another file.", param_hint=option)
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(kind.begins)) != kind.begins:
                message = f"{path} is there already and is no {kind.name}; it is left as it is. Name another file."
                raise typer.BadParameter(message, param_hint=option)


def _tell(written: Iterable[tuple[Path, bool]]) -> None:
    for path, was_there in written:
        typer.echo(f"Wrote {path}{', over the one that was there' if was_there else ''}.", err=True)
