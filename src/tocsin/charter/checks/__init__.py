"""What the loader checks of a charter beyond its structure, one subject a file."""
