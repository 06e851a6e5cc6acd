"""Ground truth: finding mislabelled people, recording decisions, and reading the data both ways."""
