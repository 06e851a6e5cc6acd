import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalharness.planning.claim import KINDS, Claim, judge
from evalharness.planning.claim_words import claim_text, not_supported, supported


def make(kind="fnir", trials=834, errors=0, **other):
    return judge(Claim(kind=kind, trials=trials, errors=errors, **other))


def test_834_of_834_searches_support_a_limit_and_nothing_else():
    answer = make()
    assert answer.limits.upper == pytest.approx(1 - 0.05 ** (1 / 834))
    assert (answer.value, answer.limits.lower, answer.one_sided) == (0.0, 0.0, True)
    assert "(FNIR) is at most 0.36 % (one-sided limit at 95 %)" in supported(answer)
    left = " ".join(not_supported(answer))
    assert "False positives (FPIR): no search of a person who is not enrolled was counted." in left
    assert "Groups: no count is given for women, men, ages or origins." in left
    assert "A group with a tenth of the trials (83) and no error would have a limit of 3.6 %" in left
    assert "Other galleries" in left
    assert "Other thresholds" in left


@pytest.mark.parametrize(("errors", "one_sided"), [(1, False), (3, False), (833, False), (834, True)])
def test_limits_with_errors_are_the_exact_ones(errors, one_sided):
    answer = make(errors=errors)
    assert answer.one_sided is one_sided
    if errors < 834:
        exact = stats.binomtest(errors, 834).proportion_ci(0.95, method="exact")
        assert (answer.limits.lower, answer.limits.upper) == pytest.approx((exact.low, exact.high), rel=1e-9)
    else:
        assert answer.limits.upper == 1.0
        assert "is at least 99.64 %" in supported(answer)


def test_people_behind_the_trials_set_the_worst_case():
    answer = make(subjects=100)
    assert answer.independent_facts == 100
    assert answer.worst.upper == pytest.approx(1 - 0.05 ** (1 / 100))
    assert "100 people took part" in supported(answer)
    assert "the rate would be at most 3 %" in supported(answer)
    assert not any("How many people" in text for text in not_supported(answer))
    assert make(subjects=834).worst is None
    assert any("How many people" in text for text in not_supported(make()))


def test_comparisons_of_two_people_have_half_as_many_facts():
    answer = make(kind="fmr", trials=1770, subjects=60)
    assert answer.independent_facts == 30
    assert answer.worst.upper == pytest.approx(0.09503385286)
    assert "30 pairs of people that share nobody" in supported(answer)


def test_a_thousand_million_trials_without_an_error():
    answer = make(kind="fmr", trials=10**9)
    assert answer.limits.upper == pytest.approx(2.995732e-9, rel=1e-6)
    assert "3.0 x 10^-9" in supported(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_what_the_other_side_is(kind):
    text = claim_text(make(kind=kind), width=60)
    assert max(map(len, text.splitlines())) <= 60
    words = set(text.lower().replace(",", " ").replace(".", " ").split())
    assert not words & {"fair", "unbiased", "safe", "accurate", "reliable"}
    other = {"fnir": "FPIR", "fpir": "FNIR", "fmr": "FNMR", "fnmr": "FMR", "accuracy": "Either error rate"}[kind]
    assert other in " ".join(text.split()).partition("Not supported")[2]


def test_few_trials_have_no_tenth():
    answer = make(trials=9)
    assert (answer.tenth, answer.tenth_upper) == (0, None)
    assert make(trials=100, errors=2).tenth_upper is None
    assert "All errors may lie in one of them." in " ".join(not_supported(make(trials=100, errors=2)))


@given(st.sampled_from(KINDS), st.integers(1, 10**12), st.floats(0, 1), st.floats(0.5, 0.999), st.integers(2, 10**12))
def test_limits_hold_the_claim_and_widen_in_the_worst_case(kind, trials, share, level, subjects):
    answer = make(kind=kind, trials=trials, errors=int(share * trials), level=level, subjects=min(subjects, trials))
    assert 0 <= answer.limits.lower <= answer.value <= answer.limits.upper <= 1
    if answer.worst is not None:
        assert answer.worst.lower <= answer.limits.lower + 1e-12
        assert answer.worst.upper >= answer.limits.upper - 1e-12
    assert "supported" not in supported(answer)
    assert "nan" not in claim_text(answer, width=80)
