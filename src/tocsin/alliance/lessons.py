"""What the acts teach: headline times and a plain account, folded from facts alone.

The same folds measure a live crisis, an exercise and a replay. A time known only to the day is an interval, and so is
every length measured from it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from tocsin.alliance.contents import (
    AnyHandled,
    WarningAcknowledged,
    WarningDelivered,
    WarningHeld,
    WarningRecalled,
    WarningRemarked,
)
from tocsin.alliance.facts import (
    AmendmentAdopted,
    AmendmentInForce,
    AnyFact,
    AttemptRecorded,
    CaseClosed,
    CaseShared,
    ConsentEnded,
    ConsentGiven,
    Decided,
    DeploymentEnded,
    DeploymentStarted,
    ForumChanged,
    NoRequestNoted,
    NoticeGiven,
    NoticeRevoked,
    OrganConvened,
    OutageRecorded,
    PackageAttested,
    PackageReported,
    PositionConfirmed,
    PositionStated,
    ProcedureLapsed,
    ProcedureOpened,
    ReportFiled,
    RequestMade,
    SilenceBroken,
    SilenceExpired,
    SilenceOpened,
    SilenceResumed,
    StandingChanged,
    TextAmended,
    TextWithdrawn,
    WarningReported,
)
from tocsin.terms import HOUR_US, Instant, iso

HEADLINES = {
    "t_request": "first request",
    "t_consult": "first meeting called",
    "t_qualify": "trigger qualified: the duty applies, or the awaited decision was taken",
    "t_decide": "first decision adopted",
    "t_package": "first force package",
    "t_first_unit": "first forces or mission",
    "t_report": "first report",
}
"""Headline times, each from the first warning, or from the first request where nobody warned."""


class Span(Struct, frozen=True):
    """When something happened: at the earliest and at the latest."""

    earliest: Instant
    latest: Instant


class Timed(Struct, frozen=True):
    """A fact with the span its act leaves for it."""

    fact: AnyFact
    span: Span


class Headline(Struct, frozen=True, kw_only=True):
    """A headline time in hours, as an interval; None where it was not reached."""

    name: str
    says: str
    hours_least: float | None = None
    hours_most: float | None = None


def timed(facts: Sequence[AnyFact], at: Instant, at_latest: Instant | None) -> tuple[Timed, ...]:
    """One act's facts with their spans. A deadline's fact has its own instant; the rest share the command's span."""
    latest = at if at_latest is None else max(at, at_latest)
    return tuple(Timed(fact, Span(fact.at, latest if fact.at == at else fact.at)) for fact in facts)


def headlines(facts: Iterable[Timed]) -> tuple[Headline, ...]:
    """The headline times of a case, in the order of HEADLINES."""
    rows = list(facts)
    undone = _undone(rows)
    first: dict[str, Span] = {}
    awaited: set[str] = set()
    matters: dict[str, str] = {}
    for place, row in enumerate(rows):
        names = _names(row.fact, awaited, matters)
        for name in names if place not in undone else ():
            first.setdefault(name, row.span)
    starts = [first[name] for name in ("warning", "t_request") if name in first]
    start = min(starts, key=lambda span: span.earliest, default=None)
    return tuple(_headline(name, says, start, first.get(name)) for name, says in HEADLINES.items())


def account(
    facts: Iterable[Timed], names: Mapping[str, str] = {}, day: Callable[[Instant], str] = lambda at: iso(at)[:10]
) -> tuple[str, ...]:
    """The plain account: one sentence for each fact that mattered, with its day and its clause.

    `day` writes an instant as the reader's calendar day. Who broke a silence is told once, in the last break.
    """
    rows = list(facts)
    told = {
        (row.fact.case, row.fact.procedure): place
        for place, row in enumerate(rows)
        if isinstance(row.fact, SilenceBroken)
    }
    sentences = []
    for place, row in enumerate(rows):
        following = rows[place + 1].fact if place + 1 < len(rows) else None
        breaks = isinstance(row.fact, PositionStated) and isinstance(following, SilenceBroken)
        repeated = isinstance(row.fact, SilenceBroken) and told[row.fact.case, row.fact.procedure] != place
        said = "" if breaks or repeated else sentence(row.fact, names)
        if said:
            sentences.append(f"{day(row.span.earliest)}: {said}")
    return tuple(sentences)


def sentence(fact: AnyFact, names: Mapping[str, str] = {}) -> str:
    """One fact in words, or nothing for facts that only serve others."""

    def named(*ids: str) -> str:
        return ", ".join(names.get(name, name) for name in ids) or "nobody"

    said = _of_a_text(fact, named) or _of_the_alliance(fact, named)
    clause = getattr(fact, "clause", "")
    return f"{said} [{clause}]" if said and clause else said


def _of_a_text(fact: AnyFact, named: Callable[..., str]) -> str:
    """What happened to a text in procedure."""
    match fact:
        case ProcedureOpened():
            return f"{named(fact.by)} tabled a text on '{fact.matter}' in {named(fact.organ)}"
        case TextAmended():
            return f"the text became version {fact.version}"
        case TextWithdrawn():
            return f"{named(fact.by)} withdrew the text"
        case PositionStated(position="object"):
            return f"{named(fact.party)} objected" + (f" ({fact.note})" if fact.note else "")
        case PositionConfirmed():
            said = (
                "confirmed the position"
                if fact.agrees
                else f"disputed the position ({fact.position.replace('_', ' ')})"
            )
            return f"{named(fact.party)} {said} entered for it"
        case SilenceOpened():
            return f"silence was opened until {iso(fact.deadline)}"
        case SilenceBroken():
            return f"silence was broken by {named(*fact.by)}; the text returned to {named(fact.returns_to)}"
        case SilenceExpired():
            return "the silence ran out unbroken" + ("" if fact.confirmed else f", unconfirmed: {fact.why}")
        case OutageRecorded():
            return f"the centre could not hear its members from {iso(fact.start)} to {iso(fact.end)}"
        case SilenceResumed():
            return "the silence runs on: the centre could not hear its members during it"
        case ForumChanged():
            return f"the matter moved to {named(fact.organ)}"
        case Decided():
            return _decision(fact, named(*fact.bound), named(*fact.blockers))
        case ProcedureLapsed():
            return f"the procedure '{fact.procedure}' lapsed: {fact.why}"
        case AttemptRecorded():
            return f"without effect: {fact.what} ({fact.why})"
        case _:
            return ""


def _of_the_alliance(fact: AnyFact, named: Callable[..., str]) -> str:
    """What happened around the texts: requests, meetings, membership, forces."""
    match fact:
        case WarningReported():
            return f"a warning was handed in ({fact.warning})"
        case RequestMade():
            return f"{named(fact.by)} appealed to '{fact.duty}': {fact.status}"
        case NoRequestNoted():
            return f"'{fact.duty}' was not appealed to, which is lawful and complete"
        case OrganConvened():
            return f"{named(fact.by)} called {named(fact.organ)} together"
        case CaseShared():
            return f"{named(fact.party)} was let in on the case"
        case StandingChanged():
            return f"{named(fact.party)} became {' + '.join((fact.status, *fact.overlays))} ({fact.why})"
        case NoticeGiven():
            when = iso(fact.effective) if fact.effective is not None else "a day the charter leaves unset"
            return f"{named(fact.party)} gave notice, effective {when}"
        case NoticeRevoked():
            return f"{named(fact.party)} took its notice back"
        case AmendmentAdopted():
            return f"the amendment {fact.amendment} was adopted"
        case AmendmentInForce():
            return f"the amendment {fact.amendment} entered into force"
        case ConsentGiven():
            return f"{named(fact.host)} agreed to forces on its territory"
        case ConsentEnded():
            return f"{named(fact.host)} no longer agrees to forces on its territory"
        case PackageReported():
            short = ", ".join(f"{line} lacks {quantity}" for line, quantity in fact.shortfall.items())
            return f"a force package was reported ({short or 'nothing lacking'})"
        case PackageAttested(lawful=True):
            return f"{named(fact.party)} checked the force package '{fact.package}' and found it lawful"
        case PackageAttested():
            return f"{named(fact.party)} checked '{fact.package}' and found it unlawful: {', '.join(fact.rules)}"
        case DeploymentStarted():
            return f"{fact.deployment} began" + (f" with {named(*fact.parties)}" if fact.parties else "")
        case DeploymentEnded():
            return f"{fact.deployment} ended"
        case ReportFiled():
            return f"{named(fact.by)} reported to {named(fact.to)}"
        case CaseClosed():
            return "the case was closed"
        case _:
            return ""


def sentence_of(handled: AnyHandled, names: Mapping[str, str] = {}) -> str:
    """What became of a content, in words. For its audience only."""

    def named(ids: Iterable[str]) -> str:
        return ", ".join(names.get(name, name) for name in ids) or "nobody"

    what = f"'{handled.warning}'"
    match handled:
        case WarningHeld():
            return f"{named([handled.author])} released {what} to {_release(handled, named)}"
        case WarningRemarked():
            return f"{named([handled.by])} changed the release of {what} to {_release(handled, named)}"
        case WarningRecalled():
            return f"{named([handled.by])} recalled {what}" + (f": {handled.why}" if handled.why else "")
        case WarningDelivered():
            clause = f" [{handled.clause}]" if handled.clause else ""
            return f"{what} was handed to {named([handled.to])} under {handled.marking}: {handled.why}{clause}"
        case WarningAcknowledged():
            of = "the recall of " if handled.of == "recall" else ""
            return f"{named([handled.by])} confirmed {of}{what}"


def _release(handled: WarningHeld | WarningRemarked, named: Callable[[Iterable[str]], str]) -> str:
    as_of = f", as they were on {handled.as_of}" if handled.as_of else ""
    orcon = ", to be passed on by its author only" if handled.orcon else ""
    return f"{named(handled.audience)} under {handled.marking}{as_of}{orcon}"


def _decision(fact: Decided, bound: str, blockers: str) -> str:
    clauses = f" [{', '.join(fact.clauses)}]" if fact.clauses else ""
    if fact.verdict == "adopted":
        return f"adopted ({fact.how}), binding {bound}{clauses}"
    if fact.verdict == "escalated":
        return f"not adopted here; it goes to {fact.escalate_to}{clauses}"
    return f"{fact.verdict}; in the way: {blockers}{clauses}"


def _names(fact: AnyFact, awaited: set[str], matters: dict[str, str]) -> tuple[str, ...]:
    """The headline names a fact may be the first of; remembers what requests await and what procedures decide."""
    match fact:
        case WarningReported():
            return ("warning",)
        case RequestMade():
            if fact.status == "awaiting":
                awaited.add(fact.awaiting)
            return ("t_request", "t_qualify") if fact.status == "triggered" else ("t_request",)
        case OrganConvened():
            return ("t_consult",)
        case ProcedureOpened():
            matters[fact.procedure] = fact.matter
            return ()
        case Decided(verdict="adopted"):
            return ("t_qualify", "t_decide") if matters.get(fact.procedure) in awaited else ("t_decide",)
        case PackageReported():
            return ("t_package",)
        case DeploymentStarted():
            return ("t_first_unit",)
        case ReportFiled():
            return ("t_report",)
        case _:
            return ()


def _undone(rows: Sequence[Timed]) -> set[int]:
    """Places of decisions that were taken back because the centre could not hear its members."""
    latest: dict[tuple[str, str], int] = {}
    undone: set[int] = set()
    for place, row in enumerate(rows):
        if isinstance(row.fact, Decided):
            latest[row.fact.case, row.fact.procedure] = place
        elif isinstance(row.fact, SilenceResumed) and (row.fact.case, row.fact.procedure) in latest:
            undone.add(latest.pop((row.fact.case, row.fact.procedure)))
    return undone


def _headline(name: str, says: str, start: Span | None, reached: Span | None) -> Headline:
    if start is None or reached is None:
        return Headline(name=name, says=says)
    least = max(0, reached.earliest - start.latest) / HOUR_US
    most = max(0, reached.latest - start.earliest) / HOUR_US
    return Headline(name=name, says=says, hours_least=round(least, 2), hours_most=round(most, 2))
