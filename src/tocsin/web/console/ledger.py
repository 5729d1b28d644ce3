"""Ledger: what happened, in order, as the seat may know it; each act with who attested it, its clause and its proof.

Proofs are checked in the browser (console/src/verify.ts) against a checkpoint that the user holds; the page itself
names neither size nor root of the ledger.
"""

from collections.abc import Iterator
from typing import Annotated, get_args

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.facts import AnyFact
from tocsin.alliance.upcast import ACT_SCHEMA
from tocsin.centre.feeds import KINDS, checked_position, cursor_text
from tocsin.centre.view import View
from tocsin.centre.view_model import FeedItem
from tocsin.errors import NotEntitled, NotFound
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.shape import encode
from tocsin.web.shell import Text, page, texts

ACTS_SHOWN = 50
ACTS_READ_MAX = 500
"""A filter that finds little goes back no further at once: one page must not take too long."""
OWN_KEY, ON_BEHALF, RECORDED = "own key", "centre on behalf", "recorded case"

FACT_KINDS = tuple(sorted(str(kind.__struct_config__.tag) for kind in get_args(AnyFact)))
"""What `facts` may be: the same list for everybody."""


class LedgerQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which acts."""

    before: Annotated[str, Meta(max_length=40, description="Only those before this cursor; empty: the newest.")] = ""
    case: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=60, description="A kind of event or of fact; empty: all.")] = ""


class ProvenBy(Struct, frozen=True, kw_only=True):
    """What proofs are checked with, as the centre says it."""

    origin: str
    keys: str
    """All that were ever in force, with spaces between."""
    key: str
    """The one in force now."""


class Acts(Struct, frozen=True, kw_only=True):
    """Some of the acts, the newest first."""

    items: tuple[FeedItem, ...]
    older: str = ""
    """Ask for those before this cursor next; empty: there are no more."""


async def show(call: Call) -> Reply:
    """The acts, and whether the ledger is intact."""
    view, query = call.view, call.query
    acts = acts_before(view, _before(call, query.before), query.case, query.kind)
    return page(
        call,
        "console/ledger",
        here="/ledger",
        acts=acts,
        query=query,
        is_newest=not (query.before or query.case or query.kind),
        cases=view.cases(),
        event_kinds=tuple(kind for kind in KINDS if kind != "facts"),
        fact_kinds=FACT_KINDS,
        kind_words=kind_words(texts(call)),
        named=view.law.name,
        proof=proof_of(call),
    )


async def one(call: Call) -> Reply:
    """One act, and its proof."""
    view, cursor = call.view, call.params["cursor"]
    position = checked_position(cursor, view.board.epoch)
    if not position or position > view.length:
        raise NotFound("event", cursor, [])
    item = view.item(position)
    try:
        view.provable(position)
        refusal = None
    except NotEntitled as no:
        refusal = no
    return page(
        call,
        "console/ledger_act",
        here="/ledger",
        item=item,
        clauses=clauses_of(item),
        attested=attested_words(item, texts(call)),
        kind_words=kind_words(texts(call)),
        named=view.law.name,
        as_json=msgspec.json.format(encode(item), indent=2).decode(),
        facts=record_facts(item) if item.kind == "facts" else "",
        earlier=cursor_text(position - 1, view.board.epoch) if position > 1 else "",
        later=cursor_text(position + 1, view.board.epoch) if position < view.length else "",
        refusal=refusal,
        proof=proof_of(call),
    )


def acts_before(view: View, before: int, case: str, kind: str) -> Acts:
    """Those before a position that are of a case and of a kind, each as it may be shown now."""
    found: list[FeedItem] = []
    least = max(0, before - 1 - ACTS_READ_MAX)
    position = before
    while position - 1 > least and len(found) < ACTS_SHOWN:
        position -= 1
        item = view.item(position)
        if (not case or item.case == case) and (not kind or kind in _kinds(item)):
            found.append(item)
    return Acts(items=tuple(found), older=cursor_text(position, view.board.epoch) if position > 1 else "")


def clauses_of(item: FeedItem) -> tuple[str, ...]:
    """The clauses that its facts rest on, each once."""
    return tuple(dict.fromkeys(clause for clause in _clauses(item) if clause))


def record_facts(item: FeedItem) -> str:
    """The facts as the record holds them, for the browser to compare: JSON."""
    return msgspec.json.encode({"schema": ACT_SCHEMA, "facts": item.facts}).decode()


def attested_words(item: FeedItem, _: Text) -> str:
    """How its author was attested, and what that is worth. Empty where the seat may not know."""
    if item.attested.startswith(OWN_KEY):
        return _("Signed with the author's own key: nobody else could have given it, the centre neither.")
    if item.attested.startswith(ON_BEHALF):
        return _("By the centre, on behalf of a desk that was signed in: it rests on the centre's word.")
    if item.attested == RECORDED:
        return _("From a recorded case or by an exercise's conductor: no party gave it here.")
    return _("By the centre itself: time, or an outage, brought it.") if item.attested else ""


def kind_words(_: Text) -> dict[str, str]:
    """The kinds of events in words."""
    return {
        "facts": _("facts"),
        "warning": _("a warning was released to you"),
        "re-mark": _("a warning was marked anew"),
        "recall": _("a warning was recalled"),
        "withdrawn": _("a warning is no longer released to you"),
        "confirmation": _("a warning of yours was received or confirmed"),
        "case": _("a case was opened to you"),
    }


def proof_of(call: Call) -> ProvenBy:
    """What the centre says that proofs are checked with."""
    keys = [key.text for key in call.centre.ledger.keys.all()]
    return ProvenBy(origin=call.centre.origin, keys=" ".join(keys), key=keys[-1])


def _before(call: Call, cursor: str) -> int:
    """The position before which acts are wanted; one past the last for no cursor."""
    view = call.view
    position = checked_position(cursor, view.board.epoch)
    if position is None or position > view.length:
        raise NotFound("cursor", cursor, [])
    return position or view.length + 1


def _kinds(item: FeedItem) -> set[str]:
    return {item.kind, *(str(fact.__struct_config__.tag) for fact in item.facts)}


def _clauses(item: FeedItem) -> Iterator[str]:
    for fact in item.facts:
        yield getattr(fact, "clause", "")
        yield from getattr(fact, "clauses", ())


ROUTES: tuple[Route, ...] = (
    page_route(
        "GET", "/ledger", show, "What happened, and whether the ledger is intact", query=LedgerQuery, errors=(404,)
    ),
    page_route("GET", "/ledger/{cursor}", one, "One act, with its proof", errors=(404,)),
)
