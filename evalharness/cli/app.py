"""The application object and what all commands share."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    name="evalharness",
    help="Measure how the errors of face recognition systems differ between demographic groups.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
datasets_app = typer.Typer(help="The catalogue of datasets: licence, consent, files.", no_args_is_help=True)
app.add_typer(datasets_app, name="datasets")


def _version(show: bool) -> None:
    if show:
        from evalharness.version import __version__

        typer.echo(f"evalharness {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Measure how the errors of face recognition systems differ between demographic groups."""


@contextmanager
def interruptible(then: str) -> Iterator[None]:
    """Say what an interrupt leaves behind; exit code 130, as shells expect."""
    try:
        yield
    except KeyboardInterrupt:
        fail(f"interrupted. {then}", 130)


def terminal_width() -> int:
    """Columns of the terminal, 100 where there is none."""
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def fail(message: str, code: int) -> NoReturn:
    """Print one message on standard error and leave with an exit code."""
    typer.echo(f"evalharness: {message}", err=True)
    sys.exit(code)
