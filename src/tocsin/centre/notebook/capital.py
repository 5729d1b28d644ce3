"""The capital's word on a draft: asked for, given or refused; and what the seat wants of its notebook."""

import msgspec
from msgspec.structs import replace

from tocsin.centre.desk_base import in_person
from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import HEADS, changed_meanwhile, drafts_for, keeper, reads, text_of
from tocsin.centre.notebook.draft_base import ENDING, DraftBase, Kept, check_free, check_version, unapproved
from tocsin.centre.notebook.model import Approval, DraftLine, MayFile, NotebookSettings
from tocsin.centre.words import moment_words
from tocsin.errors import Conflict, Malformed, NotEntitled
from tocsin.terms import Instant, iso

SETTINGS = "SELECT approval, keep_days, version, changed, desk FROM seat_book WHERE seat = ?"


class Capital(DraftBase):
    """Asking and answering."""

    # ---- a draft

    def ask_capital(self, by: Actor, draft: str, version: int, question: str, answer_by: Instant | None) -> DraftLine:
        """Ask the capital for instructions, until an instant. What was approved need not be asked for."""
        question = text_of(question, "question", model.WORDS_MAX, least=1)
        if answer_by is not None and answer_by <= self._now():
            raise Malformed(
                "The answer is wanted in the past.", field="answer_by", found=iso(answer_by), accepted="later"
            )

        def asked(kept: Kept) -> Kept:
            if kept.status == "approved":
                raise Conflict("approved", "The capital has approved it already.", fix="File it, or change it first.")
            status = "awaiting instructions"
            return replace(kept, status=status, asked=question, answer_by=answer_by, words="", note=question)

        return self._change(by, draft, version, "asked the capital", asked)

    def approve_draft(
        self, by: Actor, draft: str, version: int, words: str = "", *, text_version: int = 0
    ) -> DraftLine:
        """The capital says yes to this very version, on a version of the text. For a head of the seat, in person, who
        had no hand in it."""
        words = text_of(words, "words", model.WORDS_MAX)
        _check_head(by)

        def approved(kept: Kept) -> Kept:
            if kept.status == "approved":
                raise Conflict("approved", "The capital has approved it already.")
            if by.person in kept.writers:
                raise NotEntitled(
                    "same person",
                    "You had a hand in this draft yourself, so that another head of your seat has to approve it.",
                    fix="Ask another, or have a liaison begin a new draft.",
                )
            now = self._now()
            return replace(
                kept,
                status="approved",
                words=words,
                note=words,
                answered_by=by.desk,
                approver=by.person,
                approved=now,
                approved_text=text_version,
            )

        return self._change(by, draft, version, "approved it", approved)

    def return_draft(self, by: Actor, draft: str, version: int, words: str) -> DraftLine:
        """The capital says no, and why; also where it had said yes. For a head of the seat, in person."""
        words = text_of(words, "words", model.WORDS_MAX, least=1)
        _check_head(by)

        def returned(kept: Kept) -> Kept:
            return replace(unapproved(kept), status="returned", words=words, note=words, answered_by=by.desk)

        return self._change(by, draft, version, "returned it", returned)

    def may_file(self, by: Actor, draft: str) -> MayFile:
        """Whether a draft may be filed as it stands now, in words."""
        seat = drafts_for(by)
        with self._store.reading():
            return self._may_file(seat, self._kept(seat, draft))

    def _may_file(self, seat: str, kept: Kept) -> MayFile:
        wants = self._settings(seat).approval == "capital"
        match kept.status:
            case "filed" | "dropped":
                return MayFile(may=False, says=f"It is {kept.status} already.")
            case "filing":
                says = "It is handed in, and what came of it is not noted yet: to hand it in again is a repeat."
                return MayFile(may=True, says=says)
            case "returned":
                return MayFile(may=False, says="The capital returned it. Change it first, or drop it.")
            case "approved" if kept.approved is not None:
                at = moment_words(kept.approved)
                return MayFile(may=True, says=f"The capital approved it on {at}, by desk {kept.answered_by}.")
            case "awaiting instructions" if not wants:
                says = "The capital has not answered yet; your seat files without its approval."
                return MayFile(may=True, says=says)
            case _ if wants:
                says = "Your seat files nothing that the capital has not approved."
                return MayFile(may=False, says=f"{says} Ask for it, or wait for the answer.")
            case _:
                return MayFile(may=True, says="Your seat files without the capital's approval.")

    # ---- handing it in

    def begin_filing(self, by: Actor, draft: str, version: int, command: str) -> DraftLine:
        """Fix a draft as it stands, to hand it in under this command's id. Until that is settled nobody changes it.

        Said again of the same version it is the same, with the id it got first. Raises NotEntitled in the words of
        `may_file`, Conflict where it was changed meanwhile.
        """
        seat = drafts_for(by)
        with self._store.turn():
            kept = self._kept(seat, draft)
            if kept.status in {"filing", "filed"} and version in (kept.filed_from, kept.version):
                return self._line(kept, by)
            check_version(kept, version)
            check_free(kept)
            may = self._may_file(seat, kept)
            if not may.may:
                raise NotEntitled("not approved", may.says)
            self._check_versions(kept, ENDING)
            new = replace(kept, status="filing", before=kept.status, command=command, filed_from=kept.version, note="")
            return self._put(by, seat, kept, new, "handed it in")

    def settle_filing(self, by: Actor, draft: str, command: str, at: Instant | None, words: str = "") -> DraftLine:
        """Note what came of a draft that was handed in: filed at an instant, or nothing, and why.

        Said twice it is the same. Raises Conflict where it was handed in under another id.
        """
        seat = drafts_for(by)
        with self._store.turn():
            kept = self._kept(seat, draft)
            if kept.command != command:
                raise Conflict("filing", "It is not handed in under this id.")
            if kept.status == "filed" or (at is None and kept.status != "filing"):
                return self._line(kept, by)
            if at is not None:  # what the ledger has is so, whatever was noted meanwhile
                row = self._store.one(
                    "SELECT state FROM draft_version WHERE draft = ? AND version = ?", draft, kept.filed_from
                )
                assert row is not None, "a version that was handed in is kept"
                content = msgspec.json.decode(row[0], type=Kept).content
                new = replace(kept, status="filed", content=content, filed=at, note="")
                return self._put(by, seat, kept, new, "filed it", is_last=True)
            note = text_of(words, "words", model.WORDS_MAX)
            new = replace(kept, status=kept.before, note=note)
            return self._put(by, seat, kept, new, "handed it in without effect", is_last=True)

    # ---- what the seat wants

    def settings(self, by: Actor) -> NotebookSettings:
        """What the seat wants of its notebook."""
        return self._settings(reads(by))

    def change_settings(self, by: Actor, version: int, approval: Approval, keep_days: int) -> NotebookSettings:
        """Change that. For the head of the seat, in person; only a seat that has a capital can want its approval."""
        seat = keeper(by)
        in_person(by)
        if approval not in {"none", "capital"}:
            raise Malformed("There is no such approval.", field="approval", accepted="none, capital")
        if approval == "capital" and by.role not in HEADS:
            raise NotEntitled("no capital", "Your seat has no capital that could approve.", fix="Leave it at 'none'.")
        if keep_days and not model.KEEP_DAYS_MIN <= keep_days <= model.KEEP_DAYS_MAX:
            raise Malformed(
                "That is no number of days to keep things for.",
                field="keep_days",
                found=str(keep_days),
                accepted=f"0 (for good), or {model.KEEP_DAYS_MIN} to {model.KEEP_DAYS_MAX:,}",
            )
        with self._store.turn():
            old = self._settings(seat)
            if old.version != version:
                at = old.changed or self._now()
                raise changed_meanwhile("setting", old.version, old.changed_by, "changed it", at)
            self._store.do("INSERT OR IGNORE INTO seat_book (seat) VALUES (?)", seat)
            values = (approval, keep_days, version + 1, self._now(), by.desk, seat)
            self._store.do(
                "UPDATE seat_book SET approval = ?, keep_days = ?, version = ?, changed = ?, desk = ? WHERE seat = ?",
                *values,
            )
            return self._settings(seat)

    def _settings(self, seat: str) -> NotebookSettings:
        row = self._store.one(SETTINGS, seat)
        if row is None:
            return NotebookSettings()
        approval, keep_days, version, changed, desk = row
        return NotebookSettings(
            approval=approval,
            keep_days=keep_days,
            version=version,
            changed=None if changed is None else Instant(changed),
            changed_by=desk,
        )


def _check_head(by: Actor) -> None:
    """Raises NotEntitled for who does not speak for the capital."""
    if by.role not in HEADS or by.on_behalf:
        raise NotEntitled(
            "not the head", "Only a head of the seat speaks for the capital.", fix="Ask the head of your seat."
        )
    in_person(by)
