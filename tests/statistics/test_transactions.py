import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import InputError
from evalharness.statistics.transactions import (
    false_acceptance_rate,
    false_rejection_rate,
    generalised_false_acceptance_rate,
    generalised_false_rejection_rate,
)
from tests.support.datasets import examples

RATE = st.floats(0, 1)


def test_a8_the_four_rates():
    given_, expected = examples()["A8_generalised"]["inputs"], examples()["A8_generalised"]["expected"]
    fte, fta, fmr, fnmr = (given_[k] for k in ("FTE", "FTA", "FMR", "FNMR"))
    assert false_rejection_rate(fnmr, fta=fta) == pytest.approx(expected["FRR"], abs=1e-12)
    assert false_acceptance_rate(fmr, fta=fta) == pytest.approx(expected["FAR"], abs=1e-12)
    assert generalised_false_rejection_rate(fnmr, fta=fta, fte=fte) == pytest.approx(expected["GFRR"], abs=1e-12)
    assert generalised_false_acceptance_rate(fmr, fta=fta, fte=fte) == pytest.approx(expected["GFAR"], abs=1e-12)


def test_a9_counting_agrees_with_the_identity_where_only_probes_can_fail():
    given_, expected = examples()["A9_fta_accounting"]["inputs"], examples()["A9_fta_accounting"]["expected"]
    counted = (given_["false_non_matches"] + given_["fta"]) / given_["genuine_attempts"]
    fnmr, fta = given_["false_non_matches"] / given_["completed"], given_["fta"] / given_["genuine_attempts"]
    assert counted == expected["FRR"]
    assert (fnmr, fta) == (expected["FNMR"], expected["FTA"])
    assert false_rejection_rate(fnmr, fta=fta) == pytest.approx(counted, abs=1e-12)


def test_in_an_all_pairs_test_the_identity_and_the_count_differ():
    # One subject with 6 samples, all comparisons match; one sample fails and takes 5 of 15 comparisons with it.
    lost = [0 in pair for pair in itertools.combinations(range(6), 2)]
    assert sum(lost) / len(lost) == 1 / 3
    assert false_rejection_rate(0.0, fta=1 / 6) == pytest.approx(1 / 6)


def test_undefined_rates_stay_undefined_unless_the_failure_decides():
    assert false_rejection_rate(None, fta=0.1) is None
    assert false_rejection_rate(0.1, fta=None) is None
    assert false_rejection_rate(None, fta=1.0) == 1.0
    assert false_acceptance_rate(None, fta=1.0) == 0.0
    assert generalised_false_rejection_rate(None, fta=None, fte=1.0) == 1.0
    assert generalised_false_acceptance_rate(0.1, fta=0.1, fte=None) is None


def test_all_faults_are_named_at_once():
    with pytest.raises(InputError) as caught:
        generalised_false_rejection_rate(1.5, fta=-0.1, fte=math.nan)
    assert caught.value.exit_code == 2
    assert [fault.split()[0] for fault in caught.value.faults] == ["fnmr", "fta", "fte"]
    assert "1.5" in caught.value.faults[0]


@given(RATE, RATE, RATE)
def test_failures_never_lower_a_rejection_nor_raise_an_acceptance(error, fta, fte):
    frr, far = false_rejection_rate(error, fta=fta), false_acceptance_rate(error, fta=fta)
    assert 0 <= far <= error <= frr + 1e-15 <= 1 + 1e-12
    assert generalised_false_rejection_rate(error, fta=fta, fte=fte) >= frr - 1e-12
    assert generalised_false_acceptance_rate(error, fta=fta, fte=fte) <= far


@given(RATE, RATE)
def test_without_failures_the_rates_are_those_of_comparisons(fmr, fnmr):
    assert generalised_false_rejection_rate(fnmr, fta=0.0, fte=0.0) == fnmr
    assert generalised_false_acceptance_rate(fmr, fta=0.0, fte=0.0) == fmr
