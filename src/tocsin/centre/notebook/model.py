"""What the notebook hands out: drafts, the watch log, handovers, situation reports. Desks stand in it by their opaque
ids; persons never do."""

from typing import Literal

from msgspec import Struct

from tocsin.terms import Instant, Position

DraftStatus = Literal["draft", "awaiting instructions", "approved", "returned", "filing", "filed", "dropped"]
"""`filing`: handed in, and what came of it is not noted yet. Filed and dropped drafts never change again."""
Approval = Literal["none", "capital"]
"""Whether the capital has to approve a draft before it is filed."""
HandoverStatus = Literal["open", "taken", "withdrawn"]
ReportStatus = Literal["draft", "issued", "dropped"]

SETTLED: frozenset[DraftStatus] = frozenset({"filed", "dropped"})

LINE_MAX = 2_000
"""Letters of what goes into a position: as the ledger takes it."""
NAME_MAX = 80
"""Letters of the name of a case or a procedure."""
REASONS_MAX = 10_000
WORDS_MAX = 4_000
"""Letters of a question, an answer, or an entry of the log."""
TITLE_MAX = 200
BODY_MAX = 50_000
"""Letters of a situation report."""
FACTS_MAX = 200
"""Facts that a report may be drawn from."""
POINTS_MAX = 200
"""Open points of a handover."""
POINT_MAX = 500
FILE_BYTES_MAX = 2_000_000
FILES_MAX = 10
"""Of one draft."""
SEAT_FILE_BYTES_MAX = 100_000_000
SEAT_TEXT_BYTES_MAX = 200_000_000
"""All that a seat has written, its earlier versions with it."""
DRAFTS_MAX = 5_000
ENTRIES_MAX = 50_000
HANDOVERS_MAX = 5_000
OPEN_HANDOVERS_MAX = 20
REPORTS_MAX = 5_000
VERSIONS_MAX = 300
"""Of one draft or report."""
PAGE_MAX = 500
KEEP_DAYS_MIN = 30
KEEP_DAYS_MAX = 36_500


class DraftContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a draft says."""

    position: Position
    question: str = ""
    """The question of the text it is about; empty: the text itself."""
    reservation: str = ""
    """A reservation attached to support."""
    reasons: str = ""
    """A note for the seat alone. It is never filed."""


class FileLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file beside a draft, without its bytes. It never leaves the seat."""

    id: str
    name: str
    media: str
    """What its owner said it is; it goes out as plain bytes in any case."""
    bytes: int
    sha256: str
    desk: str
    """Who put it there."""
    made: Instant


class DraftLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A draft as it stands."""

    id: str
    number: int
    """Counts the seat's drafts from 1."""
    version: int
    """Goes up with every change; a change names the one it rests on."""
    case: str
    procedure: str
    content: DraftContent
    status: DraftStatus
    drafted_by: str
    """The desk that began it."""
    held_by: str
    """The desk that is at it now."""
    own: bool = False
    """Whether the very person who asks had a hand in it: then another has to approve it."""
    corrects: str = ""
    """The filed draft that it is to put right."""
    corrected_by: tuple[str, ...] = ()
    asked: str = ""
    """What the capital was asked."""
    answer_by: Instant | None = None
    """When its answer is wanted."""
    words: str = ""
    """What the capital said."""
    answered_by: str = ""
    """The desk that approved or returned it."""
    approved: Instant | None = None
    approved_text: int = 0
    """The version of the text to which the capital said yes."""
    command: str = ""
    """Id of the command that it is filed by."""
    filed: Instant | None = None
    files: tuple[FileLine, ...] = ()
    made: Instant
    changed: Instant
    changed_by: str


class DraftVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a draft was after one of its changes."""

    version: int
    at: Instant
    desk: str
    what: str
    """What was done."""
    status: DraftStatus
    content: DraftContent
    words: str = ""
    """The question, the answer, or the reason."""


class DraftPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of the drafts, the newest first."""

    drafts: tuple[DraftLine, ...]
    before: int | None = None
    """Ask for those before this number next; nothing: there are no more."""


class MayFile(Struct, frozen=True, kw_only=True):
    """Whether a draft may be filed now, and why or why not."""

    may: bool
    says: str


class NotebookSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a seat wants of its own notebook."""

    approval: Approval = "none"
    keep_days: int = 0
    """Days after which settled drafts, entries, handovers and issued reports are removed; 0: they are kept for good."""
    version: int = 0
    changed: Instant | None = None
    changed_by: str = ""


class LogEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the watch log. It never changes; a later one can correct it."""

    id: str
    number: int
    """Counts the seat's entries from 1."""
    at: Instant
    desk: str
    text: str
    case: str = ""
    cursor: str = ""
    """The item of the seat's feed that it speaks of."""
    corrects: str = ""
    corrected_by: tuple[str, ...] = ()
    erased: Instant | None = None
    """When its text was destroyed."""
    erased_by: str = ""
    why: str = ""


class LogPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of the watch log, the newest first."""

    entries: tuple[LogEntry, ...]
    before: int | None = None
    """Ask for those before this number next; nothing: there are no more."""


class Handover(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From one shift to the next."""

    id: str
    number: int
    status: HandoverStatus
    desk: str
    """Who hands over."""
    own: bool = False
    """Whether that was the very person who asks: then another has to take over."""
    at: Instant
    text: str
    points: tuple[str, ...] = ()
    """What was open then."""
    ended: Instant | None = None
    """When it was taken over, or withdrawn."""
    ended_by: str = ""


class HandoverPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of the handovers, the newest first."""

    handovers: tuple[Handover, ...]
    before: int | None = None
    """Ask for those before this number next; nothing: there are no more."""


class ReportContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a situation report says, and what it rests on."""

    title: str
    body: str
    """As a person wrote it."""
    facts: tuple[str, ...] = ()
    """The lines that it was drawn from, as the seat's view gave them."""
    cursor: str = ""
    """Up to where the seat's feed was read."""
    upto: Instant | None = None
    """When that was."""


class ReportLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A situation report in a list."""

    id: str
    number: int
    version: int
    """Goes up with every change; a change names the one it rests on."""
    title: str
    status: ReportStatus
    case: str = ""
    """Empty: all cases."""
    cursor: str = ""
    upto: Instant | None = None
    made: Instant
    made_by: str
    changed: Instant
    changed_by: str
    issued: Instant | None = None
    supersedes: str = ""
    superseded_by: str = ""
    """An issued report that stands in its place."""


class Report(ReportLine, frozen=True, kw_only=True, omit_defaults=True):
    """A situation report with its text."""

    body: str
    facts: tuple[str, ...] = ()


class ReportPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of the situation reports, the newest first."""

    reports: tuple[ReportLine, ...]
    before: int | None = None
    """Ask for those before this number next; nothing: there are no more."""


class ReportVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a report was after one of its changes."""

    version: int
    at: Instant
    desk: str
    what: str
    status: ReportStatus
    title: str
    body: str
    facts: tuple[str, ...] = ()
    cursor: str = ""
    upto: Instant | None = None
