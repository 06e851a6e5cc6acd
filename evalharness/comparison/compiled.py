"""Whether compiled loops are at hand: they need numba (extra ``fast``) and are imported on first use."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


@cache
def kernels() -> ModuleType | None:
    """The module of compiled loops; None without numba."""
    return None if find_spec("numba") is None else import_module("evalharness.comparison.loops")
