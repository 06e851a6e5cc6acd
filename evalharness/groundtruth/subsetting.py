"""Records of some of the samples: everything that counts by place in the index is renumbered.

``keep`` is always (n,) True for the samples that stay, in index order.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from evalharness.records import BoolArray, Enrolment, IntArray, ListedScores, PairList, Partition, Samples, frozen

_Record = TypeVar("_Record")


def subset_samples(samples: Samples, keep: BoolArray) -> Samples:
    """The samples that stay; subjects without any are gone."""
    return Samples.of([row for row, stays in zip(samples.rows, keep.tolist(), strict=True) if stays])


def subset_partition(partition: Partition, keep: BoolArray) -> Partition:
    """The same groups, also those that nobody is left in."""
    return Partition(partition.attributes, partition.groups, frozen(partition.group_of[keep]))


def subset_enrolment(enrolment: Enrolment, keep: BoolArray) -> Enrolment:
    """Templates, failures and faults of the samples that stay."""
    place = _places(keep)
    return Enrolment(
        identity=enrolment.identity,
        enrolled=frozen(enrolment.enrolled[keep]),
        templates=frozen(enrolment.templates[keep[enrolment.enrolled]]),
        failures=_renumbered(enrolment.failures, keep, place),
        faults=_renumbered(enrolment.faults, keep, place),
    )


def subset_pairs(pairs: PairList, keep: BoolArray) -> PairList:
    """The pairs of which both samples stay, in the same order."""
    both, place = keep[pairs.probe] & keep[pairs.reference], _places(keep)
    return PairList(frozen(place[pairs.probe[both]]), frozen(place[pairs.reference[both]]))


def subset_listed(listed: ListedScores, keep: BoolArray) -> ListedScores:
    """The comparisons of which both samples stay, in the same order."""
    both = keep[listed.pairs.probe] & keep[listed.pairs.reference]
    return ListedScores(subset_pairs(listed.pairs, keep), frozen(listed.scores[both]), frozen(listed.completed[both]))


def _places(keep: BoolArray) -> IntArray:
    """(n,) the new place of each sample; meaningless for those that go."""
    places: IntArray = np.cumsum(keep, dtype=np.int64) - 1
    return places


def _renumbered(records: Mapping[int, _Record], keep: BoolArray, place: IntArray) -> Mapping[int, _Record]:
    return MappingProxyType({int(place[i]): record for i, record in records.items() if keep[i]})
