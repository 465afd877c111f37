"""The commands of `ao`."""
