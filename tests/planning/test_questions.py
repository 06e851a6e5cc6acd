import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.errors import InputError
from evalharness.planning.questions import claim_question, power_question

POWER = dict.fromkeys(("deff", "icc", "images", "groups", "dataset", "by")) | {
    "rate": "0.01",
    "ratio": "2",
    "level": "0.95",
    "power": "0.8",
}
CLAIM = dict.fromkeys(("trials", "errors", "of", "correct", "kind", "subjects")) | {"level": "0.95"}


def power_faults(**given_):
    with pytest.raises(InputError) as caught:
        power_question(POWER | given_)
    return caught.value.faults


def claim_faults(*, searches=False, **given_):
    with pytest.raises(InputError) as caught:
        claim_question(CLAIM | given_, searches=searches)
    return caught.value.faults


def test_a_question_in_full():
    asked = power_question(POWER | {"groups": "a=69, b=1_300", "images": "3", "icc": "0.1"})
    assert [(g.name, g.subjects, g.images) for g in asked.groups] == [("a", 69, 3), ("b", 1300, 3)]
    assert (asked.question.rate, asked.ratio, asked.dependence.correlation) == (0.01, 2.0, 0.1)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"rate": "0"}, ["--rate: found '0', expected a number at least 1e-09 and below 1"]),
        ({"rate": "1"}, ["--rate: found '1'"]),
        ({"rate": "nan"}, ["--rate: found 'nan'"]),
        ({"rate": "one per cent", "level": "1"}, ["--rate: found 'one per cent'", "--level: found '1'"]),
        ({"ratio": "1"}, ["--ratio: found '1', expected a number at least 1.001"]),
        ({"ratio": "-2"}, ["--ratio: found '-2'"]),
        ({"ratio": "200"}, ["--ratio: 200 times a rate of 0.01 is 2; a rate stays below 1"]),
        ({"power": "0.2"}, ["--power: found '0.2'"]),
        ({"deff": "0.5"}, ["--deff: found '0.5'"]),
        ({"deff": "2", "icc": "0.1"}, ["--deff, --icc: found both"]),
        ({"icc": "1.5"}, ["--icc: found '1.5', expected a number at least 0 and at most 1"]),
        ({"images": "2.5"}, ["--images: found '2.5', expected a whole number from 1 to 10,000"]),
        ({"groups": "a"}, ["--groups: found 'a', expected NAME=SUBJECTS"]),
        ({"groups": "a=x,a=3,a=4"}, ["--groups 'a': found 'x'", "--groups: 'a' stands there twice"]),
        ({"groups": ",".join(f"g{i}=5" for i in range(51))}, ["--groups: found 51 groups, at most 50"]),
        ({"groups": "a=1", "dataset": "x"}, ["--groups, --dataset: found both"]),
        ({"by": "gender"}, ["--by: names a label of a dataset; add --dataset"]),
        ({"dataset": "no-such-set"}, ["unknown dataset 'no-such-set'"]),
        ({"dataset": "face-research-lab-london-set", "by": "hair"}, ["--by: unknown label 'hair'"]),
        ({"dataset": "face-research-lab-london-set", "images": "2"}, ["--images, --dataset: found both"]),
        ({"dataset": "missing/manifest.yaml"}, ["missing/manifest.yaml"]),
    ],
)
def test_every_fault_of_power_is_listed(given_, expected):
    found = power_faults(**given_)
    for start in expected:
        assert any(fault.startswith(start) for fault in found), (start, found)
    assert len(found) <= len(expected) + 1


def test_the_groups_of_a_dataset_are_counted():
    asked = power_question(POWER | {"dataset": "face-research-lab-london-set", "by": "ethnicity"})
    sizes = {g.name: (g.subjects, g.images) for g in asked.groups}
    assert sizes["ethnicity=white"] == (69, 2)
    assert sizes["ethnicity=black"] == (13, 2)
    assert asked.source == "face-research-lab-london-set"


def test_both_ways_to_state_a_claim():
    a = claim_question(CLAIM | {"of": "834", "correct": "834"}, searches=True)
    b = claim_question(CLAIM | {"trials": "834", "errors": "0", "kind": "fnir"}, searches=False)
    assert a == b
    assert (
        claim_question(CLAIM | {"of": "1e9", "correct": "1,000", "kind": "fmr"}, searches=False).errors == 10**9 - 1000
    )


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"kind": "fnir"}, ["--trials N --errors E, --correct C --of N: found neither"]),
        ({"kind": "fnir", "trials": "10"}, ["--errors: missing; expected it beside --trials"]),
        ({"kind": "fnir", "errors": "10"}, ["--trials: missing; expected it beside --errors"]),
        (
            {"kind": "fnir", "trials": "9", "errors": "1", "of": "9"},
            ["--trials N --errors E, --correct C --of N: found both"],
        ),
        (
            {"kind": "fnir", "trials": "10", "errors": "11"},
            ["--errors: 11 of 10; expected at most as many as --trials"],
        ),
        ({"kind": "fnir", "of": "10", "correct": "11"}, ["--correct: 11 of 10"]),
        ({"kind": "fnir", "trials": "0", "errors": "0"}, ["--trials: found '0'"]),
        ({"kind": "fnir", "trials": "1e999999999", "errors": "0"}, ["--trials: found '1e999999999'"]),
        ({"kind": "fnir", "trials": "many", "errors": "none"}, ["--trials: found 'many'", "--errors: found 'none'"]),
        ({"kind": "fnirr", "trials": "10", "errors": "0"}, ["--kind: unknown kind 'fnirr'; did you mean 'fnir'?"]),
        ({"trials": "10", "errors": "0"}, ["--kind: expected one of fnir, fpir, fmr, fnmr, accuracy"]),
        ({"kind": "fnir", "trials": "10", "errors": "0", "subjects": "11"}, ["--subjects: found '11'"]),
        ({"kind": "fmr", "trials": "10", "errors": "0", "subjects": "1"}, ["--subjects: found '1'"]),
        ({"kind": "fnir", "trials": "10", "errors": "0", "level": "95"}, ["--level: found '95'"]),
    ],
)
def test_every_fault_of_a_claim_is_listed(given_, expected):
    found = claim_faults(**given_)
    assert len(found) == len(expected)
    for fault, start in zip(found, expected, strict=True):
        assert fault.startswith(start)


def test_searches_are_of_one_kind():
    (fault,) = claim_faults(searches=True, kind="fmr", trials="10", errors="0")
    assert fault.startswith("--kind, --searches: found fmr")


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_does_anything_but_answer_or_list_faults(rate, ratio, groups):
    with contextlib.suppress(InputError):
        asked = power_question(POWER | {"rate": rate, "ratio": ratio, "groups": groups})
        assert 0 < asked.question.rate < 1 < asked.ratio
