"""What became of the samples, together and group by group."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from evalharness.assembly.record import Audited
from evalharness.records import (
    AcquisitionFailure,
    BoolArray,
    DatasetFault,
    Partition,
    Samples,
)
from evalharness.result import (
    GroupInfo,
    PartitionInfo,
    PopulationInfo,
)


def population_info(run: Audited) -> PopulationInfo:
    """What became of all samples, and of each group."""
    everyone = np.ones(len(run.samples), dtype=np.bool_)
    single = _single_sample_subjects(run)
    return PopulationInfo(
        samples=len(run.samples),
        subjects=len(run.samples.subjects),
        failures=_reasons(run.enrolment.failures if run.enrolment else {}, everyone),
        faults=_reasons(run.enrolment.faults if run.enrolment else {}, everyone),
        single_sample_subjects=_subjects(run.samples, everyone & single),
        acquisition_observable=run.enrolment is not None,
        partitions=tuple(_partition(run, partition, single) for partition in run.partitions),
    )


def _partition(run: Audited, partition: Partition, single: BoolArray) -> PartitionInfo:
    groups = []
    for number, group in enumerate(partition.groups):
        member: BoolArray = partition.group_of == number
        subjects = _subjects(run.samples, member)
        groups.append(
            GroupInfo(
                id=group.id,
                known=group.known,
                subjects=subjects,
                samples=int(np.count_nonzero(member)),
                failures=_reasons(run.enrolment.failures if run.enrolment else {}, member),
                faults=_reasons(run.enrolment.faults if run.enrolment else {}, member),
                single_sample_subjects=_subjects(run.samples, member & single),
                adequate=subjects >= run.plan.min_subjects,
            )
        )
    return PartitionInfo(id=partition.id, attributes=partition.attributes, groups=tuple(groups))


def _subjects(samples: Samples, member: BoolArray) -> int:
    return len(np.unique(samples.subject_of[member]))


def _single_sample_subjects(run: Audited) -> BoolArray:
    """Whether the subject of each sample takes part in no attempted mated comparison that was run. Shape (n,)."""
    single: BoolArray = ~run.mated_subjects[run.samples.subject_of]
    return single


def _reasons(records: Mapping[int, AcquisitionFailure | DatasetFault], member: BoolArray) -> dict[str, int]:
    found = Counter(str(record.reason) for sample, record in records.items() if member[sample])
    return dict(sorted(found.items()))
