"""Tables to take along as CSV (RFC 4180), as spreadsheets open them: UTF-8 with its mark, one line a row."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.http import HttpResponse, StreamingHttpResponse

Value = str | int | float | date | datetime | None
TYPE = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def respond(name: str, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """Give a table as a file of this name, written whole before it leaves."""
    return HttpResponse("".join(lines(heading, rows)), content_type=TYPE, headers=_headers(name))


def stream(name: str, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> StreamingHttpResponse:
    """Give a table as a file of this name, row by row as they are found."""
    return StreamingHttpResponse(lines(heading, rows), content_type=TYPE, headers=_headers(name))


def lines(heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Write a table line by line; None is an empty cell, numbers are written with a point, days and moments by ISO 8601.

    A text that a spreadsheet would take for a formula is led by an apostrophe: somebody else may have written it.
    """
    yield "\ufeff" + _line(heading)
    for row in rows:
        yield _line(row)


def _line(values: Sequence[Value]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_plain(each) for each in values])
    return text.getvalue()


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}
