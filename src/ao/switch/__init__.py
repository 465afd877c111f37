"""Ways to make another system live."""
