"""Every write of confirmed law: an office confirms, reviews or withdraws; the house notes that it told of a review."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from balai.base import intake, journal
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid
from balai.records.errors import wrong
from balai.records.law import events, policy, queries, rules
from balai.records.law.models import Confirmation
from balai.records.law.rules import LegalGround as LegalGround
from balai.records.offices.queries import HeldRole


@dataclass(frozen=True, slots=True)
class LegalValue:
    """One value of one folder that is to be confirmed: where, which, and the basis as the folder writes it."""

    kind: str
    folder: str
    digest: str
    name: str
    written: str


def confirm(
    *, command_id: UUID, actor: Actor, now: datetime, values: Sequence[LegalValue], ground: LegalGround
) -> None:
    """Confirm one value wherever it stands among `values`, in the name of the officer's office.

    :raises NotAllowed: whoever is no legal officer; :raises Invalid: `law-ground` names what is missing.
    :raises Conflict: `law-confirmed` when it is confirmed already, or there is nothing to confirm.
    """
    post = policy.require_legal(actor, now)
    ground = _read(ground, localdate(now))
    digest = journal.digest_of([[one.kind, one.folder, one.digest] for one in values], _told(ground))
    with journal.deed(
        command_id, actor=actor, now=now, name="law.confirm", digest=digest, lost="law-confirmed"
    ) as deed:
        if deed.repeated:
            return
        folders = [one.folder for one in values]
        running = {(one.kind, one.folder) for one in queries.list_open(values[0].digest)} if values else set()
        if not values or running & {(one.kind, one.folder) for one in values}:
            raise Conflict("law-confirmed")
        _write(deed, values, ground, post)
        body = {"name": values[0].name, **_told(ground), "office": post.unit_name, "folders": folders}
        deed.record(f"law:{values[0].digest}", events.CONFIRMED, body)
    queries.forget_marks()


def review(*, command_id: UUID, actor: Actor, now: datetime, digest: str, ground: LegalGround) -> None:
    """Look at a confirmed value again and let it hold on, until a new day of review; wherever it is confirmed.

    :raises NotAllowed: :raises Invalid: as `confirm` does; :raises Conflict: `law-not-confirmed`.
    """
    post = policy.require_legal(actor, now)
    ground = _read(ground, localdate(now))
    with journal.deed(
        command_id, actor=actor, now=now, name="law.review", digest=journal.digest_of(digest, _told(ground)),
        lost="law-confirmed",
    ) as deed:  # fmt: skip
        if deed.repeated:
            return
        rows = _end(digest, now, actor, "reviewed", "")
        values = [LegalValue(one.kind, one.folder, one.digest, one.name, one.written) for one in rows]
        _write(deed, values, ground, post)
        body = {**_told(ground), "office": post.unit_name, "folders": [one.folder for one in values]}
        deed.record(f"law:{digest}", events.REVIEWED, body)
    queries.forget_marks()


def withdraw(*, command_id: UUID, actor: Actor, now: datetime, digest: str, reason: str) -> None:
    """Withdraw the confirmation of a value wherever it holds, for a reason; what was true until now stays known.

    :raises NotAllowed: :raises Invalid: `law-reason`; :raises Conflict: `law-not-confirmed`.
    """
    policy.require_legal(actor, now)
    reason = intake.words(reason, 400, "reason")
    if len(reason) < rules.LEAST_REASON:
        raise wrong("law-reason", "reason")
    with journal.deed(
        command_id, actor=actor, now=now, name="law.withdraw", digest=journal.digest_of(digest, reason)
    ) as deed:
        if deed.repeated:
            return
        rows = _end(digest, now, actor, "withdrawn", reason)
        deed.record(f"law:{digest}", events.WITHDRAWN, {"folders": [one.folder for one in rows], "reason": reason})
    queries.forget_marks()


def note_told(ids: Collection[UUID], deed: journal.Deed) -> list[Confirmation]:
    """Note, in the deed that alerts of them, of which reviews the holders of the role are told; gives those nobody was told of before."""
    rows = Confirmation.objects.filter(id__in=list(ids), told_on__isnull=True, ended_at__isnull=True)
    found = list(rows.select_for_update().order_by("id"))
    for row in found:
        row.told_on = row.review_on
        row.save(update_fields=["told_on"])
        deed.record(f"law:{row.digest}", events.TOLD, {"folder": row.folder, "review_on": row.review_on.isoformat()})
    return found


def _read(ground: LegalGround, today: date) -> LegalGround:
    """Read what was typed. :raises Invalid:"""
    read = LegalGround(
        intake.line(ground.basis, 300, "basis"), ground.basis_date, intake.plain(ground.link, 300, "link"),
        ground.review_on,
    )  # fmt: skip
    if faults := read.faults(today):
        raise _refusal(faults)
    return read


def _refusal(faults: Sequence[str]) -> Invalid:
    """Tell beside each field what it takes."""
    refused = wrong("law-ground", *faults)
    refused.fields = {name: wrong(f"law-ground-{name.replace('_', '-')}", name).fields[name] for name in faults}
    return refused


def _told(ground: LegalGround) -> dict[str, str]:
    return {
        "basis": ground.basis, "basis_date": str(ground.basis_date), "link": ground.link, "review_on": str(ground.review_on),
    }  # fmt: skip


def _write(deed: journal.Deed, values: Sequence[LegalValue], ground: LegalGround, post: HeldRole) -> None:
    assert ground.basis_date is not None and ground.review_on is not None, "faults were told before"
    assert deed.actor.person_id is not None, "whoever holds a post is somebody"
    for one in values:
        Confirmation.objects.create(
            id=uuid5(deed.id, f"{one.kind}:{one.folder}"), digest=one.digest, kind=one.kind, folder=one.folder,
            name=one.name, written=one.written[:400], basis=ground.basis, basis_date=ground.basis_date, link=ground.link,
            review_on=ground.review_on, office=post.unit_name, confirmed_at=deed.now, confirmed_by=deed.actor.person_id,
        )  # fmt: skip


def _end(digest: str, now: datetime, actor: Actor, how: str, reason: str) -> list[Confirmation]:
    """End what runs of a value. :raises Conflict: `law-not-confirmed` where nothing does."""
    found = Confirmation.objects.select_for_update().filter(digest=digest, ended_at__isnull=True)
    rows = list(found.order_by("kind", "folder"))
    if not rows:
        raise Conflict("law-not-confirmed")
    for row in rows:
        row.ended_at, row.ended_by, row.ended_how, row.reason = now, actor.person_id, how, reason
        row.save(update_fields=["ended_at", "ended_by", "ended_how", "reason"])
    return rows
