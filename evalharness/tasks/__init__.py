"""Tasks: what is compared, and what is counted."""
