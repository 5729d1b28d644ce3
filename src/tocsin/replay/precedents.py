"""Precedents: what came of it when something was asked, decided or done before, over all shipped cases.

Plain words are mapped to kinds of step by the house's own words; what they do not say is looked for in the texts of
cases and steps. Cases that match are replayed, so that outcomes and times are computed and not written down.
"""

import re
from collections import Counter
from collections.abc import Iterable
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.files.catalog import find, resource_names
from tocsin.charter.rows import RENAME
from tocsin.charter.snapshot import Charter
from tocsin.replay.case import Case, Step, StepKind
from tocsin.replay.load import load_case_and_charter
from tocsin.replay.result import MARKS, Headline, Line, Mark, ReplayReport, Run
from tocsin.replay.run import replay
from tocsin.replay.steps import KINDS
from tocsin.replay.times import local_day, span, zone
from tocsin.replay.words import DEEDS
from tocsin.terms import SOURCE_CLASSES, SourceClass

HOUSE_WORDS: dict[str, tuple[StepKind, ...]] = {
    "no request": ("no request",),
    "nobody asked": ("no request",),
    "request": ("request",),
    "appeal": ("request",),
    "asked": ("request",),
    "call for help": ("request",),
    "consultation": ("convene",),
    "consult": ("convene",),
    "meeting": ("convene",),
    "silence": ("open silence", "deadline", "confirm expiry"),
    "break": ("open silence",),
    "vote": ("positions", "close"),
    "decision": ("close", "deadline", "confirm expiry"),
    "withdrawal": ("give notice", "revoke notice"),
    "leaving": ("give notice", "revoke notice"),
    "exit": ("give notice", "revoke notice"),
    "notice": ("give notice",),
    "suspension": ("suspend", "reinstate"),
    "expulsion": ("expel",),
    "accession": ("accede", "ratify"),
    "admission": ("accede", "ratify"),
    "deployment": ("deploy", "end deployment"),
    "troops": ("deploy",),
    "forces": ("deploy", "package"),
    "attestation": ("attest package",),
    "mission": ("deploy",),
    "mandate": ("mandate", "renew mandate"),
    "renewal": ("renew mandate",),
    "mandate renewal": ("renew mandate",),
    "consent": ("consent", "withdraw consent"),
    "warning": ("warn",),
    "report": ("report",),
    "pledge": ("pledge", "withdraw pledge"),
    "freeze": ("assert status",),
    "status": ("assert status",),
    "amendment": ("amend charter",),
    "change of forum": ("change forum",),
}
"""Words of the field, the longest first where several fit, and the kinds of step they stand for."""

ABOUT_ASSISTANCE = frozenset({"assistance", "assist", "help", "aid"})
"""Said beside 'request', these only say what a request is for."""
FILLERS = frozenset({
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "did", "do", "does", "for", "from", "had", "has",
    "have", "how", "in", "is", "it", "its", "of", "on", "or", "that", "the", "their", "there", "they", "this", "those",
    "to", "was", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "with",
})  # fmt: skip
"""Words that tell nothing of what is looked for."""
OUTCOME_WORDS: dict[str, tuple[str, ...]] = {
    "veto": ("blocked",),
    "vetoed": ("blocked",),
    "block": ("blocked",),
    "blocked": ("blocked",),
    "objection": ("blocked", "broken"),
    "objected": ("blocked", "broken"),
    "broken": ("broken",),
    "adopted": ("adopted",),
    "refused": ("refused",),
    "escalated": ("escalated",),
}
"""Words for what a decision came to, as the charter's own rule makes it: blocked, adopted, a silence broken."""
ENDINGS = ("ation", "ment", "sion", "ion", "ing", "al", "es", "s")
TIMES = {"t_consult": "consultation", "t_decide": "decision", "t_first_unit": "first deployment"}
"""Headline times that are told of a precedent, each from its first warning or request."""
UNKNOWN = "unknown"
DECISIVE = ("adopted", "blocked", "broken", "escalated", "refused", "unconfirmed", "open")


class Search(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is looked for: kinds of step, and words that all must stand in a step or its case."""

    words: str
    kinds: tuple[StepKind, ...] = ()
    outcomes: tuple[str, ...] = ()
    """only decisions that came to one of these"""
    texts: tuple[str, ...] = ()
    clause: str = ""
    system: str = ""
    in_texts: bool = False
    """No step that fits the rest is of the kinds these words stand for, so the words themselves were looked for."""

    @property
    def empty(self) -> bool:
        """Whether nothing is left that could tell one step from another."""
        return not (self.kinds or self.outcomes or self.texts or self.clause or self.system)


class Interval(Struct, frozen=True, kw_only=True):
    """Hours from the first warning or request, known from one end to the other."""

    hours_least: float
    hours_most: float


class Asked(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=RENAME):
    """One step that matches."""

    number: int
    """From 1."""
    at: str
    do: str
    by: str = ""
    to: str = ""
    """Whom it is addressed to: the organ or office that the charter or the step names."""
    duty: str = ""
    matter: str = ""
    clauses: tuple[str, ...] = ()
    says: str
    came: str = ""
    """What the charter made of this very step."""
    mark: Mark
    class_: SourceClass
    source: str = ""


class Precedent(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=RENAME):
    """One case with the steps that match and what came of it."""

    case: str
    title: str
    charter: str
    hypothetical: bool = False
    date: str
    until: str
    """The day of its last step: before that nobody could know what came of it."""
    steps: tuple[Asked, ...]
    readings: tuple[str, ...] = ()
    outcome: str
    """Verdicts from the step on, such as 'adopted' or 'adopted, then blocked'; 'no request'; 'no decision'; or
    'contested' where the readings of the case part."""
    outcome_says: str = ""
    """The step that tells it: of several decisions the first that was adopted."""
    times: dict[str, Interval | None]
    """By name of the headline time; None where it was not reached or is not recorded."""
    marks: dict[Mark, int]
    class_: SourceClass
    """The weakest class among the steps shown."""


class Summary(Struct, frozen=True, kw_only=True):
    """How often, what came of it, and how long it took."""

    cases: int
    steps: int
    outcomes: dict[str, int]
    times: dict[str, "Times"]


class Times(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Over the cases in which a time is known: the median of the middles of the intervals, and the whole range."""

    known: int
    unknown: int
    """Cases in which it was not reached or is not recorded: they count in no median."""
    median_hours: float | None = None
    least_hours: float | None = None
    most_hours: float | None = None


class Precedents(Struct, frozen=True, kw_only=True):
    """The answer."""

    search: Search
    found: tuple[Precedent, ...]
    summary: Summary


def understand(words: str, clause: str = "", system: str = "") -> Search:
    """Plain words as kinds of step and, for what is left of them, as words to be found in texts."""
    left = f" {' '.join(_words(words))} "
    kinds: list[StepKind] = []
    outcomes: list[str] = []
    names = {**{deed: (kind,) for kind, deed in _deeds()}, **HOUSE_WORDS}
    for name in sorted({*names, *OUTCOME_WORDS}, key=lambda name: (-len(name), name)):
        found = next((said for said in (f" {name}s ", f" {name}es ", f" {name} ") if said in left), "")
        if found:
            left = left.replace(found, " ")
            kinds += [kind for kind in names.get(name, ()) if kind not in kinds]
            outcomes += [one for one in OUTCOME_WORDS.get(name, ()) if one not in outcomes]
    idle = FILLERS | (ABOUT_ASSISTANCE if {"request", "no request"} & set(kinds) else frozenset())
    texts = tuple(word for word in left.split() if word not in idle)
    return Search(words=words, kinds=tuple(kinds), outcomes=tuple(outcomes), texts=texts, clause=clause, system=system)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9()./-]+", text.casefold())


def _deeds() -> Iterable[tuple[StepKind, str]]:
    """Every kind of step by its own name and by its name in print."""
    for kind in KINDS:
        yield kind, kind
        yield kind, DEEDS[kind].casefold()


def precedents(search: Search, cases: Iterable[str] | None = None) -> Precedents:
    """Every case with a step that matches, oldest first; `cases` are names or paths, else all that ship.

    Where no step is of the kinds that the words stand for, the words are looked for in the texts. Raises NotFound,
    CaseError and CharterError as `load_case` does.
    """
    names = list(cases) if cases is not None else resource_names("cases")
    found = _found(search, names)
    if not found and (search.kinds or search.outcomes):
        words = (_stem(word) for word in _words(search.words) if word not in FILLERS)
        search = replace(search, kinds=(), outcomes=(), texts=tuple(words), in_texts=True)
        found = _found(search, names)
    found.sort(key=lambda one: (one.date, one.case))
    return Precedents(search=search, found=tuple(found), summary=summary(found))


def _found(search: Search, names: Iterable[str]) -> list[Precedent]:
    found = []
    for name in names:
        if search.kinds and not _mentions(name, search.kinds):
            continue
        case, charter = load_case_and_charter(name)
        if search.system.casefold() not in ("", charter.id.casefold()):
            continue
        if numbers := matching(search, case, charter):
            # A shipped charter is found again by its name; a path of its own starts from the folder of the case.
            named = case.case.charter == charter.id
            report = replay(case if named else name)
            if search.outcomes:
                numbers = tuple(number for number in numbers if _came_to(report, number, search.outcomes))
            if numbers:
                found.append(_precedent(case, charter, numbers, report))
    return found


def _came_to(report: ReplayReport, number: int, outcomes: Iterable[str]) -> bool:
    """Whether under some reading the step decided, and came to one of these."""
    return any(_verdict(run.lines[number - 1]) in outcomes for run in report.runs)


def _mentions(name: str, kinds: Iterable[StepKind]) -> bool:
    """Whether the text of a case has a step of such a kind: a look at it is much cheaper than loading the case."""
    text = find(name, "cases", "case").read_text(encoding="utf-8")
    return any(f'"{kind}"' in text or f"'{kind}'" in text for kind in kinds)


def _stem(word: str) -> str:
    """The word without an ending, so that 'withdrawal' is found in 'withdraws'."""
    ending = next((one for one in ENDINGS if word.endswith(one) and len(word) - len(one) >= 5), "")
    return word.removesuffix(ending)


def matching(search: Search, case: Case, charter: Charter) -> tuple[int, ...]:
    """Numbers of the steps that are of a kind searched for, on the clause, with all the words."""
    whole = f"{case.case.id} {case.case.title} {case.case.summary}".casefold()
    return tuple(
        number
        for number, step in enumerate(case.step, 1)
        if (not search.kinds or step.do in search.kinds)
        and (not search.clause or search.clause.casefold() in map(str.casefold, clauses_of(step, case, charter)))
        and all(_says(step, word, whole if search.kinds or search.outcomes else "") for word in search.texts)
    )


def _says(step: Step, word: str, whole: str) -> bool:
    """Whether a word begins in the step's own text; or, beside a kind of step, in what its case is about."""
    own = f"{step.says} {step.text} {step.duty} {step.matter} {step.by} {step.organ}".casefold()
    return any(f" {word}" in f" {re.sub(r'[^a-z0-9()./-]+', ' ', text)}" for text in (own, whole))


def clauses_of(step: Step, case: Case, charter: Charter) -> tuple[str, ...]:
    """The clauses that the step's duty, matter or organ rest on, on its day."""
    seat = zone(charter.document.charter.timezone)
    law = charter.as_of(local_day(span(step.at, seat, step.precision).first, seat), case.case.known)
    matter = step.matter or _matter_of(step, case)
    rows = (law.duties.get(step.duty), law.matters.get(matter), law.organs.get(step.organ))
    return tuple(dict.fromkeys(row.clause for row in rows if row is not None and row.clause))


def _matter_of(step: Step, case: Case) -> str:
    """The matter of the procedure that a step belongs to."""
    if step.do not in ("positions", "close", "open silence", "deadline", "confirm expiry", "change forum"):
        return ""
    tabled = (one.matter for one in case.step if one.do == "table" and one.procedure == step.procedure)
    return next(tabled, "")


def _precedent(case: Case, charter: Charter, numbers: Iterable[int], report: ReplayReport) -> Precedent:
    steps = tuple(_asked(case, charter, number, report.runs[0].lines[number - 1]) for number in numbers)
    outcomes = [outcome_of(run, steps[0].number) for run in report.runs]
    first = outcomes[0]
    headlines = {one.name: one for one in report.runs[0].headlines}
    return Precedent(
        case=report.case,
        title=report.title,
        charter=report.charter,
        hypothetical=report.hypothetical,
        date=steps[0].at[:10],
        until=(case.step[-1].latest or case.step[-1].at)[:10],
        steps=steps,
        readings=report.runs[0].readings,
        outcome=first[0] if len({verdict for verdict, _ in outcomes}) == 1 else "contested",
        outcome_says=first[1],
        times={name: _interval(headlines.get(name)) for name in TIMES},
        marks={mark: sum(one.mark == mark for one in steps) for mark in MARKS if any(s.mark == mark for s in steps)},
        class_=max((one.class_ for one in steps), key=SOURCE_CLASSES.index),
    )


def outcome_of(run: Run, since: int = 1) -> tuple[str, str]:
    """What was decided from a step on (of the whole run, where nothing was after it), and the step that tells it."""
    silent = [line for line in run.lines if line.do == "no request"]
    if silent and not any(line.do == "request" for line in run.lines):
        return "no request", silent[-1].says
    decided = [line for line in run.lines if _verdict(line)]
    decided = [line for line in decided if line.number >= since] or decided
    if not decided:
        return "no decision", run.lines[-1].says
    verdicts = list(dict.fromkeys(_verdict(line) for line in decided))
    telling = next((line for line in decided if _verdict(line) == "adopted"), decided[-1])
    return ", then ".join(verdicts), telling.says


def _verdict(line: Line) -> str:
    """What a decision or a broken silence came to: as computed, else as recorded; empty for any other step."""
    result = line.computed.result or dict(line.recorded).get("result", "")
    decides = line.do != "request" and (line.decision or result == "broken")
    return result if decides and result in DECISIVE else ""


def _asked(case: Case, charter: Charter, number: int, line: Line) -> Asked:
    step = case.step[number - 1]
    computed = line.computed
    came = computed.duty or ("" if computed.result == "accepted" else computed.result)
    return Asked(
        number=number,
        at=line.at,
        do=line.do,
        by=line.by,
        to=_addressee(step, case, charter),
        duty=step.duty,
        matter=step.matter or _matter_of(step, case),
        clauses=line.clauses or clauses_of(step, case, charter),
        says=line.says,
        came=came,
        mark=line.mark,
        class_=line.source_class,
        source=line.source,
    )


def _addressee(step: Step, case: Case, charter: Charter) -> str:
    """Whom a request goes to by the charter, an organ that is called or decides, or those told."""
    if step.duty:
        seat = zone(charter.document.charter.timezone)
        law = charter.as_of(local_day(span(step.at, seat, step.precision).first, seat), case.case.known)
        duty = law.duties.get(step.duty)
        if duty is not None and duty.request_to:
            return duty.request_to
    return step.organ or ", ".join(step.to)


def _interval(found: Headline | None) -> Interval | None:
    if found is None or found.hours_least is None or found.hours_most is None:
        return None
    return Interval(hours_least=found.hours_least, hours_most=found.hours_most)


def summary(found: Iterable[Precedent]) -> Summary:
    """Counts and times; what is not known is counted apart and never guessed."""
    rows = list(found)
    return Summary(
        cases=len(rows),
        steps=sum(len(one.steps) for one in rows),
        outcomes=dict(Counter(one.outcome for one in rows).most_common()),
        times={name: _times([one.times[name] for one in rows]) for name in TIMES},
    )


def _times(intervals: Iterable[Interval | None]) -> Times:
    rows = list(intervals)
    known = [one for one in rows if one is not None]
    if not known:
        return Times(known=0, unknown=len(rows))
    return Times(
        known=len(known),
        unknown=len(rows) - len(known),
        median_hours=round(median((one.hours_least + one.hours_most) / 2 for one in known), 2),
        least_hours=min(one.hours_least for one in known),
        most_hours=max(one.hours_most for one in known),
    )


def known_words() -> tuple[str, ...]:
    """The words that stand for kinds of step and for outcomes, for whoever found nothing."""
    return (*HOUSE_WORDS, *OUTCOME_WORDS)


def clauses_known(charters: Iterable[Charter]) -> tuple[str, ...]:
    """The clauses of these charters, of whatever day."""
    return tuple(dict.fromkeys(row.id for charter in charters for row in charter.document.clause))
