"""YAML 1.2 with positions, and pydantic faults with their line and column."""
