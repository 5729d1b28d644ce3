"""Calling people out: what happened at the centre is told to a seat's contacts, rung by rung, until somebody knows."""
