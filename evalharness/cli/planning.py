"""Commands: power and claim."""
