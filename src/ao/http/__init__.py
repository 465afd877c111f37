"""HTTP with servers that are not ours, within limits."""
