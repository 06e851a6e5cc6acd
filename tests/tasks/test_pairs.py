import numpy as np
import pytest

from evalharness.errors import DatasetError, SystemInputError
from evalharness.records import PairList
from evalharness.tasks.pairs import check_pairs, read_pair_list
from tests.support.datasets import make_samples

SAMPLES = make_samples(["p", "p", "q", "r"], names=["a", "b", "c", "d,1"])


def write(tmp_path, content):
    path = tmp_path / "pairs.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_pairs_are_read_in_file_order_and_extra_columns_ignored(tmp_path):
    text = '\ufeffnote,reference,probe\nx,b,a\ny,"d,1",c\r\n\n'
    pairs = read_pair_list(write(tmp_path, text), SAMPLES)
    assert pairs.probe.tolist() == [0, 2]
    assert pairs.reference.tolist() == [1, 3]
    assert not pairs.probe.flags.writeable


def test_every_fault_is_listed_with_its_line(tmp_path):
    path = write(tmp_path, "probe,reference\na,b\nb,a\na,zz\nc,c\na\nyy,zz\na,c,d\na,c\n")
    with pytest.raises(DatasetError) as caught:
        read_pair_list(path, SAMPLES)
    assert caught.value.faults == (
        f"{path}:3: the pair 'b', 'a' repeats line 2 (in either order); list it once",
        f"{path}:4: unknown sample 'zz'; expected a name of the dataset's index",
        f"{path}:5: sample 'c' is compared with itself; a pair needs two samples",
        f"{path}:6: 1 column; expected 2 as in the header",
        f"{path}:7: unknown sample 'yy', 'zz'; expected a name of the dataset's index",
        f"{path}:8: 3 columns; expected 2 as in the header",
    )
    assert str(caught.value).startswith(f"{path}: 6 faults in the pair list:")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the header is []; expected the columns probe and reference once"),
        ("probe,ref\na,b\n", "expected the columns reference once"),
        ("probe,probe,reference\na,a,b\n", "expected the columns probe once"),
        ("probe,reference\n", "no pairs; expected at least one row below the header"),
        (b"probe,reference\n\xff\xfe,a\n", "not UTF-8 text (byte 16); save the file as UTF-8"),
        ('probe,reference\n"a"x,b\n', ":2: not CSV: "),
        ("probe,reference\n" + "a" * 200_000 + ",b\n", ":2: not CSV: field larger than field limit"),
        ("probe,reference\n" + "z" * 1000 + ",b\n", "unknown sample '" + "z" * 80 + "...'"),
        ("probe,reference\na\0,b\n", "unknown sample 'a\\x00'"),
    ],
)
def test_a_broken_file_is_refused_with_a_reason(tmp_path, content, message):
    with pytest.raises(DatasetError) as caught:
        read_pair_list(write(tmp_path, content), SAMPLES)
    assert message in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(DatasetError, match="cannot be read: No such file"):
        read_pair_list(tmp_path / "none.csv", SAMPLES)
    with pytest.raises(DatasetError, match="cannot be read: Is a directory"):
        read_pair_list(tmp_path, SAMPLES)


def test_a_million_faults_stay_readable(tmp_path):
    path = write(tmp_path, "probe,reference\n" + "a,a\n" * 150)
    with pytest.raises(DatasetError) as caught:
        read_pair_list(path, SAMPLES)
    assert len(caught.value.faults) == 101
    assert caught.value.faults[-1] == "... and 50 more"


def test_repeated_pairs_and_self_comparisons_are_refused_by_position():
    pairs = PairList(np.array([0, 1, 2, 3]), np.array([1, 0, 2, 0]))
    with pytest.raises(SystemInputError) as caught:
        check_pairs(pairs, SAMPLES, where="score file")
    assert caught.value.faults == ("row 2: (b, a) occurs twice", "row 3: (c, c) is a sample with itself")
    check_pairs(PairList(np.array([0, 3]), np.array([1, 0])), SAMPLES, where="score file")
    check_pairs(PairList(np.empty(0, np.int64), np.empty(0, np.int64)), SAMPLES, where="score file")
