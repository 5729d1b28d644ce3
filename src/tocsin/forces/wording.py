"""How rules, numbers, sums and lists are said, wherever forces are told of."""

from collections.abc import Sequence

from tocsin.forces.model import RuleId

RULE_WORDS: dict[RuleId, str] = {
    "inputs": "the package was made from this case and this inventory, and both name each thing once",
    "digest": "the digest is that of the package",
    "known": "every assignment names a unit of the inventory and a line of the case",
    "capability": "the unit has the capability of the line, or one that may stand in for it",
    "caveat": "no hard caveat of the unit meets the line",
    "endurance": "the unit lasts as long as the line needs it, or its nation rotates it",
    "transit": "the time the unit takes to the line's destination is known",
    "notice": "notice to move and transit end before the line must be in place",
    "validity": "the unit is offered from when it must leave until the line ends",
    "mandate": "its nation's mandate comes in time and lasts until the line ends",
    "gate": "host consent, transit permission and status of forces are there when they are needed",
    "once": "a unit serves one line only",
    "lift": "there is lift in time for every unit that does not deploy by itself, and enough for all",
    "one nation": "no nation gives more of a line than its multinational rule allows",
    "cap": "no nation sends more of what it pledged than its cap allows",
    "figures": "times, strengths, totals and costs are what the inputs give",
}
"""The rules in words: what holds where a rule is kept."""


def many(count: int, word: str) -> str:
    """'1 unit', '2 units'."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def money(cents: int) -> str:
    """'1,234.50' of cents."""
    sign = "−" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def some(names: Sequence[str], most: int) -> str:
    """Names with commas; of more than `most` the first ones, and how many more."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
