"""Style sheet and script stay small, are kept for ever under their content's name, and need nothing from elsewhere."""

import gzip
import re

import pytest
from django.test import Client

from balai.base.pages import assets, face
from balai.engine.manifest import Face
from balai.engine.manifest import face as faces


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


def test_a_towns_own_colours_follow_the_style_sheets_in_both_themes() -> None:
    own = Face(colours={**faces.COLOURS, "act": ("#7a1f1f", "#f0b0a8")})
    assert face.css(own) == (
        "@layer tokens{:root{--act:#7a1f1f;--act-ink:#ffffff;--act-hover:#5c1717}"
        "@media (prefers-color-scheme:dark){:root{--act:#f0b0a8;--act-ink:#08231d;--act-hover:#f4c4be}}}"
    )
    assert face.css(Face()) == "", "what is as the style sheet says is not said twice"


def test_type_comes_in_the_sizes_of_the_design_alone() -> None:
    css = assets.get_asset("balai.css").body.decode()
    screen = css.split("@media print")[0]
    assert set(re.findall(r"font-size:([^;}]+)", screen)) == {f"var(--t{size})" for size in (1, 2, 3, 4)} | {
        "137.5%"
    }  # all larger, for who needs it


def test_shortening_keeps_every_rule() -> None:
    short = assets.shorten_css(
        "a  b > c { color : red ; /* why */ margin: 0 1px }\n@media (min-width: 2px) { d { e: f; } }"
    )
    assert short == "a b > c{color :red;margin:0 1px}@media (min-width:2px){d{e:f}}"
