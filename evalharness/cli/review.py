"""Commands: review of the ground truth."""
