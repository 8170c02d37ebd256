"""Say values and conditions in plain Indonesian and English."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from balai.engine.rules import nodes as n
from balai.engine.rules.feel_numbers import number_text
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.temporal import DateTime, FarDate, Time, YearsMonthsDuration, format_time

Lang = Literal["id", "en"]
LANGUAGES: tuple[Lang, ...] = ("id", "en")
MAX_WORDS = 300
MAX_ITEMS = 20
MAX_DEPTH = 3

WORDS: dict[str, dict[str, str]] = {
    "id": {
        "rule": "“{decision}”: aturan {number} berlaku karena {facts}.",
        "rule always": "“{decision}”: aturan {number} berlaku.",
        "no rule": "“{decision}”: tidak ada aturan yang cocok ({facts}).",
        "fact": "{name} adalah {value}",
        "fact yes": "{name}: {value}",
        "fact unknown": "{name} {value}",
        "and": " dan ",
        "answer": "Jawaban untuk “{decision}”: {value}.",
        "no answer": "Belum ada jawaban untuk “{decision}”.",
        "missing": "Data ini belum diberikan: {names}.",
        "yes": "ya",
        "no": "tidak",
        "unknown": "tidak diketahui",
        "empty": "kosong",
        "months": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        "days unit": "{n} hari",
        "hours unit": "{n} jam",
        "minutes unit": "{n} menit",
        "seconds unit": "{n} detik",
        "years unit": "{n} tahun",
        "month unit": "{n} bulan",
        "at": "pukul",
        "<": "kurang dari {x}",
        "<=": "paling banyak {x}",
        ">": "lebih dari {x}",
        ">=": "paling sedikit {x}",
        "t<": "sebelum {x}",
        "t<=": "paling lambat {x}",
        "t>": "sesudah {x}",
        "t>=": "paling awal {x}",
        "=": "{x}",
        "!=": "bukan {x}",
        "range": "{low} dan {high}",
        "or": " atau ",
        "not": "tidak ({x})",
        "fulfils": "memenuhi {x}",
        "is": "{x}",
        "anything": "apa saja",
        "change": "Jika {conditions}, jawabannya menjadi {value} (aturan {number}).",
        "change noted": "Jika {conditions}: {note}",
        "change unnoted": "Jika {conditions}, aturan lain yang berlaku.",
        "condition": "{name} {x} (sekarang {value})",
    },
    "en": {
        "rule": "“{decision}”: rule {number} applies because {facts}.",
        "rule always": "“{decision}”: rule {number} applies.",
        "no rule": "“{decision}”: no rule fits ({facts}).",
        "fact": "{name} is {value}",
        "fact yes": "{name}: {value}",
        "fact unknown": "{name} is {value}",
        "and": " and ",
        "answer": "The answer to “{decision}”: {value}.",
        "no answer": "There is no answer to “{decision}” yet.",
        "missing": "These data were not given: {names}.",
        "yes": "yes",
        "no": "no",
        "unknown": "not known",
        "empty": "empty",
        "months": "January February March April May June July August September October November December",
        "days unit": "{n} days",
        "hours unit": "{n} hours",
        "minutes unit": "{n} minutes",
        "seconds unit": "{n} seconds",
        "years unit": "{n} years",
        "month unit": "{n} months",
        "at": "at",
        "<": "less than {x}",
        "<=": "at most {x}",
        ">": "more than {x}",
        ">=": "at least {x}",
        "t<": "before {x}",
        "t<=": "{x} or earlier",
        "t>": "after {x}",
        "t>=": "{x} or later",
        "=": "{x}",
        "!=": "not {x}",
        "range": "{low} and {high}",
        "or": " or ",
        "not": "not ({x})",
        "fulfils": "as {x} asks",
        "is": "{x}",
        "anything": "anything",
        "change": "If {conditions}, the answer would be {value} (rule {number}).",
        "change noted": "If {conditions}: {note}",
        "change unnoted": "If {conditions}, another rule would apply.",
        "condition": "{name} were {x} (it is {value})",
    },
}


# -- values --------------------------------------------------------------------------------------------------------


def in_words(value: object, lang: Lang) -> str:
    """Answer a value as people write it: 1.500.000 in Indonesian, 1,500,000 in English, dates with the month's name."""
    text = _spoken(value, lang, 0)
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def kept_in_words(value: object, lang: Lang) -> str:
    """Answer a value as it was kept in JSON (`to_json`): texts and numbers as they are, lists with commas, yes and no."""
    if isinstance(value, list):
        return ", ".join(kept_in_words(one, lang) for one in value) or WORDS[lang]["empty"]
    if isinstance(value, dict):
        return "; ".join(f"{name}: {kept_in_words(one, lang)}" for name, one in value.items()) or WORDS[lang]["empty"]
    return in_words(value, lang) if value is None or isinstance(value, bool) else str(value)


def _spoken(value: object, lang: Lang, depth: int) -> str:
    words = WORDS[lang]
    if value is None:
        return words["unknown"]
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, str):
        return f"“{value}”" if value else words["empty"]
    if isinstance(value, Decimal):
        return grouped(value, lang)
    if isinstance(value, list | dict):
        return _collection(value, lang, depth)
    return _moment(value, lang)


def _collection(value: "list[object] | dict[str, object]", lang: Lang, depth: int) -> str:
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, list):
        told = ", ".join(_spoken(item, lang, depth + 1) for item in value[:MAX_ITEMS])
    else:
        entries = list(value.items())[:MAX_ITEMS]
        told = "; ".join(f"{key}: {_spoken(item, lang, depth + 1)}" for key, item in entries)
    return told + (", …" if len(value) > MAX_ITEMS else "") or WORDS[lang]["empty"]


def grouped(value: Decimal, lang: Lang) -> str:
    """Answer a number with its thousands apart."""
    whole, _, fraction = number_text(value).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    text = f"{int(digits):,}" + (f".{fraction}" if fraction else "")
    return sign + (text.translate(str.maketrans(",.", ".,")) if lang == "id" else text)


def _moment(value: object, lang: Lang) -> str:
    words = WORDS[lang]
    if isinstance(value, date | FarDate):
        return f"{value.day} {words['months'].split()[value.month - 1]} {value.year}"
    if isinstance(value, Time):
        return format_time(value)
    if isinstance(value, DateTime):
        return f"{_moment(value.date, lang)} {words['at']} {format_time(value.time)}"
    if isinstance(value, timedelta):
        seconds = abs(value) // timedelta(seconds=1)
        sizes = (("days unit", 86_400), ("hours unit", 3600), ("minutes unit", 60), ("seconds unit", 1))
        return _units(seconds, sizes, value < timedelta(0), words)
    if isinstance(value, YearsMonthsDuration):
        return _units(abs(value.months), (("years unit", 12), ("month unit", 1)), value.months < 0, words)
    return feel_text(value)


def _units(amount: int, sizes: tuple[tuple[str, int], ...], negative: bool, words: dict[str, str]) -> str:
    parts: list[str] = []
    for name, size in sizes:
        count, amount = divmod(amount, size)
        if count:
            parts.append(words[name].format(n=count))
    return ("-" if negative else "") + (" ".join(parts) or words[sizes[-1][0]].format(n=0))


def enumerated(parts: list[str], lang: Lang) -> str:
    """Answer parts in one sentence: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + WORDS[lang]["and"] + parts[-1]


# -- conditions ----------------------------------------------------------------------------------------------------

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


class Conditions:
    """Says the tests of a cell in words; `value_of` answers the value of a constant part, or raises LookupError."""

    def __init__(self, lang: Lang, value_of: "ValueOf") -> None:
        self.lang = lang
        self.words = WORDS[lang]
        self.value_of = value_of

    def told(self, tests: n.UnaryTests, text: str) -> str:
        """Answer the tests in words, `text` as written where they are too special for words."""
        if not tests.tests:
            return self.words["anything"]
        if tests.negated:
            return self.opposite(n.UnaryTests(tests.tests), text)
        parts = [self._test(test, text) for test in tests.tests]
        return self.words["or"].join(dict.fromkeys(parts))

    def opposite(self, tests: n.UnaryTests, text: str) -> str:
        """Answer the opposite of the tests in words."""
        if tests.negated:
            return self.told(n.UnaryTests(tests.tests), text)
        if len(tests.tests) == 1 and isinstance(test := tests.tests[0], n.UnaryOperator):
            return self._compared(_OPPOSITE[test.operator], test.operand, text)
        if len(tests.tests) == 1 and isinstance(test := tests.tests[0], n.Literal) and isinstance(test.value, bool):
            return in_words(not test.value, self.lang)
        if all(isinstance(test, n.Literal) for test in tests.tests):
            return self.words["!="].format(x=self.told(tests, text))
        return self.words["not"].format(x=self.told(tests, text))

    def _test(self, test: n.FeelNode, text: str) -> str:
        if isinstance(test, n.UnaryOperator):
            return self._compared(test.operator, test.operand, text)
        if isinstance(test, n.RangeNode):
            low = self._compared(">=" if test.low_included else ">", test.low, text)
            high = self._compared("<=" if test.high_included else "<", test.high, text)
            return self.words["range"].format(low=low, high=high)
        if n.reads_input(test):
            return self.words["fulfils"].format(x=f"“{text}”")
        return self.words["is"].format(x=self._value(test, text))

    def _compared(self, operator: str, operand: n.FeelNode, text: str) -> str:
        try:
            value = self.value_of(operand)
        except LookupError:
            return self.words["fulfils"].format(x=f"“{text}”")
        timely = isinstance(value, date | FarDate | DateTime | Time) and operator in ("<", "<=", ">", ">=")
        return self.words[f"t{operator}" if timely else operator].format(x=in_words(value, self.lang))

    def _value(self, node: n.FeelNode, text: str) -> str:
        try:
            return in_words(self.value_of(node), self.lang)
        except LookupError:
            return f"“{text}”"


class ValueOf:
    """Answers the value of a part of a cell in the scope the table ran in."""

    def __call__(self, node: n.FeelNode) -> object:
        raise NotImplementedError
