"""The calls of the cloud that a release makes, counted on the fake cloud."""
