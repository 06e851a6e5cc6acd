"""Counts on disk: what `compare` and `review` read of a finished run."""
