"""Commands: power and claim."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from evalharness.cli.app import app, terminal_width

if TYPE_CHECKING:
    from evalharness.planning.answers import PowerAnswer
    from evalharness.planning.claim import ClaimAnswer

_NARROWEST, _WIDEST = 40, 100
Json = Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")]
Level = Annotated[str, typer.Option("--level", help="Level of limits and of the two-sided test.")]


@app.command()
def power(
    rate: Annotated[str, typer.Option("--rate", help="The lower of the two error rates, such as 0.01.")],
    ratio: Annotated[str, typer.Option("--ratio", help="Higher rate / lower rate.")] = "2",
    level: Level = "0.95",
    power: Annotated[str, typer.Option("--power", help="Chance to see such a difference.")] = "0.8",
    deff: Annotated[str | None, typer.Option("--deff", help="Design effect: comparisons / effective ones.")] = None,
    icc: Annotated[
        str | None,
        typer.Option("--icc", help="Correlation of two comparisons that share a subject; for FMR at most 0.5 counts."),
    ] = None,
    images: Annotated[str | None, typer.Option("--images", help="Images of each subject; 2 by default.")] = None,
    groups: Annotated[str | None, typer.Option("--groups", help="Subjects of groups: a=69,b=13.")] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Take the groups of this dataset: an id, or a manifest file.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Label that divides the dataset; its first by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Say how many comparisons and subjects a difference needs, and what a dataset can show."""
    from evalharness.planning.power import power as answer_power
    from evalharness.planning.power_words import power_text
    from evalharness.planning.questions import power_question

    given = {"rate": rate, "ratio": ratio, "level": level, "power": power, "deff": deff, "icc": icc, "images": images}
    answer = answer_power(power_question({**given, "groups": groups, "dataset": dataset, "by": by}))
    typer.echo(_as_json(answer, {}) if json else power_text(answer, width=_width()))


@app.command()
def claim(
    trials: Annotated[str | None, typer.Option("--trials", help="Number of trials.")] = None,
    errors: Annotated[str | None, typer.Option("--errors", help="How many of them were errors.")] = None,
    correct: Annotated[str | None, typer.Option("--correct", help="How many were right, instead of --errors.")] = None,
    of: Annotated[str | None, typer.Option("--of", help="Of how many, instead of --trials.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="fnir, fpir, fmr, fnmr or accuracy.")] = None,
    searches: Annotated[bool, typer.Option("--searches", help="Searches of enrolled people: kind fnir.")] = False,
    subjects: Annotated[str | None, typer.Option("--subjects", help="How many people took part.")] = None,
    level: Level = "0.95",
    json: Json = False,
) -> None:
    """Say what a published claim supports, and what it does not."""
    from evalharness.planning.claim import judge
    from evalharness.planning.claim_words import claim_text, not_supported, supported
    from evalharness.planning.questions import claim_question

    given = {"trials": trials, "errors": errors, "correct": correct, "of": of}
    question = claim_question({**given, "kind": kind, "subjects": subjects, "level": level}, searches=searches)
    answer = judge(question)
    if json:
        words = {"supported": supported(answer), "not_supported": list(not_supported(answer))}
        typer.echo(_as_json(answer, words))
    else:
        typer.echo(claim_text(answer, width=_width()))


def _width() -> int:
    return max(_NARROWEST, min(terminal_width(), _WIDEST))


def _as_json(answer: "PowerAnswer | ClaimAnswer", words: Mapping[str, object]) -> str:
    """A record as JSON; None stays null."""
    import json

    return json.dumps({**asdict(answer), **words}, indent=2, allow_nan=False)
