"""The command line: thin. Every command parses paths, calls one function and prints its answer.

Exit codes: 0 done, 1 failed, 2 bad input, 3 refused (licence or consent). A user's mistake prints one
message on standard error and no traceback. Nothing heavy is imported before a command needs it.
"""

import sys

from evalharness.cli import audit, comparing, datasets, planning, review  # each registers its commands
from evalharness.cli.app import app, fail

__all__ = ["app", "audit", "comparing", "datasets", "main", "planning", "review"]


def main() -> None:
    """Entry point: run a command, turn our errors into one message and an exit code."""
    from evalharness.errors import EvalHarnessError

    try:
        app()
    except EvalHarnessError as error:
        fail(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        fail(f"{error.filename or 'file'}: {error.strerror or error}", 1)
