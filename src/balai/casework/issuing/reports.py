"""Reports on paper: tables of numbers or of letters for the file of an office, typeset by the press as letters are.

What stands in them is what a page shows to the same reader at the same moment; nothing is kept of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from balai.base.errors import Invalid
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import press, rules
from balai.engine import forms
from balai.engine.problems import Problems
from balai.records.offices import queries as offices
from balai.records.offices.models import Unit

_SOURCE = Path(__file__).with_name("report.typ")
_NAME = "balai-report"  # no letter of a service is called so: its names are identifiers
_EMBLEM = "town/emblem.svg"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading, lines below it, and a table of which all columns but the first `words` hold numbers."""

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    words: int = 1
    lines: Sequence[str] = ()


def make_report(
    unit: Unit, title: str, subtitle: str, sections: Sequence[ReportSection], *, foot: str, lang: str, now: datetime, wide: bool = False
) -> bytes:  # fmt: skip
    """Typeset a report under a unit's letterhead, as PDF/A and PDF/UA on A4, upright or `wide`; a row is never parted.

    :raises Invalid: `letter-broken`, `letter-too-slow`.
    """
    emblem = _emblem()
    above = [*reversed(offices.list_parents(unit)), unit]
    data: dict[str, Any] = {
        "title": title, "subtitle": subtitle, "foot": foot, "lang": lang, "wide": wide, "unit": unit.name,
        "emblem": bool(emblem), "letterhead": list(rules.letterhead([(each.kind, each.name) for each in above])),
        "sections": [
            {"title": one.title, "columns": list(one.columns), "rows": [list(row) for row in one.rows], "words": one.words,
             "lines": list(one.lines)}
            for one in sections
        ],
    }  # fmt: skip
    sources = {f"letters/{_NAME}.typ": _SOURCE.read_bytes(), **emblem}
    try:
        return press.render(sources, _NAME, forms.spell(data), qr_svg=None, created_at=now)
    except Problems as problems:
        press.log.error("report: %s", problems)
        raise Invalid("letter-broken") from problems


def _emblem() -> Mapping[str, bytes]:
    """Give the town's emblem as its letters bear it; nothing while no service is open."""
    for service in catalogue.list_services():
        if _EMBLEM in service.letter_sources:
            return {_EMBLEM: service.letter_sources[_EMBLEM]}
    return {}
