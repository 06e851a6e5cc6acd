"""Manifests as text: what is written reads back equal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.errors import ManifestError
from evalharness.manifests import Evidence, LabelSpec, Manifest, Provenance, catalogue, catalogue_entry, dump_manifest
from evalharness.yamlio import parse_yaml, validate


def reread(text: str) -> Manifest:
    return validate(Manifest, parse_yaml(text.encode(), name="m", error=ManifestError), error=ManifestError)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.manifest.id)
def test_the_catalogue_reads_back_equal(entry):
    text = dump_manifest(entry.manifest)
    assert reread(text) == entry.manifest
    assert dump_manifest(reread(text)) == text
    assert text.endswith("\n")


def test_unknown_consent_is_written_as_unknown(changed):
    manifest = changed({("consent", "purposes"): "unknown", ("consent", "tasks"): "unknown"})
    text = dump_manifest(manifest)
    assert "  purposes: unknown\n  tasks: unknown\n" in text
    assert reread(text) == manifest


def test_a_rendered_dataset_is_its_template_with_files():
    template = catalogue_entry("evalharness-synthetic").manifest
    files = template.files.model_copy(update={"index": "files.csv", "sha256": "a" * 64})
    manifest = template.model_copy(update={"files": files, "version": "1 (seed 7)"})
    assert reread(dump_manifest(manifest)) == manifest


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(
    lambda text: " ".join(text.split()).isprintable() and text.strip() != ""
)
labels = st.sampled_from(["1", "01", "null", "true", "no", "1e4", "2026-01-01", "~", "a: b", "#", "- x", "é", "'", '"'])


@settings(deadline=None)
@given(name=words, text=words, values=st.lists(labels, min_size=1, unique=True))
def test_any_text_and_label_reads_back_equal(name, text, values):
    template = catalogue_entry("evalharness-synthetic").manifest
    label = LabelSpec(attribute="x", kind="categorical", values=tuple(values), provenance=Provenance.RECORD)
    evidence = (Evidence(text=text, source=name),)
    manifest = template.model_copy(
        update={
            "name": evidence[0].source,
            "labels": (label,),
            "consent": template.consent.model_copy(update={"evidence": evidence}),
        }
    )
    assert reread(dump_manifest(manifest)) == manifest
