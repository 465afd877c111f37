"""Proof that a switch keeps its promise, many times in a row: `python -m benchmarks.proof`."""
