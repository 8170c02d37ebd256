"""Small values behind the components."""

import pytest

from balai.base.pages import charts, icons
from balai.base.pages.parts import Pager, stages


def test_a_pager_leaves_out_the_far_pages() -> None:
    pager = Pager(5, 10, 95)
    assert [words for words, _ in pager.links] == ["1", "…", "4", "5", "6", "…", "10"]
    assert (pager.back, pager.on) == ("?halaman=4", "?halaman=6")
    assert Pager(1, 10, 0).pages == 1


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.3, 0.5), (7, 10), (12, 20), (61, 100), (100, 100), (450, 500)])
def test_axes_end_on_round_numbers(value: float, top: float) -> None:
    assert charts.round_up(value) == pytest.approx(top)


def test_bars_are_parts_of_the_largest() -> None:
    assert [bar.share for bar in charts.bars([("a", 50), ("b", 200), ("c", -5)])] == [25.0, 100.0, 0]
    assert charts.bars([("a", 0)])[0].share == 0


def test_a_line_of_no_or_one_point_draws() -> None:
    assert charts.line("x", []).path == ""
    assert charts.line("x", [("a", 3)]).dots == "M50.00 40.00h0"


def test_stages_know_what_is_behind() -> None:
    assert [stage.state for stage in stages(("a", "b", "c"), 1)] == ["done", "now", "later"]


def test_every_icon_is_one_stroke_hidden_from_readers() -> None:
    for name in icons.PATHS:
        assert 'aria-hidden="true"' in icons.svg(name)
        assert "style=" not in icons.svg(name)
    assert icons.svg("no-such-icon") == icons.svg("document")
