"""Optional libraries: whether they are there, which version, and how to get them; nothing is imported."""

from importlib import metadata, util

from evalharness.errors import MissingDependencyError


def is_installed(module: str) -> bool:
    """Whether a top-level module could be imported.

    >>> is_installed("json"), is_installed("no_such_module")
    (True, False)
    """
    return util.find_spec(module) is not None


def require(*modules: str, install: str, purpose: str) -> None:
    """Refuse to go on without some modules.

    Args:
        modules: Top-level modules that must be importable.
        install: The command that brings them.
        purpose: What they are for, as the start of a sentence.

    Raises:
        MissingDependencyError: Names the modules that are missing and the command.
    """
    missing = [module for module in modules if not is_installed(module)]
    if missing:
        raise MissingDependencyError(f"{purpose} needs {', '.join(missing)}, which is not installed. Run: {install}")


def install_command(extra: str) -> str:
    """The command that installs an extra.

    >>> install_command("dlib")
    "pip install 'evalharness[dlib]'"
    """
    return f"pip install 'evalharness[{extra}]'"


def version_of(*distributions: str) -> str:
    """Name and version of the first of some distributions that is installed, or an empty string.

    >>> version_of("no-such-distribution")
    ''
    """
    for name in distributions:
        try:
            return f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
    return ""
