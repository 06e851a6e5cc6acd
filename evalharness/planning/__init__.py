"""Planning: what a dataset can detect (power), and what a published claim supports."""
