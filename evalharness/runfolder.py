"""The run folder: lock, resolved plan, log."""
