"""What all commands share: help, JSON, errors, exit codes, colour, speed; and that every command is documented."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import tocsin as package
from scripts import cli_pages
from tests.cli import tocsin
from tests.running_centre import Stage
from tocsin.cli import options
from tocsin.cli.app import app
from tocsin.ledger import FileLedger, Signer, backup
from tocsin.replay.case import StepKind
from tocsin.replay.run import replay
from tocsin.replay.words import DEEDS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
COMMANDS = dict(cli_pages.commands())

# One way to call each command so that it succeeds; the tests below call all of them. STAGED has those of a centre.
CALLS: dict[str, tuple[str, ...]] = {
    "version": (),
    "demo": ("--terminal",),
    "replay": ("nato-2012-turkey",),
    "compare": ("nato", "csto"),
    "party": ("KAZ",),
    "precedents": ("request",),
    "duties": ("meridian", "--event", "attack-on-member"),
    "outcome": ("meridian", "assist", "--positions", "others=support"),
    "charter list": (),
    "charter show": ("meridian",),
    "charter diff": ("meridian", "--from", "2005-01-01"),
    "charter new": ("my-pact",),
    "charter check": ("meridian",),
    "charter schema": (),
    "charter text import": ("nato.txt", "--instrument", "NAT"),
    "charter text show": ("nato", "5"),
    "facts check": (),
    "ledger show": (),
    "ledger verify": (),
    "ledger prove": ("2",),
    "ledger check-proof": ("proof", "--key", "verifier-key"),
    "ledger checkpoint": (),
    "ledger key list": (),
    "ledger key rotate": ("--reason", "yearly"),
    "ledger key add": ("--out", "standby", "--reason", "a second machine"),
    "ledger key revoke": ("standby-key", "--reason", "no longer needed"),
    "ledger export": ("--records", "records.jsonl"),
    "ledger backup": ("run.tocsin", "copy"),
    "ledger restore": ("backup", "restored", "--reason", "a drill"),
    "ledger repair": (),
    "ledger erase": ("2", "--by", "the secretariat", "--reason", "asked for", "--yes"),
    "ledger compact-report": (),
    "ledger audit": ("acts.ledger",),
    "forces plan": ("meridian-flood", "--inventory", "meridian"),
    "forces verify": ("plan.json",),
    "forces burden": ("plan.json",),
    "forces explain": ("plan.json",),
    "forces what-if": ("plan.json", "--add-lift", "10t@24"),
    "forces draw": ("plan.json", "--html", "plan.html", "--svg", "pictures", "--xlsx", "plan.xlsx"),
    "forces compare": ("turkey-2003",),
    "forces inventory check": ("meridian",),
    "forces inventory list": ("meridian", "--capability", "fighter"),
    "forces inventory import": ("meridian", "--force"),
    "forces gaps": ("meridian-flood", "--inventory", "meridian"),
    "forces standing": ("eu-battlegroups",),
    "measures burden": (),
    "measures concentration": ("nato",),
    "measures similarity": ("XAA", "XAB"),
    "measures cohesion": ("eu",),
    "measures distances": ("nato",),
    "export members": ("--charter", "meridian"),
    "export cases": ("--charter", "saarc"),
    "export decisions": ("--charter", "saarc"),
    "serve": ("--charter", "meridian", "--data", "fresh", "--check"),
    "backup": ("centre", "copy"),
    "restore": ("centre-copy", "restored-centre", "--reason", "a drill"),
}

NAMED = ("--as", "XAB")
HELD = ("--as", "XAC")
ADMIN = ("--as", "secretariat")
ERASED = ("--reason", "it holds personal data", "--decided-by", "the secretariat", "--yes")
CHAIR = (*ADMIN, "--by", "SG")

# The same for commands that need a centre: each brings about what it needs.
STAGED: dict[str, Callable[[Stage], tuple[str, ...]]] = {
    "desk invite": lambda _: ("XAC", *ADMIN),
    "desk enter": lambda at: (at.invitation()["link"], "--name", at.new("officer"), *at.password),
    "desk login": lambda at: ("--name", at.signed_in(), *at.password),
    "desk logout": lambda at: ("--as", at.sitting()),
    "desk password": lambda at: ("--as", at.sitting(), *at.password, "--new-password-file", at.new_password()),
    "desk approve": lambda at: (at.entered(), *ADMIN),
    "desk revoke": lambda at: (at.entered(), "--why", "an error", *ADMIN),
    "desk forget": lambda at: (at.revoked(), *ADMIN),
    "desk sso": lambda at: (at.active(), at.new("subject"), *ADMIN),
    "desk list": lambda _: ADMIN,
    "desk trail": lambda _: ADMIN,
    "desk key make": lambda at: ("--file", str(at.folder / at.new("key"))),
    "desk key register": lambda at: ("--file", at.key_file(), *NAMED),
    "desk key confirm": lambda at: (*at.key(), *ADMIN),
    "desk key revoke": lambda at: (at.key()[0], *ADMIN),
    "desk key list": lambda at: (*NAMED, *at.done(at.key())),
    "desk delegation make": lambda at: ("XAC", "--scope", "ack", "--until", at.later(), *NAMED),
    "desk delegation list": lambda _: NAMED,
    "desk delegation end": lambda at: (at.delegation(), *NAMED),
    "desk settings": lambda _: (*HELD, "--two-persons", "break,recall", "--no-require-key"),
    "contact add": lambda at: (f"{at.new('desk')}@example.int", *NAMED),
    "contact list": lambda at: (*NAMED, *at.done(at.contact())),
    "contact check": lambda at: (at.contact(), *NAMED),
    "contact remove": lambda at: (at.contact(), *NAMED),
    "erase": lambda at: (*at.warning(), *ERASED, *ADMIN),
    "token create": lambda _: ("XAB", "--scope", "warn,read"),
    "token list": lambda at: (*NAMED, *at.done(at.token())),
    "token revoke": lambda at: (at.token(), *NAMED),
    "situation": lambda at: (*NAMED, *at.done(at.silence())),
    "cases": lambda at: (*NAMED, *at.done(at.case())),
    "case": lambda at: (at.silence()[1], *NAMED),
    "released": lambda at: (*HELD, *at.done(at.warning())),
    "warning": lambda at: (*at.warning(), *HELD),
    "watch": lambda at: ("--once", *HELD, *at.done(at.warning())),
    "receipt": lambda at: (at.cursor(), *NAMED),
    "clock": lambda at: ("--rate", "1", "--token-file", at.conductors_token()),
    "warn": lambda _: ("--text", "Tanks at the ford.", "--to", "XAC", *NAMED),
    "recall": lambda at: (*at.warning(), "--why", "an error", *NAMED),
    "ack": lambda at: ("--case", (found := at.warning())[0], "--warning", found[1], *HELD),
    "consult": lambda at: ("--case", at.new("case"), "--event", "attack-on-member", *NAMED),
    "position": lambda at: ("support", *at.text(), *NAMED),
    "act": lambda at: (at.file({"do": "convene", "case": at.case(), "organ": "council"}), *NAMED),
    "text table": lambda at: ("--case", at.case(), "--matter", "procedure", "--text", "A text.", *NAMED),
    "text amend": lambda at: (*at.text(), "--text", "Another.", *NAMED),
    "text withdraw": lambda at: (*at.text(), *NAMED),
    "text silence": lambda at: (*at.text("relief"), *CHAIR),
    "text close": lambda at: (*at.met(), *CHAIR),
    "text confirm": lambda at: (*at.unconfirmed(), *CHAIR),
    "text move": lambda at: (*at.text("assist"), "--organ", "defence-board", *NAMED),
    "pending list": lambda at: (*HELD, *at.done(at.pending())),
    "pending confirm": lambda at: (at.pending(), *HELD),
    "pending drop": lambda at: (at.pending(), *HELD),
}


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a user starts it."""
    command = [sys.executable, "-m", "tocsin", *words]
    whole = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    whole["PYTHONPATH"] = str(ROOT / "src")
    return subprocess.run(command, env=whole | env, capture_output=True, text=True, check=False, encoding="utf-8")


def make_ledgers(folder: Path) -> None:
    """A ledger with one record and a content, its key, a standby key, a proof and a backup; and one of acts."""
    ledger = FileLedger(folder / "run.tocsin", mode="replay")
    standby = Signer.new("tocsin/standby")
    ledger.change_keys(add=standby, reason="a second machine")
    ledger.append([(b"a record", (b"its content",))])
    ledger.checkpoint()
    (folder / "proof").write_text(ledger.prove(2).text, encoding="utf-8")
    (folder / "verifier-key").write_text(ledger.signing_key.text, encoding="utf-8")
    (folder / "standby-key").write_text(standby.key.text, encoding="utf-8")
    ledger.close()
    backup(folder / "run.tocsin", folder / "backup")
    acts = FileLedger(folder / "acts.ledger", mode="replay")
    replay("nato-2012-turkey", ledger=acts)
    acts.close()


def make_centre(folder: Path) -> None:
    """The folder of a centre that has been opened, and a copy of its ledger."""
    (folder / "centre").mkdir()
    shutil.copytree(folder / "run.tocsin.d", folder / "centre/centre.tocsin.d")
    for ledger in (folder / "centre/centre.tocsin", folder / "centre-copy"):
        shutil.copy(folder / "backup", ledger)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A centre that runs, with people at its desks."""
    centre = Stage(tmp_path_factory.mktemp("stage"))
    centre.set_up()
    yield centre
    centre.close()


@pytest.fixture
def words(request: pytest.FixtureRequest, name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[str, ...]]:
    """How to call a command so that it succeeds, anew each time."""
    request.getfixturevalue("workplace")
    if name in CALLS:
        return lambda: CALLS[name]
    stage: Stage = request.getfixturevalue("stage")
    monkeypatch.setenv("TOCSIN_HOME", str(stage.home))
    return lambda: STAGED[name](stage)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to work in, with a treaty text and ledgers, and the user's own data elsewhere."""
    (tmp_path / "work").mkdir()
    make_ledgers(tmp_path / "work")
    (tmp_path / "work/nato.txt").write_text("Article 5\nHelp.\n", encoding="utf-8")
    make_centre(tmp_path / "work")
    planned = tocsin("forces", "plan", "meridian-flood", "--inventory", "meridian", "--json")
    (tmp_path / "work/plan.json").write_text(planned.out, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


def test_every_command_is_called_here_and_documented() -> None:
    assert {*CALLS, *STAGED} == set(COMMANDS) == set(cli_pages.ANSWERS)
    for name, command in COMMANDS.items():
        assert f"\n## `tocsin {name}`\n" in PAGE
        for param in command.params:
            assert param.help, f"{name} {param.name}"
            assert param.help in PAGE


@pytest.mark.parametrize("name", [*CALLS, *STAGED])
def test_every_command_has_help_and_answers_in_json(name: str, words: Callable[[], tuple[str, ...]]) -> None:
    helped = tocsin(*name.split(), "--help")
    assert helped.code == 0
    assert f"Usage: tocsin {name}" in helped.flat.replace("root", "tocsin")
    assert "--json" in helped.out
    done = tocsin(*name.split(), *words(), "--json")
    assert done.code == 0, done.err
    assert isinstance(done.json, dict)
    assert done.err == ""


@pytest.mark.parametrize("name", [*CALLS, *STAGED])
def test_every_command_fits_a_narrow_terminal_and_uses_no_colour_in_a_pipe(
    name: str, words: Callable[[], tuple[str, ...]]
) -> None:
    done = tocsin(*name.split(), *words(), COLUMNS="80")
    assert done.code == 0, done.err
    assert "\x1b" not in done.out
    # Commands and links to copy, hashes, JSON, keys, signatures and proofs are not broken.
    free = ("http", "tocsin ", "tocsin/", "✓ ", "note: ", '"', "— ", "extra ")
    long = [text for text in done.out.splitlines() if len(text) > 80 and not text.strip().startswith(free)]
    assert long == []


def test_no_color_is_honoured() -> None:
    coloured = tocsin("facts", "check", FORCE_COLOR="1")
    assert ";91m" in coloured.out
    plain = tocsin("facts", "check", FORCE_COLOR="1", NO_COLOR="1")
    assert ";91m" not in plain.out


def test_without_a_command_there_is_help() -> None:
    done = tocsin()
    assert done.code == 0
    assert "Start with: tocsin demo" in done.flat


@pytest.mark.parametrize(
    ("words", "says"),
    [(("sing",), "sing"), (("replay", "--loud"), "--loud"), (("charter", "sing"), "sing"), (("--loud",), "--loud")],
)
def test_wrong_usage_ends_with_two_and_a_hint(words: tuple[str, ...], says: str) -> None:
    done = tocsin(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert says in done.err
    assert "--help" in done.err
    as_json = tocsin(*words, "--json")
    assert as_json.code == as_json.json["exit_code"] == 2
    assert says in as_json.json["error"]["message"]


def test_an_error_as_json_names_what_is_known() -> None:
    done = tocsin("charter", "show", "natto", "--json")
    assert done.json["error"]["kind"] == "NotFound"
    assert "nato" in done.json["error"]["known"]
    assert "There is no charter 'natto'" in done.err


def test_a_fault_of_ours_is_not_hidden() -> None:
    def fault(_: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tocsin("demo", "--terminal", "--speed", "1", sleep=fault)


def test_a_caller_that_handles_errors_itself() -> None:
    assert app(["version"], standalone_mode=False) is None


def test_a_process_of_its_own() -> None:
    done = run("version", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert msgspec.json.decode(done.stdout) == {"tocsin": package.__version__}
    wrong = run("charter", "show", "nowhere", "--json")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert msgspec.json.decode(wrong.stdout)["exit_code"] == 2


def test_a_reader_that_goes_away_is_no_crash() -> None:
    command = f'"{sys.executable}" -m tocsin charter show nato | head -n 1'
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def test_light_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, tocsin; light = set(sys.modules); import tocsin.cli.app; "
        "print(sorted({'msgspec', 'rich', 'jinja2'} & light), sorted({'rich.table', 'jinja2'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_the_package_offers_its_functions() -> None:
    assert package.load_charter("nato").id == "nato"
    assert package.duties.__name__ == "duties"
    assert package.outcome.__name__ == "outcome"
    assert package.replay("nato-2012-turkey").charter == "nato"
    assert set(package.__all__) == {"Event", "__version__", "duties", "load_charter", "load_event", "outcome", "replay"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_a_step_of_every_kind_has_its_words() -> None:
    assert set(get_args(StepKind)) == set(DEEDS)


def test_a_day_is_read_or_refused() -> None:
    assert options.day("", "--on") is None
    assert str(options.day("2010-06-12", "--on")) == "2010-06-12"
