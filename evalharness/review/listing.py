"""A review on a terminal: plain text, readable at 60 columns. It names people, so it is for local eyes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from evalharness.records import Sample, Samples
from evalharness.reporting.columns import columns, wrapped
from evalharness.reporting.numbers import plain_rate
from evalharness.reporting.text import one_line
from evalharness.review.findings import Finding, FindingKind, Findings
from evalharness.review.loading import ReviewedRun

_NARROWEST = 60
_SIDE = 34  # columns that each of two samples needs beside each other
_TITLES = {
    FindingKind.SAME_FILE: "One file under two subjects",
    FindingKind.SAME_TEMPLATE: "Two files under two subjects that gave the same template",
    FindingKind.SWAP: "Samples that match nobody of their own subject, but somebody else",
    FindingKind.NON_MATED: "Most alike of two subjects (highest non-mated scores)",
    FindingKind.MATED: "Least alike of one subject (lowest mated scores)",
}


def review_text(run: ReviewedRun, findings: Findings, *, width: int) -> str:
    """Everything that a review found.

    Args:
        run: What was reviewed.
        findings: What ``find_doubtful`` gave.
        width: Columns of the terminal; below 60 it is taken as 60.

    Returns:
        Lines of at most ``width`` columns, except that paths are never cut; without control characters.
    """
    width = max(width, _NARROWEST)
    lines = [*_head(run, findings, width)]
    for kind, title in _TITLES.items():
        found = [finding for finding in findings.findings if finding.kind is kind]
        lines += ["", *wrapped(f"{title}: {len(found) or 'none found'}", width)]
        for number, finding in enumerate(found, start=1):
            lines += _entry(number, finding, findings, run, width)
    lines += ["", *_foot(findings, width)]
    return "\n".join(lines) + "\n"


def _head(run: ReviewedRun, findings: Findings, width: int) -> Iterator[str]:
    samples = run.samples
    yield from wrapped(f"{run.result.system.name} on {run.result.dataset.name}", width)
    yield from wrapped(f"{len(samples)} samples of {len(samples.subjects)} subjects", width)
    yield from wrapped("For local use: names and paths of people's samples. Do not publish.", width)
    for name, total in findings.false_matches.items():
        pairs = findings.shares[name]
        text = f"{name}: {total} false matches"
        if pairs:
            (a, b), share = max(pairs.items(), key=lambda item: (item[1], (-item[0][0], -item[0][1])))
            both = f"{samples.subjects[a]} and {samples.subjects[b]}"
            text += f" of {len(pairs)} pairs of subjects; no pair carries more than {both}: {plain_rate(share)}"
        yield from wrapped(text, width)


def _entry(number: int, finding: Finding, findings: Findings, run: ReviewedRun, width: int) -> Iterator[str]:
    yield from wrapped(f"{number}. {_score(finding, run)}{_shares(finding, findings, run.samples)}", width, indent="  ")
    first, second = (run.samples.rows[i] for i in (finding.probe, finding.reference))
    table = [("", "probe", "reference"), *_facts(first, second)]
    if width >= 2 * _SIDE + max(columns(line[0]) for line in table):
        yield from _side_by_side(table, width)
    else:
        for title, place, sample in (("probe", 1, first), ("reference", 2, second)):
            facts = ", ".join(f"{line[0]} {line[place]}" for line in table[1:])
            yield from wrapped(f"{title}: {facts}", width, indent="     ")
            yield f"     {_path(sample, run.root)}"
        return
    for sample in (first, second):
        yield f"     {_path(sample, run.root)}"


def _score(finding: Finding, run: ReviewedRun) -> str:
    kind = run.result.system.score_kind
    text = "not compared, or its score was not kept" if finding.score is None else f"{kind} {finding.score:.6g}"
    if finding.own_best is not None:
        text += f" with another subject; best with its own {finding.own_best:.6g}"
    return text


def _shares(finding: Finding, findings: Findings, samples: Samples) -> str:
    a, b = (int(samples.subject_of[i]) for i in (finding.probe, finding.reference))
    parts = [
        f"{plain_rate(share)} of the false matches at {name}"
        for name, pairs in findings.shares.items()
        if (share := pairs.get((min(a, b), max(a, b))))
    ]
    return f"; these two subjects carry {', '.join(parts)}" if parts else ""


def _facts(first: Sample, second: Sample) -> Iterator[tuple[str, str, str]]:
    yield "sample", one_line(first.sample), one_line(second.sample)
    yield "subject", one_line(first.subject), one_line(second.subject)
    for attribute in first.labels:
        values = (one_line(sample.labels.get(attribute) or "(missing)") for sample in (first, second))
        yield one_line(attribute), next(values), next(values)


def _side_by_side(table: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """Left-aligned: these are names, not numbers."""
    names = max(columns(line[0]) for line in table)
    room = (width - names - 9) // 2
    for line in table:
        cells = [cell if columns(cell) <= room else cell[: room - 1] + "…" for cell in line[1:]]
        padded = cells[0] + " " * (room - columns(cells[0]))
        yield f"     {line[0].ljust(names)}  {padded}  {cells[1]}".rstrip()


def _path(sample: Sample, root: Path | None) -> str:
    return one_line(sample.path if root is None else str(root / sample.path))


def _foot(findings: Findings, width: int) -> Iterator[str]:
    for sentence in findings.unseen:
        yield from wrapped(f"Not looked for: {sentence}.", width)
    yield from wrapped(
        "A high score is no proof: twins, relatives and a weak system score high too. Look at both files. Write what "
        "you decide into a file of decisions (--write FILE) and name it in the plan: ground_truth: {decisions: FILE}.",
        width,
    )
