"""Reads what people type outside the services' forms: nothing is cut, and nobody has to see what cannot be seen.

`words` is for what somebody says, `plain` for what stands for something: numbers, codes, names of roles, addresses. Answers of
services' forms are read by `balai.engine.forms`, by the same rules.
"""

import unicodedata
from datetime import date, datetime, time, tzinfo

from django.utils.translation import get_language

from balai.base.errors import Invalid
from balai.engine.forms import (
    WrongValueError,
    clean_text,
    drop_hidden,
    is_blank,
    read_date,
    read_moment,
    read_month,
    read_time,
)

# Drawn as nothing, and without a meaning of their own inside a text; joiners, which have one in some scripts, stay.
_LEFT_AROUND = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"))


def words(text: str, most: int, field: str = "") -> str:
    """Answer a free text, trimmed, in NFC, with line feeds as they are; "" when nothing of it can be seen.

    :param most: how many characters it may have; :param field: which field tells of it.
    :raises Invalid: `too-long` with both counts; `not-as-it-reads` for marks that make a text read otherwise than it is.
    """
    if is_blank(text):
        return ""
    try:
        read = clean_text(text.translate(_LEFT_AROUND), several_lines=True)
    except WrongValueError:
        raise _refusal("not-as-it-reads", field) from None
    return within(read, most, field)


def line(text: str, most: int, field: str = "") -> str:
    """Answer a free text of one line, as `words` does; blanks become single spaces. :raises Invalid: as `words` does."""
    return within(" ".join(words(text, max(most, len(text)), field).split()), most, field)


def plain(text: str, most: int, field: str = "") -> str:
    """Answer a number, code or address as it is seen: without what nobody sees, trimmed.

    :raises Invalid: `too-long` with both counts.
    """
    return within(unicodedata.normalize("NFC", drop_hidden(text)).strip(), most, field)


def number(text: str) -> str:
    """Answer a number that people write in groups, such as a NIK, without blanks and what nobody sees."""
    return "".join(drop_hidden(text).split())


def within(text: str, most: int, field: str = "") -> str:
    """Answer a text that is no longer than `most` characters. :raises Invalid: `too-long` with both counts."""
    if len(text) > most:
        raise _refusal("too-long", field, got=_counted(len(text)), most=_counted(most))
    return text


def _counted(number: int) -> dict[str, str]:
    return {"id": f"{number:,}".replace(",", "."), "en": f"{number:,}"}


def _refusal(code: str, field: str, **params: object) -> Invalid:
    refusal = Invalid(code)
    refusal.params = params
    if field:
        refusal.fields = {field: refusal.message((get_language() or "id").split("-")[0])}
    return refusal


def day(text: str) -> date:
    """Answer a day as people write it: 1/2/2026, 1 Februari 2026, 2026-02-01. :raises ValueError: for what is none."""
    return read_date(drop_hidden(text))


def find_day(text: str) -> date | None:
    """Answer a day as people write it, or None for what is none."""
    try:
        return day(text)
    except ValueError:
        return None


def hour(text: str) -> time:
    """Answer a time of day as people write it: 14.05, 14:05, pukul 14.05. :raises ValueError: for what is none."""
    return read_time(drop_hidden(text))


def moment(text: str, zone: tzinfo) -> datetime:
    """Answer a moment as people write it: 1/2/2026 14.05, 1 Februari 2026, pukul 14.05. :raises ValueError: for what is none."""
    return read_moment(drop_hidden(text), zone)


def month(text: str) -> date:
    """Answer the first day of a month as people write it: Februari 2026, 2/2026, 2026-02. :raises ValueError: for what is none."""
    return read_month(drop_hidden(text))
