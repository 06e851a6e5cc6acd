"""How often the harness's intervals hold the truth, beside other tools: writes docs/validation.md.

Draws audits of populations with known error rates, measures each, and counts how often each 95 % interval holds the
population's value. Other tools (``benchmarks/requirements.txt``) get columns of their own where they are installed.

    python benchmarks/coverage.py --write docs/validation.md
    python benchmarks/coverage.py --write docs/validation.md --resume FOLDER   # goes on where it was stopped
    python benchmarks/coverage.py --quick
"""

import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # processes are the unit of parallel work; read when numpy is imported

from validation.command import main

if __name__ == "__main__":
    sys.exit(main())
