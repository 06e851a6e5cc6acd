"""The data as decided: subjects merged, samples left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from evalharness.groundtruth.decisions import Decision, Decisions, merged_subjects
from evalharness.groundtruth.subsetting import subset_partition, subset_samples
from evalharness.records import BoolArray, Partition, Samples, frozen


def apply_decisions(samples: Samples, decisions: Decisions) -> tuple[Samples, BoolArray]:
    """The samples with their subjects as decided, and which of them are left out.

    Subjects that are one person take the name of the first of them in the index; the labels of each sample stay as
    recorded. ``wrong-subject`` leaves out the probe, ``leave-out`` both samples; ``correct`` changes nothing.

    Args:
        samples: The index.
        decisions: As ``read_decisions`` gave them for this index.

    Returns:
        All samples in index order, and (n,) True for those that are left out.
    """
    person = merged_subjects(decisions.rows, samples)
    names = [samples.subjects[person[subject]] for subject in samples.subject_of.tolist()]
    merged = Samples.of([replace(row, subject=name) for row, name in zip(samples.rows, names, strict=True)])
    out = np.zeros(len(samples), dtype=np.bool_)
    for row in decisions.rows:
        if row.decision in (Decision.WRONG_SUBJECT, Decision.LEAVE_OUT):
            out[row.probe] = True
        if row.decision is Decision.LEAVE_OUT:
            out[row.reference] = True
    return merged, frozen(out)


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the second reading of a run is made of; ``keep`` serves the subsets of enrolment, scores and pairs."""

    samples: Samples
    partitions: tuple[Partition, ...]
    keep: BoolArray = field(repr=False)  # (n,) of the index as recorded

    @classmethod
    def of(cls, samples: Samples, partitions: Sequence[Partition], decisions: Decisions) -> "SecondReading":
        """Samples and groups as decided, without the samples that are left out."""
        merged, out = apply_decisions(samples, decisions)
        keep: BoolArray = ~out
        kept = tuple(subset_partition(partition, keep) for partition in partitions)
        return cls(subset_samples(merged, keep), kept, frozen(keep))
