"""Score files without a protocol: rows against explicit loops; the columns of the file are no roles."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.records import ScoreKind
from evalharness.statistics import MeasureSettings, measure
from evalharness.tasks.verification import count_scores
from tests.support.datasets import make_partition, make_samples, make_scores, vendor


@st.composite
def files(draw):
    """Subjects, labels and the rows (probe, reference, score) of a part of all pairs."""
    n = draw(st.integers(2, 9))
    subjects = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    labels = draw(st.lists(st.sampled_from(["x", "y", None]), min_size=n, max_size=n))
    pairs = draw(st.lists(st.sampled_from(list(itertools.permutations(range(n), 2))), unique_by=frozenset))
    return subjects, labels, [(i, j, draw(st.sampled_from([0.0, 1.0, None]))) for i, j in pairs]


def measured(subjects, labels, rows):
    partition = make_partition("g", labels, also=["z"])
    counts = count_scores(make_samples(subjects), make_scores(rows), score_kind=ScoreKind.SIMILARITY)
    return measure(
        counts, partitions=[partition], specs=[vendor(1.0)], settings=MeasureSettings(level=0.95, min_subjects=3)
    ).measures


def belongs(row, ends):
    """Whether a comparison of samples of these groups is one of the row."""
    if row.other_group in ("", "all"):
        return row.group == "all" or row.group in ends
    return ends == {row.group, row.other_group}


@settings(max_examples=100, deadline=None)
@given(files())
def test_rows_are_those_of_loops_over_the_file(file):
    subjects, labels, rows = file
    label = [f"g={name or '(missing)'}" for name in labels]
    for row in measured(subjects, labels, rows):
        if row.measure == "fta":
            continue
        mated, trials, errors = row.measure not in ("fmr", "far"), 0, 0
        for i, j, score in rows:
            counted = score is not None or row.measure in ("frr", "far")
            if (subjects[i] == subjects[j]) == mated and counted and belongs(row, {label[i], label[j]}):
                trials += 1
                errors += (score != 1.0) if mated else (score == 1.0)
        assert (row.errors or 0, row.trials or 0) == (errors, trials)


@settings(max_examples=100, deadline=None)
@given(files(), st.data())
def test_exchanging_columns_changes_no_row(file, data):
    subjects, labels, rows = file
    turned = [(j, i, score) if data.draw(st.booleans()) else (i, j, score) for i, j, score in rows]
    assert measured(subjects, labels, turned) == measured(subjects, labels, rows)
