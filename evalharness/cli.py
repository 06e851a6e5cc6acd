"""The command line: thin. Every command parses paths, calls one function and prints its answer.

Exit codes: 0 done, 1 failed, 2 bad input, 3 refused (licence or consent). A user's mistake prints one
message on standard error and no traceback. Nothing heavy is imported before a command needs it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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

PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="The audit plan (YAML).")]
DataRoot = Annotated[Path | None, typer.Option("--data-root", help="Folder that holds the dataset's images.")]


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
) -> None:
    """Run an audit: admit, enrol, compare, count, report."""
    from evalharness.pipeline import RunOptions, run_audit
    from evalharness.plan import load_plan
    from evalharness.reporting.terminal import summary_table

    options = RunOptions(out=out, data_root=data_root, resume=resume, discard=discard, progress=True)
    with _interruptible("What was computed is kept: run again with --resume."):
        result = run_audit(load_plan(plan), options)
    typer.echo(summary_table(result, width=_terminal_width()))
    typer.echo(f"\nReport: {out / 'report.html'}")


@app.command()
def report(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run folder.")]) -> None:
    """Write report.html and metrics.csv of a run folder again, from its result.json."""
    from evalharness.pipeline import write_reports
    from evalharness.result import load_result

    write_reports(load_result(folder / "result.json"), folder)
    typer.echo(f"Report: {folder / 'report.html'}")


@datasets_app.command("list")
def datasets_list() -> None:
    """List the datasets of the catalogue."""
    from evalharness.manifests import catalogue

    for loaded in catalogue():
        manifest = loaded.manifest
        typer.echo(f"{manifest.id}\n    {manifest.name}, {manifest.version} ({manifest.kind}); {manifest.licence.name}")


@datasets_app.command("show")
def datasets_show(dataset: Annotated[str, typer.Argument(metavar="ID", help="A dataset of the catalogue.")]) -> None:
    """Print what is known of a dataset: source, licence, consent, labels."""
    from evalharness.manifests import catalogue_entry

    typer.echo(catalogue_entry(dataset).path.read_text(encoding="utf-8"), nl=False)


@app.command()
def systems() -> None:
    """List the kinds of face system that can be audited, and what each needs."""
    from textwrap import fill

    from evalharness.systems import describe_systems

    width = max(40, _terminal_width())
    for system in describe_systems():
        state = ", ".join(system.versions) or "nothing to install"
        typer.echo(fill(f"{system.kind}: {system.summary}", width, subsequent_indent="    "))
        for note in (state if system.installed else f"not installed; to install: {system.install}", *system.notes):
            text = fill(note, width, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)
            typer.echo(text)


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
    with _interruptible(again), counting(progress_for(words=RENDERING)) as progress:
        manifest = write_benchmark(out, subjects=subjects, captures=captures, seed=seed, progress=progress)
    typer.echo(f"Dataset: {manifest}")


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="[plan|manifest|result]", help="Which format.")] = "result",
) -> None:
    """Print the JSON Schema of a format."""
    import json

    from evalharness.pipeline import schema_of

    typer.echo(json.dumps(schema_of(name), indent=2))


@contextmanager
def _interruptible(then: str) -> Iterator[None]:
    """Say what an interrupt leaves behind; exit code 130, as shells expect."""
    try:
        yield
    except KeyboardInterrupt:
        _fail(f"interrupted. {then}", 130)


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def main() -> None:
    """Entry point: run a command, turn our errors into one message and an exit code."""
    from evalharness.errors import EvalHarnessError

    try:
        app()
    except EvalHarnessError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}", 1)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"evalharness: {message}", err=True)
    sys.exit(code)
