"""Placeholder docstring; the owner of this package rewrites it."""
