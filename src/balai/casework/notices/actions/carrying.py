"""What becomes of a notice: gathered into one mail, carried, failed, tried again, read."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from balai.base import journal, marks, outbox, prints, sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.post import Taken
from balai.casework.notices import events
from balai.casework.notices.models import Notice

QUIET = timedelta(
    hours=1
)  # between two mails to one person about what is not urgent: what happens meanwhile is gathered


def send_digest(person_id: UUID, *, actor: Actor, now: datetime) -> int:
    """Owe one mail to a person for whom something was gathered; tell how many notices leave with it."""
    batch = uuid5(person_id, f"digest {now.isoformat()}")
    with journal.deed(batch, actor=actor, now=now, name="notices.digest", always=True) as deed:
        waiting = Notice.objects.filter(person_id=person_id, state="gathered")
        count = waiting.update(state="queued", batch=batch, batched_at=now)
        if count:
            payload = {"batch": str(batch), "person": str(person_id)}
            deed.send(events.GATHERED, payload, key=f"digest:{batch}")
    return count


def settle_sent(notice_ids: Collection[UUID], taken: Taken, now: datetime) -> None:
    """Note that a carrier took notices, in one parcel, and which one."""
    prints.keep(taken.prints, now)
    for notice_id in notice_ids:
        sql.execute(
            "UPDATE notices_notice SET state = 'sent', sent_at = %s, receipt = %s, carrier = %s, attempts = attempts + 1,"
            " last_error = '' WHERE id = %s",
            [now, taken.receipt[:200], taken.carrier, notice_id],
        )
    marks.write(Notice, notice_ids)


def settle_failed(notice_ids: Collection[UUID], error: str, *, dead: bool) -> None:
    """Note that a carrier did not take notices; dead when trying again cannot help."""
    for notice_id in notice_ids:
        sql.execute(
            "UPDATE notices_notice SET state = %s, attempts = attempts + 1, last_error = %s WHERE id = %s",
            ["dead" if dead else "failed", outbox.black_out(error)[:400], notice_id],
        )
    marks.write(Notice, notice_ids)


def note_delivery(*, actor: Actor, now: datetime, receipt: str, delivery: str) -> int:
    """Keep what a carrier reports of a text it took (`delivered`, `undelivered`), by its receipt; tell how many notices that is.

    The newest report of what is not delivered yet counts: what arrived stays arrived.
    """
    if not receipt:
        return 0
    with journal.deed(uuid4(), actor=actor, now=now, name="notices.delivery", always=True):
        return sql.execute(
            "UPDATE notices_notice SET delivery = %s, delivery_at = %s WHERE channel = 'sms' AND receipt = %s"
            " AND delivery <> 'delivered'",
            [delivery, now, receipt[:200]],
        )


def mark_read(*, actor: Actor, now: datetime, notice_ids: Collection[UUID]) -> int:
    """Mark a person's own notices as read, on their pages or at their desk; tell how many were new to them."""
    with journal.deed(uuid4(), actor=actor, now=now, name="notices.read"):
        assert actor.person_id is not None, "only whoever is signed in reads notices"
        return Notice.objects.filter(id__in=notice_ids, person_id=actor.person_id, read_at__isnull=True).update(
            read_at=now
        )


@command("notices.try-again")
def try_again(*, command_id: UUID, actor: Actor, now: datetime, notice_id: UUID) -> None:
    """Queue a failed or dead notice once more, at an operator's word."""
    with once() as deed:
        changed = sql.execute(
            "UPDATE notices_notice SET state = 'queued' WHERE id = %s AND state IN ('failed', 'dead')", [notice_id]
        )
        if changed:
            marks.write(Notice, [notice_id])
            deed.record("notices", "try-again", {"notice": str(notice_id)})
            deed.send(events.QUEUED, {"notice": str(notice_id)}, key=f"notice:{notice_id}:{command_id}")
