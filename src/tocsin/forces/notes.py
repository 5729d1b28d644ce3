"""What a case and an inventory name and the other does not know: no rule is broken, and something may be meant.

docs/FORCES.md, part 2. A caveat whose tag nobody uses forbids nothing, and a cap on a nation that is not there holds
nothing back. Both are right where an inventory serves many cases, and both are how a slip of the pen looks.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import get_args

from tocsin.forces.arcs import ANYWHERE, tag_form
from tocsin.forces.model import ForceCase, Scope, Unit
from tocsin.forces.wording import many, some

NOTES_MAX = 50
NAMED_MAX = 5


def notes_of(case: ForceCase, units: Sequence[Unit]) -> tuple[str, ...]:
    """Each in a sentence, the hard caveats first; beyond the first 50 only their number."""
    notes = [*_caveats(case, units), *_nations(case, units), *_destinations(case, units)]
    if (more := len(notes) - NOTES_MAX) > 0:
        notes[NOTES_MAX:] = [f"and {many(more, 'more note')}"]
    return tuple(notes)


def _caveats(case: ForceCase, units: Sequence[Unit]) -> Iterator[str]:
    """Hard caveats that meet no line: those that may be slips each, the others in one note."""
    tags = _tags(case)
    known = {scope: {tag_form(tag) for tag in named} for scope, named in tags.items()}
    bearers: dict[tuple[Scope, str], list[str]] = {}
    for unit in units:
        for one in unit.caveats:
            if one.hard and tag_form(one.tag) not in known[one.scope]:
                bearers.setdefault((one.scope, one.tag), []).append(unit.id)
    others = []
    for (scope, tag), names in bearers.items():
        where = some(list(dict.fromkeys(names)), NAMED_MAX)
        if meant := _meant(tag, tags):
            yield f"the hard caveat on the {scope} '{tag}' ({where}) meets no line, and forbids nothing: {meant}"
        else:
            others.append(f"{scope} '{tag}' ({where})")
    if others:
        yield f"hard caveats that meet no line of this case, and forbid nothing here: {some(others, NAMED_MAX * 2)}"


def _tags(case: ForceCase) -> dict[Scope, list[str]]:
    """By scope: what caveats can meet."""
    return {
        "task": sorted({task for line in case.line for task in line.tasks}),
        "area": sorted({line.destination for line in case.line}),
        "phase": sorted({line.phase for line in case.line if line.phase}),
    }


def _meant(tag: str, tags: dict[Scope, list[str]]) -> str:
    """'did you mean …?' where a tag of any scope is the same or near; else nothing."""
    scopes: tuple[Scope, ...] = get_args(Scope)
    named = [(scope, one) for scope in scopes for one in tags[scope]]
    if same := [f"the {scope} '{one}'" for scope, one in named if tag_form(one) == tag_form(tag)]:
        return f"did you mean {' or '.join(same)}?"
    near = get_close_matches(tag_form(tag), [tag_form(one) for _, one in named], n=1)
    meant = [f"the {scope} '{one}'" for scope, one in named if tag_form(one) in near]
    return f"did you mean {' or '.join(meant)}?" if meant else ""


def _nations(case: ForceCase, units: Sequence[Unit]) -> Iterator[str]:
    """Caps, mandates and gates that name nations which pledge nothing."""
    there = {unit.nation for unit in units}
    for cap in case.cap:
        if cap.nation not in there:
            yield f"the cap of {cap.nation} for {cap.counted} holds nothing back: the inventory has no unit of it"
    for nation in dict.fromkeys(mandate.nation for mandate in case.mandate if mandate.nation not in there):
        yield f"the mandate of {nation} holds nothing back: the inventory has no unit of it"
    for gate in case.gate:
        if missing := sorted({nation for nation in gate.nations if nation not in there}):
            nobody = ", so that it concerns nobody" if len(missing) == len(set(gate.nations)) else ""
            which = f"the gate '{gate.kind}' of {gate.given_by} for {gate.destination}"
            yield f"{which} names {some(missing, NAMED_MAX)}, of whom the inventory has no unit{nobody}"


def _destinations(case: ForceCase, units: Sequence[Unit]) -> Iterator[str]:
    """Destinations that no unit names, where some name others: 'any' stands for them all."""
    named = {place for unit in units for place in unit.transit_hours} - {ANYWHERE}
    if not named:
        return
    for place in sorted({line.destination for line in case.line} - named):
        near = get_close_matches(place, sorted(named), n=1) or [one for one in named if one.lower() == place.lower()]
        meant = f": is '{near[0]}' meant?" if near else f", only '{ANYWHERE}' does where it is given"
        yield f"no unit names the destination '{place}' in its transit_hours{meant}"
