"""evalharness: how the errors of face recognition systems differ between demographic groups.

``run_audit(load_plan(path))`` runs an audit and returns its ``AuditResult``. Names are imported on first
use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from evalharness.version import __version__

if TYPE_CHECKING:
    from evalharness.pipeline import RunOptions, run_audit
    from evalharness.plan import AuditPlan, load_plan
    from evalharness.result import AuditResult, load_result

__all__ = ["AuditPlan", "AuditResult", "RunOptions", "__version__", "load_plan", "load_result", "run_audit"]

_HOME = {
    "AuditPlan": "plan",
    "AuditResult": "result",
    "RunOptions": "pipeline",
    "load_plan": "plan",
    "load_result": "result",
    "run_audit": "pipeline",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'evalharness' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"evalharness.{_HOME[name]}"), name)
