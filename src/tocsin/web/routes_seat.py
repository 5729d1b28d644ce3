"""The outlets by which a seat acts and reads: see routes.py."""

from tocsin.centre.desk_model import PendingLine
from tocsin.centre.model import Answer
from tocsin.centre.view_model import (
    Ask,
    CaseLine,
    CaseView,
    CharterLine,
    Deadline,
    FeedPage,
    Holder,
    Member,
    PreviewLine,
    ProcedureView,
    Release,
    Situation,
    WarningLine,
    WarningView,
)
from tocsin.web import admin, commands, feed, views, warnings
from tocsin.web.call import EVENTS, TEXT, Route

API = "/api/v1"

ACTING: tuple[Route, ...] = (
    Route(
        method="POST",
        path=f"{API}/commands",
        handler=commands.submit,
        summary="Hand in a command",
        tag="acting",
        body=commands.CommandIn,
        answer=Answer,
        errors=(404, 409, 422),
        has_content=True,
        says="Answered when it is durable. Each command needs the scope of its kind. The same id with the same bytes "
        "is the same command, and is answered with what came of it; with other bytes it is a conflict. The centre "
        "fills in `at`, `by` where there is only one it can be, and `id` from the header Idempotency-Key. A refusal "
        "by the charter is a 422 that names the clause. What came too late is kept, and answered with the fact "
        "`attempt recorded`: it had no effect. With 202 it waits for a second person: `break` is to state a position "
        "that breaks a silence, `force` to close or confirm a decision on force, or to deploy, `recall` to recall a "
        "warning. A charter may want two persons for any of them, and a seat for its own.",
    ),
    Route(
        method="POST",
        path=f"{API}/warnings",
        handler=warnings.hand_in,
        summary="Hand in a warning in plain words",
        tag="acting",
        scope="warn",
        body=warnings.WarningIn,
        answer=Answer,
        errors=(404, 409, 422),
        has_content=True,
        says="The centre makes the salt, the commitment and the command. Send an Idempotency-Key, or an `id`.",
    ),
    Route(
        method="POST",
        path=f"{API}/warnings/preview",
        handler=warnings.preview,
        summary="Who would see a warning, and why",
        tag="acting",
        scope="warn",
        body=warnings.WarningIn,
        answer=tuple[PreviewLine, ...],
        has_content=True,
        says="Nothing is kept or sent.",
    ),
    Route(
        method="GET",
        path=f"{API}/pending",
        handler=admin.pending,
        summary="What waits for a second person",
        tag="acting",
        scope="read",
        answer=tuple[PendingLine, ...],
    ),
    Route(
        method="POST",
        path=f"{API}/pending/{{pending}}/confirm",
        handler=admin.second,
        summary="Say the same as the first person",
        tag="acting",
        answer=Answer,
        errors=(409, 422),
        says="It takes effect now. The first person cannot be the second; who confirms holds the scope of the command, "
        "and comes in person, not with a token.",
    ),
    Route(
        method="POST",
        path=f"{API}/pending/{{pending}}/drop",
        handler=admin.drop_pending,
        summary="Let it go",
        tag="acting",
        says="For whoever handed it in, and in person for all who hold the scope of the command.",
        status=204,
    ),
)

FEED: tuple[Route, ...] = (
    Route(
        method="GET",
        path=f"{API}/feed",
        handler=feed.page,
        summary="What happened, in order",
        tag="feed",
        scope="read",
        query=feed.FeedQuery,
        answer=FeedPage,
        errors=(404,),
        says="Cursors count what this seat may see, and nothing else.",
    ),
    Route(
        method="GET",
        path=f"{API}/events",
        handler=feed.events,
        summary="The feed as it grows",
        tag="feed",
        scope="read",
        query=feed.EventsQuery,
        errors=(404,),
        media=EVENTS,
        has_effect=True,
        says="Server-sent events: `id` is a cursor, `event` is `item`, `data` a FeedItem. It goes on after the "
        "header Last-Event-ID, else after `after`. A comment comes every 15 seconds.",
    ),
    Route(
        method="POST",
        path=f"{API}/feed/confirm",
        handler=feed.confirm,
        summary="Say that the seat has its feed up to there",
        tag="feed",
        scope="ack",
        body=feed.ConfirmIn,
        answer=feed.Confirmed,
        errors=(404,),
        says="Texts under silence among it are delivered by that: a fact of the ledger. Who may only read says nothing "
        "for the seat.",
    ),
)

VIEWS: tuple[Route, ...] = (
    Route(
        method="GET",
        path=f"{API}/situation",
        handler=views.situation,
        summary="What is happening, what is due, what is asked of us",
        tag="views",
        scope="read",
        answer=Situation,
    ),
    Route(
        method="GET",
        path=f"{API}/cases",
        handler=views.cases,
        summary="Every case the seat sees",
        tag="views",
        scope="read",
        answer=tuple[CaseLine, ...],
    ),
    Route(
        method="GET",
        path=f"{API}/cases/{{case}}",
        handler=views.case,
        summary="One case",
        tag="views",
        scope="read",
        answer=CaseView,
    ),
    Route(
        method="GET",
        path=f"{API}/cases/{{case}}/procedures/{{procedure}}",
        handler=views.procedure,
        summary="One text before one organ",
        tag="views",
        scope="read",
        answer=ProcedureView,
    ),
    Route(
        method="GET",
        path=f"{API}/deadlines",
        handler=views.deadlines,
        summary="What falls due, the next first",
        tag="views",
        scope="read",
        answer=tuple[Deadline, ...],
    ),
    Route(
        method="GET",
        path=f"{API}/asks",
        handler=views.asks,
        summary="What the centre waits for from the seat",
        tag="views",
        scope="read",
        answer=tuple[Ask, ...],
    ),
    Route(
        method="GET",
        path=f"{API}/members",
        handler=views.members,
        summary="The parties and how they stand today",
        tag="views",
        scope="read",
        answer=tuple[Member, ...],
    ),
    Route(
        method="GET",
        path=f"{API}/charter",
        handler=views.charter,
        summary="The law in force, in short",
        tag="views",
        scope="read",
        answer=CharterLine,
    ),
    Route(
        method="GET",
        path=f"{API}/warnings",
        handler=warnings.listed,
        summary="Warnings of the cases the seat sees, and those released to it",
        tag="warnings",
        scope="read",
        query=warnings.WarningsQuery,
        answer=tuple[WarningLine, ...],
        errors=(404,),
    ),
    Route(
        method="GET",
        path=f"{API}/cases/{{case}}/warnings/{{warning}}",
        handler=warnings.one,
        summary="A warning with its substance",
        tag="warnings",
        scope="read",
        answer=WarningView,
        has_effect=True,
        says="For a seat it is released to. That it was handed over is recorded before it is. `audience` and `version` "
        "are told to its author alone: readers do not learn who else has it. Of a recalled one there is no `text`.",
    ),
    Route(
        method="GET",
        path=f"{API}/cases/{{case}}/warnings/{{warning}}/holders",
        handler=warnings.holders,
        summary="Who may see a warning of ours, who has it, who has not confirmed",
        tag="warnings",
        scope="read",
        answer=tuple[Holder, ...],
    ),
    Route(
        method="GET",
        path=f"{API}/releases",
        handler=warnings.releases,
        summary="Everything released to us, and why",
        tag="warnings",
        scope="read",
        answer=tuple[Release, ...],
    ),
)

PROOFS: tuple[Route, ...] = (
    Route(
        method="GET",
        path=f"{API}/receipts/{{cursor}}",
        handler=views.receipt,
        summary="The proof that one of the seat's items is in the ledger",
        tag="proofs",
        scope="read",
        media=TEXT,
        says="A C2SP tlog-proof, checked offline with `tocsin ledger check-proof`. Of a warning its author "
        "has the proof, a recipient that of its delivery: 403 for an item of yours whose record may hold more than you "
        "may see.",
    ),
    Route(
        method="GET",
        path=f"{API}/checkpoint",
        handler=views.checkpoint,
        summary="A signed checkpoint over all there is",
        tag="proofs",
        scope="read",
        media=TEXT,
        says="It tells the ledger's size and root, and nothing else.",
    ),
    Route(
        method="GET",
        path=f"{API}/keys",
        handler=views.keys,
        summary="What checkpoints and receipts are verified with",
        tag="proofs",
        scope="read",
        answer=views.LedgerKeys,
    ),
)
