"""Cut-overs: what a switch did to production's users, and how it is measured."""
