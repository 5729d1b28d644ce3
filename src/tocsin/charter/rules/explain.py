"""An outcome in plain sentences, for a reader who neither programs nor counts votes for a living.

Nothing is decided here: every number and name is taken from the trace.
"""

from collections.abc import Iterator, Mapping, Sequence

from tocsin.charter.rules.verdict import Outcome, TraceLine

NAMES_SHOWN = 8
INDENT = "  "

HEADINGS = {"adopted": "Adopted", "blocked": "Blocked", "open": "Still open", "escalated": "Escalated"}

CAP_HEADINGS = {"adopted": "Cap not reached", "blocked": "Cap reached", "open": "Cap still open"}

ALWAYS_THE_SAME = {
    "two step": "the first step must be adopted, and then the second",
    "choice of rule": "the rule that was chosen decides",
    "unset": "the sources do not say by which rule this is decided",
}

Names = Mapping[str, str]


def explain(outcome: Outcome, names: Mapping[str, str] = {}) -> list[str]:
    """Sentences: the verdict and why, rule by rule (parts indented by two spaces), then what follows from it.

    `names` gives the parties' and organs' names; without a name the id is shown. Clause ids stand in brackets.
    """
    return [*_lines(outcome.trace, names, 0), *_consequences(outcome, names)]


def _lines(line: TraceLine, names: Names, depth: int) -> Iterator[str]:
    role = f"{line.role[0].upper()}{line.role[1:]}: " if line.role else ""
    heading = (CAP_HEADINGS if line.kind == "cap" else HEADINGS)[line.verdict]
    clause = f" [{line.clause}]" if line.clause else ""
    note = f" ({line.note})" if line.note else ""
    yield f"{INDENT * depth}{role}{heading.lower() if role else heading}: {_why(line, names)}{note}{clause}"
    for part in line.parts:
        yield from _lines(part, names, depth + 1)


def _consequences(outcome: Outcome, names: Names) -> Iterator[str]:
    if outcome.verdict == "adopted":
        yield f"Bound: {_listing(outcome.bound, names) or 'nobody'}."
    if outcome.outside:
        yield f"Not bound: {_listing(outcome.outside, names)}."
    if outcome.reserved:
        yield f"Bound, but keeping freedom of action by a reservation: {_listing(outcome.reserved, names)}."
    if outcome.blockers:
        yield f"In the way: {_listing(outcome.blockers, names)}."
    if outcome.waiting_for:
        yield f"Waiting for: {_listing(outcome.waiting_for, names)}."
    if outcome.escalate_to:
        yield f"The matter goes to {names.get(outcome.escalate_to, outcome.escalate_to)}."
    for gap in outcome.unset:
        yield f"Unset: {gap.rstrip('.')}."


def _why(line: TraceLine, names: Names) -> str:
    """Why this rule has its verdict: one clause of a sentence."""
    if line.kind != "veto" and not line.counts.get("electors", line.counts.get("of", 1)):
        return "it has no electors here"
    match line.kind:
        case "consensus":
            return _against(line, names, "consensus needs that nobody does")
        case "silence":
            return _against(line, names, _breaks(line))
        case "negative consensus":
            return _negative(line)
        case "veto":
            return _veto(line, names)
        case "unanimity":
            return _unanimity(line, names)
        case "majority":
            return _majority(line)
        case "weighted":
            return _weighted(line)
        case "limited format":
            return _limited_format(line, names)
        case "cap":
            return _cap(line)
        case "fallback":
            return _fallback(line)
        case _:
            return _composite(line, names)


def _against(line: TraceLine, names: Names, needs: str) -> str:
    counts = line.counts
    if line.verdict == "blocked":
        return f"{_who_is_against(line, names)}, and {needs}"
    tally = f"{_none_or(counts['against'])} of {_electors(counts['of'])} {_verb('stand', counts['against'])} against it"
    if line.verdict == "open":
        tally += " so far"
    if counts["against"]:
        tally += f", and it takes {counts['limit']} to stop it"
    silent = [f"{counts['silent']} silent, which is consent"] if counts.get("silent") else []
    return "; ".join([tally, *silent, *_unheard(line, silent_matters=False)])


def _who_is_against(line: TraceLine, names: Names) -> str:
    """Who objects; less exactly where positions other than an objection block as well."""
    counts = line.counts
    if not line.parties:
        return "whatever is said would stop it"
    if counts["against"] == counts["objecting"]:
        return f"{_listing(line.parties, names)} {_verb('object', counts['against'])}"
    return f"{_listing(line.parties, names)} {_verb('stand', counts['against'])} in the way"


def _breaks(line: TraceLine) -> str:
    limit = line.counts["limit"]
    return "one is enough to break the silence" if limit == 1 else f"{limit} are enough to break the silence"


def _fallback(line: TraceLine) -> str:
    """Which of the two rules decided: the second speaks only where the first is blocked."""
    if line.parts[0].verdict == "adopted":
        return "by the first rule, so the second is not needed"
    if line.parts[0].verdict == "open":
        return "the first rule is still open; the second decides where it is blocked"
    return "the first rule is blocked, so the second decides"


def _negative(line: TraceLine) -> str:
    counts = line.counts
    so_far = f"{_none_or(counts['against'])} of {_electors(counts['of'])} {_verb('object', counts['against'])}"
    if line.verdict == "open":
        return f"{so_far} so far, and only an objection by all would stop it; {_yet_to_speak(line)}"
    if line.verdict == "blocked":
        return "every elector objects"
    return f"{so_far}, and only an objection by all would stop it"


def _veto(line: TraceLine, names: Names) -> str:
    if not line.counts["of"]:
        return "no elector holds a veto here"
    if line.verdict == "blocked":
        return f"veto: {_who_is_against(line, names)}"
    uncast = "no holder of a veto has cast it"
    return f"{uncast} so far; {_yet_to_speak(line)}" if line.verdict == "open" else uncast


def _unanimity(line: TraceLine, names: Names) -> str:
    counts = line.counts
    tally = f"{_none_or(counts['support'])} of {_electors(counts['of'])} {_verb('support', counts['support'])} it"
    if counts["neutral"]:
        tally += f", {counts['neutral']} {_verb('count', counts['neutral'])} as neutral"
    if line.verdict == "open":
        return f"{tally}; {_yet_to_speak(line)}"
    if line.verdict == "blocked" and line.parties:
        does = "does" if len(line.parties) == 1 else "do"
        return f"{tally}, and unanimity needs all the others too: {_listing(line.parties, names)} {does} not"
    if line.verdict == "blocked":
        return f"{tally}, and unanimity needs at least one supporter"
    return tally


def _majority(line: TraceLine) -> str:
    counts = line.counts
    support = f"{_none_or(counts['support'])} of {counts['of']} {_verb('support', counts['support'])} it"
    reasons = [f"{support}, {counts['needed']} needed"]
    if not counts["of"]:
        reasons = ["there is nobody of whom a majority could be taken"]
    if "quorum" in counts:
        reasons.append(
            f"quorum: {counts['present']} of {_electors(counts['electors'])} present, {counts['quorum']} needed"
        )
    return "; ".join([*reasons, *_unheard(line)])


def _weighted(line: TraceLine) -> str:
    counts = line.counts
    if not counts:
        return "it counts by weight, and the weights are unset"
    reasons = [f"the supporters weigh {counts['support']} of {counts['of']}, {counts['needed']} needed"]
    if not counts["of"]:
        reasons = ["there is no weight of which a share could be taken"]
    return "; ".join([*reasons, *_unheard(line)])


def _limited_format(line: TraceLine, names: Names) -> str:
    counts = line.counts
    willing = f"{counts['support']} of {_electors(counts['of'])} willing, {counts['needed']} needed"
    if line.verdict == "blocked" and counts["against"]:
        return f"{_who_is_against(line, names)}, and a limited format needs that nobody does; {willing}"
    return "; ".join(["nobody stands against the format", willing, *_unheard(line)])


def _cap(line: TraceLine) -> str:
    counts = line.counts
    if not counts:
        return "the cap on qualified abstentions counts by weight, and the weights are unset"
    qualified = f"{_none_or(counts['qualified'])} of {_electors(counts['of'])}"
    text = f"{qualified} {_verb('abstain', counts['qualified'])} with a declaration, {counts['limit']} would stop it"
    if "weight limit" in counts:
        text += (
            f" if they also weigh {counts['weight limit']} of {counts['total weight']}; "
            f"they weigh {counts['qualified weight']}"
        )
    return "; ".join([text, *_unheard(line)])


def _composite(line: TraceLine, names: Names) -> str:
    counts = line.counts
    match line.kind:
        case "all of" | "qualified abstention cap":
            return f"every part must be adopted; of {counts['of']}, {_are(counts['adopted'])}"
        case "any of":
            return f"one part is enough; of {counts['of']}, {_are(counts['adopted'])} adopted"
        case "at least":
            return f"{counts['needed']} of {counts['of']} parts must be adopted; {_are(counts['adopted'])}"
        case "excluding":
            has = "have" if len(line.left_out) > 1 else "has"
            return f"{_listing(line.left_out, names) or 'nobody'} {has} no vote on this"
        case "escalate":
            return _escalate(line)
        case kind:
            return ALWAYS_THE_SAME[kind]


def _escalate(line: TraceLine) -> str:
    if line.verdict == "escalated":
        return "blocked here, so the matter goes up"
    return "were it blocked here, the matter would go up" if line.verdict == "open" else "decided here"


def _yet_to_speak(line: TraceLine) -> str:
    count = line.counts.get("unstated", 0)
    return f"{count} {'has' if count == 1 else 'have'} yet to speak"


def _unheard(line: TraceLine, *, silent_matters: bool = True) -> list[str]:
    """What is to be said of those who have not spoken; nothing where all have."""
    if line.verdict == "open" and line.counts.get("unstated"):
        return [_yet_to_speak(line)]
    silent = line.counts.get("silent", 0)
    return [f"{silent} silent"] if silent and silent_matters else []


def _verb(plural: str, count: int) -> str:
    return f"{plural}s" if count == 1 else plural


def _are(count: int) -> str:
    return f"{_none_or(count)} {'are' if count > 1 else 'is'}"


def _none_or(count: int) -> str:
    return str(count) if count else "none"


def _electors(count: int) -> str:
    return "1 elector" if count == 1 else f"{count} electors"


def _listing(parties: Sequence[str], names: Names) -> str:
    """Names with commas and 'and'; of a long list the first ones and how many more."""
    shown = [names.get(party, party) for party in parties[:NAMES_SHOWN]]
    rest = len(parties) - NAMES_SHOWN
    if rest > 0:
        return f"{', '.join(shown)} and {rest} {'other' if rest == 1 else 'others'}"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
