"""The legal effect of an act in words, before it is done: every sentence follows from facts, rule and charter.

    effects(view, rehearsal)      what filing it would bring, the gravest first, as sentences that can be translated

A sentence is a text with named values. What no sentence is made for is said in the words of the facts themselves.
"""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from tocsin.alliance.facts import CaseOpened, WarningReported
from tocsin.alliance.release import sees_case
from tocsin.centre import effects_contents, effects_help, effects_texts
from tocsin.centre.effects_words import GRAVE, SAYS, TERMS, Sentence, effect
from tocsin.centre.rehearsal import Rehearsal
from tocsin.centre.view import View
from tocsin.centre.words import said

Text = Callable[[str], str]


class Effect(Struct, frozen=True, kw_only=True):
    """One thing that comes of an act."""

    kind: str
    """A key of SAYS."""
    values: Mapping[str, str] = {}
    clause: str = ""
    """The clause of the charter that it rests on."""

    @property
    def says(self) -> str:
        """The English text that stands in the catalogues."""
        return SAYS[self.kind]

    @property
    def is_grave(self) -> bool:
        """Whether somebody should stop and read it twice."""
        return self.kind in GRAVE

    @property
    def is_english(self) -> bool:
        """Whether it holds words of the law, which are not translated."""
        return self.kind == "fact"

    def text(self, translate: Text = str) -> str:
        """The sentence in a language; names and words of the law stay as they are."""
        values = {name: translate(value) if name in TERMS else value for name, value in self.values.items()}
        return translate(self.says) % values


def effects(view: View, rehearsal: Rehearsal) -> tuple[Effect, ...]:
    """What filing a command would bring. Nothing for one that would be refused."""
    if rehearsal.refusal is not None:
        return ()
    found = [Effect(kind=kind, values=values, clause=clause) for kind, values, clause in _sentences(view, rehearsal)]
    unique = {(one.kind, *one.values.items()): one for one in reversed(found)}
    kept = list(reversed(unique.values()))
    return tuple(sorted(kept, key=lambda one: not one.is_grave))


def _sentences(view: View, rehearsal: Rehearsal) -> Iterator[Sentence]:
    if rehearsal.needs:
        yield effect("second person", seat=view.law.name(view.seat))
    for fact in rehearsal.facts:
        if isinstance(fact, CaseOpened):
            yield from _opened(view, rehearsal, fact)
            continue
        if isinstance(fact, WarningReported) and rehearsal.handled:  # said with its content
            continue
        told = [*effects_texts.of_fact(view, rehearsal, fact), *effects_help.of_fact(view, rehearsal, fact)]
        yield from told or [effect("fact", words=said(fact, view.law.names))]
    yield from effects_texts.of_all(view, rehearsal)
    yield from effects_contents.of_handled(view, rehearsal)


def _opened(view: View, rehearsal: Rehearsal, fact: CaseOpened) -> Iterator[Sentence]:
    """A new case, and which parties will see its facts."""
    law, after = view.law.at(rehearsal.after, rehearsal.at), rehearsal.after
    parties = [view.law.name(party) for party in law.standings if sees_case(law, after, after.cases[fact.case], party)]
    yield effect("case opened", case=fact.case, parties=", ".join(parties))
