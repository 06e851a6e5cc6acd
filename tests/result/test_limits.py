import pytest

from evalharness.result import LabelInfo, limits, standard_limits
from tests.reporting.example_result import dataset, point, population


def said(data=None, people=None, points=(), **more):
    return standard_limits(data or dataset(), people or population(), points, **more)


def test_volunteers_are_not_the_population_of_use():
    assert said()[0] == limits.VOLUNTEERS
    assert limits.SYNTHETIC not in said()


def test_synthetic_faces_say_nothing_about_people():
    found = said(dataset(synthetic=True))
    assert found[0] == limits.SYNTHETIC
    assert limits.VOLUNTEERS not in found
    assert limits.SITTINGS_UNKNOWN not in found


@pytest.mark.parametrize(
    ("known", "sentence"), [(True, limits.ONE_SITTING), (None, limits.SITTINGS_UNKNOWN), (False, None)]
)
def test_one_sitting_makes_fnmr_optimistic(known, sentence):
    about_sittings = [s for s in said(single_session=known) if s in (limits.ONE_SITTING, limits.SITTINGS_UNKNOWN)]
    assert about_sittings == ([sentence] if sentence else [])


def test_every_audit_says_how_often_intervals_hold():
    assert limits.COVERAGE in said()
    assert limits.COVERAGE in said(dataset(synthetic=True))


@pytest.mark.parametrize(("adjusted", "sentence"), [(False, limits.ASSOCIATION), (True, limits.ADJUSTED)])
def test_what_was_adjusted_for_is_said_as_it_was_done(adjusted, sentence):
    found = [text for text in said(adjusted=adjusted) if text.startswith("Differences between groups")]
    assert found == [sentence]
    assert ("are not adjusted for." in sentence) is not adjusted


def test_policies_bring_their_own_sentences():
    assert limits.VENDOR in said(points=[point()])
    fitted = said(points=[point(policy="pooled", fitted="held")])
    assert limits.VENDOR not in fitted
    assert limits.HYPOTHETICAL not in fitted
    assert limits.HYPOTHETICAL in said(points=[point(policy="per-group", fitted="held")])


@pytest.mark.parametrize(
    ("fitted", "sentence"),
    [
        ("", None),
        ("held", limits.FITTED_HELD),
        ("refitted", limits.FITTED_ANEW),
        ("other-subjects", limits.FITTED_ON_OTHERS),
    ],
)
def test_what_intervals_take_of_choosing_a_threshold_is_said(fitted, sentence):
    about = {limits.FITTED_HELD, limits.FITTED_ANEW, limits.FITTED_ON_OTHERS}
    found = [text for text in said(points=[point(policy="pooled", fitted=fitted)] * 2) if text in about]
    assert found == ([sentence] if sentence else [])


def test_thresholds_that_were_not_found_bring_no_sentence():
    nothing = {"thresholds": {}, "unresolved": {"all": "too few comparisons"}}
    found = said(points=[point(policy="pooled", **nothing), point(policy="per-group", **nothing)])
    assert not {limits.FITTED_HELD, limits.HYPOTHETICAL} & set(found)


def test_scores_hide_failures_to_acquire():
    assert limits.UNOBSERVED_ACQUISITION in said(people=population(acquisition_observable=False))
    assert limits.UNOBSERVED_ACQUISITION not in said()


def test_counts_stand_in_the_sentences():
    found = said(people=population(single_sample_subjects=7, faults={"undecodable": 2, "too-large": 1}))
    assert any(s.startswith("7 of 102 subjects have no attempted mated comparison") for s in found)
    assert any(s.startswith("3 of 204 images could not be used") for s in found)


def test_small_groups_are_named_only_where_there_are_some():
    assert limits.SMALL_GROUPS in said()
    assert limits.SMALL_GROUPS not in said(people=population({"gender": {"gender=female": 40}}))


def test_labels_assigned_by_others_are_named():
    label = LabelInfo(
        attribute="tone",
        kind="categorical",
        provenance="annotator",
        values=(),
        missing_samples=0,
        multi_valued_samples=0,
    )
    found = said(dataset(labels=(label,)))
    assert any("labels of tone were assigned by an annotator" in s for s in found)
    assert not any("assigned by" in s for s in said())


def test_no_sentence_twice():
    found = said(points=[point(), point(policy="pooled"), point(policy="per-group")])
    assert len(found) == len(set(found))
