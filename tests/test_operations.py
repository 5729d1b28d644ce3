"""What docs/OPERATIONS.md tells operators to rely on, tried on a centre in a folder and on one in a process."""

import re
import tomllib
from pathlib import Path

import pytest

from scripts import cli_pages, make_docs
from tests.centre_world import BEGAN, run
from tests.cli import tocsin
from tests.running_centre import ROOT, running
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.metrics import METRICS
from tocsin.centre.settings import Settings, parse_settings
from tocsin.centre.start import Opening, open_centre
from tocsin.charter import load_charter

OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")


def entries(folder: Path) -> int:
    """Open and close the centre in a folder. How many entries its ledger then has."""

    async def story() -> int:
        opening = Opening(charter=load_charter("meridian"), mode="exercise")
        centre = open_centre(folder, opening, SimulatedClock(BEGAN), Settings())
        await centre.start()
        await centre.close()
        return len(centre.board.feeds) + centre.board.taken

    return run(story())


def test_a_centre_that_starts_again_under_the_same_charter_has_nothing_to_say(tmp_path: Path) -> None:
    assert entries(tmp_path) == entries(tmp_path) == entries(tmp_path)


def test_a_large_warning_is_handed_in_backed_up_and_there_after_the_drill(tmp_path: Path) -> None:
    text = "Tanks at the ford. " * 5_000
    (tmp_path / "text").write_text(text, encoding="utf-8")
    with running(tmp_path) as one:
        one.found()
        for seat in ("XAA", "XAB"):
            one.seat(seat)
        with one.client("XAA") as client:
            sent = {"case": "k", "warning": "w", "text": text, "to": ["XAB"], "marking": "TLP:AMBER"}
            assert client.warn(sent, "one")["status"] == "accepted"
        with one.client("XAB") as client:
            assert client.warning("k", "w")["text"] == text
        backup, drill = str(tmp_path / "monday.backup"), str(tmp_path / "drill")
        assert tocsin("backup", str(one.data), backup).code == 0
        with one.client("secretariat") as client:
            done = client.erase_warning("k", "w", "asked for by its author", "its author")
        with one.client("XAB") as client:
            assert client.warning("k", "w")["is_erased"] is True
        assert one.end() == 0
        shown = tocsin("ledger", "show", str(one.data / "centre.tocsin"), str(done["note"])).out
        assert "asked for by its author" in shown
    assert tocsin("restore", backup, drill, "--reason", "drill").code == 0
    verified = tocsin("ledger", "verify", f"{drill}/centre.tocsin", "--json")
    assert verified.json["word"] == "self-consistent"
    checked = tocsin("serve", "--charter", "meridian", "--data", drill, "--check", "--json")
    assert checked.json["origin"] == "tocsin/centre/live/2"
    assert b"Tanks at the ford." in (Path(drill) / "centre.tocsin").read_bytes(), "a backup keeps what is erased later"


def test_the_settings_shown_in_the_handbook_are_settings(tmp_path: Path) -> None:
    for name in ("mail.password", "tls/chain.pem", "tls/key.pem"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
        path.chmod(0o600)
    shown = re.findall(r"```toml\n(.*?)```", OPERATIONS + make_docs.PAGES["docs/reference/settings.md"](), re.DOTALL)
    assert len(shown) == 3
    for text in shown:
        assert tomllib.loads(text)
        parse_settings(text, tmp_path / "centre.toml")


def test_the_figures_named_in_the_handbook_are_figures() -> None:
    named = set(re.findall(r"\btocsin_[a-z_]+", OPERATIONS))
    assert named <= {metric.name for metric in METRICS}


@pytest.mark.parametrize("page", ["OPERATIONS.md", "THREATS.md"])
def test_the_commands_named_in_the_handbook_are_commands(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    known = {name for name, _ in cli_pages.commands()}
    said = re.findall(r"(?:\./|`)tocsin ((?:[a-z-]+ ?){1,3})", text)
    assert said
    for words in said:
        assert any(words.startswith(name) for name in known), words
