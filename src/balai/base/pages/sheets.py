"""Tables to take along as CSV (RFC 4180), as spreadsheets open them: UTF-8 with its mark, one line a row."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

Value = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def respond(name: str, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """Give a table as a file of this name; None is an empty cell, numbers are written with a point.

    A text that a spreadsheet would take for a formula is led by an apostrophe: somebody else may have written it.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_plain(each) for each in heading])
    writer.writerows([_plain(each) for each in row] for row in rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _plain(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
