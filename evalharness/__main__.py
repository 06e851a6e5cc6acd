"""``python -m evalharness``: the command line."""

from evalharness.cli import main

if __name__ == "__main__":
    main()
