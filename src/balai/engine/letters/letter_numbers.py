"""Letter numbers: the template language of a letter's `number` key.

The form follows local practice under Permendagri 83/2022 art. 3(6): classification code, running number, unit, year.
The running number counts per unit, class and year, so a template that leaves one of them out could give two letters one
number: it is refused.
"""

import itertools
import re
import string
from datetime import date

from balai.engine.problems import Problem, Problems

_FIELDS = ("class", "seq", "unit", "year", "month", "month_roman")
_NEEDED = ("class", "seq", "unit", "year")
_PADDING = re.compile(r"0?[1-9]?")
_TEXT = re.compile(r"[A-Za-z0-9./\- ]*")
_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def number(template: str, *, class_: str, seq: int, unit: str, at: date) -> str:
    """Fill a number template: `{class}/{seq:04}/{unit}/{year}` becomes `500.3/0012/KEL-BUGIS/2026`.

    `at` is the day in the office's own zone, not UTC: on new year's morning the year differs.

    :raises Problems: when `check_template` would.
    """
    check_template(template)
    if seq < 1:
        raise ValueError(f"a running number begins at 1, not {seq}")
    values = {"class": class_, "seq": seq, "unit": unit, "year": at.year, "month": f"{at.month:02}"}
    return template.format(**values, month_roman=_ROMAN[at.month - 1])


def check_template(template: str, *, file: str = "", line: int = 0, element: str = "") -> None:
    """Refuse a template that names an unknown field or could give two letters the same number.

    :raises Problems: naming every fault, at `file`, `line` and `element` when given.
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise Problems(
            [Problem(f"The number template {template!r} cannot be read: {error}.", _HOW, file, line, element)]
        ) from error
    faults = [*_faults_of_fields(parts), *_faults_of_whole(parts)]
    if faults:
        raise Problems(Problem(fault, _HOW, file, line, element) for fault in faults)


_HOW = 'Write for example "{class}/{seq:04}/{unit}/{year}".'
_Part = tuple[str, str | None, str | None, str | None]


def _faults_of_fields(parts: list[_Part]) -> list[str]:
    faults = []
    for text, field, spec, conversion in parts:
        if not _TEXT.fullmatch(text):
            faults.append(
                f"The number template holds {text!r}; only letters, digits, spaces and . - / may stand there."
            )
        if field is None:
            continue
        if field not in _FIELDS:
            faults.append(
                f"The number template names {{{field}}}, which does not exist; known are {', '.join(_FIELDS)}."
            )
        elif conversion or not _PADDING.fullmatch(spec or "") or (spec and field != "seq"):
            faults.append(
                f"The number template formats {{{field}}} in an unknown way; only seq may be padded, as in {{seq:04}}."
            )
    return faults


def _faults_of_whole(parts: list[_Part]) -> list[str]:
    glued = [field for before, (text, field, *_) in itertools.pairwise(parts) if before[1] and field and not text]
    if glued:
        return [f"The number template puts nothing before {{{glued[0]}}}, so two numbers could read the same."]
    named = {field for _, field, _, _ in parts}
    return [
        f"The number template lacks {{{field}}}, so two letters could receive the same number."
        for field in _NEEDED
        if field not in named
    ]
