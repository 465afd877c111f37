"""What an outage of a service within a command costs."""
