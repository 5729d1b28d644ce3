"""Each report as a sheet."""

from collections.abc import Iterable

from tocsin.measures.burden import BurdenReport, Guideline
from tocsin.measures.cohesion import CohesionReport, Period
from tocsin.measures.concentration import ConcentrationReport
from tocsin.measures.distance import DistanceReport, Pair
from tocsin.measures.members import Coverage
from tocsin.measures.sheet import NOT_COVERED, Bar, Chart, Column, Line, Sheet, figure, kilometres, percent
from tocsin.measures.similarity import VOTE_WORDS, SimilarityReport

MEETS = {True: "meets", False: "below", None: NOT_COVERED}
MEANINGS = {
    "S_abs": "S, absolute distance (Signorino and Ritter 1999)",
    "S_sq": "S, squared distance",
    "kappa_abs": "kappa, absolute distance (Cohen 1968, Häge 2011)",
    "kappa_sq": "kappa, squared distance",
    "pi_abs": "pi, absolute distance (Scott 1955, Häge 2011)",
    "pi_sq": "pi, squared distance",
    "agreement": "share of roll calls with equal votes",
}


def burden_sheet(report: BurdenReport) -> Sheet:
    """Members by falling share, with the guidelines of the day."""
    measured = [one for one in report.guidelines if one.measured]
    rows = [
        (
            f"{row.name} ({row.party})",
            percent(row.share_ppm),
            row.kind or NOT_COVERED,
            *(MEETS[row.meets[one.id]] for one in measured),
        )
        for row in report.members
    ]
    bars = [
        Bar(
            row.name,
            None if row.share_ppm is None else row.share_ppm / 10_000,
            percent(row.share_ppm),
            bool(row.estimate),
        )
        for row in report.members
    ]
    year = f"figures of {report.year}" if report.year else "no figures"
    return Sheet(
        title=f"Burden: {report.title}",
        under=f"members on {report.on}, {year}",
        hypothetical=report.hypothetical,
        lead=tuple(_burden_lead(report, measured)),
        columns=(
            Column("member"),
            Column("of GDP", number=True),
            Column("kind"),
            *(Column(f"{short_percent(one)} by {one.due_year}") for one in measured),
        ),
        rows=tuple(rows),
        chart=Chart(
            f"Defence expenditure as a share of GDP, {year}",
            tuple(bars),
            tuple(Line(one.share_ppm / 10_000, short_percent(one)) for one in measured),
        ),
        notes=(*report.notes, *(_guideline_note(one) for one in report.guidelines)),
        sources=report.sources,
    )


def short_percent(guideline: Guideline) -> str:
    """'3.5 %', without needless zeros."""
    return f"{guideline.share_ppm / 10_000:g} %"


def _burden_lead(report: BurdenReport, measured: Iterable[Guideline]) -> Iterable[str]:
    yield f"Coverage: {_covered(report.coverage)}{f'; {report.estimates} are estimates' if report.estimates else ''}."
    for one in measured:
        met = f"{report.met[one.id]} of {report.coverage.with_data}"
        yield f"{met} meet {short_percent(one)} (agreed {one.agreed}, due {one.due_year})."
    found = report.rank_correlation
    if found is None:
        yield "Rank correlation of share and GDP: NA."
    else:
        out = f", without {', '.join(found.left_out)}" if found.left_out else ""
        rho = "NA, too few:" if found.rho is None else f"{found.rho:+.3f} over"
        yield f"Rank correlation of share and GDP of {found.gdp_year} (Spearman): {rho} {found.members} members{out}."


def _guideline_note(one: Guideline) -> str:
    unmeasured = "" if one.measured else " Not measured here."
    note = f" {one.note}" if one.note else ""
    return f"{one.agreed}: {one.says}. Source: {one.source} ({one.class_}).{unmeasured}{note}"


def concentration_sheet(report: ConcentrationReport) -> Sheet:
    """The index, and each member's share where the file gave it."""
    top = (
        f"{report.top_member} with {figure(report.top_share and report.top_share * 100, 1)} %"
        if report.top_member
        else "NA"
    )
    bars = tuple(
        Bar(one.name, None if one.share is None else one.share * 100, _share(one.share)) for one in report.members
    )
    return Sheet(
        title=f"Concentration of capability: {report.title}",
        under=f"members on {report.on}, CINC of {report.year or 'no year'}",
        hypothetical=report.hypothetical,
        lead=(
            f"Coverage: {_covered(report.coverage)}.",
            f"HHI {figure(report.hhi, 4)} (1 is all in one hand).",
            f"Effective members (1/HHI): {figure(report.effective_members, 2)}.",
            f"Largest: {top} of the alliance's {figure(report.sum_cinc, 5)}.",
        ),
        columns=(Column("member"), Column("CINC", number=True), Column("share", number=True)) if report.members else (),
        rows=tuple((f"{one.name} ({one.party})", figure(one.cinc, 6), _share(one.share)) for one in report.members),
        chart=Chart("Share in the alliance's capability", bars) if bars else None,
        notes=report.notes,
        sources=report.sources,
    )


def similarity_sheet(report: SimilarityReport) -> Sheet:
    """All scores of two parties, and the votes they rest on."""
    years = "" if report.from_year is None else f", {report.from_year} to {report.to_year}"
    cells = "; ".join(
        f"{report.a} {VOTE_WORDS[i]}: " + ", ".join(f"{count} {VOTE_WORDS[j]}" for j, count in enumerate(row))
        for i, row in enumerate(report.table)
    )
    return Sheet(
        title=f"Similarity of votes: {report.a} and {report.b}",
        under=f"{report.rollcalls} roll calls in which both voted{years}",
        hypothetical=report.hypothetical,
        lead=(f"Votes of {report.a}, and beside each those of {report.b}. {cells}.",),
        columns=(Column("score"), Column("value", number=True), Column("exact", number=True), Column("what it is")),
        rows=tuple(
            (name, figure(one.value, 6), one.exact or NOT_COVERED, MEANINGS[name])
            for name, one in report.scores.items()
        ),
        chart=None,
        notes=(
            f"{report.a} voted in {report.a_voted} roll calls, {report.b} in {report.b_voted}; others are left out.",
            "S is 1 for equal votes; kappa and pi are 0 for what chance gives, NA where chance leaves no difference.",
        ),
        sources=report.sources,
    )


def cohesion_sheet(report: CohesionReport) -> Sheet:
    """A row for each period."""
    rows = tuple(
        (
            _years(one),
            str(one.coverage.with_data),
            str(one.rollcalls),
            figure(one.agreement_hix, 4),
            figure(one.share_unanimous, 4),
            figure(one.mean_s_abs, 4),
            figure(one.min_s_abs, 4),
            " and ".join(one.least_alike) if one.least_alike else NOT_COVERED,
        )
        for one in report.periods
    )
    headings = ("members voting", "roll calls", "agreement", "unanimous", "mean S", "least S")
    return Sheet(
        title=f"Cohesion in votes: {report.title}",
        under=f"members on {report.on}",
        hypothetical=report.hypothetical,
        lead=() if rows else ("Cohesion: NA.",),
        columns=(Column("years"), *(Column(name, number=True) for name in headings), Column("least alike")),
        rows=rows,
        chart=Chart("Mean S of all pairs", tuple(_cohesion_bar(one) for one in report.periods)) if rows else None,
        notes=(*report.notes, "Alike votes are not cohesion: members that fight each other have voted alike."),
        sources=report.sources,
    )


def distances_sheet(report: DistanceReport) -> Sheet:
    """A row for each member; every pair is in the JSON."""
    rows = tuple(
        (
            f"{one.name} ({one.party})",
            one.capital or NOT_COVERED,
            _pair(one.nearest),
            _pair(one.farthest),
            kilometres(one.mean_km),
        )
        for one in report.members
    )
    bars = tuple(Bar(one.name, one.mean_km, kilometres(one.mean_km)) for one in report.members)
    return Sheet(
        title=f"Capital to capital: {report.title}",
        under=f"members on {report.on}, today's capitals, great circle on a sphere of 6371.0088 km",
        hypothetical=report.hypothetical,
        lead=(
            f"Coverage: {_covered(report.coverage)}, {len(report.pairs)} pairs. Mean {kilometres(report.mean_km)}.",
            f"Nearest: {_both(report.nearest)}. Farthest: {_both(report.farthest)}.",
        ),
        columns=(
            Column("member"),
            Column("capital"),
            Column("nearest", number=True),
            Column("farthest", number=True),
            Column("mean", number=True),
        ),
        rows=rows,
        chart=Chart("Mean distance to the other capitals", bars),
        notes=("Every pair is printed with --json.",),
        sources=report.sources,
    )


def _covered(coverage: Coverage) -> str:
    """'30 of 32 members, without GBR and ISL'; of many missing only the number tells."""
    few = 0 < len(coverage.missing) <= 10
    return f"{coverage} members" + (f", without {', '.join(coverage.missing)}" if few else "")


def _share(share: float | None) -> str:
    return NOT_COVERED if share is None else f"{share * 100:.1f} %"


def _years(one: Period) -> str:
    return "all" if one.from_year is None else f"{one.from_year} to {one.to_year}"


def _cohesion_bar(one: Period) -> Bar:
    return Bar(_years(one), one.mean_s_abs, figure(one.mean_s_abs, 3))


def _pair(pair: Pair | None) -> str:
    return NOT_COVERED if pair is None else f"{pair.b} {kilometres(pair.km)}"


def _both(pair: Pair | None) -> str:
    return NOT_COVERED if pair is None else f"{pair.a} and {pair.b}, {kilometres(pair.km)}"
