"""What one decision on a release costs, uncached, on the NATO charter with standings changed live laid over it.

Microseconds of CPU time, the median of batches. The target is 50 us a decision.
"""

from datetime import date, timedelta

from benchmarks.bench_outcome import p50_us
from tocsin import load_charter
from tocsin.alliance.contents import Held
from tocsin.alliance.facts import StandingChanged
from tocsin.alliance.release import SECRETARIAT, audience_of, joined_at, rule_on, sees_case
from tocsin.alliance.state import EMPTY, CaseState
from tocsin.alliance.step import fold, in_force
from tocsin.terms import Instant, PartyId, instant

TARGET_US = 50
DAY = date(2026, 1, 1)
AT = instant("2026-01-01T12:00Z")

Row = dict[str, str | float]


def run() -> list[Row]:
    """Rows of name, p50_us and ratio to the target; a whole audience is told a seat."""
    live = StandingChanged(at=AT, party=PartyId("HUN"), status="member", overlays=("suspended",), why="suspension")
    state = fold(EMPTY, (live,))
    law = in_force(load_charter("nato").as_of(DAY), state)
    seats = (*law.standings, *law.offices, *law.organs, SECRETARIAT)
    held = Held(case="k", warning="w", author="FRA", at=AT, marking="TLP:AMBER", audience=("members", "SG"), changed=AT)
    past = Held(
        case="k",
        warning="w",
        author="FRA",
        at=AT,
        marking="TLP:AMBER",
        audience=("members", "everyone"),
        as_of=DAY - timedelta(days=900),
        changed=AT,
    )
    listed = tuple(sorted(law.standings))[1:]
    many = Held(case="k", warning="w", author="FRA", at=AT, marking="TLP:RED", audience=listed, changed=AT)
    case = CaseState(id="k", opened=Instant(AT - 1))
    times = {
        "rule_on, in a group": p50_us(lambda: rule_on(law, state, held, "TUR")),
        "rule_on, a stranger": p50_us(lambda: rule_on(law, state, held, "UKR")),
        "rule_on, in a group as of a day": p50_us(lambda: rule_on(law, state, past, "TUR")),
        f"rule_on, one of {len(listed)} named": p50_us(lambda: rule_on(law, state, many, "USA")),
        "joined_at": p50_us(lambda: joined_at(law, state, "TUR")),
        "sees_case": p50_us(lambda: sees_case(law, state, case, "TUR")),
        f"audience_of {len(seats)} seats, each": p50_us(lambda: audience_of(law, state, held, seats), calls=10)
        / len(seats),
    }
    return [{"name": name, "p50_us": round(us, 2), "ratio": round(us / TARGET_US, 3)} for name, us in times.items()]


def main() -> None:
    print(f"{'release, NATO, uncached':<42} {'p50 us':>10} {'x target':>9}")
    for row in run():
        print(f"{row['name']:<42} {row['p50_us']:>10} {row['ratio']:>9}")


if __name__ == "__main__":
    main()
