"""Finding a service by an everyday sentence: slang, typing errors and words left over do not hide it. Best first.

A word counts by how few services have it (as inverse document frequency does), by where it stands and by how well it fits: the
same, the same stem, its beginning, or typed wrongly. A search word of an author's that stands whole in the sentence counts again.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from balai.engine.manifest.search_words import SearchWords, stem, typing_distance

SAME, STEM, BEGINNING, TYPED, TYPED_TWICE = 1.0, 0.9, 0.75, 0.75, 0.5
TITLE, SHORT, KEYWORD, EVENT, SUMMARY = 1.0, 1.0, 0.9, 0.5, 0.45
WHOLE = 0.8  # of what a search word's words are worth, when all of it stands in the sentence
NAMED = 0.5  # of what a title's words are worth, when the sentence has them
ENOUGH = 0.34  # of what the sentence's words are worth must be met
UNKNOWN = 0.75  # of the rarest word, what a word that nobody has is worth
NEAR = 0.3  # of the best hit's points, below which a hit is no answer


@dataclass(frozen=True, slots=True)
class Findable:
    """What one service can be found by: its names and texts by language, its search words and moments of life."""

    id: str
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    keywords: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    short: str = ""

    def title(self, lang: str) -> str:
        """Give what it is called in a language, in Indonesian where it has no other name."""
        return self.titles.get(lang) or self.titles.get("id") or self.id


@dataclass(frozen=True, slots=True)
class _Held:
    weights: Mapping[str, float]  # word to where it stands
    phrases: tuple[frozenset[str], ...]
    titles: tuple[frozenset[str], ...]


class Finder:
    """Services as they are searched, read once."""

    def __init__(self, services: Iterable[Findable], words: SearchWords) -> None:
        """Take in the services and the town's words."""
        self._words = words
        self._services = tuple(services)
        self._held = tuple(self._hold(one) for one in self._services)
        self._rare: dict[str, float] = {}
        counts: dict[str, int] = {}
        for held in self._held:
            for word in held.weights:
                counts[word] = counts.get(word, 0) + 1
        total = len(self._services)
        self._rare = {word: math.log(1 + total / count) for word, count in counts.items()}
        sayings = ((said[0], meant) for said, meant in words.means.items() if len(said) == 1)
        known = ((word, (word,)) for word in counts)
        self._typable = {
            word: meant for word, meant in (*sayings, *known) if len(word) > 3 and counts.keys() >= set(meant)
        }
        self._stems: dict[str, list[str]] = {}
        for word in counts:
            self._stems.setdefault(stem(word), []).append(word)

    def find(self, sentence: str) -> list[Findable]:
        """Find the services that answer a sentence, best first; none where too little of it is known."""
        wanted = tuple(dict.fromkeys(self._words.fold(sentence)))
        if not wanted or not self._services:
            return []
        met = [self._meet(word) for word in wanted]
        unknown = UNKNOWN * math.log(1 + len(self._services))
        worth = [max((self._rare[each] * fit for each, fit in one.items()), default=unknown) for one in met]
        scored = [(self._score(held, met, worth), place) for place, held in enumerate(self._held)]
        best = max(scored)[0]
        found = sorted((-points, place) for points, place in scored if points > 0 and points >= best * NEAR)
        return [self._services[place] for _, place in found]

    def _score(self, held: _Held, met: Sequence[Mapping[str, float]], worth: Sequence[float]) -> float:
        points = known = 0.0
        fits: dict[str, float] = {}
        for words, most in zip(met, worth, strict=True):
            here = {each: fit for each, fit in words.items() if each in held.weights}
            best = max((held.weights[each] * fit * self._rare[each] for each, fit in here.items()), default=0.0)
            points += best
            known += most if best else 0.0
            for each, fit in here.items():
                fits[each] = max(fit, fits.get(each, 0.0))
        if known < sum(worth) * ENOUGH:
            return 0.0
        whole = max((self._worth(phrase, fits) for phrase in held.phrases if phrase <= fits.keys()), default=0.0)
        named = max((self._share(title, fits) for title in held.titles), default=0.0)
        return (points + WHOLE * whole + NAMED * named) * (0.5 + 0.5 * known / sum(worth))

    def _worth(self, phrase: frozenset[str], fits: Mapping[str, float]) -> float:
        return sum(self._rare[word] * fits[word] for word in phrase)

    def _share(self, title: frozenset[str], fits: Mapping[str, float]) -> float:
        """Tell what of a title stands in the sentence, less where much of the title does not."""
        whole = sum(self._rare[word] for word in title)
        here = sum(self._rare[word] * fits[word] for word in title if word in fits)
        return here * here / whole if whole else 0.0

    def _meet(self, word: str) -> dict[str, float]:
        """Tell which held words a typed word means, and how well each fits."""
        found = dict.fromkeys(self._stems.get(stem(word), ()), STEM)
        if word in self._rare:
            found[word] = SAME
        if len(word) >= 3:
            found |= {each: BEGINNING for each in self._rare if each.startswith(word) and each not in found}
        if found:
            return found
        return self._mistyped(word) or self._part(word)

    def _mistyped(self, word: str) -> dict[str, float]:
        """Tell which held words, or sayings that mean held words, somebody may have wanted to type; the nearest alone."""
        most = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
        near: dict[int, dict[str, float]] = {}
        for each, meant in self._typable.items() if most else ():
            far = typing_distance(word, each, most)
            if far <= most:
                near.setdefault(far, {}).update(dict.fromkeys(meant, TYPED if far == 1 else TYPED_TWICE))
        return near[min(near)] if near else {}

    def _part(self, word: str) -> dict[str, float]:
        """Take a word that nobody knows for two written as one."""
        for at in range(2, len(word) - 1):
            one, other = word[:at], word[at:]
            if one in self._rare and other in self._rare:
                return {one: TYPED, other: TYPED}
        return {}

    def _hold(self, one: Findable) -> _Held:
        weights: dict[str, float] = {}
        places = [
            *((SHORT, text) for text in (one.short,)), *((TITLE, text) for text in one.titles.values()),
            *((KEYWORD, text) for text in one.keywords), *((EVENT, text) for text in one.events),
            *((SUMMARY, text) for text in one.summaries.values()), (KEYWORD, one.id),
        ]  # fmt: skip
        for weight, text in places:
            for word in self._words.fold(text):
                weights[word] = max(weight, weights.get(word, 0.0))
        phrases = tuple(frozenset(self._words.fold(text)) for text in one.keywords)
        titles = tuple(frozenset(self._words.fold(text)) for text in one.titles.values())
        return _Held(weights, tuple(filter(None, phrases)), titles)
