"""Commands about datasets: the catalogue, and the synthetic benchmark."""

from pathlib import Path
from typing import Annotated

import typer

from evalharness.cli.app import app, datasets_app, interruptible, terminal_width


@datasets_app.command("list")
def datasets_list() -> None:
    """List the datasets of the catalogue."""
    from textwrap import fill

    from evalharness.manifests import catalogue

    width = max(40, terminal_width())
    for loaded in catalogue():
        manifest = loaded.manifest
        about = f"{manifest.name}, {manifest.version} ({manifest.kind}); {manifest.licence.name}"
        typer.echo(f"{manifest.id}\n{fill(about, width, initial_indent='    ', subsequent_indent='    ')}")


@datasets_app.command("show")
def datasets_show(dataset: Annotated[str, typer.Argument(metavar="ID", help="A dataset of the catalogue.")]) -> None:
    """Print what is known of a dataset: source, licence, consent, labels."""
    from evalharness.manifests import catalogue_entry

    typer.echo(catalogue_entry(dataset).path.read_text(encoding="utf-8"), nl=False)


@app.command()
def synth(
    out: Annotated[Path, typer.Option("--out", help="The folder to write: images, index and manifest.")],
    subjects: Annotated[int, typer.Option("--subjects", min=1, help="How many subjects; tones take turns.")] = 160,
    captures: Annotated[int, typer.Option("--captures", min=1, help="How many images of each.")] = 4,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.")] = 1,
) -> None:
    """Render the synthetic benchmark: faces that belong to nobody, to test the harness."""
    from evalharness.progress import RENDERING, counting, progress_for
    from evalharness.synthetic.writer import write_benchmark

    again = "The images that were written are kept: run again with the same options."
    with interruptible(again), counting(progress_for(words=RENDERING)) as progress:
        manifest = write_benchmark(out, subjects=subjects, captures=captures, seed=seed, progress=progress)
    typer.echo(f"Dataset: {manifest}")
