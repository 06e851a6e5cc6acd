import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evalharness.comparison.backends import choose
from evalharness.comparison.binning import MOST_BYTES, Binning, bins_for
from evalharness.comparison.layout import batches, block_edges, unit_starts


@given(
    units=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5)), max_size=40),
    size=st.integers(1, 50),
    tile=st.integers(1, 50),
    pairs=st.integers(1, 500),
)
def test_blocks_hold_every_pair_once_and_split_no_unit(units, size, tile, pairs):
    units = np.array(sorted(units), dtype=np.int64).reshape(-1, 2)
    code, subject = units[:, 0], units[:, 1]
    edges = block_edges(code, subject, size=size)
    assert set(edges) <= {*unit_starts(code, subject).tolist(), len(units)}
    seen = np.zeros((len(units), len(units)), dtype=int)
    plan = batches(edges, pairs=pairs)
    assert [batch.number for batch in plan] == list(range(len(plan)))
    for batch in plan:
        counted = 0
        for block in batch.blocks:
            for part in block.tiles(tile):
                assert part.rows.stop - part.rows.start <= tile
                assert part.columns.stop - part.columns.start <= tile
                for row, first in zip(range(part.rows.start, part.rows.stop), part.first_columns(), strict=True):
                    seen[row, part.columns.start + first : part.columns.stop] += 1
                    counted += part.columns.stop - part.columns.start - first
        assert counted == batch.pairs
    assert seen.tolist() == np.triu(np.ones_like(seen), 1).tolist()


def test_bins_follow_the_edges_and_keep_within_memory():
    binning = Binning(-1.0, 1.0, 4, squared=False)
    values = np.array([-1, -0.51, -0.5, 0, 0.49, 0.5, 1, 1.0000001, -1.0000001, np.nan], dtype=np.float32)
    assert binning.of(values).tolist() == [0, 0, 1, 2, 2, 3, 3, 3, 0, 4]
    roots = Binning(-2.0, 0.0, 4, squared=True)
    assert roots.of(np.array([-4, -1, -0.2, 0, 1e-9], dtype=np.float32)).tolist() == [0, 2, 3, 3, 3]
    for codes in (1, 12, 100, 500):
        assert codes * codes * bins_for(codes) * 8 <= MOST_BYTES


def test_without_a_device_the_compiled_loops_are_chosen(monkeypatch):
    assert choose(None, templates=10) == "numpy"
    assert choose(None, templates=10_000) == "numba"
    monkeypatch.setattr("evalharness.comparison.backends._has_device", lambda: False)
    assert choose(None, templates=10**6) == "numba"
    monkeypatch.setattr("evalharness.comparison.backends._has_device", lambda: True)
    assert choose(None, templates=10**6) == "torch"
    monkeypatch.setattr("evalharness.comparison.backends.kernels", lambda: None)
    assert choose(None, templates=10_000) == "numpy"
