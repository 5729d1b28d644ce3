"""What stands beside the banner of a charter that is no law: an invented alliance, or a draft and whose."""

from tocsin.charter.model import Document
from tocsin.charter.reform import reforms_of

INVENTED_ALLIANCE = "an invented alliance; nothing here stands for a real state or treaty"


def why_hypothetical(document: Document, otherwise: str = INVENTED_ALLIANCE) -> str:
    """What stands beside the banner of a hypothetical charter: a draft is told apart from an invented alliance."""
    drafts = reforms_of(document)
    if not drafts:
        return otherwise
    named = " and ".join(f"'{laid.reform.id}' by {laid.reform.author}" for laid in drafts)
    return f"a draft, not law: {named}"
