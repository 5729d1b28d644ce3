"""What lies beside the tables of an export: codebook, data package, read-me; the data version and how to cite it."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from tocsin import __version__
from tocsin.cli.export_tables import LIST_JOINED_BY, WRITERS, Format, Table, as_csv, codebook
from tocsin.cli.tables import BANNER
from tocsin.measures.sources import source
from tocsin.replay.columns import NEVER, Column

PACKAGE: Final = "datapackage.json"
MEDIA: Final[Mapping[Format, str]] = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
LICENCE: Final = {
    "name": "Apache-2.0",
    "title": "Apache License 2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
}
SHIPPED_TABLES: Final = ("data/states.csv", "measures/data/capitals.csv", "measures/data/cow_codes.csv")

README: Final = """\
# {title}
{hypothetical}
Data version: {version}
Selection: {selection}
Cite as: {citation}
Licence: {licence}. Column iso2 of table states: {geonames}.

| file | rows | what a row is |
|---|---|---|
{listing}

codebook.csv explains every column, and what an empty cell means in it. datapackage.json describes the files and types
for programs (Frictionless Tabular Data Package). Parties are named by the codes of table states, which has the codes of
other data sets beside them.

In R: `readr::read_csv("{first}.csv", na = "", guess_max = Inf)`. In Python:
`pandas.read_csv("{first}.csv", keep_default_na=False, na_values=[""])`. Without these options NA, the ISO alpha-2 code
of Namibia, becomes a missing value. Lists are joined by `{separator}`: `tidyr::separate_longer_delim`, `str.split`.

Every text is written as it is. No cell is changed for spreadsheets, so do not open a file made from charters of
unknown origin in one: a text that begins with = + - or @ may be taken for a formula. Import it as text instead.
"""


class Inputs(Struct, frozen=True, kw_only=True):
    """What an export is made from, each by its name with the hash of its content."""

    charters: dict[str, str]
    cases: dict[str, str]
    tables: dict[str, str]

    @property
    def version(self) -> str:
        """Release and a hash over all inputs: the same version and selection give the same bytes."""
        return f"{__version__}+{sha256(msgspec.json.encode(self, order='sorted')).hexdigest()[:16]}"


class Export(Struct, frozen=True, kw_only=True):
    """One export, before it is written."""

    what: str
    title: str
    inputs: Inputs
    selection: dict[str, list[str]]
    """Charters and day asked for, where any were."""
    hypothetical: bool
    """Whether a row of it is invented."""
    tables: tuple[Table, ...]

    @property
    def name(self) -> str:
        return f"tocsin-{self.what}"

    @property
    def citation(self) -> str:
        return f"Tocsin: {self.title}. Data version {self.inputs.version}."


def shipped_hashes() -> dict[str, str]:
    """The hash of each shipped table that codes of states come from."""
    package = files("tocsin")
    return {name: f"sha256:{sha256(package.joinpath(name).read_bytes()).hexdigest()}" for name in SHIPPED_TABLES}


def contents(export: Export, formats: Sequence[Format]) -> dict[str, bytes]:
    """The bytes of every file of the export by its name, datapackage.json last. Raises NoParquet."""
    book = codebook(export.tables)
    made = {f"{table.name}.{form}": WRITERS[form](table) for table in export.tables for form in formats}
    made["codebook.csv"] = as_csv(book)
    made["README.md"] = readme(export, made).encode()
    described = [(table, form) for table in export.tables for form in formats] + [(book, "csv")]
    resources = [_resource(table, form, made[f"{table.name}.{form}"], export) for table, form in described]
    package = {
        "profile": "tabular-data-package" if formats == ["csv"] else "data-package",
        "name": export.name,
        "title": export.title,
        "version": export.inputs.version,
        "description": (f"{BANNER}: holds invented rows, see column hypothetical. " if export.hypothetical else "")
        + f"Cite as: {export.citation} Columns are explained in codebook.csv.",
        "licenses": [LICENCE],
        "sources": [_source("capitals"), _source("cow_codes")],
        "resources": resources,
        "tocsin": {
            "export": export.what,
            "release": __version__,
            "data_version": export.inputs.version,
            "citation": export.citation,
            "hypothetical": export.hypothetical,
            "selection": export.selection,
            "inputs": msgspec.to_builtins(export.inputs),
            "files": {name: hash_of(content) for name, content in made.items()},
        },
    }
    made[PACKAGE] = msgspec.json.format(msgspec.json.encode(package), indent=2) + b"\n"
    return made


def readme(export: Export, names: Iterable[str]) -> str:
    """How to read, cite and not misread the files."""
    there = list(names)
    listing = [
        f"| {', '.join(name for name in there if name.startswith(f'{table.name}.'))} | {len(table.rows)} "
        f"| {table.title} |"
        for table in export.tables
    ]
    banner = f"\n**{BANNER}**: some rows are about invented alliances; their column hypothetical is true.\n"
    chosen = "; ".join(f"{name} {', '.join(values)}" for name, values in export.selection.items())
    return README.format(
        title=export.title,
        hypothetical=banner if export.hypothetical else "",
        version=export.inputs.version,
        selection=chosen or "everything that ships",
        citation=export.citation,
        licence=LICENCE["title"],
        geonames=source("capitals").licence,
        listing="\n".join(listing),
        first=export.tables[0].name,
        separator=LIST_JOINED_BY,
    )


def hash_of(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _resource(table: Table, form: Format, content: bytes, export: Export) -> dict[str, Any]:
    """A file as the data package describes it."""
    is_csv = form == "csv"
    schema: dict[str, Any] = {"fields": [_field(one, table, form) for one in table.columns]}
    if is_csv:
        schema["missingValues"] = [""]
    if table.key:
        schema["primaryKey"] = list(table.key)
    there = {one.name for one in export.tables}
    points = [
        {"fields": mine, "reference": {"resource": other if is_csv else f"{other}-{form}", "fields": theirs}}
        for mine, other, theirs in table.points
        if other in there
    ]
    if points:
        schema["foreignKeys"] = points
    return {
        "profile": "tabular-data-resource" if is_csv else "data-resource",
        "name": table.name if is_csv else f"{table.name}-{form}",
        "path": f"{table.name}.{form}",
        "title": table.title,
        "format": form,
        "mediatype": MEDIA[form],
        **({"encoding": "utf-8", "dialect": {"delimiter": ",", "lineTerminator": "\n"}} if is_csv else {}),
        "bytes": len(content),
        "hash": hash_of(content),
        "schema": schema,
    }


def _field(one: Column, table: Table, form: Format) -> dict[str, Any]:
    """A column; a list is a text in CSV, as most readers know no list there."""
    constraints: dict[str, Any] = {"required": True} if one.empty == NEVER else {}
    if one.allowed and one.kind != "list":
        constraints["enum"] = list(one.allowed)
    if table.key == (one.name,):
        constraints["unique"] = True
    described: dict[str, Any] = {
        "name": one.name,
        "type": one.kind if one.kind != "list" else "string" if form == "csv" else "array",
        "description": one.meaning,
    }
    if one.kind == "list" and form == "csv":
        described["list_separator"] = LIST_JOINED_BY
    if one.unit:
        described["unit"] = one.unit
    return described | ({"constraints": constraints} if constraints else {})


def _source(table: str) -> dict[str, str]:
    found = source(table)
    return {"title": found.title, "version": found.version, "citation": found.citation, "licence": found.licence}
