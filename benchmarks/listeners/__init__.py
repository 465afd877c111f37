"""What users of several listeners have of switches: `python -m benchmarks.listeners`."""
