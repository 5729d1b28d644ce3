"""Draft positions: written, taken over, dropped, corrected, with files beside them. Every change is kept."""

from hashlib import sha256

import msgspec
from msgspec.structs import replace

from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import drafts_for, encoded, gone, limit_of, made_id, name_of, text_of, too_many
from tocsin.centre.notebook.draft_base import DraftBase, Kept, check_free, check_version, touched, unapproved
from tocsin.centre.notebook.filenames import clean_media, clean_name
from tocsin.centre.notebook.model import DraftContent, DraftLine, DraftPage, DraftVersion, FileLine
from tocsin.errors import Conflict, Malformed
from tocsin.terms import POSITIONS


class Drafts(DraftBase):
    """A seat's drafts. Raises NotEntitled for who has not the scope `position`, NotFound for what is not the seat's,
    Malformed, Conflict for a version that stands no more, Overloaded for too much."""

    # ---- reading

    def drafts(
        self,
        by: Actor,
        *,
        case: str = "",
        procedure: str = "",
        is_open: bool = False,
        before: int | None = None,
        limit: int = 100,
    ) -> DraftPage:
        """The seat's drafts, the newest first; of one case or text, or those alone that are not settled."""
        seat, most = drafts_for(by), limit_of(limit)
        with self._store.reading():
            rows = self._store.all(
                "SELECT state FROM draft WHERE seat = ?1 AND (?2 = '' OR case_name = ?2)"
                " AND (?3 = '' OR procedure = ?3) AND (NOT ?4 OR status NOT IN ('filed', 'dropped'))"
                " AND (?5 IS NULL OR number < ?5) ORDER BY number DESC LIMIT ?6",
                seat,
                case,
                procedure,
                is_open,
                before,
                most + 1,
            )
            lines = tuple(self._line(msgspec.json.decode(state, type=Kept), by) for (state,) in rows[:most])
        return DraftPage(drafts=lines, before=lines[-1].number if len(rows) > most else None)

    def draft(self, by: Actor, draft: str) -> DraftLine:
        """One draft as it stands."""
        seat = drafts_for(by)
        with self._store.reading():
            return self._line(self._kept(seat, draft), by)

    def draft_versions(self, by: Actor, draft: str) -> tuple[DraftVersion, ...]:
        """All that it was, the first version first."""
        seat = drafts_for(by)
        with self._store.reading():
            self._kept(seat, draft)
            rows = self._store.all("SELECT state FROM draft_version WHERE draft = ? ORDER BY version", draft)
        return tuple(_version(msgspec.json.decode(state, type=Kept)) for (state,) in rows)

    # ---- writing

    def make_draft(
        self, by: Actor, case: str, procedure: str, content: DraftContent, *, corrects: str = "", key: str = ""
    ) -> DraftLine:
        """Begin a draft. `corrects` names a filed one on the same text that it is to put right; with the same `key`
        the same desk makes no second one."""
        seat = drafts_for(by)
        case, procedure, content = name_of(case, "case"), name_of(procedure, "procedure"), checked(content)
        said = ("draft", case, procedure, content, corrects)
        with self._store.turn():
            if made := self._made(by, seat, key, *said):
                return self._line(self._kept(seat, made), by)
            if corrects:
                self._check_corrected(seat, corrects, case, procedure)
            self._check_count(seat, model.DRAFTS_MAX, "drafts", "draft")
            now = self._now()
            kept = Kept(
                id=made_id("p"),
                number=self._next_number(seat, "drafts"),
                version=1,
                case=case,
                procedure=procedure,
                content=content,
                status="draft",
                corrects=corrects,
                drafted_by=by.desk,
                held_by=by.desk,
                writers=(by.person,),
                made=now,
                changed=now,
                changed_by=by.desk,
                what="began it",
            )
            self._insert(seat, kept)
            self._remember(by, seat, key, kept.id, *said)
            return self._line(kept, by)

    def change_draft(self, by: Actor, draft: str, version: int, content: DraftContent) -> DraftLine:
        """Say something else. An approval it had is gone."""
        content = checked(content)
        return self._change(by, draft, version, "changed it", lambda kept: replace(touched(kept, by), content=content))

    def take_over_draft(self, by: Actor, draft: str, version: int) -> DraftLine:
        """Be at it from now on, as a deputy. The approval stands, unless it is one's own."""

        def taken(kept: Kept) -> Kept:
            if kept.held_by == by.desk:
                raise Conflict("yours already", "You are at this draft already.")
            kept = unapproved(kept) if kept.approver == by.person else kept
            writers = kept.writers if by.person in kept.writers else (*kept.writers, by.person)
            return replace(kept, held_by=by.desk, writers=writers, note="")

        return self._change(by, draft, version, "took it over", taken)

    def drop_draft(self, by: Actor, draft: str, version: int, why: str = "") -> DraftLine:
        """Give it up for good."""
        why, seat = text_of(why, "words", model.WORDS_MAX), drafts_for(by)
        with self._store.turn():
            kept = self._kept(seat, draft)
            check_version(kept, version)
            check_free(kept)
            new = replace(kept, status="dropped", approver="", approved=None, approved_text=0, note=why)
            return self._put(by, seat, kept, new, "dropped it", is_last=True)

    # ---- files

    def attach(self, by: Actor, draft: str, version: int, name: str, media: str, data: bytes) -> DraftLine:
        """Put a file of the seat's own beside a draft. It is a change like others: an approval is gone."""
        if not data:
            raise Malformed("The file is empty.", field="content")
        if len(data) > model.FILE_BYTES_MAX:
            raise Malformed(
                "The file is too large.",
                field="content",
                found=f"{len(data):,} bytes",
                accepted=f"at most {model.FILE_BYTES_MAX:,}",
            )
        line = FileLine(
            id=made_id("f"),
            name=clean_name(name),
            media=clean_media(media),
            bytes=len(data),
            sha256=sha256(data).hexdigest(),
            desk=by.desk,
            made=self._now(),
        )
        seat = drafts_for(by)

        def attached(kept: Kept) -> Kept:
            if len(kept.files) >= model.FILES_MAX:
                raise too_many("files", f"The draft has {len(kept.files)} files; more than that are not kept.")
            row = self._store.one("SELECT coalesce(sum(bytes), 0) FROM draft_file WHERE seat = ?", seat)
            if row is not None and row[0] + len(data) > model.SEAT_FILE_BYTES_MAX:
                raise too_many("files", f"Your seat's files fill their {model.SEAT_FILE_BYTES_MAX:,} bytes.")
            self._store.do("INSERT INTO draft_file VALUES (?, ?, ?, ?, ?)", line.id, kept.id, seat, len(data), data)
            return replace(touched(kept, by), files=(*kept.files, line))

        return self._change(by, draft, version, f"put the file '{line.name}' beside it", attached)

    def detach(self, by: Actor, draft: str, version: int, file: str) -> DraftLine:
        """Destroy a file beside a draft. It is a change like others: an approval is gone."""

        def detached(kept: Kept) -> Kept:
            rest = tuple(line for line in kept.files if line.id != file)
            if len(rest) == len(kept.files):
                gone("file", file)
            self._store.do("DELETE FROM draft_file WHERE id = ? AND draft = ?", file, kept.id)
            return replace(touched(kept, by), files=rest)

        return self._change(by, draft, version, "destroyed a file beside it", detached)

    def file(self, by: Actor, draft: str, file: str) -> tuple[FileLine, bytes]:
        """A file and its bytes. It is to be handed out as an attachment, never shown."""
        seat = drafts_for(by)
        with self._store.reading():
            kept = self._kept(seat, draft)
            line = next((line for line in kept.files if line.id == file), None)
            row = self._store.one("SELECT content FROM draft_file WHERE id = ? AND draft = ?", file, draft)
        if line is None or row is None:
            gone("file", file)
        return line, row[0]

    # ---- inside

    def _insert(self, seat: str, kept: Kept) -> None:
        """Inside a turn."""
        state = encoded(kept)
        self._spend(seat, len(state))
        self._store.do(
            "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            kept.id,
            seat,
            kept.number,
            kept.case,
            kept.procedure,
            kept.status,
            kept.corrects,
            kept.version,
            kept.changed,
            state,
        )
        self._store.do("INSERT INTO draft_version VALUES (?, ?, ?)", kept.id, kept.version, state)

    def _check_corrected(self, seat: str, corrects: str, case: str, procedure: str) -> None:
        """Raises NotFound, Malformed for a draft that cannot be put right by one on this text."""
        old = self._kept(seat, corrects)
        if (old.case, old.procedure) != (case, procedure):
            raise Malformed(
                "A correction is about the text of what it corrects.",
                field="corrects",
                found=f"{old.case}, {old.procedure}",
                accepted=f"a draft on {case}, {procedure}",
            )
        if old.status != "filed":
            raise Malformed(
                "Only what was filed is corrected; anything else is changed.",
                field="corrects",
                found=f"a draft that is '{old.status}'",
                accepted="a filed draft",
            )


def checked(content: DraftContent) -> DraftContent:
    """What a draft says, as it is kept. Raises Malformed."""
    if content.position not in POSITIONS:
        raise Malformed(
            "There is no such position.",
            field="position",
            found=str(content.position)[:80],
            accepted=", ".join(POSITIONS),
        )
    return DraftContent(
        position=content.position,
        question=text_of(content.question, "question", model.LINE_MAX, has_lines=False),
        reservation=text_of(content.reservation, "reservation", model.LINE_MAX),
        reasons=text_of(content.reasons, "reasons", model.REASONS_MAX),
    )


def _version(kept: Kept) -> DraftVersion:
    return DraftVersion(
        version=kept.version,
        at=kept.changed,
        desk=kept.changed_by,
        what=kept.what,
        status=kept.status,
        content=kept.content,
        words=kept.note,
    )
