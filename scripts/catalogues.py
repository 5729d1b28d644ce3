"""Bring the catalogues of the interface up to date with its texts: `.venv/bin/python -m scripts.catalogues`.

English stands in the code. Here it is found: in the templates, in the pages' modules, in the console's scripts, and in
tables of words that pages translate. Every language gets an entry for each text; what is gone is dropped, and nothing
is guessed. A catalogue is written the same on every machine: it names files, and neither lines nor dates.

Translate in src/tocsin/web/locale/<language>/LC_MESSAGES/tocsin.po, run this, and commit both files it writes.
`--check` changes nothing, says what is missing or out of date, and ends with 1 for that.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tocsin.alliance.lessons import HEADLINES
from tocsin.centre.answers import TWO_PERSONS
from tocsin.centre.effects_words import SAYS, worded
from tocsin.centre.model import Role
from tocsin.charter.duties import DutyStatus
from tocsin.terms import Position, Verdict
from tocsin.web.language import DOMAIN, LANGUAGES
from tocsin.web.openapi import PROBLEMS

ROOT = Path(__file__).resolve().parent.parent
WEB, SCRIPTS = ROOT / "src/tocsin/web", ROOT / "console/src"
LOCALE = WEB / "locale"
Keywords = Mapping[str, tuple[int, ...] | None]
"""Functions that take texts, and which of their arguments are some; none stands for the first."""
CALLED = ("_", "translate")
"""What page modules call a translating function; `texts(call)("…")` is one, too."""

TEMPLATES = {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
TABLES: dict[str, tuple[str, ...]] = {
    "src/tocsin/centre/effects_words.py": tuple(SAYS.values()),
    "src/tocsin/centre/answers.py": tuple(TWO_PERSONS.values()),
    "src/tocsin/terms.py": (*map(worded, get_args(Position)), *get_args(Verdict)),
    "src/tocsin/charter/duties.py": get_args(DutyStatus),
    "src/tocsin/alliance/lessons.py": tuple(HEADLINES.values()),
    "src/tocsin/centre/model.py": get_args(Role),
    "src/tocsin/web/problems.py": tuple(HTTPStatus(status).phrase for status in PROBLEMS),
}
"""Words that stand in a table, not in a call."""


class Found(NamedTuple):
    """A text of the interface; `plural` is empty where it has none."""

    text: str
    plural: str
    file: str


def texts() -> Iterator[Found]:
    """Every text of the interface, with the file it stands in."""
    for file in sorted(WEB.rglob("*.j2")):
        yield from _extracted("jinja2", file, TEMPLATES, {"_": None, "ngettext": (1, 2)})
    for file in sorted(WEB.rglob("*.py")):
        yield from _called(file)
    for file in sorted(SCRIPTS.rglob("*.ts")):
        yield from _extracted("javascript", file, {"parse_template_string": "true"}, {"say": None})
    for name, words in TABLES.items():
        yield from (Found(text, "", name) for text in words if text != "%(words)s")


def _extracted(method: str, file: Path, options: dict[str, str], keywords: Keywords) -> Iterator[Found]:
    with file.open("rb") as stream:
        for _line, said, _comments, _context in extract(method, stream, keywords, options=options):
            text, plural = (said, "") if isinstance(said, str) else (said[0], said[1])
            yield Found(text, plural, _name(file))


def _called(file: Path) -> Iterator[Found]:
    """Texts in a page's module."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        said, does = node.args[0].value, node.func
        is_of_call = isinstance(does, ast.Call) and isinstance(does.func, ast.Name) and does.func.id == "texts"
        if isinstance(said, str) and (is_of_call or (isinstance(does, ast.Name) and does.id in CALLED)):
            yield Found(said, "", _name(file))


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


class Steady(Catalog):
    """A catalogue whose head has neither dates nor the names of people or programs."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "tocsin"),
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def updated(language: str) -> Catalog:
    """The catalogue of a language with an entry for every text there is now."""
    path = po_path(language)
    kept = Catalog(locale=language)
    if path.is_file():
        with path.open("rb") as stream:
            kept = read_po(stream, locale=language)
    made = Steady(locale=language, header_comment=kept.header_comment, fuzzy=False, charset="utf-8")
    for found in texts():
        one = (found.text, found.plural) if found.plural else found.text
        old = kept.get(found.text)
        said = old.string if old is not None and old.pluralizable == bool(found.plural) else ""
        flags = {"python-format"} if "%(" in found.text or "%s" in found.text else set()
        flags |= {"fuzzy"} if old is not None and old.fuzzy else set()
        made.add(one, said, locations=[(found.file, 1)], flags=flags)
    return made


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as a text for people."""
    stream = BytesIO()
    write_po(stream, catalog, width=110, sort_output=True, include_lineno=False)
    return stream.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The catalogue as the centre reads it."""
    stream = BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Texts that have no translation, or one that is only guessed."""
    return [said_of(one.id)[0] for one in catalog if one.id and (one.fuzzy or not all(said_of(one.string)))]


def said_of(said: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A text, or the forms of one that has a plural."""
    return (said,) if isinstance(said, str) else tuple(said or ("",))


def main() -> None:
    """Write all catalogues, or with --check say what is wrong with them."""
    is_check = sys.argv[1:] == ["--check"]
    wrong = 0
    for language in (code for code in LANGUAGES if code != "en"):
        catalog, path = updated(language), po_path(language)
        files = {path: po_bytes(catalog), path.with_suffix(".mo"): mo_bytes(catalog)}
        stale = [file for file, data in files.items() if not file.is_file() or file.read_bytes() != data]
        missing = untranslated(catalog)
        wrong += len(missing) + (len(stale) if is_check else 0)
        for file in stale:
            print(f"{_name(file)}: {'out of date' if is_check else 'written'}")
            if not is_check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(files[file])
        print(f"{language}: {len(catalog)} texts, {len(missing)} without a translation")
        print(*(f"    {text!r}" for text in missing), sep="\n", end="\n" if missing else "")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
