"""Reports of cut-overs: what a switch did to production's users."""
