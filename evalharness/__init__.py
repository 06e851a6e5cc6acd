"""evalharness: how the errors of face recognition systems differ between demographic groups."""

__version__ = "0.1.0"
