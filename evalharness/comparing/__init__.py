"""Two runs on the same samples, compared pair by pair."""
