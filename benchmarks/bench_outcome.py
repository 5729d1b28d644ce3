"""What a verdict costs: judge alone, and the outcome with its trace, for 32 members.

Microseconds of CPU time, the median of batches. A batch hides the cost of reading the clock.
"""

from collections.abc import Callable
from statistics import median
from string import ascii_uppercase
from time import process_time_ns

from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import AllOf, AnyOf, Consensus, Majority, Rule, Silence, Weighted
from tocsin.charter.rules.levers import levers
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.terms import PartyId, Position

MEMBERS = tuple(PartyId(f"X{a}{b}") for a in "AB" for b in ascii_uppercase[:16])
BATCHES = 61
CALLS_A_BATCH = 100

RULES: dict[str, Rule] = {
    "consensus": Consensus(),
    "silence": Silence(breaks=2),
    "qualified majority": AllOf(
        rules=(
            Majority(at_least="55/100"),
            AnyOf(rules=(Weighted(weights="people", at_least="65/100"), Majority(all_but=3))),
        )
    ),
}
ALL_STATED: dict[str, Position] = dict.fromkeys(MEMBERS, "support")
HALF_STATED: dict[str, Position] = dict.fromkeys(MEMBERS[::2], "support")
SPLIT: dict[str, Position] = ALL_STATED | dict.fromkeys(MEMBERS[::3], "object")

Row = dict[str, str | float]


def run() -> list[Row]:
    """Rows of name, p50_us and ratio; the ratio is to judging the same rule and positions without a trace."""
    rows: list[Row] = []
    for name, rule in RULES.items():
        for state, positions in (("all stated", ALL_STATED), ("half stated", HALF_STATED)):
            rows += _judge_and_outcome(f"{name}, {state}", rule, positions)
    return [*rows, _levers()]


def _judge_and_outcome(name: str, rule: Rule, positions: dict[str, Position]) -> list[Row]:
    compiled = compile_ballot(_ballot(rule))
    judge = p50_us(lambda: compiled.judge(positions))
    outcome = p50_us(lambda: compiled.outcome(positions))
    return [
        {"name": f"judge, {name}", "p50_us": judge, "ratio": 1.0},
        {"name": f"outcome, {name}", "p50_us": outcome, "ratio": round(outcome / judge, 1)},
    ]


def _levers() -> Row:
    """The search for those who could turn a split qualified majority, all pairs of 32."""
    compiled = compile_ballot(_ballot(RULES["qualified majority"]))
    judge = p50_us(lambda: compiled.judge(SPLIT))
    search = p50_us(lambda: levers(compiled, SPLIT, largest=2), batches=5, calls=1)
    return {"name": "levers, qualified majority, pairs", "p50_us": search, "ratio": round(search / judge, 1)}


def _ballot(rule: Rule) -> Ballot:
    people: dict[str, int] = {member: 10 + place * place for place, member in enumerate(MEMBERS)}
    return Ballot(rule=rule, universe=MEMBERS, weights={"people": people})


def p50_us(call: Callable[[], object], *, batches: int = BATCHES, calls: int = CALLS_A_BATCH) -> float:
    """Median CPU time of one call, in microseconds."""
    times = []
    for _ in range(batches):
        start = process_time_ns()
        for _ in range(calls):
            call()
        times.append((process_time_ns() - start) / calls / 1000)
    return round(median(times), 2)


def main() -> None:
    print(f"{'32 members':<42} {'p50 us':>10} {'x judge':>8}")
    for row in run():
        print(f"{row['name']:<42} {row['p50_us']:>10} {row['ratio']:>8}")


if __name__ == "__main__":
    main()
