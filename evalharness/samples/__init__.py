"""The samples of a dataset: its index, its files verified before use, its images and its groups."""

from evalharness.samples.decoding import PIXEL_LIMIT, decode
from evalharness.samples.files import find_root, read_image, root_is_known, root_variable, verify_files
from evalharness.samples.groups import LabelCoverage, label_coverage, partition
from evalharness.samples.index import INDEX_COLUMNS, load_index

__all__ = [
    "INDEX_COLUMNS",
    "PIXEL_LIMIT",
    "LabelCoverage",
    "decode",
    "find_root",
    "label_coverage",
    "load_index",
    "partition",
    "read_image",
    "root_is_known",
    "root_variable",
    "verify_files",
]
