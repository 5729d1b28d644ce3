"""What was once stored stays readable: the golden ledger of every released schema folds to what it always did."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tests.golden import make_ledger
from tests.golden.make_acts import book_summary, findings_summary, summary
from tests.world import COMMAND_KINDS, rebook, refold
from tocsin.alliance.codec import Act, decode_submission
from tocsin.alliance.commands import Expel
from tocsin.alliance.contents import AnyHandled, ContentCommand
from tocsin.alliance.facts import AnyFact
from tocsin.alliance.records import AnyHead, decode
from tocsin.alliance.upcast import ACT_SCHEMA
from tocsin.ledger import FileReader
from tocsin.ledger.sqlite import FORMAT

GOLDEN = Path(__file__).parent / "golden"
LEDGERS = sorted(GOLDEN.glob("acts-*.jsonl"))


def _acts(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_every_schema_has_its_golden_ledger() -> None:
    assert [path.stem for path in LEDGERS] == [f"acts-{schema}" for schema in range(1, ACT_SCHEMA + 1)]


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_a_golden_ledger_folds_to_what_it_always_did(path: Path) -> None:
    assert summary(refold(_acts(path))) == path.with_suffix(".summary.json").read_bytes()


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.stem)
def test_a_golden_ledger_holds_every_kind_of_its_time(path: Path) -> None:
    if path.stem != f"acts-{ACT_SCHEMA}":
        return
    records = [decode(data) for data in _acts(path)]
    acts = [record for record in records if isinstance(record, Act)]
    # No charter that ships knows expulsion of this kind; its fact is the one of a suspension.
    every_command = {*COMMAND_KINDS, *get_args(ContentCommand)} - {Expel}
    assert {type(decode_submission(act.command)) for act in acts} == every_command
    assert {type(fact) for act in acts for fact in act.facts} == set(get_args(AnyFact))
    assert {type(one) for act in acts for one in act.handled} == set(get_args(AnyHandled))
    assert {type(record) for record in records if not isinstance(record, Act)} == set(get_args(AnyHead))


@pytest.mark.parametrize("path", LEDGERS[1:], ids=lambda path: path.stem)
def test_a_golden_ledger_of_a_centre_yields_the_book_it_always_did(path: Path) -> None:
    acts = _acts(path)
    assert book_summary(refold(acts), rebook(acts)) == path.with_suffix(".book.json").read_bytes()


@pytest.mark.parametrize("path", LEDGERS[2:], ids=lambda path: path.stem)
def test_a_golden_ledger_yields_the_findings_on_packages_it_always_did(path: Path) -> None:
    assert findings_summary(refold(_acts(path))) == path.with_suffix(".findings.json").read_bytes()


@pytest.mark.parametrize("path", LEDGERS[:2], ids=lambda path: path.stem)
def test_of_an_older_package_it_is_known_who_reported_it(path: Path) -> None:
    assert refold(_acts(path)).cases["k"].packages["one"].by == "SG"


FILES = sorted(GOLDEN.glob("ledger-*.tocsin"))


def test_every_ledger_format_has_its_golden_file() -> None:
    assert [path.stem for path in FILES] == [f"ledger-{number}" for number in range(1, FORMAT + 1)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_is_found_to_hold_what_it_always_did(path: Path) -> None:
    assert make_ledger.summary(path) == msgspec.json.decode(path.with_suffix(".summary.json").read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_acts_in_a_golden_file_fold_to_what_they_always_did(path: Path) -> None:
    reader = FileReader(path)
    acts = [body for body in reader.read() if not body.startswith(b"filling")]
    reader.close()
    assert summary(refold(acts)) == (GOLDEN / "acts-1.summary.json").read_bytes()
