"""The doctor: what this cloud does to connections when production is switched."""
