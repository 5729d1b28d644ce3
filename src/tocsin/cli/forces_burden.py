"""`tocsin forces burden`: what each nation bears of a package, against its fair share."""

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.forces_draw import lawful
from tocsin.cli.forces_options import PLAN, principle
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.forces.burden import Burden, NationBurden
    from tocsin.forces.model import Plan

FAIRNESS = Annotated[
    str,
    typer.Option(
        "--fairness",
        metavar="PRINCIPLE",
        help="What a fair share is measured by: capacity, benefit or equal. Without it: all that the case measures.",
    ),
]


def burden(plan: PLAN, fairness: FAIRNESS = "", as_json: AS_JSON = False) -> None:
    """Show who bears what of a package: units, strength, lift and cost, against each nation's fair share.

    Fair shares are measured by capacity to pay, by benefit, or are the same for all; the case says the first two in
    its [[share]] rows.
    """
    from tocsin.cli import tables
    from tocsin.forces.burden import PRINCIPLES, burden_of, weights

    chosen = principle(fairness) if fairness else None
    read = lawful(plan)
    if chosen is not None:
        weights(read.case, read.units, chosen)  # who asks for one principle is told why it is not measured
    found = burden_of(read, PRINCIPLES if chosen is None else (chosen,))
    if as_json:
        tables.print_json(found)
    else:
        _print(tables.terminal(), read, found)


def _print(console: "Console", plan: "Plan", found: "Burden") -> None:
    """A table of what each nation bears, and one for each principle."""
    from tocsin.cli.tables import banner, indented, plain, row, section, table, title
    from tocsin.forces.burden import PRINCIPLE_WORDS
    from tocsin.forces.explain import why_hypothetical
    from tocsin.forces.unpublished import as_known, units_sent, unpublished_words
    from tocsin.forces.wording import money
    from tocsin.pictures.frame import party, percent

    banner(console, plan.hypothetical, why_hypothetical(plan.units, plan.case))
    used = units_sent(plan.units, plan.package)
    title(console, plain(plan.case.case.title), f"cost {as_known(money(found.cost_cents), used)}")
    if unpublished := unpublished_words(used):
        indented(console, f"not published: {unpublished}", 0, hang=2)
    console.print()
    numbers = ("units", "cost", "of it", "lift")
    made = table("nation", *numbers, "strength sent", right=numbers, keep=("nation",))
    for one in found.nations:
        units, share = f"{one.units} of {one.pledged_units}", percent(one.cost_ppm)
        cost = as_known(money(one.cost_cents), [unit for unit in used if unit.nation == one.nation])
        row(made, party(one.nation), units, cost, share, f"{one.lift_tonnes:,} t", _strength(one))
    console.print(made)
    for place, beyond in enumerate(found.beyond):
        section(console, f"Fair shares by {PRINCIPLE_WORDS[beyond.principle]}")
        against_share = ("fair share", "over it", "of it")
        made = table("nation", *against_share, right=against_share, keep=("nation",))
        for one in found.nations:
            against = one.against[place]
            over = percent(against.over_ppm) if against.over_ppm is not None else "–"
            row(made, one.nation, money(against.fair_cents), money(against.over_cents), over)
        console.print(made)
        said = f"Beyond fair shares, all together: {money(beyond.cents)}, {percent(beyond.ppm)} of the cost."
        indented(console, said, 0)
    for missing in found.not_measured:
        console.print()
        indented(console, f"Not measured by {PRINCIPLE_WORDS[missing.principle]}: {plain(missing.why)}.", 0, "dim")


def _strength(one: "NationBurden") -> str:
    return ", ".join(f"{sent.strength:,} {sent.counted}" for sent in one.strength if sent.strength) or "nothing"
