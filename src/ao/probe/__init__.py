"""The probe: a client that measures what users of a URL see."""
