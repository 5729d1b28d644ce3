"""Common claims about alliances, judged by asking the charters' rows."""
