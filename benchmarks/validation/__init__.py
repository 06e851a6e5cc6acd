"""Known populations, draws from them, and how often intervals hold the truth; the command is ``coverage.py``."""
