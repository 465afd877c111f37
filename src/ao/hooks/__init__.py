"""Hooks: the operator's commands and webhooks in a release."""
