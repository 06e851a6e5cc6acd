"""What holds for every test."""

from hypothesis import settings

# A slow machine is no defect: speed is measured in benchmarks/, never in a test.
settings.register_profile("evalharness", deadline=None)
settings.load_profile("evalharness")
