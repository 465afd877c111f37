"""Plans: from the facts of a site to the next steps, and what refuses them."""
