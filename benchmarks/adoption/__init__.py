"""A site that somebody made without Ao: adopted, released, switched to and fro, and given back."""
