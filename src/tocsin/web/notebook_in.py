"""What requests about the notebook may say: queries and bodies of routes_notebook.py."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.centre.notebook import model
from tocsin.centre.notebook.model import Approval
from tocsin.terms import Instant, Position

FILE_LETTERS_MAX = 4 * ((model.FILE_BYTES_MAX + 2) // 3)
FILE_BODY_BYTES = FILE_LETTERS_MAX + 10_000
"""Most bytes of a request that carries a file."""

Name = Annotated[str, Meta(max_length=model.NAME_MAX)]
Key = Annotated[str, Meta(max_length=200, description="Sent again with the same words, it is made once.")]
Version = Annotated[int, Meta(ge=0, le=2**31, description="The version that the change rests on.")]
Number = Annotated[int, Meta(ge=1, le=2**53, description="Only what has a smaller number.")]
Limit = Annotated[int, Meta(ge=1, le=model.PAGE_MAX, description="At most so many.")]
Case = Annotated[Name, Meta(description="Only what is of this case.")]
Line = Annotated[str, Meta(max_length=model.LINE_MAX)]
Words = Annotated[str, Meta(max_length=model.WORDS_MAX)]


class DraftQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which drafts: the newest first."""

    case: Case = ""
    procedure: Annotated[Name, Meta(description="Only what is on this text.")] = ""
    open: Annotated[bool, Meta(description="Only what is neither filed nor dropped.")] = False
    before: Number | None = None
    limit: Limit = 100


class DraftChangeIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a draft is to say."""

    version: Version
    position: Annotated[Position, Meta(description="The position.")]
    question: Annotated[Line, Meta(description="The question; empty: the text itself.")] = ""
    reservation: Annotated[Line, Meta(description="A reservation attached to support.")] = ""
    reasons: Annotated[
        str, Meta(max_length=model.REASONS_MAX, description="A note for the seat alone; it is never filed.")
    ] = ""


class DraftIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new draft."""

    case: Annotated[Name, Meta(description="The case.")]
    procedure: Annotated[Name, Meta(description="The text before its organ.")]
    position: Annotated[Position, Meta(description="The position.")]
    question: Annotated[Line, Meta(description="The question; empty: the text itself.")] = ""
    reservation: Annotated[Line, Meta(description="A reservation attached to support.")] = ""
    reasons: Annotated[
        str, Meta(max_length=model.REASONS_MAX, description="A note for the seat alone; it is never filed.")
    ] = ""
    corrects: Annotated[str, Meta(max_length=80, description="The filed draft that it puts right; empty: none.")] = ""
    key: Key = ""


class VersionIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it is done to, as it stands; in a body or in a query."""

    version: Version


class AskIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A question to the capital."""

    version: Version
    question: Annotated[Words, Meta(min_length=1, description="What is asked.")]
    answer_by: Annotated[Instant | None, Meta(description="When the answer is wanted.")] = None


class DraftWordsIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A draft as it stands, and words about it."""

    version: Version
    words: Annotated[Words, Meta(description="What is said of it.")] = ""


class DraftFileIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file to put beside a draft."""

    version: Version
    name: Annotated[str, Meta(max_length=500, description="Its name; what could do harm in it is left out.")]
    media: Annotated[str, Meta(max_length=200, description="What it is, such as 'application/pdf'.")] = ""
    content: Annotated[str, Meta(max_length=FILE_LETTERS_MAX, description="Base64 of its bytes, at most 2,000,000.")]


class NotebookSettingsIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the seat wants of its notebook."""

    version: Version
    approval: Annotated[Approval, Meta(description="Whether the capital approves a draft before it is filed.")]
    keep_days: Annotated[
        int,
        Meta(
            ge=0,
            le=model.KEEP_DAYS_MAX,
            description="Days after which what is settled is removed, at least 30; 0: it is kept for good.",
        ),
    ] = 0


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which entries: the newest first."""

    search: Annotated[str, Meta(max_length=200, description="Words that an entry has, all of them.")] = ""
    case: Case = ""
    before: Number | None = None
    limit: Limit = 100


class LogIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of the watch log."""

    text: Annotated[Words, Meta(min_length=1, description="What was seen or done.")]
    case: Annotated[Name, Meta(description="The case it is of; empty: none.")] = ""
    cursor: Annotated[str, Meta(max_length=40, description="The item of the seat's feed it speaks of.")] = ""
    corrects: Annotated[str, Meta(max_length=80, description="The entry that it puts right; empty: none.")] = ""
    key: Key = ""


class EraseEntryIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why an entry's text is destroyed."""

    why: Annotated[str, Meta(min_length=1, max_length=200, description="It stays with the entry; name no person.")]


class HandoverQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which handovers: the newest first."""

    open: Annotated[bool, Meta(description="Only what nobody has taken over yet.")] = False
    before: Number | None = None
    limit: Limit = 100


class HandoverIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one shift leaves to the next."""

    text: Annotated[Words, Meta(min_length=1, description="What the next shift must know.")]
    points: Annotated[
        tuple[Annotated[str, Meta(max_length=model.POINT_MAX)], ...],
        Meta(max_length=model.POINTS_MAX, description="What is open now, one line each."),
    ] = ()
    key: Key = ""


class ReportQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which reports: the newest first."""

    case: Case = ""
    issued: Annotated[bool, Meta(description="Only the issued ones.")] = False
    before: Number | None = None
    limit: Limit = 100


class ReportChangeIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a report is to say."""

    version: Version
    title: Annotated[str, Meta(min_length=1, max_length=model.TITLE_MAX, description="Its title.")]
    body: Annotated[str, Meta(max_length=model.BODY_MAX, description="Its text.")]
    facts: Annotated[
        tuple[Annotated[str, Meta(max_length=model.POINT_MAX)], ...],
        Meta(max_length=model.FACTS_MAX, description="The lines it was drawn from."),
    ] = ()
    cursor: Annotated[
        str, Meta(max_length=40, description="Up to where the seat's feed was read; empty: to where it stands now.")
    ] = ""
    upto: Annotated[Instant | None, Meta(description="When that was; without one: now.")] = None


class ReportIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new situation report."""

    title: Annotated[str, Meta(min_length=1, max_length=model.TITLE_MAX, description="Its title.")]
    body: Annotated[str, Meta(max_length=model.BODY_MAX, description="Its text.")] = ""
    facts: Annotated[
        tuple[Annotated[str, Meta(max_length=model.POINT_MAX)], ...],
        Meta(max_length=model.FACTS_MAX, description="The lines it was drawn from."),
    ] = ()
    cursor: Annotated[
        str, Meta(max_length=40, description="Up to where the seat's feed was read; empty: to where it stands now.")
    ] = ""
    upto: Annotated[Instant | None, Meta(description="When that was; without one: now.")] = None
    case: Annotated[Name, Meta(description="The case it is of; empty: all.")] = ""
    supersedes: Annotated[
        str, Meta(max_length=80, description="The issued report in whose place it stands; empty: none.")
    ] = ""
    key: Key = ""
