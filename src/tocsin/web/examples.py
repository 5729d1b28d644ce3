"""Examples for the API's description, on invented states alone."""

from typing import Any

from msgspec import Struct

from tocsin.centre.desk_model import PartySettings
from tocsin.web import admin, contacts, examples_forces, examples_notebook, feed, oidc, session, warnings

CASE = {"case": "XAB-border-2031"}
TEXT = {**CASE, "procedure": "relief-text"}

COMMANDS: dict[str, dict[str, Any]] = {
    "request": {
        "command": {
            "do": "request",
            "id": "5f0c0d52-2c1e-4f0e-9a55-0b8f6d7f2a10",
            **CASE,
            "request": "help",
            "duty": "relieve",
            "event": {"kind": "disaster", "victim": "XAB", "object": "population", "overwhelmed": True},
        }
    },
    "table text": {
        "command": {
            "do": "table text",
            "id": "a0f6a3c1-0001",
            **TEXT,
            "matter": "relief",
            "text": "Relief for the flooded valley",
        }
    },
    "state position": {
        "command": {
            "do": "state position",
            "id": "a0f6a3c1-0002",
            **TEXT,
            "party": "XAB",
            "position": "support",
            "reservation": "transport only",
        }
    },
    "open silence": {
        "command": {
            "do": "open silence",
            "id": "a0f6a3c1-0003",
            "by": "SG",
            **TEXT,
            "deadline": "2031-05-04T10:00:00Z",
        }
    },
    "recall warning": {
        "command": {
            "do": "recall warning",
            "id": "a0f6a3c1-0004",
            **CASE,
            "warning": "river",
            "why": "a gauge was broken",
        }
    },
    "signed": {
        "signed": {
            "command": '{"at":1935655200000000,"by":"XAB","case":"XAB-border-2031","do":"convene",'
            '"id":"a0f6a3c1-0005","organ":"council"}',
            "signature": "c2lnbmF0dXJl" * 7 + "c2ln",
            "key": "0f1e-2d3c-4b5a-6978-8796-a5b4-c3d2-e1f0",
        }
    },
}

_WARNING = {
    **CASE,
    "text": "The river rises by 40 cm an hour at the upper gauge.",
    "to": ["XAA", "members"],
    "marking": "TLP:AMBER",
}

BODIES: dict[type[Struct], dict[str, dict[str, Any]]] = {
    warnings.WarningIn: {"a warning": {**_WARNING, "id": "a0f6a3c1-0006"}},
    feed.ConfirmIn: {"up to the seventeenth": {"cursor": "1-17"}},
    session.SessionIn: {"sign in": {"name": "duty-officer", "password": "seven grey horses"}},
    session.EnterIn: {"enter": {"secret": "tci_…", "name": "duty-officer", "password": "seven grey horses"}},
    session.PasswordIn: {"another": {"old": "seven grey horses", "new": "eleven brown otters"}},
    admin.InviteIn: {"a liaison": {"seat": "XAB", "role": "liaison"}},
    admin.RevokeIn: {"why": {"why": "left the post"}},
    admin.TokenIn: {"a sensor": {"label": "river gauge", "scopes": ["warn"], "days": 90}},
    admin.KeyIn: {"a key": {"public": "A" * 43 + "="}},
    admin.FingerprintIn: {"as it was said": {"fingerprint": "0f1e-2d3c-4b5a-6978-8796-a5b4-c3d2-e1f0"}},
    admin.DelegateIn: {"a week": {"to": "XAA", "scopes": ["position"], "until": "2031-05-11T00:00:00Z"}},
    admin.ClockIn: {"go on": {"at": "2031-05-04T10:00:00Z"}, "run": {"rate": 60.0}, "stand": {"pause": True}},
    contacts.ContactIn: {
        "a night desk": {
            "channel": "mail",
            "address": "night-desk@foreign.example",
            "label": "night desk",
            "rung": 1,
            "wait_minutes": 15,
        }
    },
    contacts.EraseIn: {"a mistake": {"reason": "it was handed in by mistake", "decided_by": "its author"}},
    oidc.SubjectIn: {"a person": {"subject": "248289761001"}},
    PartySettings: {"two persons": {"two_persons": ["break", "recall"], "require_key": False}},
    **examples_notebook.BODIES,
    **examples_forces.BODIES,
}

ANSWERS: dict[str, Any] = {
    "/api/v1/cases": [
        {"case": "XAB-border-2031", "opened": "2031-05-03T08:12:40Z", "warnings": 1, "procedures": 1, "running": 1}
    ],
    "/api/v1/feed": {
        "items": [
            {"cursor": "1-1", "at": "2031-05-03T08:12:40Z", "kind": "case", "case": "XAB-border-2031"},
            {
                "cursor": "1-2",
                "at": "2031-05-03T08:12:40Z",
                "kind": "warning",
                "case": "XAB-border-2031",
                "name": "river",
                "by": "XAB",
                "version": 1,
            },
        ],
        "cursor": "1-2",
    },
}
