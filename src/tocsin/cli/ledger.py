"""`tocsin ledger`: the memory of an alliance, read, checked, proven and kept."""

import typer

from tocsin.cli import ledger_key
from tocsin.cli.ledger_audit import audit
from tocsin.cli.ledger_copies import backup, repair, restore
from tocsin.cli.ledger_export import export
from tocsin.cli.ledger_proof import check_proof, checkpoint, prove
from tocsin.cli.ledger_room import compact_report, erase
from tocsin.cli.ledger_show import show
from tocsin.cli.ledger_verify import verify

app = typer.Typer(
    help="Read, check and prove what stands in a ledger, and keep it safe.", rich_markup_mode=None, no_args_is_help=True
)

app.command()(show)
app.command()(verify)
app.command()(prove)
app.command("check-proof")(check_proof)
app.command()(checkpoint)
app.add_typer(ledger_key.app, name="key")
app.command()(export)
app.command()(backup)
app.command()(restore)
app.command()(repair)
app.command()(erase)
app.command("compact-report")(compact_report)
app.command()(audit)
