"""Commands: review of the ground truth."""

from pathlib import Path
from typing import Annotated

import typer

from evalharness.cli.app import app, terminal_width


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder with its comparisons.")],
    manifest: Annotated[Path | None, typer.Option("--manifest", help="Manifest of a dataset of one's own.")] = None,
    data_root: Annotated[Path | None, typer.Option("--data-root", help="Folder that holds the images.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many of each to list.")] = 20,
    write: Annotated[Path | None, typer.Option("--write", help="Write a table for decisions to this new file.")] = None,
) -> None:
    """List the pairs whose labels deserve a look. Names people: for local use, never part of a report."""
    from evalharness.review import check_new, decision_sheet, find_doubtful, open_review, review_text, write_sheet

    if write is not None:
        check_new(write)
    run = open_review(folder, manifest=manifest, data_root=data_root)
    points = run.result.operating_points
    findings = find_doubtful(run.samples, run.counts, points, comparator=run.comparator, most=most)
    typer.echo(review_text(run, findings, width=terminal_width()), nl=False)
    if write is not None:
        write_sheet(write, decision_sheet(findings, run.samples))
        typer.echo(f"\nTable for decisions: {write}")
