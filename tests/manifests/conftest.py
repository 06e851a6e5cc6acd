"""A manifest that is right, as data; tests break it."""

import copy

import pytest

from evalharness.errors import ManifestError
from evalharness.manifests import Manifest
from evalharness.yamlio import parse_yaml, validate

TEXT = """\
schema_version: 1
kind: dataset
id: volunteers
name: Volunteers
version: "1.0"
curator: A curator
source: {how: Ask the curator.}
attribution: Volunteers (2026)
synthetic: false
licence:
  name: Some terms
  commercial_use: yes
  redistribution: no
  source: terms.pdf
consent:
  basis: informed-consent
  scope: Tests before a purchase.
  purposes: [procurement-evaluation]
  tasks: [verification]
  evidence:
    - {text: Signed forms., source: forms.pdf}
  withdrawal: By mail.
  withdrawals_applied: 2026-11-01
  expires: 2027-12-31
labels:
  - attribute: gender
    kind: categorical
    values: [female, male]
    provenance: self-reported
  - attribute: age
    kind: numeric
    provenance: record
files:
  index: files.csv
  sha256: 8be5fdaa92842c82ad03cffea11ad7f4b94774a7ea4dbd8b3be3f2d4a08f0a33
  group_sizes_public: false
"""


@pytest.fixture(scope="session")
def manifest_text() -> str:
    return TEXT


@pytest.fixture
def changed():
    """Make the manifest with some values changed: ``changed({("consent", "basis"): "unknown"})``."""
    right = parse_yaml(TEXT.encode(), name="manifest.yaml", error=ManifestError)

    def make(values: dict[tuple[str, ...], object] | None = None) -> Manifest:
        data = copy.deepcopy(right.data)
        for (*outer, last), value in (values or {}).items():
            part = data
            for step in outer:
                part = part[step]
            part[last] = value
        return Manifest.model_validate(data)

    return make


@pytest.fixture
def read(tmp_path):
    """Validate some YAML text as a manifest."""

    def load(text: str) -> Manifest:
        document = parse_yaml(text.encode(), name="manifest.yaml", error=ManifestError)
        return validate(Manifest, document, error=ManifestError)

    return load
