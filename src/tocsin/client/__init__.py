"""A client of a centre's HTTP API. The command line uses it, and so may anybody's program."""

from tocsin.client.client import Client
from tocsin.errors import ClientError

__all__ = ["Client", "ClientError"]
