"""Every write of needs: stated, taken back, followed. Each is one deed; its journal tells that it was, never what."""

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from balai.base import crypto, intake, journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Invalid
from balai.base.pages.texts import say
from balai.records.people import queries as people
from balai.rooms.needs import events, queries, rules
from balai.rooms.needs.models import Need


@command("needs.state")
def state(
    *, command_id: UUID, actor: Actor, now: datetime, whose: queries.Whose, kinds: Collection[str], words: str,
    consent: bool,
) -> None:  # fmt: skip
    """Keep what somebody needs, in place of what they said before, by their consent.

    :raises Invalid: without consent, with nothing said, or with too much. Whose it is was judged where `whose` was made.
    """
    words = intake.words(words, rules.MOST, "words")
    chosen = [kind for kind in rules.KINDS if kind in kinds]
    faults = {"consent": not consent, "kinds": not chosen and not words}
    if any(faults.values()):
        raise Invalid(fields={name: say(f"room_needs.fault.{name}") for name, wrong in faults.items() if wrong})
    told = json.dumps({"kinds": chosen, "words": words}, ensure_ascii=False).encode()
    with once() as deed:
        heard_by = actor.person_id if actor.kind == "officer" else None
        sealed = crypto.seal(whose.vault_id, told, queries.CONTEXT)
        Need.objects.update_or_create(
            vault_id=whose.vault_id,
            defaults={"person_id": whose.person_id, "sealed": sealed, "consented_at": now, "heard_by": heard_by},
        )
        deed.record(_stream(whose), events.STATED, {"at_counter": heard_by is not None})


def take_back(*, command_id: UUID, actor: Actor, now: datetime, whose: queries.Whose) -> None:
    """Take what somebody said they need away, as they wish at any time; a second time finds nothing and says so alike."""
    digest = journal.digest_of(whose.vault_id)
    with journal.deed(command_id, actor=actor, now=now, name="needs.take_back", digest=digest) as deed:
        if not deed.repeated and Need.objects.filter(vault_id=whose.vault_id).delete()[0]:
            deed.record(_stream(whose), events.TAKEN_BACK, {})


def follow_person(*, message_id: UUID, now: datetime, kept_id: UUID, gone_id: UUID) -> None:
    """Let the need of a joined record follow its person, sealed anew; what the record that stayed said goes before."""
    with journal.deed(message_id, actor=CLOCK, now=now, name="needs.follow_person") as deed:
        row = None if deed.repeated else Need.objects.select_for_update().filter(person_id=gone_id).first()
        if row is None:
            return
        plain = crypto.open_sealed(row.vault_id, bytes(row.sealed), queries.CONTEXT)
        row.delete()
        whose = queries.own(people.hold_stayed(kept_id))
        if not queries.is_stated(whose):
            sealed = crypto.seal(whose.vault_id, plain, queries.CONTEXT)
            Need.objects.create(
                id=uuid5(message_id, "need"), vault_id=whose.vault_id, person_id=whose.person_id, sealed=sealed,
                consented_at=row.consented_at, heard_by=row.heard_by,
            )  # fmt: skip
            deed.record(_stream(whose), events.STATED, {"at_counter": row.heard_by is not None})


def forget_person(deed: journal.Deed, person_id: UUID, reason: str) -> None:
    """Take a person's need away, as part of the deed that forgets them."""
    Need.objects.filter(person_id=person_id).delete()


def _stream(whose: queries.Whose) -> str:
    return f"person:{whose.person_id}" if whose.person_id else f"need:{whose.vault_id}"
