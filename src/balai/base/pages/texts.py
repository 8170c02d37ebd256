"""Words of the program's own pages, in every language it speaks: `say("portal.home.title", "id")`.

Each app keeps `texts/id.yaml` and `texts/en.yaml`; the first part of a key is the app's label. Service folders bring
their own words and do not pass here. A test proves that the languages have the same keys and every key used exists.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation import get_language

from balai.base.sheets import read_sheet

Table = Mapping[str, str | Mapping[str, str]]


class MissingText(KeyError):
    """A page asked for words that no table holds: a bug, found by the house tests."""


def say(key: str, lang: str | None = None, /, **params: object) -> str:
    """Give the words under a key with `{name}` places filled; a text with `one` and `other` is chosen by `count`.

    :raises MissingText: when no app holds the key in this language.
    """
    text = table(lang or language()).get(key)
    if text is None:
        raise MissingText(key)
    if not isinstance(text, str):
        text = text["one" if params.get("count") == 1 else "other"]
    return text.format_map(params) if params else text


def has(key: str, lang: str | None = None) -> bool:
    """Tell whether there are words under a key."""
    return key in table(lang or language())


def language() -> str:
    """Name the language of the page being made: the active one, or the town's."""
    active = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return active if active in languages() else settings.LANGUAGE_CODE


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """List the languages the program speaks, the town's first."""
    return tuple(code for code, _ in settings.LANGUAGES)


@lru_cache(maxsize=8)
def table(lang: str) -> Table:
    """Collect the words of every installed app in one language, keyed by dotted path."""
    words: dict[str, str | Mapping[str, str]] = {}
    for config in apps.get_app_configs():
        file = Path(config.path) / "texts" / f"{lang}.yaml"
        if file.is_file():
            words.update(flatten(read_sheet(file.read_text("utf-8")) or {}, config.label))
    return words


def flatten(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    """Yield dotted keys with their words; a mapping of exactly `one` and `other` is one text."""
    for key, value in tree.items():
        path = f"{prefix}.{key}"
        if isinstance(value, Mapping) and set(value) != {"one", "other"}:
            yield from flatten(value, path)
        elif isinstance(value, Mapping):
            yield path, {number: str(text) for number, text in value.items()}
        else:
            yield path, str(value)
