"""Force packages at a centre, which keeps nothing of what it is sent: planned and checked.

>>> forces = Client("http://127.0.0.1:8420", "tct_…").forces
>>> plan = forces.plan(Path("case.toml").read_text(), Path("units.csv").read_text())
>>> forces.verify(plan)["lawful"]
True

A seat plans one thing at a time. ClientError's `mistakes` say all that is wrong with a case or an inventory.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.client.wire import Answer, Sent, Wire, target


class Forces:
    """What the centre works out about forces, over a client's own connections."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def plan(
        self, case: str, inventory: str, objectives: Sequence[str] = (), *, fairness: str = "equal", seconds: int = 10
    ) -> Answer:
        """A plan, as `tocsin forces plan --json` prints it, of the texts of a case file and of an inventory as CSV.

        With objectives it is made better for so many seconds, where the centre has the solver.
        """
        better = {"objectives": list(objectives), "fairness": fairness, "seconds": seconds} if objectives else {}
        return self._ask("plan", {"case": case, "inventory": inventory} | better)

    def verify(self, plan: dict[str, Any]) -> Answer:
        """Whether it is `lawful`, and the rules that it `breaks`."""
        return self._ask("verify", {"plan": plan})

    def explain(self, plan: dict[str, Any], line: str = "", *, seconds: int = 10) -> Answer:
        """Why lines are not filled, or one of them, and of each the cheapest single change that fills it."""
        return self._ask("explain", {"plan": plan, "line": line, "seconds": seconds})

    def what_if(self, plan: dict[str, Any], changes: Sequence[str], line: str = "", *, seconds: int = 10) -> Answer:
        """The plan once changes are made, each as `tocsin forces what-if` takes it: "drop-caveat XAB:night"."""
        return self._ask("what-if", {"plan": plan, "changes": list(changes), "line": line, "seconds": seconds})

    def gaps(self, cases: Sequence[str], inventory: str, *, together: bool = False) -> Answer:
        """What is missing over several cases, given as the texts of their files."""
        return self._ask("gaps", {"cases": list(cases), "inventory": inventory, "together": together})

    def burden(self, plan: dict[str, Any]) -> Answer:
        """What each nation bears of a lawful plan, against its fair share."""
        return self._ask("burden", {"plan": plan})

    def course(self, plan: dict[str, Any]) -> Answer:
        """When each unit of a lawful plan moves and is in place; what each line has by hour."""
        return self._ask("course", {"plan": plan})

    def _ask(self, what: str, body: dict[str, Any]) -> Answer:
        return self.wire.ask(Sent("POST", target("forces", what), msgspec.json.encode(body)))
