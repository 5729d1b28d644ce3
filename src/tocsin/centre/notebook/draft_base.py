"""How drafts are kept: one row a draft as it stands, and one for each of its versions; who sees them, who changes."""

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import NotebookBase, changed_meanwhile, drafts_for, encoded, gone, too_many
from tocsin.centre.notebook.model import DraftContent, DraftLine, DraftStatus, FileLine
from tocsin.errors import Conflict
from tocsin.terms import Instant

ENDING = 20
"""So many versions more than others are for handing a draft in, so that the last one can still be filed."""


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A draft as it is kept, after one of its changes. Its persons are in it, by their opaque ids."""

    id: str
    number: int
    version: int
    case: str
    procedure: str
    content: DraftContent
    status: DraftStatus
    corrects: str = ""
    drafted_by: str
    held_by: str
    writers: tuple[str, ...]
    """Persons who had a hand in it. None of them approves it."""
    asked: str = ""
    answer_by: Instant | None = None
    words: str = ""
    answered_by: str = ""
    approver: str = ""
    """The person who approved it, while that holds."""
    approved: Instant | None = None
    approved_text: int = 0
    command: str = ""
    filed_from: int = 0
    """The version that was handed in."""
    before: DraftStatus = "draft"
    """What it was before it was handed in."""
    filed: Instant | None = None
    files: tuple[FileLine, ...] = ()
    made: Instant
    changed: Instant
    changed_by: str
    what: str
    """What was done last, as in 'desk d-1 … '."""
    note: str = ""
    """The question, answer or reason that came with it."""


Change = Callable[[Kept], Kept]
"""From a draft as it stands to what it is to be; version, time and desk are put in after."""


class DraftBase(NotebookBase):
    """Finding and changing a draft."""

    def _kept(self, seat: str, draft: str) -> Kept:
        row = self._store.one("SELECT state FROM draft WHERE id = ? AND seat = ?", draft, seat)
        if row is None:
            gone("draft", draft)
        return msgspec.json.decode(row[0], type=Kept)

    def _change(self, by: Actor, draft: str, version: int, what: str, change: Change) -> DraftLine:
        """Change a draft that stands at a version. Raises NotFound, Conflict and Overloaded."""
        seat = drafts_for(by)
        with self._store.turn():
            kept = self._kept(seat, draft)
            check_version(kept, version)
            self._check_versions(kept)
            check_free(kept)
            return self._put(by, seat, kept, change(kept), what)

    def _put(self, by: Actor, seat: str, kept: Kept, new: Kept, what: str, *, is_last: bool = False) -> DraftLine:
        """Inside a turn: the next version. `is_last` says that it ends something, for which there is always room."""
        new = replace(new, version=kept.version + 1, changed=self._now(), changed_by=by.desk, what=what)
        state = encoded(new)
        self._spend(seat, len(state), is_last=is_last)
        self._store.do(
            "UPDATE draft SET status = ?, version = ?, changed = ?, state = ? WHERE id = ?",
            new.status,
            new.version,
            new.changed,
            state,
            new.id,
        )
        self._store.do("INSERT INTO draft_version VALUES (?, ?, ?)", new.id, new.version, state)
        return self._line(new, by)

    def _check_versions(self, kept: Kept, more: int = 0) -> None:
        if kept.version >= model.VERSIONS_MAX + more:
            said = f"This draft was changed {kept.version:,} times; more is not kept."
            raise too_many("changes", said)

    def _line(self, kept: Kept, by: Actor) -> DraftLine:
        rows = self._store.all("SELECT id FROM draft WHERE corrects = ? AND corrects <> '' ORDER BY number", kept.id)
        shared = {name: getattr(kept, name) for name in SHARED}
        return DraftLine(**shared, own=by.person in kept.writers, corrected_by=tuple(name for (name,) in rows))


SHARED = tuple(sorted(set(DraftLine.__struct_fields__) & set(Kept.__struct_fields__)))


def check_version(kept: Kept, version: int) -> None:
    """Raises Conflict where a draft is at another version than was said."""
    if kept.version != version:
        raise changed_meanwhile("draft", kept.version, kept.changed_by, kept.what, kept.changed)


def check_free(kept: Kept) -> None:
    """Raises Conflict for a draft that is not to be changed, or not now."""
    if kept.status in model.SETTLED:
        raise Conflict(
            "settled",
            f"The draft is {kept.status}, and never changes again.",
            fix="Make a new one; it can name this one as corrected." if kept.status == "filed" else "Make a new one.",
        )
    if kept.status == "filing":
        raise Conflict(
            "filing",
            "The draft is handed in, and what came of it is not noted yet.",
            fix="Settle it first: that notes whether it was filed.",
        )


def touched(kept: Kept, by: Actor) -> Kept:
    """A draft that somebody had a hand in: whatever approval it had is gone."""
    writers = kept.writers if by.person in kept.writers else (*kept.writers, by.person)
    kept = replace(kept, writers=writers, held_by=by.desk)
    return unapproved(kept)


def unapproved(kept: Kept) -> Kept:
    """Without its approval; a question to the capital stands."""
    status: DraftStatus = "awaiting instructions" if kept.status == "awaiting instructions" else "draft"
    bare = replace(kept, status=status, approver="", approved=None, approved_text=0, note="")
    return bare if status == "awaiting instructions" else replace(bare, asked="", answer_by=None)
