"""The timetable of a release: how long a maintenance window it needs, and whether it fits one."""
