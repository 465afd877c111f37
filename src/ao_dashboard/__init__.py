"""The blue-green screen inside Horizon."""
