"""Plain words are advised and never demanded."""

from balai.engine.manifest.plain_words import advise
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem


def told(text: str, lang: str = "id") -> list[str]:
    """Give the advice on one file of texts."""
    problems: list[Problem] = []
    found = [str(one) for one in advise({lang: read_yaml(text.encode(), f"texts/{lang}.yaml", problems)})]
    assert problems == []
    return found


def test_long_sentences_and_words_of_offices_are_told_with_another_way() -> None:
    long = " ".join(["kata"] * 23)
    assert told(f"title: Surat\nsummary: {long}\n") == [
        "texts/id.yaml:2 [summary]: A sentence of 23 words, more than 22. Make two of it."
    ]
    assert told(f"summary: {' '.join(['kata'] * 12)}. {' '.join(['kata'] * 12)}.\n") == []
    assert "Plainer: untuk." in told("standard: {procedure: [Isi formulir dalam rangka pengajuan]}\n")[0]
    assert "Plainer: before." in told("title: Pay prior to collecting\n", "en")[0]
    assert told("letters: {grant: {opening: Sehubungan dengan permohonan Saudara}}\n") == [], (
        "letters keep their customs"
    )
    assert told("title: Kegunaan\n") == [], "a part of a word is none"
