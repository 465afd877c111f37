"""What users of HTTPS have of switches and renewals: `python -m benchmarks.https`."""
