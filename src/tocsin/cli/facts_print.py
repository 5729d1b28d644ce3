"""Verdicts on claims, in the terminal."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from tocsin.charter.claims.evidence import Evidence
from tocsin.charter.claims.judge import ClaimVerdict
from tocsin.cli.tables import banner, class_text, indented, row, table, title, weak_first
from tocsin.terms import WEAK_CLASSES

SIGNS = {"true": "✓", "false": "✗", "open": "?"}
STYLES = {"true": "bold green", "false": "bold bright_red", "open": "bold yellow"}


def print_verdicts(console: Console, verdicts: list[ClaimVerdict], *, golden: bool = False) -> None:
    """All claims: each with its verdict and, where it is false, what is right."""
    what = "Golden decisions" if golden else "Common claims"
    title(console, f"{what}, checked against the charters", "Each verdict is found by asking the charters' rows.")
    console.print()
    made_up = sum(one.hypothetical for one in verdicts)
    banner(console, made_up > 0, f"positions or events of {made_up} of them are made up, to show the rule; marked h")
    weak = [one for one in verdicts if weak_of([one])]
    weak_first(console, [f"{len(weak)} of the {len(verdicts)} verdicts, marked !"] if weak else ())
    made = table("verdict", "claim", "what is right")
    made.columns[0].no_wrap = True
    for one in verdicts:
        flag = Text(" !", style="yellow") if one in weak else Text()
        flag.append(" h" if one.hypothetical else "", style="bright_red")
        said = Text.assemble(one.says, (f"\n{one.id}", "dim"))
        row(made, verdict_text(one) + flag, said, one.correct or "; ".join(one.because))
    console.print(made)
    console.print()
    counts = Counter[str](one.verdict for one in verdicts)
    console.print(Text(f"{len(verdicts)} claims: " + ", ".join(f"{counts[name]} {name}" for name in SIGNS)))
    if known := [one for one in verdicts if one.other is not None]:
        others = sum(bool(one.other) for one in known)
        console.print(Text(f"{others} of {len(known)} answers are from other sources than the charters' rows"))
    if verdicts:
        option = " --golden" if golden else ""
        console.print(Text(f"Next: tocsin facts check{option} {verdicts[0].id}", style="dim"))


def print_verdict(console: Console, one: ClaimVerdict) -> None:
    """One claim with its reasons and the rows behind them."""
    banner(console, one.hypothetical, "the alliance, the positions or the event are made up, to show the rule")
    weak_first(console, weak_of([one]))
    console.print(Text(f"“{one.says}”", style="bold"))
    console.print(verdict_text(one))
    if one.correct:
        indented(console, Text.assemble(("what is right: ", "dim"), one.correct), 2, hang=2)
    for reason in one.because:
        indented(console, Text.assemble(("because: ", "dim"), reason), 2, hang=2)
    if one.source:
        seen = f" ({one.class_})" if one.class_ else ""
        indented(console, Text.assemble(("the claim is from: ", "dim"), one.source, (seen, "dim")), 2, hang=2)
    if one.evidence:
        console.print()
        made = table("found in", "row", "clause", "seen how", "source")
        for found in one.evidence:
            row(made, found.charter or found.case, found.row, found.clause, class_text(found.class_), found.source)
        console.print(made)


def verdict_text(one: ClaimVerdict) -> Text:
    return Text(f"{SIGNS[one.verdict]} {one.verdict}", style=STYLES[one.verdict])


def weak_of(verdicts: Iterable[ClaimVerdict]) -> dict[str, str]:
    """The rows behind the verdicts that nobody has read at the source, with how they were seen."""
    rows: list[Evidence] = [found for one in verdicts for found in one.evidence]
    return {
        f"{found.charter or found.case} {found.row}".strip(): found.class_
        for found in rows
        if found.class_ in WEAK_CLASSES
    }
