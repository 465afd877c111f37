"""What becomes of users' sessions at a switch, by each kind of session persistence."""
