"""Every write of the board: one deed each."""

from datetime import datetime
from uuid import UUID

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import Invalid
from balai.rooms.audits import events, policy
from balai.rooms.audits.models import Entry

LONGEST = 200


def add_entry(*, command_id: UUID, actor: Actor, now: datetime, text: str) -> UUID:
    """Put up a line. :raises Invalid: when it is empty or too long; :raises NotAllowed: for whoever may not write."""
    policy.require_writer(actor, now)
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise Invalid
    digest = journal.digest_of(text)
    with journal.deed(command_id, actor=actor, now=now, name="audits.add-entry", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["entry"])
        entry = Entry.objects.create(text=text, author_id=actor.person_id, at=now)
        deed.record("audits", "add", {"entry": str(entry.id)})
        deed.send(events.ADDED, {"entry": str(entry.id)})
        deed.answer = {"entry": str(entry.id)}
        return entry.id
