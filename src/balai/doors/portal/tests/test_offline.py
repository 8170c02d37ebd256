"""What a browser keeps of the hall: its shell and one page in each language, never anything of a person."""

import io
import json
import re
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from django.test import Client
from PIL import Image

from balai.base.pages import assets, face, offline
from balai.base.pages.texts import languages, say


def test_the_manifest_names_icons_that_a_phone_can_cut(stranger: Client) -> None:
    page = stranger.get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    answer = stranger.get("/manifest.webmanifest")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["theme_color"]) == ("/", "/", face.get_face().colours["brand"][0])
    assert {(one["sizes"], one["purpose"]) for one in told["icons"]} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
    for one in told["icons"]:
        picture = Image.open(io.BytesIO(stranger.get(one["src"]).content)).convert("RGBA")
        assert one["sizes"] == "{}x{}".format(*picture.size)
        corner, edge = picture.getpixel((0, 0)), picture.size[0] // 10
        assert (corner[3] == 255) == (one["purpose"] == "maskable"), "a mask cuts out of a full square"  # type: ignore[index]
        if one["purpose"] == "maskable":
            ring = {picture.getpixel((x, edge)) for x in range(picture.size[0])}
            assert ring == {corner}, "all that is drawn lies in the middle that no mask cuts"


def test_the_worker_keeps_only_what_is_the_same_for_everybody(stranger: Client, siti: Client) -> None:
    answer = stranger.get("/sw.js")
    body = answer.content.decode()
    assert (answer["Content-Type"].split(";")[0], answer["Cache-Control"]) == ("text/javascript", "no-cache")
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    shell, pages = (json.loads(found) for found in re.search(r"SHELL = (\[.*?\]), PAGES = (\{.*?\});", body).groups())  # type: ignore[union-attr]
    assert set(pages) == set(languages())
    for address in (*shell, *pages.values()):
        kept = stranger.get(address)
        assert kept.status_code == 200 and "no-store" not in kept.get("Cache-Control", ""), address
    for lang, address in pages.items():
        kept = siti.get(address)
        assert "no-store" in kept["Cache-Control"], "the page in somebody's own frame is theirs"
        words = stranger.get(address).content.decode()
        assert f'<html lang="{lang}">' in words and say("portal.offline.title", lang) in words
        assert re.search(r"\d\d\.\d\d–\d\d\.\d\d", words), "when the offices are open"


def test_another_content_is_another_worker_and_a_switch_takes_it_away(stranger: Client, settings: Any) -> None:
    first = stranger.get("/sw.js").content
    known = assets.get_asset
    offline.write_worker.cache_clear()
    with patch.object(assets, "get_asset", lambda name: replace(known(name), digest="f" * 12)):
        assert stranger.get("/sw.js").content != first
    offline.write_worker.cache_clear()
    assert stranger.get("/sw.js").content == first
    settings.BALAI_OFFLINE = False
    body = stranger.get("/sw.js").content.decode()
    assert "registration.unregister()" in body and "caches.delete" in body and "respondWith" not in body
