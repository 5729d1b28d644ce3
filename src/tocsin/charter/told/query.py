"""What `outcome` is asked: a matter, positions, a forum; refused where the charter cannot answer it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tocsin.charter.forum import choose_forum, open_forums
from tocsin.charter.model import Forum
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import AnyRule, Choice
from tocsin.charter.snapshot import Snapshot
from tocsin.errors import NotFound
from tocsin.terms import Position

OTHERS = "others"

Stated = dict[str, Position]
Weights = dict[str, dict[str, int]]
"""weight set -> party -> weight"""


class Query(Struct, frozen=True, kw_only=True):
    """What is asked. Parties are codes of the day; there is a subject where the matter has one."""

    matter: str
    positions: Stated
    questions: dict[str, Stated] = {}
    organ: str = ""
    rule: str = ""
    subject: str = ""
    closed: bool = False
    weights: Weights = {}
    """What parties are taken to weigh, instead of what the charter says."""


def forum_for(snapshot: Snapshot, query: Query) -> Forum:
    """The forum that was asked for, else the first. Raises NotFound where none is open."""
    forums = open_forums(snapshot, snapshot.matters[query.matter])
    chosen = choose_forum(forums, query.organ, query.rule)
    if chosen is None:
        wanted = " under ".join(filter(None, (query.organ, query.rule))) or "any"
        known = [f"{forum.organ} ({forum.rule})" for forum in forums]
        raise NotFound(f"open forum for '{query.matter}' named", wanted, known)
    return chosen


def check_questions(rule: AnyRule, names: Iterable[str]) -> None:
    """Refuses a question that the rule (with every reference in it resolved) does not ask."""
    asked = sorted(set(questions_of(rule)))
    for name in names:
        if name not in asked:
            raise NotFound("question of this rule named", name, asked)


def questions_of(rule: AnyRule) -> Iterator[str]:
    """The questions a rule asks beside that of the text itself."""
    for part in walk(rule):
        if isinstance(part, str):
            continue
        if part.question:
            yield part.question
        if isinstance(part, Choice):
            yield from (f"choose:{option.id}" for option in part.options)
