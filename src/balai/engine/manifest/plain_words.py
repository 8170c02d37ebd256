"""Advice on plain words in a service's texts: long sentences, and words of offices for which people have others. Never a fault.

The words are those that guides to plain Indonesian and plain English name first. Letters keep their customary words.
"""

import re
from collections.abc import Iterator, Mapping

from balai.engine.forms.branch import Branch
from balai.engine.problems import Problem

LONGEST = {"id": 22, "en": 25}  # words of a sentence that are read at one breath
OFFICE: Mapping[str, Mapping[str, str]] = {
    "id": {
        "dalam rangka": "untuk", "sehubungan dengan": "karena, tentang", "berkenaan dengan": "tentang", "guna": "untuk", "adapun": "(hapus)",
        "dimaksud": "sebut namanya", "sebagaimana": "seperti", "bahwasanya": "bahwa", "dipergunakan": "dipakai", "mempergunakan": "memakai",
        "agar supaya": "supaya", "diharapkan": "sebut siapa melakukan apa", "dimohon": "sebut siapa melakukan apa", "yang bersangkutan": "Anda, pemohon",
        "selambat-lambatnya": "paling lambat", "sekurang-kurangnya": "sedikitnya", "apabila": "bila", "oleh karena itu": "jadi", "dikarenakan": "karena",
        "dilakukan": "sebut siapa melakukan apa", "saudara": "Anda", "terlampir": "ada di lampiran", "perihal": "tentang",
    },
    "en": {
        "in order to": "to", "prior to": "before", "pursuant to": "under", "in accordance with": "by, under", "commence": "begin", "utilise": "use",
        "utilize": "use", "aforementioned": "name it", "hereby": "(leave out)", "herein": "here", "notwithstanding": "although", "shall": "must, will",
        "in the event": "if", "with regard to": "about", "is required to": "must", "are required to": "must", "it is requested": "say who does what",
        "was carried out": "say who did it", "subsequent to": "after", "endeavour": "try", "furnish": "give",
    },
}  # fmt: skip


class Advice(Problem):
    """What could be better, and keeps no folder from being published."""


_SENTENCE = re.compile(r"[.!?;:]\s+|\n+")
_FOUND = {
    lang: (
        re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE),
        [(re.compile(rf"\b{word}\b", re.IGNORECASE), word) for word in words],
    )
    for lang, words in OFFICE.items()
}  # asked at once, and one by one only where there is any
_HOLE = re.compile(r"\{[^{}]*\}")


def advise(trees: Mapping[str, Branch]) -> Iterator[Advice]:
    """Yield what could be said more plainly, each with its file, line and another way."""
    for lang, tree in trees.items():
        for place, text in _texts(tree):
            for message, fix in _judge(text, lang, formal=place.path[:1] == ("letters",)):
                yield Advice(message, fix, place.file, place.line, place.name)


def _texts(place: Branch) -> Iterator[tuple[Branch, str]]:
    if isinstance(place.value, str):
        yield place, place.value
    elif isinstance(place.value, Mapping):
        for one in place.entries():
            yield from _texts(one)
    elif isinstance(place.value, list):
        for one in place.items():
            yield from _texts(one)


def _judge(text: str, lang: str, *, formal: bool) -> Iterator[tuple[str, str]]:
    most = LONGEST.get(lang, 25)
    for sentence in _SENTENCE.split(_HOLE.sub("x", text)):
        if (count := len(sentence.split())) > most:
            yield f"A sentence of {count} words, more than {most}.", "Make two of it."
    if formal or lang not in _FOUND or not _FOUND[lang][0].search(text):
        return
    for pattern, word in _FOUND[lang][1]:
        if pattern.search(text):
            yield f'"{word}" is a word of offices.', f"Plainer: {OFFICE[lang][word]}."
