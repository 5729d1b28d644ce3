"""How a centre runs: what is handed to it beside the ledger, so that tests hand in other things."""

from typing import NamedTuple, Protocol

from tocsin.centre.cache import CacheFile
from tocsin.centre.clock import Clock
from tocsin.centre.model import Mode
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.settings import Settings
from tocsin.ledger import Ledger, Reader
from tocsin.terms import Instant


class Heart(Protocol):
    """Where the centre notes that it is up."""

    def beat(self, at: Instant) -> None: ...

    def last(self) -> Instant | None: ...


class Books(NamedTuple):
    """The ledger, open three times: a connection is used by one thread at a time."""

    ledger: Ledger
    """To write to."""
    reader: Reader
    """To read from in the loop."""
    aside: Reader
    """To read from in a thread, one call after another: what takes longer."""

    def close(self) -> None:
        """Let go, the writer last: whoever leaves last folds the log in, and a reader cannot."""
        for book in {id(book): book for book in (self.reader, self.aside, self.ledger)}.values():
            if book is not self.ledger:
                book.close()
        self.ledger.close()


class Run(NamedTuple):
    """How a centre runs."""

    mode: Mode
    clock: Clock
    settings: Settings
    heart: Heart
    secret: bytes
    """What salts of contents made here are derived from."""
    cache: CacheFile | None
    """Where the start-up cache lies, if there is one."""
    notebook: Notebook
    """What each seat keeps for itself."""
