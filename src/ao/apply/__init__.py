"""Applying a plan: steps are performed, Heat is waited for, production is switched."""
