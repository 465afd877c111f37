"""Files that a user names for a command to read or to write."""
