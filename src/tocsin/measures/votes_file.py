"""A file of votes: one row a roll call and party, as the UN votes data has it."""

from pathlib import Path
from typing import NamedTuple

from tocsin.errors import InputError, NotFound, Problem
from tocsin.measures import codes, sources
from tocsin.measures.capability_file import code_column
from tocsin.measures.similarity import SimilarityReport, Vote, scores, value_of, vote_table
from tocsin.measures.sources import Source
from tocsin.measures.tables import Cell, Mistakes, read_table, year

COLUMNS = {
    **codes.CODE_COLUMNS,
    "rollcall": ("rollcall", "rcid", "resolution", "roll_call"),
    "vote": ("vote",),
    "year": ("year", "date"),
}
WORDS: dict[str, Vote | None] = {
    **dict.fromkeys(("yes", "y", "1"), 2),
    **dict.fromkeys(("abstain", "a", "2"), 1),
    **dict.fromkeys(("no", "n", "3"), 0),
    **dict.fromkeys(("absent", "not a member", "8", "9", "", "na"), None),
}
"""Words and the UN votes data's numbers. An absent state has said nothing: left out, not counted as abstaining."""


class Votes(NamedTuple):
    """Votes by party and roll call, the years they were taken from, and the file as a source."""

    by_party: dict[str, dict[str, Vote]]
    from_year: int | None
    to_year: int | None
    source: Source
    hypothetical: bool = False


def read_votes(path: Path, from_year: int | None = None, to_year: int | None = None) -> Votes:
    """The votes in a file, between two years where they are given, both included.

    Raises InputError with every mistake by line; a party that votes twice in a roll call is one.
    """
    table = read_table(path, "Votes", COLUMNS, ["rollcall", "vote", *(["year"] if from_year or to_year else [])])
    system = code_column(table)
    mistakes = Mistakes(table.name)
    by_party: dict[str, dict[str, Vote]] = {}
    years: set[int] = set()
    for row in table.rows:
        when = mistakes.read(row["year"], "a year such as 2019", year) if "year" in row else None
        if (from_year and (when is None or when < from_year)) or (to_year and (when is None or when > to_year)):
            continue
        years |= {when} if when else set()
        _add(by_party, row, system, mistakes)
    mistakes.refuse()
    if not by_party:
        raise InputError([Problem(table.name, 0, "year", f"no votes from {from_year or '…'} to {to_year or '…'}")])
    return Votes(by_party, min(years, default=None), max(years, default=None), table.source)


def example_votes(from_year: int | None = None, to_year: int | None = None) -> Votes:
    """Votes that the Meridian Pact's invented members cast in an invented assembly."""
    by_party: dict[str, dict[str, Vote]] = {}
    years: set[int] = set()
    for row in sources.rows("votes_meridian"):
        when = int(row["year"])
        if when < (from_year or when) or when > (to_year or when):
            continue
        years.add(when)
        cast = by_party.setdefault(row["party"], {})
        vote = WORDS[row["vote"]]
        if vote is not None:
            cast[row["rollcall"]] = vote
    return Votes(by_party, min(years, default=None), max(years, default=None), sources.source("votes_meridian"), True)


def similarity_report(votes: Votes, a: str, b: str) -> SimilarityReport:
    """All scores of two parties. Raises NotFound for one that is not in the votes."""
    first, second = (_cast_by(votes, party) for party in (a, b))
    table = vote_table(first, second)
    return SimilarityReport(
        a=a,
        b=b,
        from_year=votes.from_year,
        to_year=votes.to_year,
        rollcalls=table.n,
        a_voted=len(first),
        b_voted=len(second),
        table=table.counts,
        scores={name: value_of(score) for name, score in scores(table).items()},
        hypothetical=votes.hypothetical,
        sources=(votes.source,),
    )


def _cast_by(votes: Votes, party: str) -> dict[str, Vote]:
    if party not in votes.by_party:
        raise NotFound("party with votes", party, sorted(votes.by_party))
    return votes.by_party[party]


def _add(by_party: dict[str, dict[str, Vote]], row: dict[str, Cell], system: str, mistakes: Mistakes) -> None:
    code, rollcall, vote = row[system], row["rollcall"], row["vote"]
    party = codes.party_of(system, code.text)
    said = vote.text.lower()
    if not party or not rollcall.text:
        mistakes.note(rollcall if party else code, "nothing", "the roll call and the party of the vote")
    elif said not in WORDS:
        mistakes.note(vote, f"'{vote.text}'", "yes, abstain, no or absent; 1, 2, 3, 8 or 9 in the UN votes data")
    elif rollcall.text in by_party.setdefault(party, {}):
        mistakes.note(rollcall, f"{party} votes twice in roll call {rollcall.text}", fix="leave one of the rows")
    else:
        meant = WORDS[said]
        if meant is not None:
            by_party[party][rollcall.text] = meant
