"""Words that the pages of cases share, in the reader's language."""

from collections.abc import Mapping

from tocsin.centre.view_model import Deadline
from tocsin.web.console import charts
from tocsin.web.shell import Text


def headline_words(_: Text) -> dict[str, str]:
    """Headline times in a word or two."""
    return {
        "t_request": _("Request"),
        "t_consult": _("Meeting called"),
        "t_qualify": _("Trigger qualified"),
        "t_decide": _("Decision"),
        "t_package": _("Force package"),
        "t_first_unit": _("First forces"),
        "t_report": _("Report"),
    }


def course_words(_: Text, case: str, names: Mapping[str, str]) -> charts.Words:
    """What the picture of a case's course says."""
    shapes = {
        "warning": _("warning"),
        "request or call": _("request or call"),
        "text": _("text"),
        "position": _("position"),
        "decision": _("decision"),
        "help": _("help"),
        "report or end": _("report or end"),
    }
    return charts.Words(
        title=_("The course of %s") % case,
        says=_("Each mark is a line of the account below, under its number."),
        shapes=shapes,
        names={**names, "": _("the case")},
    )


def deadline_words(_: Text, row: Deadline, name: str) -> str:
    """What falls due; `name` is that of the party where it is a notice of leaving."""
    kinds = {
        "silence": _("Silence on '%s' ends"),
        "mandate": _("Mandate '%s' ends"),
        "consent": _("Consent of %s ends"),
        "notice": _("Notice of %s takes effect: it leaves"),
    }
    return kinds[row.kind] % name if row.kind in kinds else row.what
