"""What the planning commands know: questions that were checked, and answers as records."""

from dataclasses import dataclass

from evalharness.planning.samplesize import Dependence, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSize:
    """A group of subjects with a number of images each."""

    name: str
    subjects: int
    images: int  # of each subject


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerQuestion:
    """What ``evalharness power`` is asked."""

    question: Question
    ratio: float
    images: int  # of each subject
    dependence: Dependence
    groups: tuple[GroupSize, ...] = ()  # of a dataset that exists
    source: str = ""  # where the groups come from


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Subjects of each group, for one kind of comparison; None where no number suffices."""

    kind: str  # fnmr | fmr
    comparisons: int  # effective ones that are needed
    stated: int | None  # with the design effect or correlation that was stated, else as if independent
    worst: int | None  # if comparisons that share a subject always agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReach:
    """What one group can show, for one kind of comparison."""

    group: str
    kind: str
    subjects: int
    comparisons: int
    effective: float  # with the stated dependence
    disjoint: int  # comparisons that share nobody
    zero_error_stated: float | None  # upper limit after no error, one-sided
    zero_error_worst: float | None
    rule_of_30: float | None  # the rate at which 30 effective errors are expected


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReach:
    """The smallest ratio of rates that two groups can show, whichever has the higher one; None where there is none."""

    kind: str
    group: str
    other_group: str
    ratio: float | None
    ratio_worst: float | None
    expected_errors: float  # effective, at the lower rate in the smaller group


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerAnswer:
    """What ``evalharness power`` answers."""

    asked: PowerQuestion
    comparisons: int  # in each group, with the design effect that was stated
    needs: tuple[Need, ...]
    groups: tuple[GroupReach, ...]
    pairs: tuple[PairReach, ...]
