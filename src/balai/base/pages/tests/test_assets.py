"""Style sheet and script stay small, are kept for ever under their content's name, and need nothing from elsewhere."""

import gzip
import re

import pytest
from django.test import Client

from balai.base.pages import assets


@pytest.mark.parametrize(("name", "most"), [("balai.css", 7 * 1024), ("balai.js", 4 * 1024)])
def test_assets_stay_within_their_budget(name: str, most: int) -> None:
    assert len(assets.get_asset(name).packed) <= most


def test_an_asset_is_kept_for_ever_under_its_own_name_and_not_under_another() -> None:
    found = assets.get_asset("balai.css")
    kept = Client().get(f"/-/{found.digest}/balai.css", headers={"accept-encoding": "gzip"})
    assert "immutable" in kept["Cache-Control"]
    assert gzip.decompress(kept.content) == found.body
    assert Client().get("/-/000000000000/balai.css")["Cache-Control"] == "no-cache"
    assert Client().get("/-/000000000000/settings.py").status_code == 404


def test_the_style_sheet_fetches_nothing_and_braces_balance() -> None:
    css = assets.get_asset("balai.css").body.decode()
    assert not re.search(r"url\(|@import|https?:", css)
    assert css.count("{") == css.count("}")


def test_type_comes_in_the_sizes_of_the_design_alone() -> None:
    css = assets.get_asset("balai.css").body.decode()
    screen = css.split("@media print")[0]
    assert set(re.findall(r"font-size:([^;}]+)", screen)) == {f"var(--t{size})" for size in (1, 2, 3, 4)}


def test_shortening_keeps_every_rule() -> None:
    short = assets.shorten_css(
        "a  b > c { color : red ; /* why */ margin: 0 1px }\n@media (min-width: 2px) { d { e: f; } }"
    )
    assert short == "a b > c{color :red;margin:0 1px}@media (min-width:2px){d{e:f}}"
