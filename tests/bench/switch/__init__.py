"""Ways of switching production, side by side: `python -m tests.bench.switch`."""
