"""Recorded decisions on doubtful labels: their vocabulary, and a careful reader of the file that holds them."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from evalharness.errors import DatasetError
from evalharness.records import Samples
from evalharness.systems.tables import Faults, quote, read_csv
from evalharness.yamlio import unknown

COLUMNS = ("kind", "probe", "reference", "decision", "reason", "decided_by", "date")
MOST_BYTES = 1 << 26
_LONGEST = 2000  # characters of a reason


class Decision(StrEnum):
    """What a person who looked at two samples decided."""

    SAME_PERSON = "same-person"  # the two subjects are one person: they are merged
    WRONG_SUBJECT = "wrong-subject"  # the probe does not show its subject: it is left out
    LEAVE_OUT = "leave-out"  # it cannot be decided: both samples are left out
    CORRECT = "correct"  # both labels are right: nothing changes


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, by the places of its samples in the index."""

    line: int
    probe: int
    reference: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of one file; rows without a decision are counted alone."""

    sha256: str
    rows: tuple[Decided, ...] = field(repr=False)
    undecided: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many pairs were decided in each way; a pair that is listed twice counts once."""
        pairs = {(min(r.probe, r.reference), max(r.probe, r.reference), r.decision) for r in self.rows}
        return {decision.value: sum(pair[2] is decision for pair in pairs) for decision in Decision}


def read_decisions(path: Path, samples: Samples) -> Decisions:
    """Read a file of decisions: CSV with the columns of ``review.csv``.

    Args:
        path: UTF-8 CSV; ``probe`` and ``reference`` name samples. Rows with an empty ``decision`` are passed over.
        samples: The index.

    Raises:
        DatasetError: The file cannot be read, a row is wrong, or decisions contradict each other; all are listed.
    """
    digest = _digest(path)
    faults = Faults(path)
    reader = _Reader(samples, faults)
    rows = [row for line, cells in read_csv(path, faults, required=COLUMNS[1:]) if (row := reader.row(line, cells))]
    if not len(faults):
        for line, text in contradictions(rows, samples):
            faults.add(text, line=line)
    faults.raise_if_any("Decisions are same-person, wrong-subject, leave-out and correct.", error=DatasetError)
    return Decisions(digest, tuple(rows), reader.undecided)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}. Name a file of decisions.") from error
    if len(content) > MOST_BYTES:
        raise DatasetError(f"{path}: more than {MOST_BYTES} bytes, which no file of decisions is.")
    return hashlib.sha256(content).hexdigest()


class _Reader:
    """Rows of the file; every fault is noted and reading goes on."""

    def __init__(self, samples: Samples, faults: Faults) -> None:
        self.undecided = 0
        self._samples, self._faults = samples, faults
        self._number = {row.sample: i for i, row in enumerate(samples.rows)}

    def row(self, line: int, cells: Sequence[str]) -> Decided | None:
        probe, reference, decision, reason, decided_by, date = cells
        if not decision.strip():
            self.undecided += 1
            return None
        faults = [
            *self._name_faults(probe, reference),
            *_word_faults(decision, reason, decided_by, date),
        ]
        for text in faults:
            self._faults.add(text, line=line)
        if faults:
            return None
        found = Decided(line, self._number[probe], self._number[reference], Decision(decision))
        if text := self._sense(found):
            self._faults.add(text, line=line)
        return found

    def _name_faults(self, probe: str, reference: str) -> Iterator[str]:
        for column, name in (("probe", probe), ("reference", reference)):
            if name not in self._number:
                yield f"{column}: unknown sample {quote(name)}; expected a name of the dataset's index"
        if probe == reference:
            yield f"probe and reference are the same sample {quote(probe)}; expected two"

    def _sense(self, row: Decided) -> str:
        of = self._samples.subject_of
        if row.decision is Decision.SAME_PERSON and of[row.probe] == of[row.reference]:
            return f"same-person: both samples are of subject {quote(self._samples.subjects[of[row.probe]])} already"
        return ""


def _word_faults(decision: str, reason: str, decided_by: str, date: str) -> Iterator[str]:
    known = [item.value for item in Decision]
    if decision not in known:
        yield unknown("decision", decision, known)
    for column, text in (("reason", reason), ("decided_by", decided_by)):
        if not text.strip() or len(text) > _LONGEST:
            yield f"{column}: found {quote(text)}, expected who or why, in at most {_LONGEST} characters"
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        yield f"date: found {quote(date)}, expected the day of the decision as YYYY-MM-DD"


def contradictions(rows: Sequence[Decided], samples: Samples) -> Iterator[tuple[int, str]]:
    """Decisions that cannot all be right, as the line of the later one and what is wrong.

    - One pair decided in two ways.
    - ``correct`` for a pair of two subjects that other rows make one person.
    - ``correct`` or ``same-person`` with a sample that another row says is not its subject's.
    """
    yield from _two_ways(rows, samples)
    wrong = {row.probe: row.line for row in rows if row.decision is Decision.WRONG_SUBJECT}
    person = merged_subjects(rows, samples)
    merges = [row for row in rows if row.decision is Decision.SAME_PERSON]
    of = samples.subject_of
    for row in rows:
        if row.decision not in (Decision.CORRECT, Decision.SAME_PERSON):
            continue
        for sample in (row.probe, row.reference):
            if sample in wrong:
                name = quote(samples.rows[sample].sample)
                yield (
                    max(row.line, wrong[sample]),
                    f"{row.decision} of line {row.line} takes the label of {name} as right; line {wrong[sample]} says "
                    "wrong-subject",
                )
        a, b = of[row.probe], of[row.reference]
        if row.decision is Decision.CORRECT and a != b and person[a] == person[b]:
            names = " and ".join(quote(samples.subjects[s]) for s in (a, b))
            lines = ", ".join(str(m.line) for m in merges if person[of[m.probe]] == person[a])
            yield row.line, f"correct: {names} are two people; same-person of line {lines} makes them one"


def _two_ways(rows: Sequence[Decided], samples: Samples) -> Iterator[tuple[int, str]]:
    first: dict[tuple[int, int], Decided] = {}
    for row in rows:
        earlier = first.setdefault((min(row.probe, row.reference), max(row.probe, row.reference)), row)
        same = earlier.decision is row.decision
        exchanged = row.decision is Decision.WRONG_SUBJECT and earlier.probe != row.probe
        if not same or exchanged:
            names = f"{quote(samples.rows[row.probe].sample)}, {quote(samples.rows[row.reference].sample)}"
            what = f"{row.decision}" if not same else "wrong-subject of the other sample"
            yield (
                row.line,
                f"the pair {names} is {what} here and {earlier.decision} on line {earlier.line}; "
                + ("to leave out both, write leave-out" if exchanged and same else "keep one"),
            )


def merged_subjects(rows: Sequence[Decided], samples: Samples) -> list[int]:
    """For each subject the one that stands for its person: the first in the index of all that were made one."""
    neighbours: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.decision is Decision.SAME_PERSON:
            a, b = int(samples.subject_of[row.probe]), int(samples.subject_of[row.reference])
            neighbours[a].add(b)
            neighbours[b].add(a)
    person = list(range(len(samples.subjects)))
    seen: set[int] = set()
    for start in sorted(neighbours):
        waiting = [start]
        while waiting:
            subject = waiting.pop()
            if subject not in seen:
                seen.add(subject)
                person[subject] = start  # the lowest of its component, because starts ascend
                waiting.extend(neighbours[subject])
    return person
