"""The index: right ones, wrong ones with every fault, hostile ones."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalharness.errors import DatasetError
from evalharness.manifests import catalogue_entry
from evalharness.records import Sample
from evalharness.samples import index, load_index

D = "a" * 64


def faults(loaded) -> list[str]:
    with pytest.raises(DatasetError) as caught:
        load_index(loaded)
    return [fault.removeprefix(f"{loaded.folder}/") for fault in caught.value.faults]


def test_rows_become_samples_with_labels_as_recorded(dataset):
    lines = [f"s1,a/1.png,p,{D},female,31", f"s2,a/2.png,q,{D},female/male,", f's3,"a/3,x.png",p,{D},,7.5']
    samples = load_index(dataset.index(lines))
    assert samples.rows == (
        Sample("s1", "a/1.png", "p", D, {"gender": "female", "age": "31"}),
        Sample("s2", "a/2.png", "q", D, {"gender": "female/male", "age": None}),
        Sample("s3", "a/3,x.png", "p", D, {"gender": None, "age": "7.5"}),
    )
    assert samples.subjects == ("p", "q")
    assert samples.subject_of.tolist() == [0, 1, 0]
    with pytest.raises(TypeError):
        samples.rows[0].labels["age"] = "32"


def test_label_columns_may_come_in_any_order(dataset):
    loaded = dataset.index([f"s1,1.png,p,{D},31,female"], header="sample,path,subject,sha256,age,gender")
    assert load_index(loaded).rows[0].labels == {"gender": "female", "age": "31"}


def test_the_london_index_reads():
    samples = load_index(catalogue_entry("face-research-lab-london-set"))
    assert (len(samples), len(samples.subjects)) == (204, 102)
    assert samples.rows[0].sample == "001_03"
    assert samples.rows[0].labels == {"gender": "female", "ethnicity": "white", "age": "24"}
    assert samples.subject_of.tolist() == [i // 2 for i in range(204)]


def test_every_fault_of_an_index_is_listed_with_its_line(dataset):
    lines = [
        f"s1,1.png,p,{D},female,31",
        f"s1,1.png,p,{D},femle,x",
        f",../2.png,,{D[:-1]},female/x,31",
        f"s4,/etc/passwd,p,{D},,",
        f"s5,a\\5.png,p,{D},,",
        f"s6,6.png,p,{D},",
        "",
        f" s8,C:/8.png,p\t,{D},male,1e9",
        f"s9,a//9.png,p,{D.upper()},/,nan",
        f"s10,10.png,p,{D},female,12",
    ]
    expected = f"""\
3: sample: 's1' stands on line 2 too
3: path: '1.png' stands on line 2 too
3: gender: unknown value 'femle'; did you mean 'female'? Known values: female, male
3: age: found 'x', expected a number, or nothing where missing
4: sample: found '', expected printable text without spaces around it
4: subject: found '', expected printable text without spaces around it
4: path: '../2.png' leaves its folder; expected a path relative to the data root
4: sha256: found '{D[:56]}..., expected 64 digits and letters a to f
4: gender: unknown value 'x'. Known values: female, male
5: path: '/etc/passwd' is absolute; expected a path relative to the data root
6: path: 'a\\\\5.png' has a backslash; write /; expected a path relative to the data root
7: found 5 cells, expected 6 as in the header
8: found 0 cells, expected 6 as in the header
9: sample: found ' s8', expected printable text without spaces around it
9: subject: found 'p\\t', expected printable text without spaces around it
9: path: 'C:/8.png' is absolute; expected a path relative to the data root
9: age: found '1e9', expected a number, or nothing where missing
10: path: 'a//9.png' has empty parts; expected a path relative to the data root
10: sha256: found '{"A" * 56}..., expected 64 digits and letters a to f
10: gender: unknown value ''. Known values: female, male; unknown value ''. Known values: female, male
10: age: found 'nan', expected a number, or nothing where missing
"""
    found = faults(dataset.index(lines))
    assert [fault.removeprefix("files.csv:") for fault in found] == expected.splitlines()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("sample,path,subject,gender,age", "the header is 'sample,path,subject,gender,age', expected sample,path,"),
        ("sample,path,subject,sha256,gender", "the label column age is missing; the manifest declares it"),
        ("sample,path,subject,sha256,gender,age,age", "the label column age stands there twice"),
        ("sample,path,subject,sha256,gendr,age", "unknown label column 'gendr'; did you mean 'gender'?"),
    ],
)
def test_a_wrong_header(dataset, header, expected):
    found = faults(dataset.index([], header=header))
    assert found[0].startswith(f"files.csv:1: {expected}")


def test_an_index_without_rows_a_byte_order_mark_and_broken_quotes(dataset):
    assert faults(dataset.index([])) == ["files.csv:1: no samples; expected a row for each image"]
    assert faults(dataset.manifest(b""))[0].startswith("files.csv:1: the header is '', expected")
    marked = dataset.manifest(b"\xef\xbb\xbfsample,path,subject,sha256,gender,age\ns,1.png,p," + D.encode() + b",,\n")
    assert faults(marked) == ["files.csv:1: the file begins with a byte order mark; save it as UTF-8 without one"]
    (fault,) = faults(dataset.index(['s,"1.png"x,p,' + D + ",,"]))
    assert fault.startswith("files.csv:2: not CSV: ")
    (fault,) = faults(dataset.index([f"s,1\x00.png,p,{D},,"]))
    assert fault.startswith("files.csv:2: path: '1\\x00.png' is empty or not printable; expected a path")


def test_what_is_wrong_with_the_file_itself(dataset):
    right = dataset.index([f"s1,1.png,p,{D},,"])
    (dataset.folder / "files.csv").write_bytes(b"changed")
    with pytest.raises(DatasetError, match=r"files\.csv: its SHA-256 is .* pins .*Restore the index"):
        load_index(right)
    (dataset.folder / "files.csv").unlink()
    with pytest.raises(DatasetError, match=r"no such file; the manifest .* names it as the index"):
        load_index(right)
    with pytest.raises(DatasetError, match=r"files\.csv:2: not UTF-8 text"):
        load_index(dataset.manifest(b"sample\n\xff"))


def test_a_manifest_without_a_pinned_index_cannot_be_read(dataset):
    loaded = dataset.index([f"s1,1.png,p,{D},,"])
    files = loaded.manifest.files.model_copy(update={"sha256": None})
    bare = dataclasses.replace(loaded, manifest=loaded.manifest.model_copy(update={"files": files}))
    with pytest.raises(DatasetError, match=r"files\.index and files\.sha256 are needed"):
        load_index(bare)
    with pytest.raises(DatasetError, match="this dataset is rendered, not downloaded"):
        load_index(catalogue_entry("evalharness-synthetic"))


def test_limits(dataset, monkeypatch):
    loaded = dataset.index([f"s{i},{i}.png,p,{D},x,y" for i in range(9)])
    monkeypatch.setattr(index, "MOST_ROWS", 5)
    monkeypatch.setattr(index, "MOST_FAULTS", 4)
    found = faults(loaded)
    assert len(found) == 5
    assert found[-1] == "... and 7 more"
    monkeypatch.setattr(index, "MOST_BYTES", 100)
    with pytest.raises(DatasetError, match="more than 100 bytes"):
        load_index(loaded)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_only_dataset_errors_come_out_of_damaged_indexes(dataset, data):
    content = bytearray("sample,path,subject,sha256,gender,age\n", "utf-8")
    content += "".join(f"s{i},{i}.png,p,{D},female,3{i}\n" for i in range(3)).encode()
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = data.draw(st.integers(at, min(len(content), at + 12)))
        content[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from([b",", b'"', b"\n", b"\r", b"\x00", b"/"]))
    rows, message = 0, ""
    try:
        rows = len(load_index(dataset.manifest(bytes(content))))
    except DatasetError as error:
        message = str(error)
    assert rows > 0 or message.startswith(f"{dataset.folder}/files.csv:")
