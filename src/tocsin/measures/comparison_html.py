"""A comparison, and a party's view, as one page each: self-contained, printable, without script."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tocsin.measures.collision_model import KIND_WORDS, Collision
from tocsin.measures.comparison_duties import MODALS
from tocsin.measures.comparison_model import Comparison
from tocsin.measures.comparison_party import PartyView, alliances_said
from tocsin.measures.membership_svg import draw, shown_parties, span_words
from tocsin.measures.overlap import Overlap
from tocsin.terms import WEAK_CLASSES

LINES_MOST = 5


def render_comparison(comparison: Comparison, overlap: Overlap, collisions: Sequence[Collision] | None = None) -> str:
    """The whole page; the same comparison gives the same text. `collisions` None leaves that section out."""
    parties = shown_parties(overlap)
    groups = [{"name": name, "rows": list(rows)} for name, rows in groupby(comparison.rows, key=lambda row: row.group)]
    pairs = [one for one in overlap.cells if one.a < one.b and (one.members or one.others)]
    return (
        _environment()
        .get_template("comparison.html.j2")
        .render(
            comparison=comparison,
            overlap=overlap,
            collisions=collisions,
            groups=groups,
            names=comparison.names,
            cited={column.id: column.clauses for column in comparison.columns},
            weak_columns=[column for column in comparison.columns if column.weak_percent],
            pairs=pairs,
            spans=[span for party in parties for span in overlap.spans if span.party == party],
            svg=draw(overlap, parties),
            svg_cut=len(parties) < len({span.party for span in overlap.spans}),
            lines_most=LINES_MOST,
        )
    )


def render_party(view: PartyView, overlap: Overlap | None = None) -> str:
    """The whole page of a party; `overlap` of its alliances adds its lanes over the years."""
    return (
        _environment()
        .get_template("party.html.j2")
        .render(
            view=view,
            svg=draw(overlap, [view.party]) if overlap is not None else Markup(),
            hypothetical=any(one.hypothetical for one in view.alliances),
            modals=MODALS,
        )
    )


def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("tocsin.measures", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"span_words": span_words, "party_name": _party_name, "alliances_said": alliances_said}
    env.globals |= {"weak_classes": WEAK_CLASSES, "kinds": KIND_WORDS}
    return env


def _party_name(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code)
