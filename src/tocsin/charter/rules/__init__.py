"""The algebra of decision rules: kinds as data, ballots, verdicts, and their explanation. docs/RULES.md is its law."""
