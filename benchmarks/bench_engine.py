"""How many commands the engine decides and folds in a CPU second, on the NATO charter."""

from datetime import date
from time import process_time_ns

from tocsin import load_charter
from tocsin.alliance.commands import CloseProcedure, Command, MakeRequest, StatePosition, TableText
from tocsin.alliance.facts import Refusal
from tocsin.alliance.state import EMPTY
from tocsin.alliance.step import decide, evolve
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import HOUR_US, Instant, PartyId, instant

CRISES = 200
ROUNDS = 5


def crisis(charter: Snapshot) -> list[Command]:
    """A request, a text, one position of each member, and the close: 35 commands for 32 members."""
    members = sorted(charter.group("members"))
    start = instant(charter.on)
    first = members[0]
    threat = Event(kind="threat", victim=first)
    matter = "task-military-authorities"
    commands: list[Command] = [
        MakeRequest(id="a", at=start, by=first, case="k", request="r", duty="consult", event=threat),
        TableText(id="b", at=start, by=first, case="k", procedure="p", matter=matter, text="t"),
    ]
    for number, member in enumerate(members):
        at = Instant(start + number * HOUR_US)
        party = PartyId(member)
        commands.append(
            StatePosition(id=f"p{number}", at=at, by=member, case="k", procedure="p", party=party, position="support")
        )
    end = Instant(start + len(members) * HOUR_US)
    return [*commands, CloseProcedure(id="z", at=end, by="SG", case="k", procedure="p")]


def run() -> list[dict[str, object]]:
    """One row: commands decided and evolved per CPU second, the best of some rounds."""
    charter = load_charter("nato").as_of(date(2025, 1, 1))
    commands = crisis(charter)
    best_ns = min(_round_ns(charter, commands) for _ in range(ROUNDS))
    per_second = len(commands) * CRISES * 1_000_000_000 / best_ns
    return [
        {
            "name": "decide + evolve, NATO, 32 members",
            "commands": len(commands) * CRISES,
            "cpu_us_each": round(1_000_000 / per_second, 2),
            "commands_per_cpu_s": round(per_second),
            "ratio_to_target": round(per_second / 20_000, 2),
        }
    ]


def _round_ns(charter: Snapshot, commands: list[Command]) -> int:
    start = process_time_ns()
    for _ in range(CRISES):
        state = EMPTY
        for command in commands:
            facts = decide(charter, state, command)
            if isinstance(facts, Refusal):
                raise SystemExit(f"the benchmark's own command was refused: {facts.message}")
            for fact in facts:
                state = evolve(state, fact)
    return process_time_ns() - start


def main() -> None:
    for row in run():
        print("  ".join(f"{name}: {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
