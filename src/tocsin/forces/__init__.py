"""Forces: what an operation needs, what nations offer, and a lawful force package of it, explained.

`model`, `arcs`, `lift`, `greedy`, `explain` and `verify` are pure and exact in whole numbers; `files` and `inventory` read.
docs/FORCES.md states every rule, so that somebody else can check a package without this code.
"""
