"""Situation reports: drawn from what the seat sees, edited by a person, issued once. Every version is kept."""

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import (
    NotebookBase,
    changed_meanwhile,
    cursor_of,
    encoded,
    gone,
    limit_of,
    made_id,
    name_of,
    reads,
    text_of,
    texts_of,
    too_many,
    writes,
)
from tocsin.centre.notebook.model import Report, ReportContent, ReportLine, ReportPage, ReportStatus, ReportVersion
from tocsin.errors import Conflict, Malformed
from tocsin.terms import Instant


class KeptReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report as it is kept, after one of its changes."""

    id: str
    number: int
    version: int
    case: str = ""
    content: ReportContent
    status: ReportStatus
    supersedes: str = ""
    issued: Instant | None = None
    made: Instant
    made_by: str
    changed: Instant
    changed_by: str
    what: str


class Reports(NotebookBase):
    """A seat's reports. Raises NotEntitled, NotFound for what is not the seat's, Malformed, Conflict for a version that
    stands no more and for what was issued, Overloaded for too much."""

    # ---- reading

    def reports(
        self, by: Actor, *, case: str = "", is_issued: bool = False, before: int | None = None, limit: int = 100
    ) -> ReportPage:
        """The seat's reports, the newest first: of one case, or the issued ones alone."""
        seat, most = reads(by), limit_of(limit)
        with self._store.reading():
            rows = self._store.all(
                "SELECT state FROM report WHERE seat = ?1 AND (?2 = '' OR case_name = ?2)"
                " AND (NOT ?3 OR status = 'issued') AND (?4 IS NULL OR number < ?4) ORDER BY number DESC LIMIT ?5",
                seat,
                case,
                is_issued,
                before,
                most + 1,
            )
            lines = tuple(ReportLine(**self._head(_decoded(state))) for (state,) in rows[:most])
        return ReportPage(reports=lines, before=lines[-1].number if len(rows) > most else None)

    def report(self, by: Actor, report: str) -> Report:
        """One report as it stands."""
        seat = reads(by)
        with self._store.reading():
            return self._report(self._kept_report(seat, report))

    def report_versions(self, by: Actor, report: str) -> tuple[ReportVersion, ...]:
        """All that it was, the first version first."""
        seat = reads(by)
        with self._store.reading():
            self._kept_report(seat, report)
            rows = self._store.all("SELECT state FROM report_version WHERE report = ? ORDER BY version", report)
        return tuple(_version(_decoded(state)) for (state,) in rows)

    # ---- writing

    def make_report(
        self, by: Actor, content: ReportContent, *, case: str = "", supersedes: str = "", key: str = ""
    ) -> Report:
        """Begin a report, of one case or of all. `supersedes` names an issued one in whose place it is to stand; with
        the same `key` the same desk makes no second one."""
        seat, case, content = writes(by), name_of(case, "case", is_needed=False), checked(content)
        # A repeat rests on a later cursor, where the caller fills it in.
        said = ("report", case, supersedes, replace(content, cursor="", upto=None))
        with self._store.turn():
            if made := self._made(by, seat, key, *said):
                return self._report(self._kept_report(seat, made))
            if supersedes and self._kept_report(seat, supersedes).status != "issued":
                raise Malformed(
                    "Only what was issued is superseded; anything else is changed.",
                    field="supersedes",
                    accepted="an issued report",
                )
            self._check_count(seat, model.REPORTS_MAX, "reports", "report")
            now = self._now()
            kept = KeptReport(
                id=made_id("r"),
                number=self._next_number(seat, "reports"),
                version=1,
                case=case,
                content=content,
                status="draft",
                supersedes=supersedes,
                made=now,
                made_by=by.desk,
                changed=now,
                changed_by=by.desk,
                what="began it",
            )
            state = encoded(kept)
            self._spend(seat, len(state))
            values = (kept.id, seat, kept.number, case, kept.status, supersedes, 1, now, state)
            self._store.do("INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
            self._store.do("INSERT INTO report_version VALUES (?, 1, ?)", kept.id, state)
            self._remember(by, seat, key, kept.id, *said)
            return self._report(kept)

    def change_report(self, by: Actor, report: str, version: int, content: ReportContent) -> Report:
        """Say something else, while it is not issued."""
        content = checked(content)
        return self._change_report(by, report, version, "changed it", content=content)

    def issue_report(self, by: Actor, report: str, version: int) -> Report:
        """Issue it as it stands. It never changes again; another one may supersede it."""
        return self._change_report(by, report, version, "issued it", status="issued")

    def drop_report(self, by: Actor, report: str, version: int) -> Report:
        """Give up a report that is not issued."""
        return self._change_report(by, report, version, "dropped it", status="dropped")

    # ---- inside

    def _change_report(
        self,
        by: Actor,
        report: str,
        version: int,
        what: str,
        *,
        content: ReportContent | None = None,
        status: ReportStatus = "draft",
    ) -> Report:
        seat = writes(by)
        with self._store.turn():
            kept = self._kept_report(seat, report)
            if kept.version != version:
                raise changed_meanwhile("report", kept.version, kept.changed_by, kept.what, kept.changed)
            if kept.status != "draft":
                raise Conflict(
                    "settled",
                    f"The report is {kept.status}, and never changes again.",
                    fix="Make a new one that supersedes it." if kept.status == "issued" else "Make a new one.",
                )
            if status == "draft" and kept.version >= model.VERSIONS_MAX:
                said = f"This report was changed {kept.version:,} times; more is not kept."
                raise too_many("changes", said)
            now = self._now()
            new = replace(
                kept,
                content=content or kept.content,
                status=status,
                issued=now if status == "issued" else None,
                version=version + 1,
                changed=now,
                changed_by=by.desk,
                what=what,
            )
            state = encoded(new)
            self._spend(seat, len(state), is_last=status != "draft")
            values = (status, new.version, now, state, report)
            self._store.do("UPDATE report SET status = ?, version = ?, changed = ?, state = ? WHERE id = ?", *values)
            self._store.do("INSERT INTO report_version VALUES (?, ?, ?)", report, new.version, state)
            return self._report(new)

    def _kept_report(self, seat: str, report: str) -> KeptReport:
        row = self._store.one("SELECT state FROM report WHERE id = ? AND seat = ?", report, seat)
        if row is None:
            gone("report", report)
        return _decoded(row[0])

    def _report(self, kept: KeptReport) -> Report:
        return Report(**self._head(kept), body=kept.content.body, facts=kept.content.facts)

    def _head(self, kept: KeptReport) -> dict[str, Any]:
        """The fields of a line."""
        row = self._store.one(
            "SELECT id FROM report WHERE supersedes = ? AND supersedes <> '' AND status = 'issued'", kept.id
        )
        shared = {name: getattr(kept, name) for name in SHARED}
        content = {"title": kept.content.title, "cursor": kept.content.cursor, "upto": kept.content.upto}
        return {**shared, **content, "superseded_by": "" if row is None else row[0]}


SHARED = tuple(sorted(set(ReportLine.__struct_fields__) & set(KeptReport.__struct_fields__)))


def checked(content: ReportContent) -> ReportContent:
    """What a report says, as it is kept. Raises Malformed."""
    return ReportContent(
        title=text_of(content.title, "title", model.TITLE_MAX, least=1, has_lines=False),
        body=text_of(content.body, "body", model.BODY_MAX),
        facts=texts_of(content.facts, "facts", model.FACTS_MAX, model.POINT_MAX),
        cursor=cursor_of(content.cursor),
        upto=content.upto,
    )


def _decoded(state: bytes) -> KeptReport:
    return msgspec.json.decode(state, type=KeptReport)


def _version(kept: KeptReport) -> ReportVersion:
    content = kept.content
    return ReportVersion(
        version=kept.version,
        at=kept.changed,
        desk=kept.changed_by,
        what=kept.what,
        status=kept.status,
        title=content.title,
        body=content.body,
        facts=content.facts,
        cursor=content.cursor,
        upto=content.upto,
    )
