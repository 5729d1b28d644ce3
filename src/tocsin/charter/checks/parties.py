"""Checks on party ids: who a code stands for, and that invented and real states never meet."""

from collections.abc import Iterator

from tocsin.charter.checks.index import Index
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.model import Document, Party, WeightSet
from tocsin.states import is_state, state_codes, state_name
from tocsin.terms import is_invented, is_party_id

ACCEPTED = "an ISO 3166-1 alpha-3 code, or an id declared in [[party]]"
ACCEPTED_INVENTED = "an invented code XAA to XZZ, or an id declared in [[party]]"


def party_mistake(document: Document, name: str, path: Path) -> Mistake | None:
    """What is wrong with a party id in this charter; None if it is right."""
    declared = {party.id for party in document.party}
    accepted = ACCEPTED_INVENTED if document.charter.invented else ACCEPTED
    if document.charter.invented:
        if is_state(name):
            fix = "use XAA to XZZ and name them in [[party]]; or remove hypothetical = true and give sources"
            return Mistake(path, f"'{name}' is a real state, and this charter is hypothetical", accepted, fix)
        if is_invented(name) or name in declared:
            return None
    else:
        if is_invented(name):
            fix = "use a real code and its sources, or set hypothetical = true in [charter]"
            return Mistake(path, f"'{name}' is an invented state, and this charter is not hypothetical", accepted, fix)
        if is_state(name) or name in declared:
            return None
    fix = _code_of(document, name) or suggestion(name, sorted(declared))
    fix = fix or "correct the code, or declare the id with its name in [[party]]"
    return Mistake(path, f"there is no party '{name}'", accepted, fix)


def _code_of(document: Document, name: str) -> str:
    """The code to write instead of a party's name."""
    named = {} if document.charter.invented else {state_name(code): code for code in state_codes()}
    named |= {party.name: party.id for party in document.party}
    code = next((code for full, code in named.items() if full and full.lower() == name.lower()), "")
    return f"write '{code}'" if code else ""


def declared_parties(index: Index) -> Iterator[Mistake]:
    """[[party]] rows: ids given twice or badly formed, and ids that a hypothetical charter may not use."""
    seen: dict[str, int] = {}
    for node in index.rows("party"):
        party = node.value
        assert isinstance(party, Party)
        path = (*node.path, "id")
        if party.id in seen:
            yield Mistake(path, f"'{party.id}' stands on line {index.line(('party', seen[party.id]))} already")
        elif not is_party_id(party.id):
            accepted = "capital letters and digits, parts joined by hyphens, such as 'XAA' or 'EU-COUNCIL'"
            yield Mistake(path, f"'{party.id}' is not written as a party id", accepted)
        elif mistake := party_mistake(index.document, party.id, path):
            yield mistake
        seen.setdefault(party.id, int(node.path[1]))


def weights(index: Index) -> Iterator[Mistake]:
    """Weights of parties that never were in the alliance."""
    members = {row.party for row in index.document.membership}
    for node in index.rows("weights"):
        assert isinstance(node.value, WeightSet)
        for party in node.value.values:
            path = (*node.path, "values", party)
            if mistake := party_mistake(index.document, party, path):
                yield mistake
            elif party not in members:
                fix = "add its [[membership]], or remove the weight"
                yield Mistake(path, f"{party} has a weight but is in no [[membership]] row", "", fix)
