"""The page of all commands of the command line, made from the commands themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from msgspec import Struct

from tocsin.centre.desk_model import DelegationLine, DeskLine, KeyLine, PendingLine, SettingsLine, TokenLine, TraceLine
from tocsin.centre.keep import Erased
from tocsin.centre.model import Answer
from tocsin.centre.notify.model import ContactLine
from tocsin.centre.view_model import CaseLine, CaseView, FeedItem, PreviewLine, Release, Situation, WarningView
from tocsin.charter.claims.judge import ClaimVerdict
from tocsin.charter.files.text import ImportedText
from tocsin.charter.told.duties import DutiesAnswer
from tocsin.charter.told.outcome import OutcomeAnswer
from tocsin.cli.app import app
from tocsin.cli.charter_changes import DiffView
from tocsin.cli.charter_check import Checked
from tocsin.cli.charter_view import CharterView, Summary
from tocsin.cli.compare_print import ComparisonAnswer
from tocsin.cli.export_make import ExportAnswer
from tocsin.cli.forces_answers import ImportAnswer, InventoryAnswer, UnitsAnswer, Verified
from tocsin.cli.forces_standing import StandingLine
from tocsin.cli.ledger_words import EntryView
from tocsin.cli.replay_tables import Entry, Result
from tocsin.forces.burden import Burden
from tocsin.forces.explanation import Explanation
from tocsin.forces.gaps import GapReport
from tocsin.forces.model import Plan
from tocsin.forces.record import Comparison
from tocsin.ledger import Restored, Verdict
from tocsin.measures.burden import BurdenReport
from tocsin.measures.cohesion import CohesionReport
from tocsin.measures.comparison_party import PartyView
from tocsin.measures.concentration import ConcentrationReport
from tocsin.measures.distance import DistanceReport
from tocsin.measures.similarity import SimilarityReport
from tocsin.replay.precedents import Precedents
from tocsin.replay.redecide import Redecided
from tocsin.replay.result import ReplayReport

Command = Any
"""A command as typer builds it; typer gives it no public type."""

INTRO = """\
Every command prints text for people, or with `--json` one JSON object for programs; `--help` says what it does.
Colour is left out in a pipe and where `NO_COLOR` is set, and nothing is told by colour alone. In a pipe lines have 100
columns, or as many as `COLUMNS` says. `TOCSIN_HOME` names the folder that keeps your own treaty texts."""

EXITS = """\
| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the answer is no: a verdict other than adopted, nothing asked of anybody, a claim not true, a step that differs, \
a command that the law refuses |
| 2 | the input is wrong: a file, a name, a date, an option; or nobody is signed in, or no centre answers |
| 130 | interrupted with Ctrl-C; whatever was recorded until then is kept |

An error is text on standard error. With `--json` there is also an object on standard output:
`{"error": {"kind", "message", "problems", "known"}, "exit_code": 2}`. Each of the `problems` has `file`, `line`,
`field`, `found`, and where it helps `accepted` and `fix`, and in a workbook `cell`; `known` lists the names there are
where one was not found.
What a centre said no to has `code`, `status`, `field`, `found`, `accepted`, `clause` and `fix` too; `exit_code` is 1
where it was the law that said no.

The commands of a desk find it in `desks.json` in the folder `TOCSIN_HOME` names, which `tocsin desk login` writes, for
its owner alone: the secret of each session or token, never a password. `--from SEAT` (or `--as SEAT`) picks a desk and
`--centre URL` a centre; left out, they are the only desk and the centre used last."""

ACT = f"`{'`, `'.join(Answer.__struct_encode_fields__)}`, as far as they are not empty"
DESK = "the desk as it is now"
KEY = "the key as it is now"

ANSWERS: Mapping[str, str | type[Struct]] = {
    "version": "`tocsin`",
    "demo": "once it listens, one line: `address`, `mode`, `origin` and `links`, one a seat; with `--terminal` the "
    "report of the replay",
    "charter list": "`today`, `reforms`, and `charters`, a list of {}",
    "charter diff": DiffView,
    "charter show": CharterView,
    "charter new": "`written`, the path of the new file",
    "charter check": "`mistakes`, their number, and `files`, a list of {}",
    "charter schema": "the JSON Schema, which is what the command prints in any case",
    "charter text import": ImportedText,
    "charter text show": "`charter`, `article`, `clauses` as in the charter, and `attached`, your copy by instrument",
    "compare": ComparisonAnswer,
    "party": PartyView,
    "precedents": Precedents,
    "duties": DutiesAnswer,
    "outcome": OutcomeAnswer,
    "replay": ReplayReport,
    "facts check": "`claims`, a list of {}",
    "ledger show": "`ledger`, `origin`, `mode`, `epoch`, `size`, `covered`, `error` and `shown`, a list of {}; "
    "of one entry: `ledger` and `entry`",
    "ledger verify": "`ledger`, `first_bad`, `says` in words, `guard`, and what the walk found: {}",
    "ledger prove": "`ledger`, `index`, `proof`, the text of the file, and `written`, its path",
    "ledger check-proof": "`holds`, `entry`, `checkpoint`, `signed_by` and `key`; where it does not hold, `error`",
    "ledger checkpoint": "`ledger`, `size`, `uncovered`, `why`, `guard` and `checkpoint`, the signed note",
    "ledger key list": "`ledger`, `origin`, `epoch`, and `keys` with the sizes they sign",
    "ledger key rotate": "`ledger`, `index` of the note that says so, `old` and `new`, the verifier keys",
    "ledger key add": "`ledger`, `index` of the note that says so, `new`, the verifier key, and `secret`, the file",
    "ledger key revoke": "`ledger`, `index` of the note that says so, `revoked` and `from`, the size",
    "ledger export": "`ledger`, `tiles`, `records` and `error`",
    "ledger backup": "`ledger`, `backup`, `origin`, `entries`, `covered` and `bytes`",
    "ledger restore": "`ledger`, `backup` and `restored`: {}",
    "ledger repair": "`ledger`, `mended`, `faults`, `first_bad`, `entries` and `sound`",
    "ledger erase": "`ledger`, `entry`, `erased`, `note`, its index, `is_gone` and `not_reached`",
    "ledger compact-report": "`ledger`, `parts`, `file_bytes`, `log_bytes`, `given_back_bytes` and `says`",
    "ledger audit": "`ledger`, `counts` by word, and `acts`, a list of {}",
    "forces plan": Plan,
    "forces verify": Verified,
    "forces burden": Burden,
    "forces explain": Explanation,
    "forces what-if": Plan,
    "forces draw": "`written`, the paths of the files",
    "forces compare": Comparison,
    "forces inventory check": InventoryAnswer,
    "forces inventory list": UnitsAnswer,
    "forces inventory import": ImportAnswer,
    "forces gaps": GapReport,
    "forces standing": "`arrangements`, a list of {}; of one: `arrangement`, `rows`, `contested`, the subjects on "
    "which sources differ, and `written`, the case that was made of it",
    "measures burden": BurdenReport,
    "measures concentration": ConcentrationReport,
    "measures similarity": SimilarityReport,
    "measures cohesion": CohesionReport,
    "measures distances": DistanceReport,
    "export members": ExportAnswer,
    "export cases": ExportAnswer,
    "export decisions": ExportAnswer,
    "serve": "once it listens, one line: `address`, `mode`, `charter`, `data`, and on the first start `link`",
    "backup": "`data`, `backup`, `desks` and `secret`, empty where the centre has none, `origin` and `entries`",
    "restore": "`data`, `backup`, `desks` and `secret`, whether there are any, and `restored`: {}",
    "desk invite": "`desk`, `link`, the one-time secret, and `expires`",
    "desk enter": "the desk, `centre`, and `signed_in`, whether it needs no approval",
    "desk login": "the desk, `seat`, `expires` and `centre`",
    "desk logout": "`centre`, `seat` and `ended`, whether the centre was told",
    "desk password": "`centre` and `seat`, where you have to sign in again",
    "desk approve": DESK,
    "desk revoke": DESK,
    "desk forget": DESK,
    "desk sso": DESK,
    "desk list": "`desks`, a list of {}",
    "desk trail": "`trail`, a list of {}",
    "desk key make": "`file`, `fingerprint` and `public`, the public half in hex",
    "desk key register": KEY,
    "desk key confirm": KEY,
    "desk key revoke": KEY,
    "desk key list": "`keys`, a list of {}",
    "desk delegation make": "the delegation",
    "desk delegation list": "`delegations`, a list of {}",
    "desk delegation end": "`ended`, its id",
    "desk settings": SettingsLine,
    "token create": "the token, and `secret`, or `file` where it was written to one",
    "token list": "`tokens`, a list of {}",
    "token revoke": "`revoked`, its id",
    "contact add": "`contact`, as in the list, and `secret`, for a webhook",
    "contact list": "`contacts`, a list of {}",
    "contact check": "`contact`, `is_through`, and `why` not",
    "contact remove": "`removed`, its id",
    "erase": Erased,
    "warn": f"{ACT}; with `--preview`: `preview`, a list of {{}}",
    "warning": WarningView,
    "recall": ACT,
    "ack": ACT,
    "released": "`released`, a list of {}",
    "consult": ACT,
    "position": ACT,
    "text table": ACT,
    "text amend": ACT,
    "text withdraw": ACT,
    "text silence": ACT,
    "text close": ACT,
    "text confirm": ACT,
    "text move": ACT,
    "act": ACT,
    "situation": Situation,
    "cases": "`cases`, a list of {}",
    "case": CaseView,
    "receipt": "`cursor` and `receipt`, a tlog-proof",
    "clock": "`now` and `rate`, as the centre's clock has them",
    "pending list": "`pending`, a list of {}",
    "pending confirm": ACT,
    "pending drop": "`dropped`, its id",
    "watch": "each item as one line: {}; with `--once` one object: `cursor`, and `items`, a list of such",
}
LISTED: Mapping[str, type[Struct]] = {
    "charter list": Summary,
    "charter check": Checked,
    "facts check": ClaimVerdict,
    "ledger show": EntryView,
    "ledger verify": Verdict,
    "ledger restore": Restored,
    "ledger audit": Redecided,
    "forces standing": StandingLine,
    "restore": Restored,
    "desk list": DeskLine,
    "desk trail": TraceLine,
    "desk key list": KeyLine,
    "desk delegation list": DelegationLine,
    "token list": TokenLine,
    "contact list": ContactLine,
    "warn": PreviewLine,
    "released": Release,
    "cases": CaseLine,
    "pending list": PendingLine,
    "watch": FeedItem,
}


def cli_reference(made: str) -> str:
    """The whole page; `made` says that it is generated."""
    parts = ["# Commands", made, INTRO, EXITS]
    for name, command in commands():
        parts += [
            f"## `tocsin {name}`",
            paragraphs(command),
            f"```text\n{usage(name, command)}\n```",
            parameters(command),
        ]
        parts.append(f"With `--json`: {answer(name)}.")
    return "\n\n".join(parts) + "\n"


def commands() -> list[tuple[str, Command]]:
    """(name, command) of every command that does something, in the order in which --help shows them."""
    return list(_leaves(typer.main.get_command(app), ""))


def _leaves(group: Command, path: str) -> Iterator[tuple[str, Command]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def paragraphs(command: Command) -> str:
    """The help of a command, one line a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))


def usage(name: str, command: Command) -> str:
    """How it is called: arguments, then [OPTIONS]."""
    arguments = [_argument(param) for param in command.params if param.param_type_name == "argument"]
    needed = [_option(param) for param in command.params if param.param_type_name == "option" and param.required]
    return " ".join(["tocsin", name, *arguments, *needed, "[OPTIONS]"])


def _argument(param: Command) -> str:
    shown = param.metavar or param.name.upper()
    return shown if param.required or shown.startswith("[") else f"[{shown}]"


def _option(param: Command) -> str:
    return ", ".join(param.opts) + (f" {param.metavar}" if param.metavar else "")


def parameters(command: Command) -> str:
    """Arguments and options with what they mean."""
    rows = ["| argument or option | meaning |", "|---|---|"]
    for param in command.params:
        name = _argument(param) if param.param_type_name == "argument" else _option(param)
        rows.append(f"| `{name}` | {param.help} |")
    return "\n".join(rows)


def answer(name: str) -> str:
    """What the JSON of a command holds."""
    said = ANSWERS[name]
    if not isinstance(said, str):
        words = keys(said)
    else:
        words = said.format(f"objects with {keys(LISTED[name])}") if name in LISTED else said
    if name == "replay":
        words += f"; for `list`: `cases`, a list of objects with {keys(Entry)}"
        words += f"; for `--all`: `totals`, and `runs`, a list of objects with {keys(Result)}"
    return words


def keys(struct: type[Struct]) -> str:
    return ", ".join(f"`{field}`" for field in struct.__struct_encode_fields__)
