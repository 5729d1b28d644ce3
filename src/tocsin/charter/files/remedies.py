"""How to write what the author of a file probably meant: names nearly right, shares and lengths of time in words."""

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from fractions import Fraction

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10,
}  # fmt: skip
UNITS = {
    "h": "hour", "hr": "hour", "hour": "hour", "d": "day", "day": "day", "calendar day": "day", "week": "week",
    "fortnight": "fortnight", "month": "month", "calendar month": "month", "y": "year", "yr": "year", "year": "year",
    "workday": "working day", "work day": "working day", "working day": "working day", "weekday": "working day",
    "business day": "working day",
}  # fmt: skip
IN_DAYS = {"week": 7, "fortnight": 14}
SYNONYMS: dict[str, tuple[str, ...]] = {
    "not_before": ("earliest", "from"),
    "valid_from": ("from",),
    "since": ("from",),
    "start": ("from",),
    "begins": ("from",),
    "valid_to": ("to",),
    "until": ("to",),
    "end": ("to", "ends"),
    "remark": ("note",),
    "comment": ("note",),
    "description": ("summary", "says", "content", "note"),
    "text": ("summary", "says"),
    "reason": ("why",),
    "name": ("title", "id"),
    "title": ("name",),
    "threshold": ("at_least", "more_than"),
    "share": ("at_least", "more_than"),
    "majority": ("at_least", "more_than"),
    "members": ("only", "of", "electorate"),
    "voters": ("electorate",),
    "parties": ("only", "of"),
    "except": ("minus", "bearer_minus", "unless"),
    "excluding": ("who", "minus"),
    "condition": ("when", "where", "if"),
    "trigger": ("when",),
    "ratification": ("ratified_by",),
    "recipient": ("to", "notice_to", "request_to"),
    "chaired_by": ("chair",),
    "proposed_by": ("raised_by",),
    "body": ("organ",),
    "deadline": ("period", "within", "convene_within"),
}
"""What other formats and lawyers call a field, to what it may be here."""


def suggestion(name: str, known: Sequence[str]) -> str:
    """'did you mean …?', or nothing where no known name is close. The same letters in another order come first."""
    letters = sorted(name.lower())
    near = [one for one in known if sorted(one.lower()) == letters] or get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def field_fix(name: str, known: Collection[str]) -> str:
    """What to do with a field that is not there."""
    meant = next((one for one in SYNONYMS.get(name, ()) if one in known), "")
    if meant:
        return f"did you mean '{meant}'?"
    remarks = "a comment or 'note'" if "note" in known else "a comment"
    return suggestion(name, list(known)) or f"remove it; remarks can go into {remarks}"


def fraction_fix(value: object) -> str:
    """0.8, '0.8', '80%', '80 per cent', 'two thirds' as the exact fraction to write; nothing for anything else."""
    share = _share(str(value).strip().lower()) if isinstance(value, int | float | str) else None
    return f'write "{share.numerator}/{share.denominator}"' if share is not None and share > 0 else ""


def length_fix(text: str) -> str:
    """'six months', '2 workdays', '1 week' as the length of time to write; nothing for anything else."""
    match = re.fullmatch(r"\s*(\w+)\s*-?\s*([a-z ]+?)\s*", text.lower())
    count = _count(match[1]) if match else None
    if match is None or count is None:
        joined = re.fullmatch(r"\s*(\d+)([a-z]+)\s*", text.lower())
        return length_fix(f"{joined[1]} {joined[2]}") if joined else ""
    unit = UNITS.get(match[2]) or UNITS.get(match[2].removesuffix("s"), "")
    if unit in IN_DAYS:
        count, unit = count * IN_DAYS[unit], "day"
    return f"write '{count} {unit}{'' if count == 1 else 's'}'" if unit else ""


def _share(text: str) -> Fraction | None:
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*(?:%|per ?cent|percent)", text):
        return Fraction(match[1]) / 100
    if re.fullmatch(r"\d{0,3}\.\d{1,9}|1|1/1", text):
        return Fraction(text).limit_denominator(1000)
    if match := re.fullmatch(r"([a-z]+|\d{1,2})[ -]([a-z]+?)s?", text):
        count = 1 if match[1] in ("a", "an") else _count(match[1])
        return Fraction(count, PARTS[match[2]]) if count and match[2] in PARTS else None
    return None


def _count(word: str) -> int | None:
    if word.isdigit() and len(word) < 7:
        return int(word)
    return NUMBERS.index(word) if word in NUMBERS else None
