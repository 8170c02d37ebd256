"""Dates as letters write them."""

from datetime import date

_MONTHS = {
    "id": tuple("Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()),  # noqa: SIM905
    "en": tuple("January February March April May June July August September October November December".split()),  # noqa: SIM905
}


def month_name(month: int, lang: str) -> str:
    """Name month 1-12 in Indonesian (`id`) or English (`en`).

    :raises KeyError: for another language, because a letter must not be half translated.
    """
    return _MONTHS[lang][month - 1]


def date_text(day: date, lang: str) -> str:
    """Write a date as a letter does: `2 Maret 2026`, `2 March 2026`; give a datetime in the office's own zone."""
    return f"{day.day} {month_name(day.month, lang)} {day.year}"
