"""Proof that a switch keeps its promise, many times in a row: `python -m tests.bench.proof`."""
