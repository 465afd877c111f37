"""How long the lock can be lost unseen before production moves."""
