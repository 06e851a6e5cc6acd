"""Scores with subject effects whose error rates in the population are known: a truth to check statistics against.

The model. Subject s of group g has two standard normal effects, a_s for mated and b_s for non-mated comparisons.
With independent standard normal e for every comparison, a score (similarity) is

    mated, subject s of g            m_g + u_g a_s + v_g e
    non-mated, s of g and r of h     n_gh + w_g b_s + w_h b_r + z e,   n_gh = (n_g + n_h) / 2 - [g != h] d

so that over subjects drawn anew the scores of a cell are normal, and its error rates are values of the normal
distribution function. Comparisons of one subject share its effect, which is what makes n pairs less than n facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr, ndtri

from evalharness.errors import InputError
from evalharness.records import BoolArray, FloatArray, IntArray, ListedScores, PairList, frozen

MOST_COMPARISONS = 20_000_000  # about 1 GB while they are drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinGroup:
    """One group of drawn subjects; it stands for nobody."""

    name: str
    subjects: int
    captures: int = 2
    mated_mean: float = 4.0  # m_g
    mated_effect: float = 0.6  # u_g, standard deviation between subjects
    mated_noise: float = 0.8  # v_g, between comparisons of one subject
    non_mated_mean: float = 0.0  # n_g
    non_mated_effect: float = 0.5  # w_g


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSpec:
    """A population, and how many of its subjects are drawn."""

    groups: tuple[TwinGroup, ...]
    non_mated_noise: float = 0.8  # z
    apart: float = 0.5  # d: how much less alike subjects of different groups are

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise InputError("score twin: the population cannot be drawn", faults)


@dataclass(frozen=True, slots=True)
class TwinDraw:
    """One draw: all pairs of all samples, in row order of the upper triangle."""

    sample_subject: IntArray = field(repr=False)  # (n samples,) index of the subject
    subject_group: IntArray = field(repr=False)  # (n subjects,) index into spec.groups
    probe: IntArray = field(repr=False)  # (m,) sample index
    reference: IntArray = field(repr=False)  # (m,) sample index
    scores: FloatArray = field(repr=False)  # (m,) similarity
    mated: BoolArray = field(repr=False)  # (m,)

    def listed(self) -> ListedScores:
        """The draw as a score file would give it: every comparison completed."""
        return ListedScores(PairList(self.probe, self.reference), self.scores, frozen(np.ones(len(self.scores), bool)))


@dataclass(frozen=True, slots=True)
class TwinTruth:
    """Population rates at one threshold; a match is ``score >= threshold``."""

    threshold: float
    fnmr: Mapping[str, float]  # by group name
    fmr: Mapping[tuple[str, str], float]  # by both orders of two group names; the same name twice is within
    pooled_fnmr: float | None  # over all mated comparisons of the design; None where it has none
    pooled_fmr: float | None


def draw_scores(spec: TwinSpec, *, rng: np.random.Generator) -> TwinDraw:
    """Draw subjects and every comparison between their samples.

    Args:
        spec: The population.
        rng: Where all randomness comes from; the same state gives the same draw.
    """
    sizes = [group.subjects for group in spec.groups]
    subject_group = np.repeat(np.arange(len(sizes)), sizes)
    captures = np.repeat([group.captures for group in spec.groups], sizes)
    sample_subject = np.repeat(np.arange(len(subject_group)), captures)
    probe, reference = np.triu_indices(len(sample_subject), 1)
    first, second = sample_subject[probe], sample_subject[reference]
    mated = first == second
    effects, noise = rng.standard_normal((2, len(subject_group))), rng.standard_normal(len(probe))
    like = _column(spec, "mated_mean")[subject_group] + _column(spec, "mated_effect")[subject_group] * effects[0]
    mated_scores = like[first] + _column(spec, "mated_noise")[subject_group[first]] * noise
    lamb = _column(spec, "non_mated_effect")[subject_group] * effects[1]
    means = _non_mated_means(spec)[subject_group[first], subject_group[second]]
    other_scores = means + lamb[first] + lamb[second] + spec.non_mated_noise * noise
    scores = np.where(mated, mated_scores, other_scores)
    return TwinDraw(
        frozen(sample_subject.astype(np.int64)),
        frozen(subject_group.astype(np.int64)),
        frozen(probe.astype(np.int64)),
        frozen(reference.astype(np.int64)),
        frozen(scores),
        frozen(mated),
    )


def truth(spec: TwinSpec, threshold: float) -> TwinTruth:
    """The population's error rates at a threshold, in closed form (the module's docstring has the model).

    >>> spec = TwinSpec(groups=(TwinGroup(name="x", subjects=2, mated_mean=1.0),))
    >>> truth(spec, 1.0).fnmr["x"]
    0.5
    """
    names = [group.name for group in spec.groups]
    spread = np.hypot(_column(spec, "mated_effect"), _column(spec, "mated_noise"))
    fnmr = ndtr((threshold - _column(spec, "mated_mean")) / spread)
    fmr = ndtr((_non_mated_means(spec) - threshold) / _non_mated_spreads(spec))
    mated, non_mated = _design(spec)
    return TwinTruth(
        threshold,
        {name: float(rate) for name, rate in zip(names, fnmr, strict=True)},
        {(g, h): float(fmr[i, j]) for i, g in enumerate(names) for j, h in enumerate(names)},
        _weighted(fnmr, mated),
        _weighted(fmr, non_mated),
    )


def threshold_for(spec: TwinSpec, fmr: float, *, group: str) -> float:
    """The threshold at which the population's FMR within a group has this value.

    Raises:
        InputError: The group is unknown, or the rate is not between 0 and 1.
    """
    names = [member.name for member in spec.groups]
    if group not in names or not 0 < fmr < 1:
        raise InputError(f"score twin: found group {group!r} and FMR {fmr}, expected one of {names} and 0 < FMR < 1")
    i = names.index(group)
    return float(_non_mated_means(spec)[i, i] - ndtri(fmr) * _non_mated_spreads(spec)[i, i])


def _column(spec: TwinSpec, name: str) -> FloatArray:
    return np.array([getattr(group, name) for group in spec.groups], dtype=np.float64)


def _non_mated_means(spec: TwinSpec) -> FloatArray:
    means = _column(spec, "non_mated_mean")
    return (means[:, None] + means) / 2 - spec.apart * (1 - np.eye(len(means)))


def _non_mated_spreads(spec: TwinSpec) -> FloatArray:
    squares = _column(spec, "non_mated_effect") ** 2
    return np.asarray(np.sqrt(squares[:, None] + squares + spec.non_mated_noise**2))


def _design(spec: TwinSpec) -> tuple[FloatArray, FloatArray]:
    """Mated comparisons by group, and non-mated ones by ordered pair of groups (each cell counted once in all)."""
    subjects, captures = _column(spec, "subjects"), _column(spec, "captures")
    mated = subjects * captures * (captures - 1) / 2
    samples = subjects * captures
    across = np.triu(np.outer(samples, samples), 1)
    within = np.diag(subjects * (subjects - 1) / 2 * captures**2)
    return mated, across + within


def _weighted(rates: FloatArray, counts: FloatArray) -> float | None:
    total = float(counts.sum())
    return float((rates * counts).sum() / total) if total else None


def _faults(spec: TwinSpec) -> list[str]:
    names = [group.name for group in spec.groups]
    faults = [] if names else ["groups: found none, expected at least one"]
    faults += [f"groups: {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for group in spec.groups:
        spreads = (group.mated_effect, group.mated_noise, group.non_mated_effect)
        if group.subjects < 1 or group.captures < 1:
            faults.append(
                f"group {group.name!r}: found {group.subjects} subjects x {group.captures}, expected 1 or more"
            )
        if not np.all(np.isfinite([group.mated_mean, group.non_mated_mean, *spreads])) or min(spreads) < 0:
            faults.append(f"group {group.name!r}: means must be finite, spreads finite and not negative")
        if group.mated_effect == group.mated_noise == 0:
            faults.append(f"group {group.name!r}: mated scores without any spread have no smooth rate")
    if not (np.isfinite(spec.non_mated_noise) and spec.non_mated_noise > 0 and np.isfinite(spec.apart)):
        faults.append("non_mated_noise must be finite and above 0, apart finite")
    samples = sum(group.subjects * group.captures for group in spec.groups)
    if samples * (samples - 1) // 2 > MOST_COMPARISONS:
        faults.append(f"found {samples} samples: more than {MOST_COMPARISONS} comparisons; draw fewer subjects")
    return faults
