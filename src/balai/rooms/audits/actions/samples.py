"""Drawing a sample."""

import gzip
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.utils.timezone import get_current_timezone

from balai.base import codes, intake, journal_check
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Invalid
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.rooms.audits import policy, queries, rules
from balai.rooms.audits.models import Sample

PURPOSE_LEAST = 8  # letters, as for the opening of a case


@command("audits.draw", answer=id_of("sample"))
def draw_sample(
    *, command_id: UUID, actor: Actor, now: datetime, purpose: str, since: date, until: date, size: int, seed: str = "",
    service_id: str = "", unit_code: str = "", outcome: str = "",
) -> UUID:  # fmt: skip
    """Draw a sample of the cases submitted in a period, and keep population, seed and what was drawn. Gives its id.

    Without a seed it is the head of the journal's global chain: the population is fixed before anybody can choose it.
    :raises NotFound: for whoever is no auditor. :raises Invalid: `audit-purpose`, `audit-period`, `audit-size`, `audit-empty`,
        `audit-large`, `audit-no-head`.
    """
    author = policy.require_auditor(actor, now)
    purpose, seed = intake.line(purpose, 100, "purpose"), intake.line(seed, rules.MOST_SEED, "seed")
    if len(purpose) < PURPOSE_LEAST:
        raise wrong("audit-purpose", "purpose")
    if since > until:
        raise wrong("audit-period", "until")
    if not 1 <= size <= rules.MOST_DRAWN:
        raise wrong("audit-size", "size")
    unit_path = offices.get_unit(unit_code).path if unit_code else ""
    with once() as deed:
        numbers = queries.list_population(
            since=_midnight(since), until=_midnight(until + timedelta(days=1)), service_id=service_id, unit_path=unit_path,
            outcome=outcome, limit=rules.MOST_POPULATION + 1,
        )  # fmt: skip
        if not numbers:
            raise Invalid("audit-empty")
        if len(numbers) > rules.MOST_POPULATION:
            raise Invalid("audit-large")
        position, seed = (None, seed) if seed else _head()
        text = rules.population_text(numbers)
        drawn = rules.draw(text, seed, size)
        row = Sample.objects.create(
            id=uuid5(deed.id, "sample"), number=f"SMP-{codes.draw(6)}", at=now, author_id=author, purpose=purpose,
            service_id=service_id, unit_code=unit_code, outcome=outcome, since=since, until=until, size=size, seed=seed,
            seed_position=position, algorithm=rules.ALGORITHM, population=gzip.compress(text.encode(), mtime=0),
            population_count=len(numbers), population_sha256=rules.digest_of(text), drawn=drawn,
        )  # fmt: skip
        deed.record(
            f"audit-sample:{row.id}", "draw",
            {
                "number": row.number, "population": row.population_sha256, "count": len(numbers), "size": size, "seed": seed,
                "position": position, "algorithm": rules.ALGORITHM, "drawn": rules.digest_of("\n".join(drawn)),
            },
        )  # fmt: skip
        deed.answer = {"sample": str(row.id)}
        return row.id


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=get_current_timezone())


def _head() -> tuple[int, str]:
    """Take the head of the journal's global chain for the seed. :raises Invalid: `audit-no-head`."""
    position, head = journal_check.read_global_head()
    if not head:
        raise Invalid("audit-no-head")
    return position, head
