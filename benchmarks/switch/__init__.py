"""Ways of switching production, side by side: `python -m benchmarks.switch`."""
