"""Commands: compare two runs."""

from pathlib import Path
from typing import Annotated

import typer

from evalharness.cli.app import app, terminal_width


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR", help="The run folder of one system.")],
    second: Annotated[Path, typer.Argument(metavar="DIR", help="That of another, on the same samples.")],
    json: Annotated[Path | None, typer.Option("--json", help="Also write everything to this new file.")] = None,
) -> None:
    """Compare two systems on the same comparisons: differences and ratios of their rates, group by group."""
    from evalharness.comparing import compare_runs, comparison_table, dump_comparison, load_run
    from evalharness.errors import InputError
    from evalharness.files import write_atomic

    if json is not None and (json.is_symlink() or json.exists()):
        raise InputError(f"{json}: is there already, so it is left as it is. Name another file for --json.")
    comparison = compare_runs(load_run(first), load_run(second))
    typer.echo(comparison_table(comparison, width=terminal_width()), nl=False)
    if json is not None:
        write_atomic(json, dump_comparison(comparison).encode())
        typer.echo(f"\nComparison: {json}")
