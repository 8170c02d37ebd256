"""Every write of protections: set, looked at again, lifted. Each is one deed of a head."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from balai.base import crypto, journal
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.records.people import queries as people
from balai.records.protection import events, policy, queries, rules
from balai.records.protection.models import Protection


@command("protection.set", answer=id_of("protection"), lost="protected-already")
def protect(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID | None, kind: str, reason: str,
    review_on: date | None, post_ids: Collection[UUID], vault_id: UUID | None = None, number: str = "",
) -> UUID:  # fmt: skip
    """Protect a person, or by `vault_id` and `number` a case whose applicant has no record: a head says why, until when it is looked at again, and which two posts see. Gives its id.

    :raises NotAllowed: for whoever heads no unit, and for oneself (`four-eyes`). :raises NotFound: nobody by that id.
    :raises Invalid: `protection-words` names what is missing. :raises Conflict: `protected-already`.
    """
    headed = policy.require_head(actor, now)
    whose = person_id or vault_id
    if whose is None:
        raise NotFound
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    posts, reason = _check(kind, reason, review_on, post_ids, now), reason.strip()
    with once() as deed:
        if person_id is not None:
            people.lock_person(person_id)
        if whose in queries.find_posts([whose]):
            raise Conflict("protected-already")
        assert actor.person_id is not None and review_on is not None
        row = Protection(
            id=uuid5(deed.id, "protection"), person_id=person_id, unit_id=headed[0].unit_id, kind=kind,
            vault_id=None if person_id else vault_id, number="" if person_id else number,
            first_post_id=posts[0], second_post_id=posts[1], since=now, review_on=review_on, set_by=actor.person_id,
        )  # fmt: skip
        row.reason_sealed = crypto.seal(queries.get_vault_id(row), reason.encode(), queries.REASON)
        row.save(force_insert=True)
        deed.record(_stream(row), events.SET, _body(row))
        deed.answer = {"protection": str(row.id)}
        return row.id


@command("protection.review")
def review(
    *, command_id: UUID, actor: Actor, now: datetime, protection_id: UUID, reason: str, review_on: date | None,
    post_ids: Collection[UUID],
) -> None:  # fmt: skip
    """Let a protection go on: with its reason, posts and next review as they are now.

    :raises NotFound: unknown, lifted, or another unit's. :raises Invalid: `protection-words`.
    """
    posts = _check(rules.KINDS[0], reason, review_on, post_ids, now)
    with once() as deed:
        row = _own(actor, now, protection_id)
        row.reason_sealed = _seal(row, reason)
        assert review_on is not None
        row.first_post_id, row.second_post_id, row.review_on = posts[0], posts[1], review_on
        row.save(update_fields=["reason_sealed", "first_post", "second_post", "review_on"])
        deed.record(_stream(row), events.REVIEWED, _body(row))


@command("protection.lift")
def lift(*, command_id: UUID, actor: Actor, now: datetime, protection_id: UUID, reason: str) -> None:
    """End a protection, with the reason. :raises NotFound: unknown, lifted, or another unit's. :raises Invalid: `protection-words`."""
    if len(reason.strip()) < rules.LEAST_REASON:
        raise wrong("protection-words", "lift")
    with once() as deed:
        row = _own(actor, now, protection_id)
        Protection.objects.filter(id=row.id).update(
            lifted_at=now, lifted_by=actor.person_id,
            lifted_sealed=_seal(row, reason),
        )  # fmt: skip
        deed.record(_stream(row), events.LIFTED, {})


def forget(deed: journal.Deed, person_id: UUID, reason: str) -> None:
    """Take a forgotten person's protections away: why they were protected goes with their key."""
    Protection.objects.filter(person_id=person_id).delete()


def _check(kind: str, reason: str, review_on: date | None, post_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Judge what a head said, and give the two posts in a fixed order."""
    posts = sorted(set(post_ids))
    found = offices.count_open_posts(posts) if len(posts) == 2 else 0
    faults = {
        "kind": kind not in rules.KINDS,
        "reason": len(reason.strip()) < rules.LEAST_REASON,
        "review_on": review_on is None or not rules.is_review(review_on, localdate(now)),
        "first_post": found != 2,
    }
    if any(faults.values()):
        raise wrong("protection-words", *(name for name, fault in faults.items() if fault))
    return posts


def _seal(row: Protection, reason: str) -> bytes:
    """Seal a reason under what is protected; nothing is kept once that was forgotten."""
    try:
        return crypto.seal(queries.get_vault_id(row), reason.strip().encode(), queries.REASON)
    except NotFound:
        return b""


def _own(actor: Actor, now: datetime, protection_id: UUID) -> Protection:
    """Fetch, held, a protection that this head answers for. :raises NotFound:"""
    headed = policy.require_head(actor, now)
    row = Protection.objects.select_for_update(of=("self",)).select_related("unit").filter(id=protection_id).first()
    if row is None or row.lifted_at is not None:
        raise NotFound
    if not any(row.unit.path.startswith(one.unit_path) for one in headed):
        raise NotFound
    return row


def _stream(row: Protection) -> str:
    return f"protection:{row.id}"


def _body(row: Protection) -> dict[str, object]:
    return {"posts": [str(row.first_post_id), str(row.second_post_id)], "review": row.review_on.isoformat()}
