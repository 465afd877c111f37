"""What the box does through its cloud's own APIs, with the libraries of its environment."""
