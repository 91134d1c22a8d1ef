"""Ten million different keys: grouped, joined, sorted. Slow: `make test-large` (or THALWEG_LARGE=1)."""
import os
import time

import h2o
import pytest

pytestmark = pytest.mark.skipif("THALWEG_LARGE" not in os.environ, reason="slow: make test-large runs it")
ROWS = 10_000_000


def named(expression, name):
    h2o.rapids(f"(tmp= {name} {expression})")
    return h2o.get_frame(name)


def test_ten_million_keys(server):
    start = time.time()
    # 7919 is prime to the number of rows: every key from 0 to ROWS - 1 once, out of order.
    named(f"(colnames= (% (* (seq_len {ROWS}) 7919) {ROWS}) 0 'key')", "keys")
    named("(cbind keys (colnames= (+ keys 1) 0 'value'))", "left")
    groups = named("(GB left [0] 'nrow' 0 'all' 'sum' 1 'all')", "groups")
    assert groups.shape == (ROWS, 3)
    assert groups["nrow"].max() == 1
    assert groups["sum_value"].sum() == ROWS * (ROWS + 1) / 2
    right = named(f"(cbind (rows keys [0:{ROWS // 2}]) (colnames= (* (rows keys [0:{ROWS // 2}]) 2) 0 'double'))", "right")
    assert right.nrow == ROWS // 2
    joined = named("(merge left right False False [0] [0] 'auto')", "joined")
    assert joined.shape == (ROWS // 2, 3)
    apart = joined["double"] - 2 * joined["value"]
    assert apart.max() == apart.min() == -2
    named("(difflag1 (cols_py (sort left [0] [1]) 0))", "steps")
    assert [h2o.rapids(f"({extreme} steps)")["scalar"] for extreme in ("minNA", "maxNA")] == [1, 1]
    assert named("(unique (cols_py left 0) False)", "different").nrow == ROWS
    assert time.time() - start < 60
