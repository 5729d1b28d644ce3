"""Charter: the law clause by clause on a day, what changed since another, its parties, and every row's own story."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta, Struct

from tocsin.charter.changes import Key
from tocsin.charter.files.articles import plain
from tocsin.charter.files.disk import user_folder
from tocsin.charter.files.text import ArticleText, article_texts, attached_at
from tocsin.charter.model import Clause
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Charter, Snapshot, visible
from tocsin.charter.told.changes import HEADINGS, ChangeView, changes_of
from tocsin.errors import Malformed, NotFound, TextError
from tocsin.measures.membership_svg import draw
from tocsin.measures.overlap import Overlap, overlap
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import law_rows
from tocsin.web.console.law_labels import labels
from tocsin.web.console.law_told import RowShown, Teller
from tocsin.web.console.parties import Contest, by_question, contests, parties_on
from tocsin.web.console.worked_out import WorkedOut, key_of
from tocsin.web.shell import page, texts

Short = Annotated[str, Meta(max_length=100)]
TABLES = (*law_rows.ORDER, "clause", "instrument", "membership")
_kept = WorkedOut(48)
"""Drawings and changes, which are the same for everybody."""
_texts = WorkedOut(40)
"""Texts that the operator attached: kept as long as the copy is the same."""


class DayQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A day of the law: empty fields are today, as known today, under the centre's own readings."""

    on: Short = ""
    known: Short = ""
    reading: dict[Short, Short] = {}
    """question -> reading"""


class RowsQuery(DayQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is looked for, and since when changes are told."""

    q: Short = ""
    since: Short = ""


# ---- the day


def day_of(text: str, field: str, otherwise: date | None) -> date | None:
    """A day of a form. Raises Malformed for what is none."""
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
        date(day.year - 1, 1, 1), date(day.year + 1, 1, 1)  # what is drawn of a day shows the years around it
    except ValueError:
        raise Malformed(f"'{field}' is no day.", field=field, found=text[:40], accepted="such as 2003-02-10") from None
    return day


def snapshot_of(call: Call, query: DayQuery) -> Snapshot:
    """The law of the day that is asked for. Today's has what was decided live laid over it."""
    law, today = call.view.law, call.view.snapshot
    on, known = day_of(query.on, "on", today.on), day_of(query.known, "known", law.known)
    chosen = tuple(reading for reading in query.reading.values() if reading)
    assert on is not None
    if on == today.on and known == law.known:
        return today.under(chosen) if chosen else today
    return law.charter.as_of(on, known, chosen or law.readings)


def by_file(charter: Charter, snapshot: Snapshot) -> Snapshot:
    """The same day by the charter's file alone, which is the same for everybody at any time."""
    return charter.as_of(snapshot.on, snapshot.known, snapshot.readings)


def day_values(call: Call, query: DayQuery, snapshot: Snapshot) -> dict[str, Any]:
    """What every page of the law shows above: its day, its readings, what there is to choose."""
    return {
        "here": "/charter",
        "snapshot": snapshot,
        "asked": query,
        "day_query": _day_query(call, query),
        "today": call.view.snapshot.on,
        "questions": by_question(snapshot),
        "named": call.view.law.name,
        "labels": labels(texts(call)),
    }


def _day_query(call: Call, query: DayQuery) -> str:
    """The day, the readings and the seat that somebody acts for: what links among the pages of the law carry along."""
    said = {"on_behalf": call.actor.on_behalf, "on": query.on, "known": query.known}
    said |= {f"reading.{question}": reading for question, reading in query.reading.items()}
    found = urlencode({name: value for name, value in said.items() if value})
    return f"?{found}" if found else ""


# ---- the pages


async def show(call: Call) -> Reply:
    """Every row of the day, clause by clause."""
    query: RowsQuery = call.query
    charter, snapshot = call.view.law.charter, snapshot_of(call, query)
    rows = law_rows.rows_on(by_file(charter, snapshot))
    found = law_rows.searched(rows, query.q)
    since = day_of(query.since, "since", None)
    changes = _changes(charter, snapshot, since) if since is not None else ()
    return page(
        call,
        "console/charter",
        **day_values(call, query, snapshot),
        rows=found,
        row_count=rows.count,
        found_count=found.count,
        since=since,
        changes=_grouped(changes),
        own_text=_own_texts(charter, found),
        charter_hash=charter.hash,
    )


async def row(call: Call) -> Reply:
    """One row with all its versions."""
    table, name = call.params["table"], call.params["row"]
    query: DayQuery = call.query
    charter, snapshot = call.view.law.charter, snapshot_of(call, query)
    versions = _versions(charter, snapshot, table, name)
    rests = [
        one
        for instrument in law_rows.rows_on(by_file(charter, snapshot)).instruments
        for clause in instrument.clauses
        if table == "clause" and clause.row.id == name
        for one in clause.rests
    ]
    clause = _clause(charter, versions[-1][0].clause or name)
    return page(
        call,
        "console/charter_row",
        **day_values(call, query, snapshot),
        table=table,
        id=name,
        versions=versions,
        rests=rests,
        clause=clause,
        own_text=_own_text(charter, clause.instrument, clause.article) if clause else None,
    )


async def parties(call: Call) -> Reply:
    """Who belongs, how it stands on the day, and how that came about."""
    query: DayQuery = call.query
    view, snapshot = call.view, snapshot_of(call, query)
    charter = view.law.charter
    found = _overlap(charter, snapshot)
    is_today = snapshot.on == view.snapshot.on
    drawn = _kept.get(("drawn", *key_of(snapshot)), lambda: draw(found, is_styled=False))
    return page(
        call,
        "console/charter_parties",
        **day_values(call, query, snapshot),
        parties=parties_on(snapshot, view.law.plain(view.now) if is_today else snapshot),
        contests=contests(snapshot) if is_today else _contests(snapshot),
        overlap=found,
        drawn=drawn,
        leaves={member.party: member.leaves for member in view.members() if member.leaves is not None},
    )


# ---- what they show


def _changes(charter: Charter, snapshot: Snapshot, since: date) -> tuple[ChangeView, ...]:
    before = charter.as_of(since, snapshot.known, snapshot.readings)
    after = by_file(charter, snapshot)
    key = ("changes", since, *key_of(snapshot))
    return _kept.get(key, lambda: changes_of(before, after))


def _grouped(changes: tuple[ChangeView, ...]) -> dict[str, list[ChangeView]]:
    """By table, in the order in which a reader wants them."""
    found: dict[str, list[ChangeView]] = {}
    for table, heading in HEADINGS.items():
        of_table = [one for one in changes if one.change.table == table]
        if of_table:
            found[heading] = of_table
    return found


def _contests(snapshot: Snapshot) -> tuple[Contest, ...]:
    """Of a day on which nothing was decided live."""
    return _kept.get(("contests", *key_of(snapshot)), lambda: contests(snapshot))


def _overlap(charter: Charter, snapshot: Snapshot) -> Overlap:
    key = ("overlap", *key_of(snapshot))
    return _kept.get(key, lambda: overlap([charter], on=snapshot.on, known=snapshot.known))


def _versions(charter: Charter, snapshot: Snapshot, table: str, name: str) -> list[tuple[RowShown, str]]:
    """Every version of a row in the order of its days, each with how it stands on the page's day.

    Raises NotFound for a row that the charter does not have.
    """
    if table not in TABLES:
        raise NotFound("table", table, TABLES)
    rows: tuple[Row, ...] = getattr(charter.document, table)
    field = "party" if table == "membership" else "id"
    found = [one for one in rows if getattr(one, field) == name]
    if not found:
        raise NotFound(table, name, [getattr(one, field) for one in rows])
    valid = [id(one) for one in visible(rows, snapshot.known)]
    shown = []
    for one in sorted(found, key=lambda one: one.from_ or date.min):
        that_day = charter.as_of(one.from_, snapshot.known, snapshot.readings) if one.from_ else snapshot
        told = Teller(that_day).row(Key(table, name, one.reading), one)
        shown.append((told, _standing(told, snapshot.on, is_valid=id(one) in valid)))
    return shown


def _standing(row: RowShown, on: date, *, is_valid: bool) -> str:
    """How a version stands on a day: superseded, ended, ahead, or in force."""
    if not is_valid:
        return "superseded"
    if row.to is not None and row.to <= on:
        return "ended"
    return "ahead" if row.since is not None and on < row.since else "in force"


def _clause(charter: Charter, name: str) -> Clause | None:
    """The latest row of a clause; None where there is none."""
    return next((one for one in reversed(charter.document.clause) if one.id == name), None)


# ---- the operator's own copy of the texts


def _own_texts(charter: Charter, rows: law_rows.Rows) -> dict[str, ArticleText]:
    """clause -> the operator's own copy of its article, where one is attached."""
    found = {}
    for instrument in rows.instruments:
        articles = _articles(charter, instrument.row.id)
        for clause in instrument.clauses if articles else ():
            text = articles.get(plain(clause.row.article))
            if text is not None:
                found[clause.row.id] = text
    return found


def _own_text(charter: Charter, instrument: str, article: str) -> ArticleText | None:
    return _articles(charter, instrument).get(plain(article))


def _articles(charter: Charter, instrument: str) -> Mapping[str, ArticleText]:
    store = user_folder()
    attached = attached_at(store, charter.id, instrument)
    if not attached:
        return {}

    def read() -> Mapping[str, ArticleText]:
        try:
            return article_texts(store, charter.id, instrument)
        except TextError:
            return {}  # an altered copy is none; `tocsin charter text show` says so

    return _texts.get((charter.id, instrument, attached), read)


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/charter", show, "The charter, clause by clause", query=RowsQuery),
    page_route("GET", "/charter/parties", parties, "The parties and their time line", query=DayQuery),
    page_route("GET", "/charter/row/{table}/{row}", row, "One row with all its versions", query=DayQuery),
)
