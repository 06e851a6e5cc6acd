"""Commands about one audit: check, run, report; and systems, schema."""

from pathlib import Path
from typing import Annotated

import typer

from evalharness.cli.app import app, interruptible, terminal_width

PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="The audit plan (YAML).")]
MOST_WORKERS = 1024
DataRoot = Annotated[Path | None, typer.Option("--data-root", help="Folder that holds the dataset's images.")]


@app.command()
def check(plan: PlanArgument, data_root: DataRoot = None) -> None:
    """Check a plan without running it: its form, the dataset's consent, the files where they can be found."""
    from evalharness.plan import load_plan
    from evalharness.preparation import check_audit

    for line in check_audit(load_plan(plan), data_root=data_root):
        typer.echo(line)


@app.command()
def run(
    plan: PlanArgument,
    out: Annotated[Path, typer.Option("--out", help="The run folder to write.")],
    data_root: DataRoot = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run of the same plan in this folder.")] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Remove templates and comparisons when the report is written.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=MOST_WORKERS,
            metavar="N",
            help="Processes that enrol and compare; default: one for each core. Fewer need less memory. Changes no "
            "number.",
        ),
    ] = None,
) -> None:
    """Run an audit: admit, enrol, compare, count, report."""
    from evalharness.pipeline import RunOptions, run_audit
    from evalharness.plan import load_plan
    from evalharness.reporting.terminal import summary_table

    options = RunOptions(out=out, data_root=data_root, resume=resume, discard=discard, progress=True, workers=workers)
    with interruptible("What was computed is kept: run again with --resume."):
        result = run_audit(load_plan(plan), options)
    typer.echo(summary_table(result, width=terminal_width()))
    typer.echo(f"\nReport: {out / 'report.html'}")


@app.command()
def report(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")]) -> None:
    """Write report.html and metrics.csv of a run folder again, from its result.json."""
    from evalharness.pipeline import write_reports
    from evalharness.result import load_result

    write_reports(load_result(folder / "result.json"), folder)
    typer.echo(f"Report: {folder / 'report.html'}")


@app.command()
def systems() -> None:
    """List the kinds of face system that can be audited, and what each needs."""
    from textwrap import fill

    from evalharness.systems import describe_systems

    width = max(40, terminal_width())
    for system in describe_systems():
        state = ", ".join(system.versions) or "nothing to install"
        typer.echo(fill(f"{system.kind}: {system.summary}", width, subsequent_indent="    "))
        for note in (state if system.installed else f"not installed; to install: {system.install}", *system.notes):
            text = fill(note, width, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)
            typer.echo(text)


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="[plan|manifest|result]", help="Which format.")] = "result",
) -> None:
    """Print the JSON Schema of a format."""
    import json

    from evalharness.pipeline import schema_of

    typer.echo(json.dumps(schema_of(name), indent=2))
