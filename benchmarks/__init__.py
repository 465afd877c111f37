"""Measurements of Ao, side by side with other ways."""
