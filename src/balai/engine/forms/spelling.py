"""Numbers, amounts and days in words, as official letters write them; what expressions call under `town`.

`town/words.typ` says the same inside a letter's source; a test holds both against each other.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from balai.engine.forms.showing import format_date, format_number
from balai.engine.rules import Function, word_function

BEYOND = 10**15  # the first number that is not spelled: a thousand triliun
_SMALL = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_GROUPS = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"))
_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_ROMAN_MOST = 3999


def number_of(value: object) -> Decimal:
    """Read a number, or decimal text as the data keeps it. :raises ValueError: what is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("a number is needed")
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("a number is needed") from error
    if not found.is_finite():
        raise ValueError("a number is needed")
    return found


def spell_number(value: object) -> str:
    """Write a number in Indonesian words, exactly: 1250000 is `satu juta dua ratus lima puluh ribu`, -0.05 `minus nol koma nol lima`.

    :raises ValueError: for what is no number, or lies beyond 999 triliun.
    """
    number = number_of(value)
    whole, _, fraction = f"{abs(number):f}".partition(".")
    fraction = fraction.rstrip("0")
    if int(whole) >= BEYOND:
        raise ValueError("numbers are spelled up to 999 triliun")
    words = _spell_whole(int(whole))
    if fraction:
        words += " koma " + " ".join(_SMALL[int(digit)] for digit in fraction)
    return f"minus {words}" if number < 0 else words


def _spell_whole(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number]
    words = []
    for size, name in _GROUPS:
        count, number = divmod(number, size)
        if count:
            words.append("seribu" if (count, name) == (1, "ribu") else f"{_spell_hundreds(count)} {name}")
    if number:
        words.append(_spell_hundreds(number))
    return " ".join(words)


def _spell_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [] if not hundreds else ["seratus"] if hundreds == 1 else [f"{_SMALL[hundreds]} ratus"]
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        words.append(f"{_SMALL[tens]} puluh")
    if rest >= len(_SMALL):
        words.append(f"{_SMALL[rest - 10]} belas")
    elif rest:
        words.append(_SMALL[rest])
    return " ".join(words)


def spell_date(day: object) -> str:
    """Write a date in words: `tanggal dua bulan Maret tahun dua ribu dua puluh enam`. :raises ValueError: what is no date."""
    found = day_of_text(day)
    month = format_date(found, "id").split()[1]
    return f"tanggal {spell_number(found.day)} bulan {month} tahun {spell_number(found.year)}"


def day_of_text(value: object) -> date:
    """Read a date, or the ISO text of one. :raises ValueError: what is none."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or re.match(r"\d{4}-\d{2}-\d{2}", value) is None:
        raise ValueError("a date is needed")
    return date.fromisoformat(value[:10])


def name_day(day: object, lang: str = "id") -> str:
    """Name the day of the week. :raises ValueError: what is no date."""
    return _DAYS.get(lang, _DAYS["id"])[day_of_text(day).weekday()]


def format_rupiah(value: object, lang: str = "id") -> str:
    """Write an amount: `Rp1.250.000`, `-Rp500`, `Rp12,50`. :raises ValueError: what is no number."""
    number = number_of(value)
    text = format_number(abs(number), lang)
    mark = "," if lang == "id" else "."
    whole, _, cents = text.partition(mark)
    text = f"{whole}{mark}{cents:0<2}" if cents else whole
    return ("-Rp" if number < 0 else "Rp") + text


def group_nik(value: object) -> str:
    """Write a NIK or family card number in fours: `6472 0541 0190 0001`. :raises ValueError: other than sixteen digits."""
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{16}", value) is None:
        raise ValueError("sixteen digits are needed")
    return " ".join(value[at : at + 4] for at in range(0, 16, 4))


def roman(value: object) -> str:
    """Write a number from 1 to 3999, or the month of a date, in Roman numerals. :raises ValueError: what is neither."""
    number = Decimal(value.month) if isinstance(value, date) else number_of(value)
    if number != int(number) or not 1 <= number <= _ROMAN_MOST:
        raise ValueError(f"a whole number from 1 to {_ROMAN_MOST} is needed")
    left, made = int(number), ""
    for size, sign in _ROMAN:
        count, left = divmod(left, size)
        made += sign * count
    return made


def ordinal(value: object) -> str:
    """Write which one it is, `kesatu`, `kedua`, `kesepuluh`. :raises ValueError: other than a whole number from 1."""
    number = number_of(value)
    if number != int(number) or number < 1:
        raise ValueError("a whole number from 1 is needed")
    return f"ke{spell_number(number)}"


_BY_LANGUAGE: Mapping[str, Callable[[object, str], str]] = {
    "rupiah": format_rupiah,
    "angka": lambda value, lang: format_number(number_of(value), lang),
    "tanggal": lambda value, lang: format_date(day_of_text(value), lang),
    "hari": name_day,
}
_INDONESIAN: Mapping[str, Callable[[object], str]] = {
    "terbilang": spell_number,
    "tanggal_terbilang": spell_date,
    "nik": group_nik,
    "romawi": roman,
    "tingkat": ordinal,
}
WORD_FUNCTIONS = (*_BY_LANGUAGE, *_INDONESIAN)  # under `town`, beside the town's values


@cache
def word_functions(lang: str = "id") -> Mapping[str, Any]:
    """Give the functions by which expressions write numbers, amounts and days: `town.rupiah(apply.price)`."""

    def spoken(name: str, write: Callable[[object, str], str]) -> Function:
        return word_function(name, lambda value: write(value, lang))

    made: dict[str, Any] = {name: spoken(name, write) for name, write in _BY_LANGUAGE.items()}
    return made | {name: word_function(name, write) for name, write in _INDONESIAN.items()}
