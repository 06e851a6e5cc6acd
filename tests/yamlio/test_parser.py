"""The YAML reader: values, positions, and everything that it refuses."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.errors import PlanError
from evalharness.yamlio import Document, WrittenFloat, WrittenInt, parse_yaml, read_yaml, written


def parse(text: str) -> Document:
    return parse_yaml(text.encode(), name="x.yaml", error=PlanError)


def faults(text: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        parse(text)
    return list(caught.value.faults)


def test_values_follow_the_core_schema_of_yaml_1_2():
    text = """
    a: 0.29
    b: 1e-4
    c: 0o17
    d: 0x1F
    e: [true, False, ~, null, yes, no, on]
    f: 2026-11-22
    g: "1"
    h: .inf
    i: |
      two
      lines
    j: 007
    k: 1_000
    """
    data = parse(text).data
    assert isinstance(data, dict)
    assert (data["a"], data["b"], data["c"], data["d"], data["j"]) == (0.29, 0.0001, 15, 31, 7)
    assert data["e"] == [True, False, None, None, "yes", "no", "on"]
    assert (data["f"], data["g"], data["i"], data["k"]) == ("2026-11-22", "1", "two\nlines\n", "1_000")
    assert data["h"] == math.inf


def test_numbers_remember_how_they_were_written():
    data = parse("[0.290, 1e-4, 007, '5']").data
    assert isinstance(data, list)
    assert [written(item) for item in data] == ["0.290", "1e-4", "007", None]
    assert isinstance(data[0], WrittenFloat)
    assert isinstance(data[2], WrittenInt)


def test_positions_are_those_of_keys_and_items():
    document = parse("a: 1\nb:\n  - c: 2\n    d: [3, 4]\n")
    assert document.position(("a",)) == (1, 1)
    assert document.position(("b", 0)) == (3, 5)
    assert document.position(("b", 0, "d")) == (4, 5)
    assert document.position(("b", 0, "d", 1)) == (4, 12)
    assert document.position(("b", 0, "missing")) == (3, 5)
    assert document.position(("missing",)) == (1, 1)


def test_duplicate_keys_keep_the_first_value_and_are_faults():
    document = parse("a: 1\nb: {c: 1, c: {d: 2}}\na: 3\n")
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert document.faults == (
        ((2, 11), "b.c: stands here twice; first on line 2"),
        ((3, 1), "a: stands here twice; first on line 1"),
    )


def test_aliases_anchors_and_tags_are_all_listed():
    found = faults("a: &x [1]\nb: *x\nc: !!python/object/apply:os.system [echo]\nd: !local 3\n")
    assert found == [
        "x.yaml:1:4: an anchor (&name); write the value out where it is needed",
        "x.yaml:2:4: an alias (*name); write the value out",
        "x.yaml:3:4: the tag 'tag:yaml.org,2002:python/object/apply:os.system'; tags are not read, remove it",
        "x.yaml:4:4: the tag '!local'; tags are not read, remove it",
    ]


def test_billion_laughs_does_not_grow():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    assert len(faults("\n".join(lines))) == 40 + 2 * 39


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 5000, "x.yaml:1:21: more than 20 levels of nesting"),
        ("- " * 5000, "x.yaml:1:41: more than 20 levels of nesting"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document; expected one document a file"),
        ("%YAML 1.1\n---\na: yes\n", "x.yaml:2:1: a %YAML directive of another version; the file is read as YAML 1.2"),
        ("? [a, b]\n: 1\n", "x.yaml:1:3: a key that is not plain text; expected `key: value`"),
        ("a: " + "9" * 61, "x.yaml:1:4: a number of 61 characters; at most 60 are read"),
        ('a: "\\ud800"', "x.yaml:1:4: an escape that is no character; remove it"),
        ('a: "\\0"', "x.yaml:1:4: an escape that is no character; remove it"),
        ("a: b\x07c", "x.yaml:1:5: a control character; remove it"),
        ("\n".join("- 1" for _ in range(20_001)), "x.yaml:20000:3: more than 20000 nodes"),
    ],
)
def test_hostile_text_is_refused_where_it_stands(text, expected):
    (found,) = faults(text)
    assert found.startswith(expected)


def test_broken_syntax_names_the_line():
    (found,) = faults("a: 1\nb: [1, 2\nc: 3\n")
    assert found.startswith("x.yaml:3:1: not YAML: ") or found.startswith("x.yaml:3:2: not YAML: ")


def test_files_are_bounded_and_utf8(tmp_path):
    with pytest.raises(PlanError, match=r"p\.yaml: no such file; expected the audit plan"):
        read_yaml(tmp_path / "p.yaml", error=PlanError, what="audit plan")
    with pytest.raises(PlanError, match="no such file"):
        read_yaml(tmp_path, error=PlanError, what="audit plan")
    path = tmp_path / "q.yaml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(PlanError, match=r"q\.yaml:2:1: not UTF-8 text"):
        read_yaml(path, error=PlanError, what="audit plan")
    path.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(PlanError, match="more than 1048576 bytes"):
        read_yaml(path, error=PlanError, what="audit plan")
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path, error=PlanError, what="audit plan").data == {"a": 1}


TEXT = st.text(st.characters(categories=("L", "N", "P", "Zs")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc -:#", min_size=1), inner, max_size=4),
    max_leaves=15,
)


@settings(deadline=None)
@given(JSON)
def test_json_is_yaml(value):
    assert parse(json.dumps(value)).data == value


def messages(content: bytes) -> list[str]:
    try:
        parse_yaml(content, name="x.yaml", error=PlanError)
    except PlanError as error:
        return str(error).replace("\n  ", "\n").split("\n")
    return []


@settings(deadline=None)
@given(st.text("ab: -\n[]{},&*!|>'\"%@`#?1.~\\\t\x85\u2028", max_size=60))
def test_only_our_errors_come_out_of_odd_text(text):
    assert all(line.startswith("x.yaml:") for line in messages(text.encode()))


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_only_our_errors_come_out_of_bytes(content):
    assert all(line.startswith("x.yaml:") for line in messages(content))
