"""Whether the fast forms in ``peers`` say what the packages themselves say, on a few small draws of the same run."""

import contextlib
import importlib.metadata
import importlib.util
import io

import numpy as np

from evalharness.counts import Counts

from . import peers
from .drawing import draw
from .effects import Effect
from .observed import Observed, observe
from .population import Population

VERSIONS = {"fairlearn": "0.15.0", "cimat": "0.1.2"}
_POPULATION = Population(subjects=(12, 10), fmr=(0.2, 0.1), effect=Effect.MILD, images=3, fnmr=(0.2,))
_ROWS_REPLICATES = 200


def installed() -> dict[str, bool]:
    """Which peers can be checked here."""
    return {name: importlib.util.find_spec(name) is not None for name in VERSIONS}


def check(name: str, *, seed: int) -> str:
    """Compare a peer with its fast form.

    Returns:
        A sentence for the document.

    Raises:
        ValueError: They differ; the message has both.
    """
    version = importlib.metadata.version(name)
    compared = {"cimat": _check_cimat, "fairlearn": _check_fairlearn}[name](seed)
    known = "" if version == VERSIONS[name] else f" (the fast form was written for {VERSIONS[name]})"
    return f"{name} {version}{known}: {compared}"


def _draws(seed: int, number: int) -> tuple[Counts, list[Observed]]:
    counts = draw(_POPULATION, cut=-60.0, rng=np.random.default_rng([seed, number]))
    return counts, observe(counts, _POPULATION, 0.0)


def _check_cimat(seed: int) -> str:
    from cimat import UncertaintyEstimator

    largest, compared = 0.0, 0
    for number in range(5):
        counts, groups = _draws(seed, number)
        start = 0
        for group in groups:
            scores = _nested(counts, start, start + group.subjects)
            with contextlib.redirect_stderr(io.StringIO()):
                estimator = UncertaintyEstimator(scores=scores)
                fnmr, fmr = estimator.get_binerror_ci(threshold=0.0)
            for limits, mated in ((fmr, False), (fnmr, True)):
                ours = peers.cimat([group], mated=mated)[0, 1:]
                largest, compared = max(largest, float(np.abs(ours - limits).max())), compared + 1
            start += group.subjects
    if largest > 1e-9:
        raise ValueError(f"cimat: its limits and those of the fast form differ by up to {largest!r}")
    return f"{compared} intervals computed by the package too; largest difference {largest:.0e}"


def _nested(counts: Counts, start: int, stop: int) -> dict[int, dict[int, list[float]]]:
    """Scores by subject and subject, as cimat wants them: a non-mated comparison under both."""
    scores: dict[int, dict[int, list[float]]] = {i: {j: [] for j in range(start, stop)} for i in range(start, stop)}
    subject, mated, tail = counts.subject_of, counts.mated, counts.tail
    for probe, score in zip(subject[mated.probe].tolist(), mated.scores.tolist(), strict=True):
        if start <= probe < stop:
            scores[probe][probe].append(score)
    pairs = zip(subject[tail.probe].tolist(), subject[tail.reference].tolist(), tail.scores.tolist(), strict=True)
    for one, other, score in pairs:
        if start <= one < stop and start <= other < stop:
            scores[one][other].append(score)
            scores[other][one].append(score)
    return scores


def _check_fairlearn(seed: int) -> str:
    from fairlearn.metrics import MetricFrame, mean_prediction

    _, groups = _draws(seed, 0)
    errors, trials = peers.totals(groups, mated=False)
    wrong = np.concatenate([np.arange(m) < e for e, m in zip(errors.tolist(), trials.tolist(), strict=True)])
    frame = MetricFrame(
        metrics=mean_prediction,
        y_true=wrong.astype(int),
        y_pred=wrong.astype(int),
        sensitive_features=np.repeat(np.arange(len(groups)), trials),
        n_boot=_ROWS_REPLICATES,
        ci_quantiles=[0.25, 0.5, 0.75],
        random_state=seed,
    )
    theirs = np.stack([part.to_numpy() for part in frame.by_group_ci])
    ours = peers.row_replicates(errors, trials, replicates=100_000, rng=np.random.default_rng(seed))
    deviation = ours.std(axis=0)
    apart = float(np.abs((theirs - np.quantile(ours, [0.25, 0.5, 0.75], axis=0)) / deviation).max())
    if apart > 5 * 1.4 / np.sqrt(_ROWS_REPLICATES):  # five standard errors of a quartile
        raise ValueError(
            f"fairlearn: quartiles of its replicates and of the fast form differ by {apart:.3f} deviations"
        )
    return (
        f"quartiles of {_ROWS_REPLICATES} replicates of the package and of the fast form differ by at most "
        f"{apart:.2f} standard deviations (chance alone: up to about {3 * 1.36 / np.sqrt(_ROWS_REPLICATES):.2f})"
    )
