"""What a replay shows: no group under five, and none that follows from the sum."""

from itertools import pairwise

import pytest

from balai.casework.legal import rules
from balai.engine.manifest import PastEnding

END = PastEnding("end", "granted", "granted")


@pytest.mark.parametrize(
    ("counts", "groups", "hidden", "total"),
    [
        ({"same": 100}, {"same": 100}, False, 100),
        ({"same": 100, "a": 7}, {"same": 100, "a": 7}, False, 107),
        ({"same": 100, "a": 4}, {}, True, 104),
        ({"same": 100, "a": 9, "b": 4}, {"a": 9}, True, 113),
        ({"a": 9, "b": 4}, {}, True, 13),
        ({"same": 3, "a": 50}, {}, True, 53),
        ({"a": 30, "b": 3, "c": 4}, {"a": 30}, True, 37),
        ({"a": 30, "b": 1, "c": 2}, {}, True, 33),
        ({"same": 4}, {}, True, 0),
        ({"a": 2, "b": 1}, {}, True, 0),
        ({}, {}, False, 0),
    ],
)
def test_small_groups_are_hidden_and_cannot_be_worked_out(
    counts: dict[str, int], groups: dict[str, int], hidden: bool, total: int
) -> None:
    shown = rules.show(counts)
    assert (shown.groups, shown.hidden, shown.total) == (groups, hidden, total)
    rest = shown.total - sum(shown.groups.values())
    small = [count for count in counts.values() if 0 < count < rules.LEAST]
    assert not shown.hidden or shown.total == 0 or (rest >= rules.LEAST and rest not in small)


def test_what_people_or_time_ended_stands_apart() -> None:
    waits = PastEnding("waits", "book")
    assert rules.sort("handed_over", "handed_over", waits, END) == rules.APART
    assert rules.sort("granted", "granted", END, END) == rules.SAME
    assert rules.sort("granted", "granted", END, waits) == "end granted granted > waits book"
    assert rules.sort("granted", "granted", END, PastEnding("lacks", "capital")) == "lacks capital"
    assert rules.sort("", "deemed_granted", END, END) == rules.APART


@pytest.mark.parametrize("many", [0, 1, 1999, 2000, 2001, 5000])
def test_a_sample_is_spread_evenly_and_no_larger_than_it_may_be(many: int) -> None:
    drawn = rules.draw(range(many))
    assert len(drawn) == min(many, 2000) == len(set(drawn))
    assert drawn == sorted(drawn)
    assert many < 4000 or max(b - a for a, b in pairwise(drawn)) <= many // 2000 + 1
