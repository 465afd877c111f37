"""The box: a real OpenStack on one machine, to try Ao and to test it."""
