"""Commands: compare two runs."""
