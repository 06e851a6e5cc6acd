import pytest

from evalharness.planning.answers import GroupSize, PowerQuestion
from evalharness.planning.power import power
from evalharness.planning.power_words import power_text
from evalharness.planning.samplesize import Dependence, Question
from tests.support.datasets import examples

INDEPENDENT = Dependence()


def ask(*, rate=0.01, ratio=2.0, images=2, dependence=INDEPENDENT, groups=()):
    return power(
        PowerQuestion(
            question=Question(rate),
            ratio=ratio,
            images=images,
            dependence=dependence,
            groups=tuple(GroupSize(name=name, subjects=n, images=images) for name, n in groups),
        )
    )


def test_subjects_for_each_kind_at_both_ends():
    answer = ask()
    assert answer.comparisons == 2319
    fnmr, fmr = answer.needs
    assert (fnmr.kind, fnmr.stated, fnmr.worst) == ("fnmr", 2319, 2319)
    # 35 subjects x 2 images: 35 * 34 / 2 * 4 = 2380 pairs; 34 subjects only 2244
    assert (fmr.kind, fmr.stated, fmr.worst) == ("fmr", 35, 2 * 2319)


def test_a_design_effect_multiplies_the_comparisons():
    answer = ask(rate=0.0001, ratio=10, dependence=Dependence(design_effect=5))
    assert answer.comparisons == 53260
    fmr = answer.needs[1]
    assert fmr.stated * (fmr.stated - 1) // 2 * 4 / 5 >= 10652 > (fmr.stated - 1) * (fmr.stated - 2) // 2 * 4 / 5


def test_one_image_makes_no_mated_comparison():
    need = ask(images=1).needs[0]
    assert (need.stated, need.worst) == (None, None)
    assert "one image makes no mated comparison" in power_text(ask(images=1), width=80)


def test_d6_what_sixty_subjects_without_an_error_show():
    expected = examples()["D6_zero_errors"]["expected"]
    answer = ask(images=1, groups=[("x", 60)])
    fmr = next(g for g in answer.groups if g.kind == "fmr")
    assert (fmr.comparisons, fmr.disjoint) == (1770, expected["subjects_disjoint_pairs_bound_n"])
    assert fmr.zero_error_stated == pytest.approx(expected["CP_one_sided95"], rel=1e-8)
    assert fmr.zero_error_worst == pytest.approx(expected["CP_one_sided95_neff_G_over_2"], rel=1e-8)
    fnmr = next(g for g in answer.groups if g.kind == "fnmr")
    assert (fnmr.comparisons, fnmr.zero_error_stated, fnmr.zero_error_worst) == (0, None, None)


def test_d7_the_rule_of_30():
    expected = examples()["D7_rule_of_30"]["expected"]
    # 775 subjects with one image: 299,925 pairs
    fmr = next(g for g in ask(images=1, groups=[("x", 776)]).groups if g.kind == "fmr")
    assert fmr.comparisons >= expected["comparisons_needed_for_FMR_1e_4"]
    assert fmr.rule_of_30 == pytest.approx(1e-4, rel=0.01)
    assert next(g for g in ask(images=1, groups=[("x", 8)]).groups if g.kind == "fmr").rule_of_30 is None
    effect = Dependence(design_effect=5)
    fmr = next(g for g in ask(images=1, groups=[("x", 776)], dependence=effect).groups if g.kind == "fmr")
    assert fmr.rule_of_30 == pytest.approx(5e-4, rel=0.01)


def test_the_smallest_ratio_of_two_groups_is_the_harder_direction():
    answer = ask(groups=[("a", 400), ("b", 40)])
    assert [(p.kind, p.group, p.other_group) for p in answer.pairs] == [("fnmr", "a", "b"), ("fmr", "a", "b")]
    swapped = ask(groups=[("b", 40), ("a", 400)])
    assert [p.ratio for p in answer.pairs] == [p.ratio for p in swapped.pairs]
    assert all(p.ratio_worst >= p.ratio for p in answer.pairs)
    alone = ask(groups=[("a", 400), ("b", 400)])
    assert all(two.ratio < one.ratio for one, two in zip(answer.pairs, alone.pairs, strict=True))


def test_a_group_of_one_subject_shows_nothing():
    answer = ask(groups=[("a", 1), ("b", 50)])
    fmr = next(g for g in answer.groups if (g.kind, g.group) == ("fmr", "a"))
    assert (fmr.comparisons, fmr.zero_error_worst, fmr.rule_of_30) == (0, None, None)
    assert next(p for p in answer.pairs if p.kind == "fmr").ratio is None
    text = power_text(answer, width=80)
    assert "a, FMR: 1 subject, no non-mated comparisons within the group." in text
    assert "a and b, FMR: none (none)" in text


@pytest.mark.parametrize("width", [40, 80])
def test_the_text_fits_and_keeps_numbers_and_units_together(width):
    text = power_text(ask(groups=[("a", 69), ("b", 13)]), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert not any(line.strip().startswith("%") for line in text.splitlines())
    assert "2,319" in text
    plain = " ".join(text.split())
    assert "9,384 non-mated comparisons within the group. Without an error: at most 0.032 % (8.5 %)." in plain
    assert "\N{NO-BREAK SPACE}" not in text


def test_the_text_names_what_was_assumed():
    plain = " ".join(power_text(ask(dependence=Dependence(correlation=0.1)), width=80).split())
    assert "if comparisons that share a subject are correlated by 0.1" in plain
    plain = " ".join(power_text(ask(dependence=Dependence(design_effect=5)), width=80).split())
    assert "11,591 comparisons at a design effect of 5." in plain
