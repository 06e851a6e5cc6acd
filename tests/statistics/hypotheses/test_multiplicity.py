import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from evalharness.statistics.hypotheses import benjamini_hochberg, holm
from tests.support.datasets import examples


def test_d12_adjusted_p_values():
    inputs, expected = examples()["D12_holm_bh"]["inputs"], examples()["D12_holm_bh"]["expected"]
    p_values = np.array(inputs["p"])
    assert holm(p_values).tolist() == pytest.approx(expected["holm"])
    assert benjamini_hochberg(p_values).tolist() == pytest.approx(expected["bh"])
    assert int((holm(p_values) <= 0.05).sum()) == expected["reject_holm_05"]
    assert int((benjamini_hochberg(p_values) <= 0.05).sum()) == expected["reject_bh_05"]


@pytest.mark.parametrize("count", [1, 2, 7, 30])
def test_both_agree_with_statsmodels(count):
    p_values = np.random.default_rng(count).random(count).round(2)  # ties among them
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert benjamini_hochberg(p_values) == pytest.approx(multipletests(p_values, method="fdr_bh")[1])


def test_an_empty_family():
    assert holm(np.array([])).tolist() == benjamini_hochberg(np.array([])).tolist() == []
