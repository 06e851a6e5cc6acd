import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.systems import read_templates
from tests.systems.fakes import samples_named
from tests.systems.vector_files import FUZZ, SAMPLES, VECTORS, faults_of, survives, system, write


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", ">f8", "<i4", "|u1", "<i8"])
def test_every_plain_number_type_is_read(tmp_path, dtype):
    result = read_templates(write(tmp_path, VECTORS.astype(dtype)), SAMPLES)
    assert result.templates.tolist() == VECTORS.tolist()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_is_read(tmp_path, save):
    write(tmp_path)
    save(tmp_path / "emb.npz", vectors=VECTORS, other=np.array([1]))
    assert read_templates(system(tmp_path, "emb.npz"), SAMPLES).templates.tolist() == VECTORS.tolist()


def test_many_rows_are_read_in_blocks(tmp_path):
    samples = samples_named(*(f"s{i}" for i in range(500)))
    vectors = np.random.default_rng(1).normal(size=(500, 4000))
    np.savez_compressed(tmp_path / "emb.npz", vectors=vectors)
    (tmp_path / "ids.csv").write_text("sample\n" + "".join(f"s{i}\n" for i in range(499, -1, -1)))
    result = read_templates(system(tmp_path, "emb.npz"), samples)
    np.testing.assert_array_equal(result.templates, vectors[::-1].astype(np.float32))


def header(text, version=1):
    body = text.encode()
    size = struct.pack("<H" if version == 1 else "<I", len(body))
    return b"\x93NUMPY" + bytes([version, 0]) + size + body


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "not a .npy array"),
        (b"text", "not a .npy array"),
        (
            header("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 512), }"),
            "the header claims 999999999999 x 512 numbers, 2047999999997952 bytes; the file holds 0 bytes",
        ),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 99999999), }"), "vectors of 99999999 numbers"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }"), "vectors of 0 numbers"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"), "expected two dimensions"),
        (header("{'descr': '|O', 'fortran_order': False, 'shape': (3, 2), }"), "not plain floats or integers"),
        (header("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,), }"), "not plain floats"),
        (header("{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2), }"), "not plain floats or integers"),
        (header("{'descr': '<f4', 'shape': (3, 2), }"), "a header without order or shape"),
        (header("__import__('os').system('false')"), "not plain floats or integers"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "a header of 4294967295 bytes"),
        (b"\x93NUMPY\x09\x00\x00\x00", "format version 9"),
        (header("{'descr': '<f3', 'fortran_order': False, 'shape': (3, 2), }"), "not plain floats or integers"),
        (header("{'descr': '<f1', 'fortran_order': False, 'shape': (3, 2), }"), "not plain floats or integers"),
    ],
)
def test_a_hostile_npy_file_is_refused_before_anything_is_allocated(tmp_path, content, fault):
    spec = write(tmp_path)
    spec.vectors.write_bytes(content)
    (found,) = faults_of(spec)
    assert fault in found


def test_objects_column_order_and_truncation_are_refused(tmp_path):
    spec = write(tmp_path)
    np.save(spec.vectors, np.array([["x"] * 2] * 3, dtype=object), allow_pickle=True)
    assert "not plain floats" in faults_of(spec)[0]
    np.save(spec.vectors, np.asfortranarray(VECTORS))
    assert "np.ascontiguousarray" in faults_of(spec)[0]
    np.save(spec.vectors, VECTORS)
    spec.vectors.write_bytes(spec.vectors.read_bytes()[:-1])
    assert "the header claims 3 x 2 numbers, 24 bytes; the file holds 23 bytes" in faults_of(spec)[0]


def test_an_npz_without_the_key_or_of_garbage_is_refused(tmp_path):
    write(tmp_path)
    np.savez(tmp_path / "emb.npz", embeddings=VECTORS)
    assert (
        "no array 'vectors' in the archive, which holds 'embeddings.npy'" in faults_of(system(tmp_path, "emb.npz"))[0]
    )
    (tmp_path / "emb.npz").write_bytes(b"PK garbage")
    assert faults_of(system(tmp_path, "emb.npz")) == ["emb.npz: File is not a zip file"]


def test_an_npz_member_that_lies_about_its_content_is_refused(tmp_path):
    write(tmp_path)
    stream = io.BytesIO()
    np.save(stream, VECTORS)
    with zipfile.ZipFile(tmp_path / "emb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.npy", stream.getvalue())
    content = bytearray((tmp_path / "emb.npz").read_bytes())
    content[60] ^= 0xFF
    (tmp_path / "emb.npz").write_bytes(bytes(content))
    assert len(faults_of(system(tmp_path, "emb.npz"))) == 1


def test_an_npz_that_claims_more_than_deflate_can_is_refused(tmp_path):
    write(tmp_path)
    np.savez_compressed(tmp_path / "emb.npz", vectors=VECTORS)
    content = bytearray((tmp_path / "emb.npz").read_bytes())
    claim = content.rindex(b"PK\x01\x02") + 24  # size in the central directory
    content[claim : claim + 4] = (1 << 31).to_bytes(4, "little")
    (tmp_path / "emb.npz").write_bytes(bytes(content))
    (found,) = faults_of(system(tmp_path, "emb.npz"))
    assert "the archive claims 2147483648 bytes in 88: more than deflate can" in found


def test_vectors_that_do_not_fit_in_memory_are_a_fault(tmp_path, monkeypatch):
    def none_left(*_, **__):
        raise MemoryError

    spec = write(tmp_path)
    monkeypatch.setattr("evalharness.systems.templates._fill", none_left)
    assert faults_of(spec) == ["emb.npy: 3 vectors of this width need more memory than this machine has"]


@FUZZ
@given(content=st.binary(max_size=300))
def test_any_bytes_as_npy_are_read_or_refused(tmp_path, content):
    spec = write(tmp_path)
    spec.vectors.write_bytes(b"\x93NUMPY\x01\x00" + content)
    survives(spec)


@FUZZ
@given(place=st.integers(0, 151), value=st.integers(0, 255))
def test_any_changed_byte_of_an_npy_file_is_read_or_refused(tmp_path, place, value):
    spec = write(tmp_path)
    content = bytearray(spec.vectors.read_bytes())
    content[place] = value
    spec.vectors.write_bytes(bytes(content))
    survives(spec)


@FUZZ
@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_any_changed_byte_of_an_npz_file_is_read_or_refused(tmp_path, place, value):
    write(tmp_path)
    np.savez_compressed(tmp_path / "emb.npz", vectors=VECTORS)
    content = bytearray((tmp_path / "emb.npz").read_bytes())
    content[place % len(content)] = value
    (tmp_path / "emb.npz").write_bytes(bytes(content))
    survives(system(tmp_path, "emb.npz"))
