"""Measurements, run by `python -m benchmarks`. They print ratios; no test asserts a time."""
