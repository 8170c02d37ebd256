"""The words by which people search: how they write and how the hall writes (`town/words.yaml`), folded into words to compare."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from balai.engine.forms.branch import Branch

FILE = "words.yaml"
LONGEST = 4  # words of one saying
_DRAWN_OUT = re.compile(r"(.)\1{2,}")  # hilaaang
_STEM = 4  # letters that stay when something is taken off a word
_BEFORE = (
    "meng",
    "meny",
    "mem",
    "men",
    "peng",
    "peny",
    "pem",
    "pen",
    "ber",
    "ter",
    "per",
    "me",
    "pe",
    "di",
    "ke",
    "se",
)
_BEHIND = ("nya", "kan", "lah", "an", "i")


@dataclass(frozen=True, slots=True)
class SearchWords:
    """The town's list: what a saying means in the hall's words, and the words that say nothing."""

    means: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()

    def fold(self, text: str) -> tuple[str, ...]:
        """Fold text into the hall's words: without case, marks and drawn-out letters, sayings put into what they mean."""
        given = split(text)
        told: list[str] = []
        at = 0
        while at < len(given):
            length = next((n for n in range(LONGEST, 0, -1) if tuple(given[at : at + n]) in self.means), 0)
            root = (stem(given[at]),)
            told += self.means[tuple(given[at : at + length])] if length else self.means.get(root, given[at : at + 1])
            at += length or 1
        return tuple(word for word in told if word not in self.ignore and (len(word) > 1 or word.isdigit()))


def words_of(root: Branch) -> SearchWords:
    """Read words.yaml: `means`, a saying to what it means, and `ignore`, words that say nothing."""
    keys = root.keys(("means", "ignore"))
    means: dict[tuple[str, ...], tuple[str, ...]] = {}
    for one in keys["means"].entries() if "means" in keys else ():
        said = tuple(split(one.key))
        if not 0 < len(said) <= LONGEST:
            one.wrong(f'"{one.key}" has {len(said)} words.', f"Write one to {LONGEST}.")
        means[said] = tuple(split(one.text()))
    ignore = keys["ignore"].texts() if "ignore" in keys else ()
    return SearchWords(means, frozenset(word for one in ignore for word in split(one)))


def split(text: str) -> list[str]:
    """Split text into words of plain small letters and digits."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _DRAWN_OUT.sub(r"\1", "".join(letter if letter.isalnum() else " " for letter in plain)).split()


def stem(word: str) -> str:
    """Take off what Indonesian puts before and behind a word, as far as four letters stay."""
    for ending in _BEHIND:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            word = word[: -len(ending)]
            break
    for beginning in _BEFORE:
        if word.startswith(beginning) and len(word) - len(beginning) >= _STEM:
            return word[len(beginning) :]
    return word


def typing_distance(one: str, other: str, most: int) -> int:
    """Count the letters changed, added, left out or swapped with a neighbour between two words; `most + 1` beyond that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    older: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, its in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != its))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == its:
                cost = min(cost, older[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        older, last = last, now
    return last[-1]
