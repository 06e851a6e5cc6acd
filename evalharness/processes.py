"""What worker processes have in common: they are spawned, single-threaded and cannot outlive their parent."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def spawning() -> Iterator[None]:
    """Surrounds the start of workers: one thread each, and the caller's script is not imported in them.

    Libraries read the number of threads when they are loaded, so that it must stand in the environment that a
    worker inherits. multiprocessing imports ``__main__`` in every worker, so that a script without an
    ``if __name__`` guard would start its work again in each of them; ours need nothing from it.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in _THREADS}
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def start_worker() -> None:
    """First thing in a worker: an interrupt is the parent's business, and the parent's death is the worker's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A worker whose parent was killed would otherwise wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
