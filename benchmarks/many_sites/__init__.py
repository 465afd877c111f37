"""What Ao takes in a project of many sites, on the fake cloud with the latencies of a real one."""
