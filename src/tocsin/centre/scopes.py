"""Who may do what, before the law is asked: roles to scopes, and each command to the scope it needs.

What is in no table is for nobody. A scope only lets a desk ask; whether its party, office or organ is entitled to the
act is for the engine to say, by the charter.
"""

from typing import Literal, get_args

from msgspec import Struct

from tocsin.alliance import commands as c
from tocsin.alliance import contents
from tocsin.centre.model import Role, Scope

SCOPES: tuple[Scope, ...] = get_args(Scope)

_LIAISON: frozenset[Scope] = frozenset(
    # A party may hold the chair, as of a rotating presidency: the law knows when it does.
    {"read", "warn", "handle", "ack", "consult", "text", "position", "pledge", "chair"}
)
_CHAIR: frozenset[Scope] = frozenset(
    # A chair enters what it was told by telephone, so it may also state positions; the party confirms them later.
    {"read", "consult", "text", "position", "pledge", "chair", "ack"}
)

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "reader": frozenset({"read"}),
    "csirt": frozenset({"read", "warn", "handle", "ack"}),
    "liaison": _LIAISON,
    "head": _LIAISON | {"membership", "manage"},
    "chair": _CHAIR,
    "secretariat": _CHAIR | {"membership", "admin"},
    "conductor": frozenset(SCOPES),
}
"""What a desk of each role may be used for, at most."""

SeatKind = Literal["party", "official", "secretariat"]

SEAT_ROLES: dict[SeatKind, tuple[Role, ...]] = {
    "party": ("reader", "csirt", "liaison", "head"),
    "official": ("reader", "chair"),
    "secretariat": ("reader", "secretariat", "conductor"),
}
"""The roles that desks of a seat may have. A conductor is there only in a replay or an exercise."""

DELEGABLE: frozenset[Scope] = ROLE_SCOPES["head"] - {"manage"}
"""What a party may let another seat do for it: never the management of its own desks."""

COMMAND_SCOPES: dict[type, Scope] = {
    c.ReportWarning: "warn",
    contents.RemarkWarning: "handle",
    contents.PassOnWarning: "handle",
    contents.RecallWarning: "handle",
    contents.AcknowledgeWarning: "ack",
    c.ConfirmDelivery: "ack",
    c.MakeRequest: "consult",
    c.NoteNoRequest: "consult",
    c.Convene: "consult",
    c.ShareCase: "consult",
    c.FileReport: "consult",
    c.CloseCase: "consult",
    c.TableText: "text",
    c.AmendText: "text",
    c.WithdrawText: "text",
    c.ChangeForum: "text",
    c.StatePosition: "position",
    c.ConfirmPosition: "position",
    c.OpenSilence: "chair",
    c.ConfirmExpiry: "chair",
    c.CloseProcedure: "chair",
    c.SetRequirement: "pledge",
    c.MakePledge: "pledge",
    c.WithdrawPledge: "pledge",
    c.ReportPackage: "pledge",
    c.AttestPackage: "pledge",
    c.RecordMandate: "pledge",
    c.RenewMandate: "pledge",
    c.GiveConsent: "pledge",
    c.WithdrawConsent: "pledge",
    c.StartDeployment: "pledge",
    c.EndDeployment: "pledge",
    c.Accede: "membership",
    c.Ratify: "membership",
    c.GiveNotice: "membership",
    c.RevokeNotice: "membership",
    c.Suspend: "membership",
    c.Reinstate: "membership",
    c.Expel: "membership",
    c.AssertStatus: "membership",
    c.Amend: "membership",
    c.RecordOutage: "admin",
}
"""The scope that each command needs."""

SCOPE_BY_DO: dict[str, Scope] = {
    str(kind.__struct_config__.tag): scope for kind, scope in COMMAND_SCOPES.items() if issubclass(kind, Struct)
}
"""The same by what a command's `do` says."""

CENTRE_ONLY: frozenset[type] = frozenset({c.Wake, contents.DeliverWarning})
"""Commands that the centre alone gives itself: from outside they are never taken, whatever the scopes."""
