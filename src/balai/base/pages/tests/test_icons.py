"""Services are told apart by icons of their own."""

from balai.base.pages import icons


def test_each_service_has_an_icon_of_its_own_also_where_none_is_named() -> None:
    named = {"akta-kelahiran": "kelahiran", "surat-a": "", "surat-b": "", "pajak-daerah": "", "kembar": "kelahiran"}
    chosen = icons.choose(named)
    assert len(set(chosen.values())) == len(named) and set(chosen.values()) <= set(icons.SERVICES)
    assert chosen["akta-kelahiran"] == "kelahiran" and chosen["pajak-daerah"] == "pajak"


def test_twins_and_icons_that_are_none_are_refused() -> None:
    problems = [str(one) for one in icons.judge({"a": "usaha", "b": "usaha", "c": "search", "d": "", "e": ""})]
    assert len(problems) == 2
    assert "services/b/service.yaml" in problems[0] and "a bears the icon usaha too" in problems[0]
    assert 'no icon "search"' in problems[1]
