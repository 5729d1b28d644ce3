"""Not mistakes but notes: what a reader of a charter should know before relying on it."""

from collections.abc import Iterator

from tocsin.charter.checks.index import Index
from tocsin.charter.files.locate import Mistake
from tocsin.charter.model import DEFAULT_STATUSES, Duty, Membership
from tocsin.charter.rules.kinds import Silence


def unset_rules(index: Index) -> Iterator[Mistake]:
    """Duties whose matter no forum can decide yet, because every rule there is unset."""
    for node in index.rows("duty"):
        duty = node.value
        assert isinstance(duty, Duty)
        forums = [forum for matter in index.document.matter if matter.id == duty.decision for forum in matter.forum]
        if forums and all(forum.rule == "unset" for forum in forums):
            organs = ", ".join(dict.fromkeys(forum.organ for forum in forums))
            found = f"duty '{duty.id}' awaits '{duty.decision}', and no rule of {organs} for it is known"
            yield Mistake((*node.path, "decision"), found)


def endless_silence(index: Index) -> Iterator[Mistake]:
    """Silence rules that all parties that ever had a vote could not break together."""
    statuses = {row.id: row for row in (*DEFAULT_STATUSES, *index.document.status)}
    voting = {name for name, row in statuses.items() if "vote" in row.rights}
    parties = {row.party for row in index.document.membership if row.status in voting}
    for node in index.nodes:
        if isinstance(node.value, Silence) and parties and node.value.breaks > len(parties):
            found = f"{node.value.breaks} must break this silence, and only {len(parties)} parties ever had a vote"
            yield Mistake((*node.path, "breaks"), f"{found}: nobody can")


def early_members(index: Index) -> Iterator[Mistake]:
    """Members of an alliance that no instrument had founded yet."""
    texts = [row for row in index.document.instrument if row.kind != "practice"]
    dates = [min(filter(None, (row.signed, row.in_force, row.from_)), default=None) for row in texts]
    first = min(filter(None, dates), default=None)
    if first is None or None in dates:
        return  # an instrument without a date may be the first
    for node in index.rows("membership"):
        row = node.value
        if isinstance(row, Membership) and row.from_ is not None and row.from_ < first:
            found = f"{row.party} belongs from {row.from_}, before the first instrument of {first}"
            yield Mistake((*node.path, "from"), found)
