"""Every word a page says exists in every language, and every language says the same things."""

import re
import string
from pathlib import Path

import pytest
from django.apps import apps

from balai.base.pages import texts

ROOT = Path(__file__).resolve().parents[3]
SAID = re.compile(r"""\bsay\s*\(?\s*["']([a-z_]+(?:\.[A-Za-z0-9_]+)+)["']""")


def used_keys() -> dict[str, list[str]]:
    """Map every key that a template or module says literally to the files that say it."""
    found: dict[str, list[str]] = {}
    for file in [*ROOT.rglob("*.html"), *ROOT.rglob("*.py")]:
        if "tests" in file.parts:
            continue
        for key in SAID.findall(file.read_text("utf-8")):
            found.setdefault(key, []).append(str(file.relative_to(ROOT)))
    return found


def places(text: object) -> set[str]:
    words = text.values() if isinstance(text, dict) else [text]
    return {name for word in words for _, name, _, _ in string.Formatter().parse(str(word)) if name}


def test_each_language_has_the_same_keys() -> None:
    first, *others = (texts.table(lang) for lang in texts.languages())
    for other in others:
        assert set(first) ^ set(other) == set()


def test_each_language_fills_the_same_places() -> None:
    indonesian, english = texts.table("id"), texts.table("en")
    differ = {key for key in indonesian if places(indonesian[key]) - {"count"} != places(english[key]) - {"count"}}
    assert differ == set()


def test_every_key_that_is_said_exists() -> None:
    table = texts.table("id")
    missing = {key: files for key, files in used_keys().items() if key not in table}
    assert used_keys(), "the pattern finds what templates say"
    assert missing == {}


def test_no_text_is_empty() -> None:
    for lang in texts.languages():
        assert [key for key, text in texts.table(lang).items() if not text] == []


def test_a_count_chooses_the_form() -> None:
    assert texts.say("pages.form.found", "en", count=1) == "1 option found"
    assert texts.say("pages.form.found", "en", count=3) == "3 options found"


def test_a_missing_text_is_a_bug_and_says_which() -> None:
    with pytest.raises(texts.MissingText, match=r"pages\.no\.such"):
        texts.say("pages.no.such", "id")


def test_keys_begin_with_the_label_of_an_app() -> None:
    labels = {config.label for config in apps.get_app_configs()}
    assert {key.split(".")[0] for key in texts.table("id")} <= labels
