"""The sentences that say what an act brings, by kind. Catalogues translate them; their values are named."""

from collections.abc import Iterable, Mapping

from tocsin.centre.view import View

Sentence = tuple[str, Mapping[str, str], str]
"""kind, values, clause"""

SAYS: dict[str, str] = {
    # any act
    "second person": "A second person of %(seat)s has to confirm it within 24 hours; until then none of this is so.",
    "case opened": "It opens the new case '%(case)s'. Its facts are seen by the offices, the organs and: %(parties)s.",
    "attempt": "It comes too late and has no effect (%(why)s). That it was tried goes on record.",
    "fact": "%(words)s",
    # positions
    "position": "%(party)s states: %(position)s.",
    "position on a question": "%(party)s states on the question '%(question)s': %(position)s.",
    "on behalf": "%(by)s enters it on behalf of %(party)s, which will be asked to confirm or dispute it.",
    "reservation": "This reservation goes on record with it: %(reservation)s",
    "reservation without effect": "A reservation counts with support alone: this one goes on record without effect.",
    "replaces": "It replaces the earlier position: %(earlier)s.",
    "repeats": "The position stays what it was.",
    "nobody restates": "Nobody else states it for %(party)s then, until the text changes or goes under silence.",
    "may change": "%(party)s may change the position until the text is decided; that it was stated stays on record.",
    "confirms": "%(party)s confirms the position that was entered for it: %(position)s.",
    "disputes": "%(party)s says that its position is not the one that was entered for it: %(entered)s.",
    "nothing undone": "What was decided stays as it is; the record shows that %(party)s disputes its position.",
    # silence
    "breaks": "This breaks the silence on '%(procedure)s'.",
    "breaks too": "The silence on '%(procedure)s' is broken already: this goes on record as a further break.",
    "not adopted": "The text is not adopted: it returns to %(organ)s.",
    "break stays": "To change the position later does not mend the silence: it would have to be opened anew.",
    "does not break": "It does not break the silence: by the rule the text would still stand adopted.",
    "needs more breaks": "It does not break the silence by itself: the rule needs %(breaks)s such positions.",
    "silence opens": "The text is put under silence until %(deadline)s.",
    "positions lapse": "What was stated on it before no longer counts; to be stated again by: %(parties)s.",
    "given back": "Time in which the centre could not hear members would be given back.",
    "starts anew": "Time in which the centre could not hear members would start the period anew.",
    "not given back": "Time in which the centre could not hear members would not move the deadline.",
    "stands adopted": "If nobody breaks the silence, the text stands adopted on %(deadline)s: to say nothing until "
    "then counts as consent.",
    "runs out unconfirmed": "If nobody breaks the silence, it runs out on %(deadline)s and adopts nothing until "
    "%(chairs)s confirms it (%(why)s).",
    "runs out": "If nothing more is said, the outcome on %(deadline)s is: %(verdict)s.",
    # the rule at work
    "outcome": "By the rule '%(rule)s' the outcome is then: %(verdict)s.",
    "outcome changes": "By the rule '%(rule)s' the outcome changes from %(earlier)s to %(verdict)s.",
    "waits for": "It then depends on those who have not spoken: %(parties)s.",
    "who closes": "Nothing is decided by that yet: that takes %(closers)s to close it.",
    "who closes or silence": "Nothing is decided by that yet: that takes %(closers)s to close it, or a silence.",
    "would be bound": "If it is adopted as positions then stand, %(party)s is bound by it.",
    "would be bound with reservation": "If it is adopted as positions then stand, %(party)s is bound by it and keeps "
    "the freedom of action it reserved.",
    "would not be bound": "If it is adopted as positions then stand, %(party)s is not bound by it.",
    "could change": "Each of these alone could still change what comes of it: %(parties)s.",
    "nobody alone": "Nobody alone could then still change what comes of it.",
    # where it goes
    "other forums": "If it is not adopted there, %(movers)s may move it, in the charter's order, to: %(forums)s.",
    "stays": "The charter names no other forum for it: it stays with %(organ)s.",
    "leaves": "The matter leaves %(organ)s for %(there)s. Positions stay behind and would be stated anew.",
    # texts
    "before organ": "The text is then before %(organ)s, to be decided by the rule '%(rule)s'.",
    "electors": "These decide: %(parties)s.",
    "pinned": "Rule, electors and weights stay those of today, whatever changes later.",
    "force": "It is a decision on force: silence alone never adopts it, the chair has to confirm.",
    "version": "The text becomes version %(version)s.",
    "silence ends": "The silence on it ends, and adopts nothing.",
    "withdrawn": "The text is taken back. Nothing is adopted, and it would have to be tabled anew.",
    # decisions
    "adopted": "The text is adopted.",
    "blocked": "The text is not adopted.",
    "in the way": "In the way: %(parties)s.",
    "escalated": "The text is not adopted here: the matter goes up to %(organ)s.",
    "bound": "Bound by it: %(parties)s.",
    "not bound": "Not bound by it: %(parties)s.",
    "reserved": "Bound, keeping the freedom of action they reserved: %(parties)s.",
    "final": "It cannot be taken back.",
    "follows": "What follows by the charter: %(words)s",
    "awaited": "It is the decision that the request '%(request)s' of %(party)s waits for.",
    # consultation
    "duty": "By the charter the duty '%(duty)s' is then: %(status)s.",
    "reason": "The reason: %(words)s.",
    "awaits decision": "The duty then hangs on a decision on '%(matter)s', to be taken in: %(forums)s.",
    "awaits request": "The duty still waits for a request by: %(parties)s.",
    "missing": "The claim does not say: %(fields)s.",
    "reports": "Reports are then owed to: %(to)s.",
    "meets": "%(organ)s is called together.",
    "meets by": "%(organ)s is called together and has to meet by %(time)s.",
    "asked to meet": "%(organ)s is not called together by that alone: %(count)s more have to ask for it.",
    "shared": "%(party)s is let in on all facts of the case, those that were there before too.",
    # help
    "pledges": "%(party)s offers %(quantity)s %(unit)s of %(capability)s.",
    "caveat": "A limit goes on record with it: %(caveat)s",
    "pledge withdrawn": "%(party)s takes back %(quantity)s %(unit)s of %(capability)s.",
    "shortfall": "Of %(capability)s there are then still missing: %(shortfall)s %(unit)s of %(required)s.",
    "filled": "What is needed of %(capability)s is then pledged in full.",
    "requirement": "Needed are then: %(lines)s. It replaces what was needed before.",
    "package": "The force package '%(package)s' goes on record with its totals and its digest: %(digest)s",
    "package fills": "Of %(capability)s it fills %(filled)s %(unit)s of %(required)s.",
    "package found by": "It was found by: %(algorithm)s. No unit goes on record with it.",
    "attests": "%(party)s says that it checked the plan behind '%(package)s', and that it keeps every rule.",
    "attests against": "%(party)s says that it checked the plan behind '%(package)s', and that it breaks: %(rules)s.",
    "attests otherwise": "It replaces what %(party)s found before: %(earlier)s.",
    "attested by": "Found lawful by: %(parties)s.",
    "attested against by": "Found unlawful by: %(parties)s.",
    "mandate": "The mandate '%(mandate)s' of %(given_by)s goes on record.",
    "mandate renewed": "The mandate '%(mandate)s' would have ended on %(time)s and lasts longer.",
    "deploys": "'%(deployment)s' begins, resting on the decision '%(procedure)s'.",
    "package adopted": "The force package '%(package)s' was adopted by: %(procedures)s.",
    "package not adopted": "No adopted text names the digest of the force package '%(package)s'.",
    "takes part": "Taking part: %(parties)s.",
    "consents": "%(host)s agrees to forces on its territory.",
    "consent ends": "%(host)s no longer agrees to forces on its territory. What runs there goes on until it is ended.",
    "until": "It ends on %(time)s.",
    "open end": "It has no end.",
    "case closes": "Nothing more can be filed on the case; a position or a request that still comes is kept without "
    "effect.",
    # warnings
    "will see": "The substance will be seen by: %(seats)s.",
    "nobody sees": "The substance will be seen by nobody but %(author)s.",
    "will not see": "It will not be seen by: %(seats)s.",
    "commitment": "Everybody who sees the case '%(case)s' learns that there is a warning '%(warning)s', and nothing of "
    "what it says.",
    "sees from now": "From now on it is seen by: %(seats)s.",
    "sees no longer": "It is no longer seen by: %(seats)s. What they were handed before stays with them.",
    "confirm anew": "Those who see it are asked to confirm it anew.",
    "recalled": "The warning '%(warning)s' is taken back for good: nobody can read it here any more.",
    "told": "These are told that it is taken back, and asked to confirm: %(seats)s.",
    "passed on": "It is passed on to: %(seats)s.",
    "not passed on": "It would not be seen by: %(seats)s.",
    "acknowledged": "%(seat)s confirms what it was told of the warning '%(warning)s'.",
    "has text": "%(party)s has the text under silence. That is no position on it.",
}
"""Kind -> the English sentence."""

TERMS = frozenset({"position", "earlier", "entered", "verdict", "status"})
"""Values that are words of the interface, and translated with the sentence."""

GRAVE = frozenset(
    {
        "second person", "attempt", "breaks", "breaks too", "not adopted", "adopted", "escalated", "blocked", "final",
        "withdrawn", "recalled", "deploys", "nobody sees",
    }
)  # fmt: skip
"""Kinds that come first: what somebody should read twice."""


def effect(kind: str, /, clause: str = "", **values: str) -> Sentence:
    """One sentence."""
    return kind, values, clause


def listed(view: View, names: Iterable[str]) -> str:
    """Names of parties, offices and organs in a row."""
    return ", ".join(view.law.name(name) for name in names)


def either(view: View, names: Iterable[str]) -> str:
    """The same of those of whom any one will do."""
    return " / ".join(view.law.name(name) for name in names)


def worded(word: str) -> str:
    """A word of the law as it is read: 'not_stated' is 'not stated'."""
    return word.replace("_", " ")
