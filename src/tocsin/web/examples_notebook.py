"""Examples of what is sent to the notebook, on invented states alone: see examples.py."""

from typing import Any

from msgspec import Struct

from tocsin.web import notebook_in as said

TEXT = {"case": "XAB-border-2031", "procedure": "relief-text"}
POSITION = {"position": "support", "reservation": "transport only", "reasons": "The minister agreed by telephone."}
REPORT = {
    "title": "Night of 3 May",
    "body": "The river rises. One text is under silence until 10:00Z; we have not spoken.",
    "facts": ["relief-text: silence was opened until 2031-05-04 10:00Z"],
    "cursor": "1-17",
    "upto": "2031-05-04T04:00:00Z",
}

BODIES: dict[type[Struct], dict[str, dict[str, Any]]] = {
    said.DraftIn: {"a draft": {**TEXT, **POSITION, "key": "b1c0e7d2-0001"}},
    said.DraftChangeIn: {"another position": {"version": 1, "position": "object", "reasons": "No ships are free."}},
    said.VersionIn: {"as it stands": {"version": 3}},
    said.AskIn: {
        "until morning": {"version": 2, "question": "May we object?", "answer_by": "2031-05-04T08:00:00Z"},
    },
    said.DraftWordsIn: {"with words": {"version": 3, "words": "Yes, for transport alone."}},
    said.DraftFileIn: {
        "a note": {"version": 4, "name": "instructions.txt", "media": "text/plain", "content": "VHJhbnNwb3J0IG9ubHku"},
    },
    said.NotebookSettingsIn: {"the capital approves": {"version": 0, "approval": "capital", "keep_days": 365}},
    said.LogIn: {"a call": {"text": "The gauge keeper called: 40 cm more.", "case": TEXT["case"], "cursor": "1-17"}},
    said.EraseEntryIn: {"a person": {"why": "it names a person"}},
    said.HandoverIn: {
        "a quiet night": {"text": "Quiet since two.", "points": ["relief-text: silence until 2031-05-04 10:00Z"]},
    },
    said.ReportIn: {"a night": {**REPORT, "case": TEXT["case"]}},
    said.ReportChangeIn: {"a night": {"version": 1, **REPORT}},
}
