"""One exception tree.

    TocsinError
    ├── TermError        a time, length or id that cannot be read
    ├── InputError       a file the user wrote is wrong: a list of located Problems
    │   ├── CharterError     a charter
    │   ├── CaseError        a case, an event or a claim file
    │   └── TextError        an imported treaty text
    ├── NotFound         a charter, case, matter, rule or organ of that name does not exist
    └── NeedsNewer       a record holds a kind or version this release does not know

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

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
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
