"""Desks, tokens, keys and what waits for a second person, as tables."""

from collections.abc import Sequence

from rich.text import Text

from tocsin.cli.centre_words import Told, harmless
from tocsin.cli.tables import indented, row, table, terminal
from tocsin.replay.words import time_text

STYLES = {"active": "green", "pending": "yellow", "invited": "yellow", "revoked": "dim"}


def print_desks(desks: Sequence[Told]) -> None:
    made = table("desk", "seat", "role", "status", "name", keep=("desk",))
    for told in harmless(desks):
        deputy = f"\ndeputy of {told['deputy_of']}" if told.get("deputy_of") else ""
        status = _status(told).append("\napproved alone" if told.get("approved_alone") else "")
        row(made, told["desk"], told["seat"], f"{told['role']}{deputy}", status, str(told.get("name") or ""))
    terminal().print(made if made.row_count else "There is no desk.")


def print_tokens(tokens: Sequence[Told]) -> None:
    made = table("token", "for", "scopes", "until", keep=("token",))
    for told in harmless(tokens):
        row(made, told["id"], told["label"], ", ".join(told["scopes"]), _time(told.get("expires")))
    terminal().print(made if made.row_count else "There is no token.")


def print_keys(keys: Sequence[Told]) -> None:
    """Fingerprints are never broken: they are there to be compared."""
    made = table("key", "seat", "status", "fingerprint", keep=("key", "fingerprint"))
    for told in harmless(keys):
        row(made, told["id"], told["seat"], _status(told), told["fingerprint"])
    terminal().print(made if made.row_count else "There is no key.")


def print_pending(waiting: Sequence[Told]) -> None:
    made = table("id", "what", "by desk", "needs", "until", keep=("id",))
    for told in harmless(waiting):
        what = f"{told['do']}\n{told['case']}" if told.get("case") else told["do"]
        by = f"{told['desk']}{' (you)' if told.get('own') else ''}"
        row(made, told["id"], what, by, told["needs"], _time(told["expires"]))
    terminal().print(made if made.row_count else "Nothing waits.")


def print_contacts(rows: Sequence[Told]) -> None:
    made = table("contact", "seat", "rung", "address", "told up to", "got through", keep=("contact",))
    for told in harmless(rows):
        address = f"{told['address'] or '(its seat knows)'}\n{told['label']}".rstrip()
        fared = f"{told.get('sent', 0)} of {told.get('sent', 0) + told.get('failed', 0)}"
        trouble = f"\n{told['trouble']}" if told.get("trouble") else ""
        rung = f"{told['rung']}, then {told['wait_minutes']} min"
        row(made, told["id"], told["seat"], rung, address, told["told_up_to"], f"{fared}{trouble}")
    terminal().print(made if made.row_count else "There is no contact.")


def print_delegations(delegations: Sequence[Told]) -> None:
    made = table("id", "of", "to", "scopes", "until", keep=("id",))
    for told in harmless(delegations):
        row(made, told["id"], told["seat"], told["to"], ", ".join(told["scopes"]), _time(told["until"]))
    terminal().print(made if made.row_count else "There is no delegation.")


def print_trail(rows: Sequence[Told]) -> None:
    """Two lines each: what was asked and what came of it; and who asked, from where."""
    console = terminal()
    for told in harmless(rows):
        came = ", ".join(filter(None, (told["outcome"], told.get("code"), told.get("detail"))))
        indented(console, f"{told['number']}  {_time(told['at'])}  {told['what']}: {came}", by=0, hang=2)
        who = " of ".join(filter(None, (told.get("desk"), told.get("seat")))) or "nobody who is known"
        address = f", from address {told['address']}" if told.get("address") else ""
        indented(console, f"{who}{address}", style="dim")
    if not rows:
        console.print("Nothing is noted.")


def _status(told: Told) -> Text:
    status = str(told["status"])
    return Text(status, style=STYLES.get(status, ""))


def _time(at: object) -> str:
    return time_text(str(at)) if at else ""
