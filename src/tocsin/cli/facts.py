"""`tocsin facts`: common mistakes about alliances, checked by asking the charters."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON

app = typer.Typer(
    help="Check common claims about alliances against the charters.", rich_markup_mode=None, no_args_is_help=True
)


@app.command()
def check(
    claim: Annotated[str, typer.Argument(metavar="[CLAIM]", help="Id of one claim. Without it: all.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Check the claims of your own .toml file instead.")
    ] = None,
    golden: Annotated[
        bool, typer.Option("--golden", help="Check the golden decisions instead: questions with a known answer.")
    ] = False,
    as_json: AS_JSON = False,
) -> None:
    """Give a verdict on common claims, each found by asking the charters, with the clauses it rests on.

    Exit code 1 if the one claim asked about is false or open, or if a golden decision does not hold; a list of other
    claims always ends with 0.
    """
    from tocsin.charter.claims.judge import GOLDEN_DECISIONS, check_claims
    from tocsin.cli import facts_print, tables
    from tocsin.errors import NotFound

    if golden and file is not None:
        raise typer.BadParameter("name a file or say --golden, not both.", param_hint="--golden")
    verdicts = check_claims(path=GOLDEN_DECISIONS if golden else file)
    chosen = [one for one in verdicts if claim in ("", one.id)]
    if not chosen:
        raise NotFound("claim", claim, [one.id for one in verdicts])
    if as_json:
        tables.print_json({"claims": chosen})
    elif claim:
        facts_print.print_verdict(tables.terminal(), chosen[0])
    else:
        facts_print.print_verdicts(tables.terminal(), chosen, golden=golden)
    if (claim or golden) and any(one.verdict != "true" for one in chosen):
        raise typer.Exit(1)
