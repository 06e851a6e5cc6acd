"""One draw of a population as Counts: only comparisons above a cut are ever made, however many there are.

Exact thinning. Subjects of a group are sorted by effect into classes; the comparisons of two classes match at most as
often as their two strongest subjects. Points of a Poisson process with the rate -log(1 - bound) fall on comparisons;
a comparison with a point is a candidate, which has exactly the probability ``bound``, independently of the others; a
candidate stays with probability (own probability / bound). The same uniform number gives its score above the cut.
"""

from dataclasses import dataclass, field

import numpy as np

from evalharness.counts import Acquisition, Counts, IndexArray, MatedComparisons, Tail
from evalharness.records import FloatArray, Group, IntArray, Partition, ScoreKind

from .population import Population

_MOST = 1 - 1e-7  # bounds are kept below 1, where the rate of points is infinite


@dataclass(frozen=True, slots=True)
class _Classes:
    """Consecutive subjects of one group, strongest effects first."""

    group: IntArray = field(repr=False)  # (c,)
    start: IntArray = field(repr=False)  # (c,) first subject
    size: IntArray = field(repr=False)  # (c,)


def partition_of(population: Population) -> Partition:
    """The groups of a population, for its samples in the order of ``draw``."""
    groups = tuple(Group((("group", str(g)),)) for g in range(len(population.subjects)))
    return Partition(("group",), groups, np.repeat(_group_of(population), population.images))


def draw(population: Population, *, cut: float, rng: np.random.Generator) -> Counts:
    """Draw subjects and their comparisons.

    Args:
        population: What to draw from; subjects stand group by group, each with its images one after the other.
        cut: Non-mated scores below it are not made.
        rng: Where all randomness comes from.
    """
    group = _group_of(population)
    subjects, images = len(group), population.images
    effects = _descending(population.effect.draw(subjects, rng), group)
    subject_of = np.repeat(np.arange(subjects), images)
    everyone = np.ones(len(subject_of), dtype=np.bool_)
    return Counts(
        score_kind=ScoreKind.SIMILARITY,
        subjects=subjects,
        subject_of=subject_of,
        acquisition=Acquisition(everyone, everyone),
        mated=_mated(population, group, rng),
        tail=_tail(population, group, effects, cut, rng),
        listed=None,
    )


def _group_of(population: Population) -> IntArray:
    return np.repeat(np.arange(len(population.subjects)), population.subjects)


def _descending(effects: FloatArray, group: IntArray) -> FloatArray:
    """Effects sorted within each group: subjects are exchangeable, so their order is free."""
    return effects[np.lexsort((-effects, group))]


def _classes(population: Population) -> _Classes:
    """Each group cut at 1, 2, 4, 8 ... subjects; whole where subjects do not differ."""
    group, start, size = [], [], []
    first = 0
    for g, subjects in enumerate(population.subjects):
        bounds = [0, subjects] if population.effect.spread == 0 else [0, *_doubling(subjects), subjects]
        group += [g] * (len(bounds) - 1)
        start += [first + bound for bound in bounds[:-1]]
        size += np.diff(bounds).tolist()
        first += subjects
    return _Classes(np.array(group), np.array(start), np.array(size))


def _doubling(subjects: int) -> list[int]:
    return [2**k for k in range(subjects.bit_length()) if 2**k < subjects]


def _tail(population: Population, group: IntArray, effects: FloatArray, cut: float, rng: np.random.Generator) -> Tail:
    model, means, images = population.effect, population.means, population.images
    classes = _classes(population)
    strongest = model.spread * effects[classes.start]
    mean = means[classes.group[:, None], classes.group]
    bound = np.minimum(model.survival(cut - mean - strongest[:, None] - strongest), _MOST)
    sizes = (classes.size * images).astype(np.float64)
    # Half for each order of two subjects: together the rate of an unordered pair.
    points = rng.poisson(-np.log1p(-bound) / 2 * np.outer(sizes, sizes))
    a, b = (np.repeat(index.ravel(), points.ravel()) for index in np.indices(points.shape))
    first = (classes.start[a] * images) + rng.integers(0, classes.size[a] * images)
    second = (classes.start[b] * images) + rng.integers(0, classes.size[b] * images)
    _, at = np.unique(np.minimum(first, second) * len(effects) * images + np.maximum(first, second), return_index=True)
    at = at[first[at] // images != second[at] // images]
    a, b, first, second = a[at], b[at], first[at], second[at]
    centre = means[group[first // images], group[second // images]]
    centre = centre + model.spread * (effects[first // images] + effects[second // images])
    chance = bound[a, b] * (1 - rng.random(len(at)))  # in (0, bound]: the noise is finite
    kept = chance <= model.survival(cut - centre)
    scores = np.maximum(centre[kept] + model.noise_of(chance[kept]), cut)
    return Tail(_index(first[kept]), _index(second[kept]), scores, cut)


def _index(values: IntArray) -> IndexArray:
    return values.astype(np.int32)


def _mated(population: Population, group: IntArray, rng: np.random.Generator) -> MatedComparisons:
    low, high = np.triu_indices(population.images, 1)
    subjects = len(group)
    first = np.arange(subjects)[:, None] * population.images
    own = population.mated_effect * rng.standard_normal((subjects, 1))
    scores = (
        population.mated_means[group][:, None]
        + own
        + population.mated_noise * rng.standard_normal((subjects, len(low)))
    )
    probe, reference = (first + low).ravel(), (first + high).ravel()
    return MatedComparisons(probe, reference, scores.ravel(), np.ones(len(probe), dtype=np.bool_))
