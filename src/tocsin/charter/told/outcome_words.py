"""An outcome and its rule in sentences, as `outcome` tells them."""

import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tocsin.charter.forum import Unset
from tocsin.charter.rules.explain import explain
from tocsin.charter.rules.verdict import Outcome, TraceLine
from tocsin.charter.told.judged import Contested

ANY_NUMBER = "any number of supporters is enough"
_NO_SHARE = "majority: support of at least 0/[0-9]+ of (?:all electors|those present|votes for and against)"
_NONE_NEEDED = "(?:(?:none|[0-9]+) of [0-9]+ supports? it|the supporters weigh [0-9]+ of [0-9]+), 0 needed"


def told(found: Outcome, names: Mapping[str, str]) -> tuple[str, ...]:
    """The verdict and why, without exclusions that exclude nobody and thresholds that ask for nothing."""
    lines = explain(replace(found, trace=_plainer(found.trace)), names)
    return tuple(re.sub(_NONE_NEEDED, ANY_NUMBER, line) for line in lines)


def told_unset(gap: Unset, why: str) -> tuple[str, ...]:
    """Why there is no verdict, where it is not for want of a rule in the sources."""
    clause = f" [{gap.clause}]" if gap.clause else ""
    return (f"Still open: {why.rstrip('.')}{clause}",)


def rule_told(words: str) -> str:
    """A rule in words; a majority that asks for no supporters at all says so."""
    return re.sub(_NO_SHARE, ANY_NUMBER, words)


def contested_rule(readings: Iterable[Contested]) -> str:
    """The rule under each reading that gives one."""
    return "contested; " + "; ".join(f"under '{one.reading}' {rule_told(one.rule_in_words)}" for one in readings)


def _plainer(line: TraceLine) -> TraceLine:
    parts = tuple(_plainer(part) for part in line.parts)
    if line.kind != "excluding" or line.left_out or len(parts) != 1:
        return replace(line, parts=parts)
    clauses = dict.fromkeys(filter(None, (line.clause, parts[0].clause)))
    return replace(parts[0], role=line.role or parts[0].role, clause=", ".join(clauses))
