"""In which unit a step of a case is done that another unit than the case's own does."""

from datetime import datetime
from typing import Any

from balai.casework.cases.rows import CaseRow
from balai.engine import manifest, process
from balai.records.offices import queries as offices


def find_unit(
    case: CaseRow, service: manifest.Service, step: manifest.Step, known: dict[str, Any], now: datetime, token: str
) -> offices.Handling | None:
    """Find the unit that a step names, by what its token sees of the case's data; None where there is no such unit. Up to one query."""
    if step.unit is None:
        return None
    seen = process.view(service.graph, case.state, token, known, now) if token else known
    name = step.unit.name(seen, now)
    if name == manifest.PARENT:
        return offices.find_unit_above(case.unit_path)
    return offices.find_handling_unit(code=name) if name else None
