"""How soon the sites page answers, with one site and with many."""
