"""The centre: the engine live. One writer over the durable ledger, an injected clock, and one door to read by."""
