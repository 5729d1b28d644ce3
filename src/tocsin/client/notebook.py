"""The seat's notebook, one method a route: drafts of positions, the watch log, handovers, situation reports.

>>> book = Client("http://127.0.0.1:8420", "tct_…").notebook
>>> line = book.make_draft("XAB-flood", "relief", "object", reasons="No ships.")
>>> book.file_draft(line["id"], line["version"])

A change names the version it rests on; where that stands no more, ClientError says who changed what, with status 409.
Whatever is begun carries a key, made here where none is given, so that a request that is lost and sent again makes
nothing twice. Instants are ISO 8601 text.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.client.drafts import new_id
from tocsin.client.wire import Answer, Sent, Wire, target
from tocsin.terms import Position


class Notebook:
    """What a seat keeps for itself beside the ledger, over a client's own connections."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    # drafts

    def drafts(
        self, *, case: str = "", procedure: str = "", is_open: bool = False, before: int | None = None, limit: int = 100
    ) -> Answer:
        """`drafts`, the newest first, and `before`, from where there are more. Open: neither filed nor dropped."""
        asked = {"case": case, "procedure": procedure, "open": _flag(is_open), "before": before, "limit": limit}
        return self._get(_path("drafts", **asked))

    def make_draft(  # noqa: PLR0913  # what a draft may say
        self,
        case: str,
        procedure: str,
        position: Position,
        *,
        question: str = "",
        reservation: str = "",
        reasons: str = "",
        corrects: str = "",
        key: str = "",
    ) -> Answer:
        """Begins a draft. `reasons` are for the seat alone; `corrects` is a filed draft that it puts right."""
        body = {"case": case, "procedure": procedure, "corrects": corrects, "key": key or new_id("draft")}
        return self._post(_path("drafts"), body | _position(position, question, reservation, reasons))

    def draft(self, draft: str) -> Answer:
        return self._get(_path("drafts", draft))

    def change_draft(
        self,
        draft: str,
        version: int,
        position: Position,
        *,
        question: str = "",
        reservation: str = "",
        reasons: str = "",
    ) -> Answer:
        """Says all of it anew: what is left out is empty. An approval that it had is gone."""
        body = {"version": version} | _position(position, question, reservation, reasons)
        return self._put(_path("drafts", draft), body)

    def draft_versions(self, draft: str) -> list[Answer]:
        """All that it was, the first version first."""
        return self._rows(_path("drafts", draft, "versions"))

    def take_over_draft(self, draft: str, version: int) -> Answer:
        return self._post(_path("drafts", draft, "take-over"), {"version": version})

    def ask_capital(self, draft: str, version: int, question: str, *, answer_by: str = "") -> Answer:
        body = {"version": version, "question": question} | ({"answer_by": answer_by} if answer_by else {})
        return self._post(_path("drafts", draft, "ask"), body)

    def approve_draft(self, draft: str, version: int, words: str = "") -> Answer:
        """For a head of the seat, in person, who had no hand in the draft."""
        return self._post(_path("drafts", draft, "approve"), {"version": version, "words": words})

    def return_draft(self, draft: str, version: int, words: str) -> Answer:
        """The capital says no, and why. It takes an approval back, too."""
        return self._post(_path("drafts", draft, "return"), {"version": version, "words": words})

    def drop_draft(self, draft: str, version: int, words: str = "") -> Answer:
        return self._post(_path("drafts", draft, "drop"), {"version": version, "words": words})

    def may_file(self, draft: str) -> Answer:
        """`may`, and in `says` why or why not."""
        return self._get(_path("drafts", draft, "may-file"))

    def file_draft(self, draft: str, version: int) -> Answer:
        """Hands its position in: `draft` as it stands now, and `answer` as of a command. Done again it is a repeat.

        The centre makes the command, so that a nation's own key does not sign it. Raises ClientError with status 422
        where the law refuses it.
        """
        return self._post(_path("drafts", draft, "file"), {"version": version})

    def settle_draft(self, draft: str) -> Answer:
        """Notes what came of a draft that is `filing`."""
        return self._post(_path("drafts", draft, "settle"))

    # files beside a draft

    def attach(self, draft: str, version: int, name: str, content: bytes, *, media: str = "") -> Answer:
        """Puts a file of at most 2,000,000 bytes there. The draft, with `files`; an approval that it had is gone."""
        body = {"version": version, "name": name, "media": media, "content": b64encode(content).decode()}
        return self._post(_path("drafts", draft, "files"), body)

    def download(self, draft: str, file: str) -> bytes:
        headers = {"Accept": "application/octet-stream"}
        return self.wire.read(Sent("GET", _path("drafts", draft, "files", file), headers=headers))

    def detach(self, draft: str, version: int, file: str) -> Answer:
        """Destroys a file. The draft without it."""
        return self.wire.ask(Sent("DELETE", _path("drafts", draft, "files", file, version=version)))

    # what the seat wants of it

    def settings(self) -> Answer:
        return self._get(_path("settings"))

    def change_settings(self, version: int, approval: str, *, keep_days: int = 0) -> Answer:
        """`approval` is none or capital; 0 days: what is settled is kept for good. For the head, in person."""
        return self._put(_path("settings"), {"version": version, "approval": approval, "keep_days": keep_days})

    # the watch log

    def log(self, *, search: str = "", case: str = "", before: int | None = None, limit: int = 100) -> Answer:
        """`entries`, the newest first, and `before`, from where there are more."""
        return self._get(_path("log", search=search, case=case, before=before, limit=limit))

    def write_log(self, text: str, *, case: str = "", cursor: str = "", corrects: str = "", key: str = "") -> Answer:
        """An entry, which never changes; `corrects` is an earlier one that it puts right."""
        body = {"text": text, "case": case, "cursor": cursor, "corrects": corrects, "key": key or new_id("entry")}
        return self._post(_path("log"), body)

    def erase_entry(self, entry: str, why: str) -> Answer:
        """Destroys its text for good; `why` stays. For the head, in person."""
        return self._post(_path("log", entry, "erase"), {"why": why})

    # handovers

    def handovers(self, *, is_open: bool = False, before: int | None = None, limit: int = 100) -> Answer:
        """`handovers`, the newest first, and `before`, from where there are more. Open: taken by nobody yet."""
        return self._get(_path("handovers", open=_flag(is_open), before=before, limit=limit))

    def hand_over(self, text: str, points: Sequence[str] = (), *, key: str = "") -> Answer:
        """Leaves the watch to the next. `points` are what is open, one line each."""
        body = {"text": text, "points": list(points), "key": key or new_id("handover")}
        return self._post(_path("handovers"), body)

    def take_over(self, handover: str) -> Answer:
        """For another person than the one who hands over."""
        return self._post(_path("handovers", handover, "take"))

    def withdraw_handover(self, handover: str) -> Answer:
        return self._post(_path("handovers", handover, "withdraw"))

    # situation reports

    def reports(
        self, *, case: str = "", is_issued: bool = False, before: int | None = None, limit: int = 100
    ) -> Answer:
        """`reports` without their texts, the newest first, and `before`, from where there are more."""
        return self._get(_path("reports", case=case, issued=_flag(is_issued), before=before, limit=limit))

    def make_report(  # noqa: PLR0913  # what a report may say
        self,
        title: str,
        body: str = "",
        *,
        facts: Sequence[str] = (),
        cursor: str = "",
        upto: str = "",
        case: str = "",
        supersedes: str = "",
        key: str = "",
    ) -> Answer:
        """Begins a report on what the seat's feed holds up to `cursor`, which is now where none is given."""
        more = {"case": case, "supersedes": supersedes, "key": key or new_id("report")}
        return self._post(_path("reports"), _report(title, body, facts, cursor, upto) | more)

    def report(self, report: str) -> Answer:
        return self._get(_path("reports", report))

    def change_report(
        self,
        report: str,
        version: int,
        title: str,
        body: str,
        *,
        facts: Sequence[str] = (),
        cursor: str = "",
        upto: str = "",
    ) -> Answer:
        """Says all of it anew, while it is not issued: what is left out is empty, or now."""
        said = {"version": version} | _report(title, body, facts, cursor, upto)
        return self._put(_path("reports", report), said)

    def report_versions(self, report: str) -> list[Answer]:
        """All that it was, the first version first."""
        return self._rows(_path("reports", report, "versions"))

    def issue_report(self, report: str, version: int) -> Answer:
        """Issues it as it stands. It never changes again; another one may supersede it."""
        return self._post(_path("reports", report, "issue"), {"version": version})

    def drop_report(self, report: str, version: int) -> Answer:
        return self._post(_path("reports", report, "drop"), {"version": version})

    def _get(self, path: str) -> Answer:
        return self.wire.ask(Sent("GET", path))

    def _rows(self, path: str) -> list[Answer]:
        return self.wire.ask_rows(Sent("GET", path))

    def _post(self, path: str, body: dict[str, Any] | None = None) -> Answer:
        return self.wire.ask(Sent("POST", path, msgspec.json.encode(body or {})))

    def _put(self, path: str, body: dict[str, Any]) -> Answer:
        return self.wire.ask(Sent("PUT", path, msgspec.json.encode(body)))


def _path(*parts: str, **query: object) -> str:
    return target("notebook", *parts, **query)


def _flag(is_wanted: bool) -> str:
    return "true" if is_wanted else ""


def _position(position: Position, question: str, reservation: str, reasons: str) -> dict[str, Any]:
    """What a draft says, as the centre takes it."""
    return {"position": position, "question": question, "reservation": reservation, "reasons": reasons}


def _report(title: str, body: str, facts: Sequence[str], cursor: str, upto: str) -> dict[str, Any]:
    """What a report says, as the centre takes it."""
    said = {"title": title, "body": body, "facts": list(facts), "cursor": cursor}
    return said | ({"upto": upto} if upto else {})
