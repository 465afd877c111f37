"""The decision window: whether production, after a switch, is as good as it was before."""
