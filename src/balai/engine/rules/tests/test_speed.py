"""The table of 12 rules and 4 inputs, against its limit and against zen-engine in the same run."""

import pytest

from balai.engine.rules.tests import bench_table


def test_a_table_is_decided_in_time() -> None:
    pytest.importorskip("zen")
    result = bench_table.run(rounds=500)
    assert result["balai_us"] <= 60
    assert result["balai_us"] < result["zen_us"]
