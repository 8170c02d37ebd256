"""An account frozen because it may be in wrong hands, and thawed by somebody else than who froze it."""

from datetime import datetime
from uuid import UUID, uuid5

from balai.base import intake
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.records.errors import wrong
from balai.records.people import events, policy, queries
from balai.records.people.models import Account, Freeze


@command("people.freeze", answer=id_of("freeze"), always=True)
def freeze_account(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str) -> UUID:
    """Freeze a person's account at once: every open session, key of a machine and signature ends with it; give the freeze.

    The person is told. Nothing of theirs is lost: work on their desk stands on their unit's, as when they are away.
    :raises NotAllowed: `four-eyes` of oneself, `last-administrator` when nobody would be left to thaw it.
    :raises NotFound: without an account. :raises Conflict: `frozen-already`. :raises Invalid: without a reason.
    """
    policy.require_administrator(actor)
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    if not reason.strip():
        raise wrong("invalid", "reason")
    with once() as deed:
        account = _lock(person_id)
        if not account.is_active:
            raise Conflict("frozen-already")
        if account.is_administrator and queries.count_administrators() < 2:
            raise NotAllowed("last-administrator")
        Account.objects.filter(id=account.id).update(is_active=False)
        made = Freeze.objects.create(
            id=uuid5(deed.id, "freeze"), person_id=person_id, at=now, by_person=actor.person_id, reason=intake.words(reason, 400, "reason")
        )  # fmt: skip
        deed.record(f"person:{person_id}", events.ACCOUNT_FROZEN, {"account": str(account.id), "freeze": str(made.id)})
        deed.send(events.TOPIC_ACCOUNT_FROZEN, {"freeze": str(made.id)})
        deed.answer = {"freeze": str(made.id)}
        return made.id


@command("people.unfreeze", always=True)
def unfreeze_account(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str) -> None:
    """Let a frozen account be used again, at the word of another administrator than who froze it.

    :raises NotAllowed: `four-eyes` for whoever froze it, or whose account it is. :raises NotFound: when it is not frozen.
    :raises Invalid: without a reason.
    """
    policy.require_administrator(actor)
    if not reason.strip():
        raise wrong("invalid", "reason")
    with once() as deed:
        account = _lock(person_id)
        found = Freeze.objects.filter(person_id=person_id, ended_at__isnull=True).first()
        if found is None:
            raise NotFound
        if actor.person_id is not None and actor.person_id in (found.by_person, person_id):
            raise NotAllowed("four-eyes")
        Account.objects.filter(id=account.id).update(is_active=True)
        Freeze.objects.filter(id=found.id).update(
            ended_at=now, ended_by=actor.person_id, ended_reason=intake.words(reason, 400, "reason")
        )
        deed.record(f"person:{person_id}", events.ACCOUNT_THAWED, {"account": str(account.id), "freeze": str(found.id)})
        deed.send(events.TOPIC_ACCOUNT_FROZEN, {"freeze": str(found.id)})


def _lock(person_id: UUID) -> Account:
    account_id = queries.find_account_of_person(person_id)
    found = Account.objects.select_for_update().filter(id=account_id).first() if account_id else None
    if found is None:
        raise NotFound
    return found
