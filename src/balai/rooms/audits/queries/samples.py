"""Reads of samples, and of the populations they are drawn from."""

import gzip
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from balai.base import sql
from balai.base.errors import NotFound
from balai.rooms.audits import rules
from balai.rooms.audits.models import Sample

SHOWN = 100


def list_population(
    *, since: datetime, until: datetime, service_id: str = "", unit_path: str = "", outcome: str = "", limit: int
) -> list[str]:
    """List the numbers of the cases submitted in a stretch (`until` left out), by number; at most so many. One query."""
    wanted: list[tuple[str, object]] = [("c.submitted_at >= %s", since), ("c.submitted_at < %s", until)]
    wanted += [("c.service_id = %s", service_id)] if service_id else []
    wanted += [("u.path LIKE %s", f"{unit_path}%")] if unit_path else []
    wanted += [("c.outcome = %s", outcome)] if outcome else []
    found = sql.rows(
        "SELECT c.number FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id"
        f" WHERE {' AND '.join(each for each, _ in wanted)} ORDER BY c.number LIMIT %s",
        [*(value for _, value in wanted), limit],
    )
    return [str(row[0]) for row in found]


def list_samples(limit: int = SHOWN) -> list[Sample]:
    """List the newest samples, without their populations. One query."""
    return list(Sample.objects.defer("population", "drawn").order_by("-at")[:limit])


def get_sample(sample_id: UUID) -> Sample:
    """Fetch one sample. :raises NotFound:"""
    found = Sample.objects.filter(id=sample_id).first()
    if found is None:
        raise NotFound
    return found


def find_sample(number: str) -> UUID | None:
    """Find a sample's id by its number."""
    return Sample.objects.filter(number=number).values_list("id", flat=True).first()


def population_of(sample: Sample) -> str:
    """Give the population a sample was drawn from, as the file that is published."""
    return gzip.decompress(bytes(sample.population)).decode()


def redraw(sample: Sample) -> bool:
    """Draw a sample again from what was kept, and tell whether everything came out the same."""
    population = population_of(sample)
    return (
        rules.digest_of(population) == sample.population_sha256
        and population.count("\n") == sample.population_count
        and rules.draw(population, sample.seed, sample.size) == sample.drawn
    )


def count_samples_of(person_ids: Sequence[UUID]) -> int:
    """Count the samples an auditor drew."""
    return Sample.objects.filter(author_id__in=person_ids).count()
