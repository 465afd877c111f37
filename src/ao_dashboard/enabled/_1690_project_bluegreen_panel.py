"""Puts the panel under Project, Orchestration."""

PANEL = "bluegreen"
PANEL_DASHBOARD = "project"
PANEL_GROUP = "orchestration"
ADD_PANEL = "ao_dashboard.bluegreen.panel.BlueGreen"
ADD_INSTALLED_APPS = ["ao_dashboard"]
AUTO_DISCOVER_STATIC_FILES = True
