"""Whether compiled loops are at hand: they need numba (extra ``fast``) and are imported on first use."""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

_LOOPS = "evalharness.comparison.loops"
# An installed numba may not load: ImportError for a numpy it does not know, AttributeError or SystemError where its
# own check came too late, OSError for a shared library.
_BROKEN = (ImportError, AttributeError, SystemError, OSError, RuntimeError)


@cache
def kernels() -> ModuleType | None:
    """The module of compiled loops; None where numba is not installed or does not load."""
    if find_spec("numba") is None:
        return None
    try:
        return import_module(_LOOPS)
    except _BROKEN:
        return None


def loaded() -> bool:
    """Whether the compiled loops are loaded, so that even a few pairs are worth them."""
    return _LOOPS in sys.modules
