import dataclasses

from evalharness import statistics
from evalharness.result import CatalogueRow
from evalharness.statistics import CATALOGUE


def test_every_row_is_complete_and_fits_the_result():
    ids = [row.id for row in CATALOGUE]
    assert len(ids) == len(set(ids))
    assert {"fmr", "fnmr", "frr", "fta", "interval", "fmr.max_min", "garbe", "worst_group"} <= set(ids)
    for row in CATALOGUE:
        fields = dataclasses.asdict(row)
        assert all(fields.values())
        assert CatalogueRow(**fields).model_dump() == fields


def test_no_row_promises_more_than_a_measurement():
    words = " ".join(" ".join(dataclasses.astuple(row)) for row in CATALOGUE).lower()
    assert not {"fair", "unbiased", "safe"} & set(words.replace(",", " ").replace(".", " ").split())


def test_the_public_names_exist():
    assert all(hasattr(statistics, name) for name in statistics.__all__)
