"""Admission: refusal is the default, and every reason is given with its source."""

import datetime
import itertools

import pytest

from evalharness.errors import AdmissionRefusedError
from evalharness.manifests import Task, admit, catalogue_entry, require_admission
from evalharness.plan import Purpose

TODAY = datetime.date(2026, 11, 22)
BUY = Purpose.PROCUREMENT_EVALUATION


def reasons(manifest, *, purpose=BUY, task=Task.VERIFICATION, on=TODAY):
    admission = admit(manifest, purpose=purpose, task=task, on=on)
    assert admission.granted == (not admission.reasons)
    assert bool(admission.grounds) == admission.granted
    return list(admission.reasons)


def test_a_run_within_licence_and_consent_is_granted_with_its_grounds(changed):
    admission = admit(changed(), purpose=BUY, task=Task.VERIFICATION, on=TODAY)
    assert admission.granted
    assert [(ground.text, ground.source) for ground in admission.grounds] == [
        ("Licence: Some terms; commercial use: yes; redistribution: no.", "terms.pdf"),
        (
            "Consent (informed-consent): Tests before a purchase. Read as covering procurement-evaluation with the "
            "tasks verification; this run: procurement-evaluation, verification, 2026-11-22.",
            "forms.pdf",
        ),
        ("Signed forms.", "forms.pdf"),
    ]


def test_only_the_purposes_and_tasks_of_the_consent_are_granted(changed):
    manifest = changed()
    granted = [
        (purpose, task)
        for purpose, task in itertools.product(Purpose, Task)
        if admit(manifest, purpose=purpose, task=task, on=TODAY).granted
    ]
    assert granted == [(BUY, Task.VERIFICATION)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {("consent", "basis"): "unknown"},
            ["the people pictured are not known to have agreed: consent.basis is unknown (source: forms.pdf)"],
        ),
        (
            {("consent", "basis"): "none"},
            ["the people pictured are not known to have agreed: consent.basis is none (source: forms.pdf)"],
        ),
        (
            {("consent", "basis"): "public-record"},
            ["the people pictured are not known to have agreed: consent.basis is public-record (source: forms.pdf)"],
        ),
        (
            {("consent", "scope"): "Unknown"},
            ["consent.scope is unknown, and unknown is not consent (source: forms.pdf)"],
        ),
        (
            {("consent", "withdrawal"): "unknown"},
            ["consent.withdrawal is unknown, and unknown is not consent (source: forms.pdf)"],
        ),
        (
            {("consent", "purposes"): "unknown"},
            [
                "the purpose procurement-evaluation is outside the consent, which covers nothing that is known "
                "(source: forms.pdf)"
            ],
        ),
        (
            {("consent", "tasks"): ["detection"]},
            ["the task verification is outside the consent, which covers detection (source: forms.pdf)"],
        ),
        (
            {("consent", "evidence"): []},
            ["consent is claimed without evidence: consent.evidence is empty (source: the manifest of volunteers)"],
        ),
        (
            {("consent", "expires"): "2026-11-21"},
            ["the consent expired: it held until 2026-11-21, the run is dated 2026-11-22 (source: forms.pdf)"],
        ),
        (
            {("licence", "commercial_use"): "no"},
            [
                "procurement-evaluation is commercial use, and the licence (Some terms) forbids commercial use "
                "(source: terms.pdf)"
            ],
        ),
        (
            {("licence", "commercial_use"): "unknown"},
            [
                "procurement-evaluation is commercial use, and the licence (Some terms) is not known to allow it "
                "(source: terms.pdf)"
            ],
        ),
        ({("licence", "name"): "unknown"}, ["the licence is unknown (source: terms.pdf)"]),
        (
            {("kind",): "catalogue-entry", ("files", "index"): None, ("files", "sha256"): None},
            ["a catalogue-entry holds facts about a dataset and no files, and is never run (source: Ask the curator.)"],
        ),
    ],
)
def test_each_reason_alone(changed, values, expected):
    assert reasons(changed(values)) == expected


def test_consent_holds_on_its_last_day(changed):
    assert reasons(changed({("consent", "expires"): "2026-11-22"})) == []
    assert reasons(changed({("consent", "expires"): None}), on=datetime.date(2999, 1, 1)) == []


def test_a_licence_without_commercial_use_still_allows_research(changed):
    values = {("licence", "commercial_use"): "no", ("consent", "purposes"): [str(purpose) for purpose in Purpose]}
    refused = [purpose for purpose in Purpose if reasons(changed(values), purpose=purpose)]
    assert refused == [Purpose.PROCUREMENT_EVALUATION, Purpose.INTERNAL_TESTING]


def test_every_reason_is_given_at_once(changed):
    manifest = changed(
        {
            ("consent", "basis"): "unknown",
            ("consent", "scope"): "unknown",
            ("consent", "purposes"): "unknown",
            ("consent", "tasks"): "unknown",
            ("consent", "expires"): "2020-01-01",
            ("consent", "evidence"): [],
            ("licence", "name"): "unknown",
            ("licence", "commercial_use"): "unknown",
        }
    )
    found = reasons(manifest)
    assert len(found) == 7
    assert all("(source: " in reason for reason in found)
    with pytest.raises(AdmissionRefusedError) as caught:
        require_admission(manifest, purpose=BUY, task=Task.VERIFICATION, on=TODAY)
    assert caught.value.reasons == tuple(found)
    assert caught.value.exit_code == 3
    assert str(caught.value).startswith(
        "volunteers: licence and consent do not admit procurement-evaluation with the task verification on 2026-11-22."
    )


def test_what_the_people_of_the_london_set_agreed_to():
    manifest = catalogue_entry("face-research-lab-london-set").manifest
    granted = [
        (purpose, task)
        for purpose, task in itertools.product(Purpose, Task)
        if admit(manifest, purpose=purpose, task=task, on=TODAY).granted
    ]
    research = Purpose.RESEARCH_EVALUATION
    assert granted == [(research, Task.VERIFICATION), (research, Task.DETECTION)]


def test_the_synthetic_benchmark_is_open_to_every_run():
    manifest = catalogue_entry("evalharness-synthetic").manifest
    for purpose, task in itertools.product(Purpose, Task):
        assert require_admission(manifest, purpose=purpose, task=task, on=TODAY).granted
