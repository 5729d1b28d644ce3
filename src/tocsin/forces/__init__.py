"""Forces: what an operation needs, what nations offer, and a lawful force package of it, explained.

`files` and `inventory` read; all else is pure and exact in whole numbers. docs/FORCES.md states every rule, so that
somebody else can check a package without this code.
"""
