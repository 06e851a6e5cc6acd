"""Whether compiled loops are at hand: they need numba (extra ``fast``) and are imported on first use."""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_LOOPS = "evalharness.comparison.loops"


@cache
def kernels() -> ModuleType | None:
    """The module of compiled loops; None without numba."""
    return None if find_spec("numba") is None else import_module(_LOOPS)


def loaded() -> bool:
    """Whether the compiled loops are loaded, so that even a few pairs are worth them."""
    return _LOOPS in sys.modules
