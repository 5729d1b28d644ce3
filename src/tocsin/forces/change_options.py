"""How changes are written: the options of `forces what-if`, what stands after each and what it does.

It stands alone, so that the command line can offer them without loading what makes them.
"""

from typing import NamedTuple


class Option(NamedTuple):
    """An option: what stands after it, and what it does."""

    accepted: str
    says: str


OPTIONS: dict[str, Option] = {
    "--drop-caveat": Option("NATION:TAG", "A nation drops its hard caveats of this tag."),
    "--add-lift": Option(
        "COUNT:ASSET|TONNESt@HOUR", "More of an asset, such as 2:heavy; or tonnes at an hour, such as 400t@24."
    ),
    "--own-lift": Option("UNIT", "Its nation brings a unit by its own means."),
    "--without": Option("NATION", "A nation sends nothing."),
    "--notice": Option("UNIT:HOURS", "A unit is ready to leave so soon."),
    "--transit": Option("UNIT:DESTINATION:HOURS", "A unit takes so long to a destination."),
    "--offer-from": Option("UNIT:DATE", "A unit is offered from this day."),
    "--extend": Option("UNIT[:DATE]", "A unit is offered until this day, or without end."),
    "--rotate": Option("UNIT", "Its nation relieves a unit, so that it lasts."),
    "--mandate": Option("NATION:HOURS|open", "A nation's mandates come so soon; open: they do not end."),
    "--gate": Option(
        "KIND:DESTINATION:DATE|open|none[:GIVER]",
        "A permission, such as host-consent, from this day; open: it does not end; none: it is not given.",
    ),
    "--cap": Option("NATION:COUNTED:PERCENT", "A nation sends up to so much of what it pledged."),
    "--one-nation": Option("LINE:PERCENT|none", "One nation gives up to so much of a line."),
    "--deadline": Option("LINE:HOURS", "A line must be in place by this hour."),
    "--pledge": Option("NATION:CAPABILITY:STRENGTH", "A nation pledges a unit that can serve at once."),
}
"""Every option that makes a change, in the order in which they are made."""
