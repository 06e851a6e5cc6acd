"""The schema of a manifest: golden messages and the rules between keys."""

import datetime
import json

import pytest

from evalharness.errors import ManifestError
from evalharness.manifests import Answer, ConsentBasis, Manifest, ManifestKind, Provenance, Task, manifest_schema
from evalharness.plan import Purpose

FAULTY = """\
schema_version: 2
kind: data
id: My Set
name: "a\\u0007b"
version: 1.10
homepage: javascript:alert(1)
source: {how: x, ulr: y}
attribution: x
synthetic: maybe
licence: {name: x, commercial_use: perhaps, redistribution: true, source: x}
consent:
  basis: informed
  scope: unknown
  purposes: [research, internal-testing]
  tasks: verification
  evidence: [{text: x}]
  withdrawal: x
  expires: soon
labels:
  - {attribute: sample, kind: categorical, values: [a], provenance: guess}
  - {attribute: tone, kind: categorical, provenance: record}
  - {attribute: tone, kind: numeric, values: [1, a/b, "(missing)"], provenance: record}
files: {index: ../files.csv, sha256: abc, group_sizes_public: 1}
"""

GOLDEN = """\
manifest.yaml:1:1: curator: this key is missing and is needed
manifest.yaml:1:1: schema_version: found 2, expected one of: 1
manifest.yaml:2:1: kind: unknown value 'data'; did you mean 'dataset'? Known values: dataset, generated, \
catalogue-entry
manifest.yaml:3:1: id: found 'My Set', expected small letters, digits and -
manifest.yaml:4:1: name: found 'a\\x07b', expected printable text of 1 to 4000 characters
manifest.yaml:6:1: homepage: found 'javascript:alert(1)', expected an address that begins with https://
manifest.yaml:7:18: source.ulr: unknown key 'ulr'; did you mean 'url'? Known keys: how, url
manifest.yaml:9:1: synthetic: found 'maybe', expected true or false
manifest.yaml:10:20: licence.commercial_use: unknown value 'perhaps'. Known values: yes, no, unknown
manifest.yaml:10:45: licence.redistribution: found true, expected one of: yes, no, unknown
manifest.yaml:11:1: consent.withdrawals_applied: this key is missing and is needed
manifest.yaml:12:3: consent.basis: unknown value 'informed'; did you mean 'informed-consent'? Known values: \
informed-consent, paid-informed-consent, not-applicable-synthetic, public-record, none, unknown
manifest.yaml:14:14: consent.purposes.0: unknown value 'research'; did you mean 'research-evaluation'? Known values: \
research-evaluation, procurement-evaluation, regulatory-audit, internal-testing
manifest.yaml:15:3: consent.tasks: found 'verification', expected a list
manifest.yaml:16:14: consent.evidence.0.source: this key is missing and is needed
manifest.yaml:18:3: consent.expires: found 'soon', expected a day such as 2026-11-22
manifest.yaml:20:6: labels.0.attribute: found 'sample', which is a column of every index; choose another name
manifest.yaml:20:57: labels.0.provenance: unknown value 'guess'. Known values: self-reported, annotator, algorithm, \
record, generated
manifest.yaml:21:5: labels.1.values: a categorical label needs its values
manifest.yaml:22:38: labels.2.values: a numeric label takes no values; the plan's age_bins divide it
manifest.yaml:22:50: labels.2.values.1: found 'a/b'; / joins several values in the index and (missing) is reserved
manifest.yaml:22:55: labels.2.values.2: found '(missing)'; / joins several values in the index and (missing) is reserved
manifest.yaml:23:9: files.index: found '../files.csv': leaves its folder; expected a path such as files.csv
manifest.yaml:23:30: files.sha256: found 'abc', expected a SHA-256 digest: 64 digits and letters a to f
manifest.yaml:23:43: files.group_sizes_public: found 1, expected true or false
"""


def test_every_fault_of_a_manifest_is_listed_at_its_line_and_column(read):
    with pytest.raises(ManifestError) as caught:
        read(FAULTY)
    assert list(caught.value.faults) == GOLDEN.splitlines()


def test_a_right_manifest(read, manifest_text):
    manifest = read(manifest_text)
    assert manifest.kind is ManifestKind.DATASET
    assert manifest.version == "1.0"
    assert manifest.licence.redistribution is Answer.NO
    assert manifest.consent.basis is ConsentBasis.INFORMED_CONSENT
    assert manifest.consent.purposes == (Purpose.PROCUREMENT_EVALUATION,)
    assert manifest.consent.tasks == (Task.VERIFICATION,)
    assert manifest.consent.expires == datetime.date(2027, 12, 31)
    assert [label.provenance for label in manifest.labels] == [Provenance.SELF_REPORTED, Provenance.RECORD]
    assert manifest.label("age").kind == "numeric"
    assert manifest.label("height") is None


def test_unknown_stands_for_every_field_of_the_consent(read, manifest_text):
    text = manifest_text.replace("[procurement-evaluation]", "unknown").replace("[verification]", "unknown")
    consent = read(text.replace("Tests before a purchase.", "unknown")).consent
    assert (consent.scope, consent.purposes, consent.tasks) == ("unknown", (), ())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  index: files.csv\n", "", "33:1: files.index: a dataset needs this key: it pins the files"),
        ("kind: dataset", "kind: generated", "9:1: synthetic: found false in a generated dataset, expected true"),
        ("kind: dataset", "kind: catalogue-entry", "34:3: files.index: a catalogue-entry has no files; expected"),
        (
            "basis: informed-consent",
            "basis: not-applicable-synthetic",
            "16:3: consent.basis: people are pictured (synthetic: false), so consent applies",
        ),
        ("[female, male]", "[female, male, female]", "28:28: labels.0.values.2: 'female' stands here twice"),
        ("attribute: age", "attribute: gender", "30:5: labels.1.attribute: 'gender' stands here twice"),
    ],
)
def test_rules_between_keys(read, manifest_text, old, new, expected):
    assert old in manifest_text
    with pytest.raises(ManifestError) as caught:
        read(manifest_text.replace(old, new, 1))
    (found,) = caught.value.faults
    assert found.startswith(f"manifest.yaml:{expected}")


def test_the_schema_names_itself():
    schema = manifest_schema()
    assert schema["$id"] == "https://evalharness.example/schemas/manifest-1.json"
    assert list(schema["properties"]) == list(Manifest.model_fields)
    json.dumps(schema)
