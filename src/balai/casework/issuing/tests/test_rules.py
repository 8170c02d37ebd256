"""When a letter was seen whole: every page of it, and no other number of pages."""

import pytest

from balai.casework.issuing import rules


@pytest.mark.parametrize(
    ("drawn", "pages", "seen"),
    [
        ((1,), 1, True),
        ((1,), 2, False),
        ((2,), 2, False),
        ((1, 2), 2, True),
        ((1, 3), 3, False),
        ((), 0, False),
        (tuple(range(1, 61)), 61, True),  # those beyond the sixtieth share one bit
        (tuple(range(1, 60)), 61, False),
    ],
)
def test_a_letter_is_seen_when_each_of_its_pages_was_drawn(drawn: tuple[int, ...], pages: int, seen: bool) -> None:
    assert rules.is_seen(rules.page_bits(drawn), pages) is seen
