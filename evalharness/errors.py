"""Every error that evalharness raises on purpose.

    EvalHarnessError
    ├── InputError             exit 2   a file, option or dataset that we were given is wrong
    │   ├── PlanError                   the audit plan
    │   ├── ManifestError               a dataset manifest
    │   ├── DatasetError                the index, or files that it names
    │   ├── SystemInputError            weights, template files or score files
    │   └── RunFolderError              a run folder of another plan, or one in use
    ├── AdmissionRefusedError  exit 3   licence or consent does not admit the run
    └── RunError               exit 1   the run itself failed: a model broke, a disk is full
        └── MissingDependencyError      an optional library is not installed

A message says where, what was found, what was expected and what to do. An error that collects
several faults lists all of them, one per line.
"""

from collections.abc import Sequence


class EvalHarnessError(Exception):
    """Root of the tree; ``exit_code`` is what the command line returns."""

    exit_code = 1


class InputError(EvalHarnessError):
    """Something that we were given is wrong; ``faults`` holds every fault found, in file order.

    >>> print(InputError("plan.yaml: 2 faults", ["line 1", "line 2"]))
    plan.yaml: 2 faults
      line 1
      line 2
    """

    exit_code = 2

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n  ".join([message, *faults]))


class PlanError(InputError):
    """The audit plan is wrong."""


class ManifestError(InputError):
    """A dataset manifest is wrong, or the dataset that a plan names is not known."""


class DatasetError(InputError):
    """A dataset index, or a file that it names, is not what the manifest pinned."""


class SystemInputError(InputError):
    """Weights, precomputed templates or precomputed scores are not what was declared."""


class RunFolderError(InputError):
    """A run folder belongs to another plan, or is already in use."""


class AdmissionRefusedError(EvalHarnessError):
    """Licence or consent does not admit this run; ``reasons`` holds every reason, each with its source."""

    exit_code = 3

    def __init__(self, message: str, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n  ".join([message, *reasons]))


class RunError(EvalHarnessError):
    """The run itself failed. What was already computed stays in the run folder."""


class MissingDependencyError(RunError):
    """An optional library is not installed; the message names the extra that brings it."""
