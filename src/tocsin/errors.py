"""One exception tree.

    TocsinError
    ├── TermError        a time, length or id that cannot be read
    ├── InputError       a file the user wrote is wrong: a list of located Problems
    │   ├── CharterError     a charter
    │   ├── CaseError        a case, an event or a claim file
    │   ├── ForcesError      a case of forces, an inventory or a plan
    │   ├── SettingsError    the settings of a centre
    │   └── TextError        an imported treaty text
    ├── NotFound         a charter, case, matter, rule or organ of that name does not exist
    ├── NeedsNewer       a record holds a kind or version this release does not know
    ├── Unserved         the centre does not do what it was asked; each has a short, stable code
    │   ├── NotSignedIn      nobody is signed in, or no longer
    │   ├── NotEntitled      somebody is, and may not do this
    │   ├── Malformed        a request that cannot be read: the field, what was found, what is accepted
    │   ├── Conflict         the same id with other bytes, or a name that is taken
    │   └── Overloaded       too many, too much or too often: try again later
    └── ClientError      a centre says no to a client, or does not answer it

The ledger stands alone and raises its own `tocsin.ledger.LedgerError`.
A refusal by the law is no exception: `decide` returns it as a value that names the clause.
Messages are clear, gentle, concise and actionable: file, line, field, found, accepted, fix.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from msgspec import Struct


class Problem(Struct, frozen=True, omit_defaults=True):
    """One mistake in a file: where, what was found, what is accepted, how to mend it."""

    file: str
    line: int
    field: str
    found: str
    accepted: str = ""
    fix: str = ""
    cell: str = ""
    """In a workbook, where lines have no numbers that anybody sees: sheet and cell, such as units!D7."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        if self.cell:
            where = f"{self.file}: {self.cell}"
        lines = [f"{where}: {self.field}: {self.found}" if self.field else f"{where}: {self.found}"]
        if self.accepted:
            lines.append(f"  accepted: {self.accepted}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class TocsinError(Exception):
    """Everything Tocsin raises on purpose."""


class TermError(TocsinError, ValueError):
    """A time, length or id that cannot be read."""


class InputError(TocsinError):
    """A file the user wrote is wrong; `problems` holds every mistake found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CharterError(InputError):
    """A charter that cannot be used."""


class CaseError(InputError):
    """A case, event or claim file that cannot be used."""


class ForcesError(InputError):
    """A case of forces, an inventory or a plan that cannot be used."""


class SettingsError(InputError):
    """A centre's settings that cannot be used."""


class TextError(InputError):
    """A treaty text that cannot be attached."""


class NotFound(TocsinError, KeyError):
    """No charter, case, matter, rule or organ of that name."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(name)

    def __str__(self) -> str:
        near = get_close_matches(self.name, self.known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        listing = ", ".join(self.known[:40]) or "none"
        return f"There is no {self.kind} '{self.name}'.{hint} Known: {listing}"


class NeedsNewer(TocsinError):
    """A record holds a kind or version this release does not know; the message names the version needed."""


class Unserved(TocsinError):
    """The centre does not do what it was asked. `code` is short and stable; `message` is for a person."""

    def __init__(self, code: str, message: str, *, fix: str = "") -> None:
        self.code, self.message, self.fix = code, message, fix
        super().__init__(f"{message} {fix}".rstrip())


class NotSignedIn(Unserved):
    """Nobody is signed in, or no longer."""


class NotEntitled(Unserved):
    """Somebody is signed in, and may not do this."""


class Malformed(Unserved):
    """A request that cannot be read."""

    def __init__(
        self, message: str, *, field: str = "", found: str = "", accepted: str = "", fix: str = "", code: str = ""
    ) -> None:
        super().__init__(code or "malformed", message, fix=fix)
        self.field, self.found, self.accepted = field, found, accepted


class Conflict(Unserved):
    """The same id with other bytes, or a name that is taken."""


class Overloaded(Unserved):
    """Too many, too much or too often. `wait_seconds` is when to try again."""

    def __init__(self, code: str, message: str, *, wait_seconds: int = 1, fix: str = "") -> None:
        super().__init__(code, message, fix=fix)
        self.wait_seconds = wait_seconds


class ClientError(TocsinError):
    """A centre says no to a client, or does not answer it. `status` is that of HTTP; 0: there was no answer.

    `where` may say `field`, `found` and `accepted`; `mistakes` all that is wrong with texts that were sent.
    """

    mistakes: tuple[dict[str, object], ...] = ()

    def __init__(
        self, code: str, message: str, *, status: int = 0, clause: str = "", fix: str = "", **where: str
    ) -> None:
        self.code, self.message, self.status, self.clause, self.fix = code, message, status, clause, fix
        self.field, self.found, self.accepted = (where.get(name, "") for name in ("field", "found", "accepted"))
        at = f"{self.field}: " if self.field and self.field not in message else ""
        rests = f" [{clause}]" if clause else ""
        takes = f" Accepted: {self.accepted}." if self.accepted else ""
        super().__init__(f"{at}{message}{rests}{takes} {fix}".rstrip())

    @property
    def is_refusal(self) -> bool:
        """Whether the law says no, as opposed to a request that is wrong."""
        return self.status == 422
