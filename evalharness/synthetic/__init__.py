"""The synthetic benchmark: faces that belong to nobody, and score twins with known population rates.

Both test the harness. Neither says anything about how a face system treats people.
"""
