"""The text that `tocsin charter new` writes: a small charter of invented states that passes every check."""

from re import fullmatch

from tocsin.errors import CharterError, Problem

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9().-]{0,63}"


def template(charter_id: str) -> str:
    """A commented starting charter with this id. Raises CharterError for an id that no charter may have."""
    if fullmatch(ID_PATTERN, charter_id) is None:
        accepted = "1 to 64 letters, digits, dots, hyphens and ( ), no spaces; such as 'my-pact'"
        raise CharterError([Problem("charter new", 0, "id", f"'{charter_id}' cannot name a charter", accepted)])
    return _TEXT.replace("MY-PACT", charter_id)


_TEXT = """\
# A charter: a treaty as data. Everything after a # is a remark.
# Check it with:  ./tocsin charter check THIS-FILE
# How to write one: docs/CHARTERS.md. Every field there is: docs/reference/charter-fields.md
#
# It begins with invented states (XAA to XZZ), so that you can try things out.

schema = 1

[charter]
id = "MY-PACT"
title = "MY-PACT: a pact of three invented states"
hypothetical = true # remove this line for a treaty of real states, and give real sources

[[party]]
id = "XAA"
name = "Ardovia"

[[party]]
id = "XAB"
name = "Belmora"

[[party]]
id = "XAC"
name = "Corvenna"

# ---- The treaty and its articles, in your own words. Never copy treaty sentences.
# class says how you saw the wording: "official text", "official statement", "press", "secondary" or "memory".

[[instrument]]
id = "P"
title = "Pact of mutual help (invented)"
kind = "treaty"
in_force = 2020-01-01

[[clause]]
id = "P.1"
instrument = "P"
article = "1"
from = 2020-01-01
summary = "The members meet in a council that decides by consensus."
source = "invented"
class = "invented"

[[clause]]
id = "P.2"
instrument = "P"
article = "2"
from = 2020-01-01
summary = "Members help a member under attack from outside when it asks for help."
source = "invented"
class = "invented"

# ---- Who belongs. A row holds from `from` up to, not including, `to`.

[[membership]]
party = "XAA"
status = "member"
from = 2020-01-01
clause = "P.1"

[[membership]]
party = "XAB"
status = "member"
from = 2020-01-01
clause = "P.1"

[[membership]]
party = "XAC"
status = "observer"
from = 2022-01-01
clause = "P.1"

# ---- Who decides, and how. What your sources do not give goes under `unset` with the reason: never guess.

[[organ]]
id = "council"
name = "Council"
clause = "P.1"
electorate = "members"
chair = "rotating"
convened_by = ["members"]
unset = { convene_within = "the Pact gives no time", quorum = "the Pact gives none" }

[[rule]]
id = "consensus"
kind = "consensus" # docs/RULES.md explains every kind
clause = "P.1"

[[matter]]
id = "assist"
title = "Help for a member under attack"
kind = "force"
clause = "P.2"
forum = [{ organ = "council", rule = "consensus" }]

# ---- What is owed, when, and unless what.

[[duty]]
id = "assist"
title = "Help a member under attack"
clause = "P.2"
bearer = ["members"]
bearer_minus = ["victim"]
when = { all = [
  { field = "kind", is = "armed attack" },
  { field = "victim", group = "members" },
] }
request_by = ["victim"]
qualified_by = "council"
decision = "assist" # the matter above; "automatic" where nobody needs to decide
content = "The help that each member thinks necessary."

[[duty.unless]]
if = { field = "external", is = false }
why = "The attack did not come from outside."

# ---- How the record is kept: what a party that joins may read of earlier days ("all", "from joining" or "none"),
# and what takes two persons of a delegation ("break" of a silence, "force", "recall" of a warning). May be left out.

[[conduct]]
id = "record"
joiner_history = "from joining"
two_persons = ["recall"]
clause = "P.1"

# ---- What to do next
# 1. Check this file, change something, check again: every mistake is named with its line.
# 2. Add a [[duty]] to consult, and a [[provision]] for leaving: docs/CHARTERS.md has examples of both.
# 3. A complete charter to copy from ships with Tocsin: src/tocsin/charters/meridian.toml
"""
