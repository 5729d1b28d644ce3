"""More rows of `routes.ROUTES`: whom to call out, what leaves for good, and signing in through a provider."""

from tocsin.centre.desk_model import DeskLine
from tocsin.centre.keep import Erased
from tocsin.centre.notify.model import ContactLine
from tocsin.web import contacts, oidc
from tocsin.web.call import HTML, Route
from tocsin.web.routes_seat import API

KEEPING: tuple[Route, ...] = (
    Route(
        method="GET",
        path=f"{API}/contacts",
        handler=contacts.contacts,
        summary="Whom the seat wants called out, and how that fares",
        tag="contacts",
        answer=tuple[ContactLine, ...],
        says="For who runs the seat's desks. Administrators see those of all seats, without parties' addresses.",
    ),
    Route(
        method="POST",
        path=f"{API}/contacts",
        handler=contacts.add,
        summary="Have somebody called out",
        tag="contacts",
        body=contacts.ContactIn,
        answer=contacts.ContactOut,
        errors=(409,),
        status=201,
        says="Rung 1 is told at once, the next when its wait is over and nobody of the seat confirmed. A notice tells "
        "no more than its contact is cleared for, and never a warning's substance. Requests to a webhook are signed "
        "as the Standard Webhooks specification says, under the secret that is told here once.",
    ),
    Route(
        method="DELETE",
        path=f"{API}/contacts/{{contact}}",
        handler=contacts.drop,
        summary="Forget a contact",
        tag="contacts",
        status=204,
    ),
    Route(
        method="POST",
        path=f"{API}/contacts/{{contact}}/check",
        handler=contacts.check,
        summary="Send a contact a message that says it is a check",
        tag="contacts",
        answer=contacts.ContactChecked,
    ),
    Route(
        method="POST",
        path=f"{API}/cases/{{case}}/warnings/{{warning}}/erase",
        handler=contacts.erase,
        summary="Destroy the substance of a warning for good",
        tag="centre",
        scope="admin",
        body=contacts.EraseIn,
        answer=Erased,
        errors=(409,),
        says="On the decision of its author or of the secretariat. The act stays; the ledger says in public that a "
        "content was destroyed and why, in one of four ways. Backups and what readers kept are not reached.",
    ),
    Route(
        method="POST",
        path=f"{API}/desks/{{desk}}/forget",
        handler=contacts.forget,
        summary="Erase the name of a revoked desk's person",
        tag="desks",
        answer=DeskLine,
        errors=(409,),
        says="The desk's id stays, and so does what it did.",
    ),
)

SINGLE_SIGN_ON: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/oidc/start",
        handler=oidc.start,
        summary="Sign in through the provider",
        tag="pages",
        scope=None,
        status=303,
        errors=(404, 503),
        media=HTML,
        has_effect=True,
    ),
    Route(
        method="GET",
        path="/oidc/back",
        handler=oidc.back,
        summary="Back from the provider",
        tag="pages",
        scope=None,
        query=oidc.BackQuery,
        errors=(401, 404, 503),
        media=HTML,
        has_effect=True,
    ),
    Route(
        method="POST",
        path=f"{API}/desks/{{desk}}/single-sign-on",
        handler=oidc.bind,
        summary="Let a desk's person sign in through the provider",
        tag="desks",
        body=oidc.SubjectIn,
        answer=DeskLine,
        errors=(409,),
        says="The name by which the provider knows them is kept as a digest. An empty one ends it.",
    ),
)
