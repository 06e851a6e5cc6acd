"""Counts: everything that the statistics may see of a comparison run."""
