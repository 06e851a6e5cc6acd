import json
import os
import types
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from evalharness.errors import InputError
from evalharness.result import SCHEMA_ID, AuditResult, dump_result, load_result, result_schema
from tests.reporting.example_result import london, nulls

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


def anything(kind: object) -> st.SearchStrategy:
    """Values of the type of a field of a result."""
    simple = {
        str: TEXT,
        bool: st.booleans(),
        int: st.integers(-(2**62), 2**62),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
    }
    if kind in simple:
        return simple[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is types.UnionType:
        return st.one_of([anything(part) for part in inner])
    if origin is tuple:
        return st.lists(anything(inner[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(TEXT, JSON if "Json" in repr(inner[1]) else anything(inner[1]), max_size=2)
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    hints = get_type_hints(kind)
    fields = {name: anything(hints[name]) for name in kind.model_fields if name != "schema_version"}
    return st.builds(kind, **fields)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(result=anything(AuditResult))
def test_any_result_survives_the_round_trip(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("round") / "result.json"
    text = dump_result(result)
    path.write_text(text, encoding="utf-8", newline="")
    again = load_result(path)
    assert again == result
    assert dump_result(again) == text


def written(folder: Path, **changes: object) -> Path:
    content = json.loads(dump_result(london())) | changes
    path = folder / "result.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_result(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_floats_are_written_as_repr():
    result = london()
    row = result.measures[0].model_copy(update={"value": 0.1 + 0.2, "lower": 5e-324})
    text = dump_result(result.model_copy(update={"measures": (row,)}))
    assert '"value": 0.30000000000000004,' in text
    assert '"lower": 5e-324,' in text
    assert text.endswith("}\n")


def test_undefined_is_null_never_zero():
    row = json.loads(dump_result(nulls()))["measures"][0]
    assert row["value"] is None
    assert row["note"] == "no completed comparison"


def test_unknown_fields_and_newer_minor_versions_are_read(tmp_path):
    path = written(tmp_path, schema_version="1.7", invented={"by": ["a", "later", "version"]})
    assert load_result(path).measures == london().measures


def test_newer_major_version_says_what_to_do(tmp_path):
    message = refused(written(tmp_path, schema_version="2.0", measures="of another shape"))
    assert "schema version 2.0" in message
    assert "Install a newer evalharness" in message


def test_version_before_the_first_says_what_to_do(tmp_path):
    assert "Run the audit again" in refused(written(tmp_path, schema_version="0.9"))


@pytest.mark.parametrize("version", [None, 1, 1.0, "", "1", "one.two", "1.0.0", "9" * 5000 + ".0", "١.٠", ["1.0"]])
def test_schema_version_of_another_form_is_refused(tmp_path, version):
    message = refused(written(tmp_path, schema_version=version))
    assert "schema_version" in message
    assert len(message) < 1000


def test_every_fault_is_listed_with_its_place(tmp_path):
    content = json.loads(dump_result(london()))
    del content["audit"]["seed"]
    content["measures"][3]["value"] = "0.5"
    content["dataset"]["synthetic"] = 1
    path = tmp_path / "result.json"
    path.write_text(json.dumps(content))
    message = refused(path)
    assert "3 fault(s)" in message
    for place in ("audit.seed:", "measures.3.value:", "dataset.synthetic:"):
        assert place in message


def test_a_thousand_faults_are_cut(tmp_path):
    message = refused(written(tmp_path, limits=[0] * 1000))
    assert "1000 fault(s)" in message
    assert "and 950 more" in message
    assert len(message.splitlines()) == 52


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ":1:1: not JSON"),
        (b'{"schema_version": "1.0",\n  "audit', ":2:3: not JSON"),
        (b"\xff\xfe{}", "not UTF-8 text (byte 0)"),
        (b"[]", "no 'schema_version'"),
        (b"[" * 200_000, "nested deeper"),
        (b'{"a":' * 200_000, "nested deeper"),
        (b'{"schema_version": ' + b"1" * 20_000 + b"}", "longer numbers"),
        (b'{"schema_version": "1.0", "schema_version": "1.0"}', "'schema_version' stands twice"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path, content, says):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    assert says in refused(path)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ["value", "plan"])
def test_numbers_that_are_not_finite_are_refused(tmp_path, number, place):
    content = json.loads(dump_result(london()))
    if place == "plan":
        content["plan"] = {"x": 0.123454321}
    else:
        content["measures"][0]["value"] = 0.123454321
    path = tmp_path / "result.json"
    path.write_text(json.dumps(content).replace("0.123454321", number))
    refused(path)


def test_lone_surrogates_are_refused(tmp_path):
    path = written(tmp_path)
    path.write_text(path.read_text().replace('"london-dlib"', '"\\ud800"', 1))
    refused(path)


def test_missing_file_and_folder_are_input_errors(tmp_path):
    assert "cannot be read" in refused(tmp_path / "none.json")
    assert "cannot be read" in refused(tmp_path)


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "result.json"
    with path.open("wb") as stream:
        stream.truncate(256 * 1024 * 1024 + 1)  # sparse: takes no room
    assert "larger than" in refused(path)


def test_pipes_and_devices_are_refused_at_once(tmp_path):
    path = tmp_path / "result.json"
    os.mkfifo(path)
    assert "a regular file was expected" in refused(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "a regular file was expected" in refused(path)


def test_schema_is_named_and_closed_in_itself():
    schema = result_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == SCHEMA_ID
    assert list(schema)[:2] == ["$schema", "$id"]
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named == set(schema["$defs"])
    assert set(schema["required"]) == {name for name, field in AuditResult.model_fields.items() if field.is_required()}
    assert "value" in schema["$defs"]["MeasureRow"]["required"]
