"""Every word of the desk stands in both languages, and every word a page asks for exists."""

import re
from pathlib import Path

from balai.base.pages import texts

HERE = Path(__file__).parents[1]
USED = re.compile(r"""(?:say|has)\(?\s*["'](desk\.[a-z0-9_.-]+)["']""")


def test_both_languages_have_the_same_keys() -> None:
    tables = {lang: {key for key in texts.table(lang) if key.startswith("desk.")} for lang in ("id", "en")}
    assert tables["id"] == tables["en"]
    assert len(tables["id"]) > 300


def test_every_key_that_is_used_exists() -> None:
    known = texts.table("id")
    used = {
        key
        for file in HERE.rglob("*")
        if file.suffix in (".py", ".html") and "tests" not in file.parts
        for key in USED.findall(file.read_text("utf-8"))
    }
    assert len(used) > 150
    assert sorted(key for key in used if key not in known) == []
