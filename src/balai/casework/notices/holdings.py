"""What notices hold about a person: what they were told, by which channel, and whether it arrived."""

from uuid import UUID

from balai.base.holdings import Item, Subject, holds
from balai.base.journal import Deed
from balai.casework.notices import actions, queries
from balai.casework.notices.models import Notice


def _notices(subject: Subject) -> list[Item]:
    found = Notice.objects.select_related("case__vault", "person__vault").filter(person_id__in=subject.ids)
    return [_notice(row) for row in found.order_by("-created_at")]


def _notice(row: Notice) -> Item:
    facts = {
        "channel": row.channel, "to": row.address_masked, "at": row.created_at, "state": row.state,
        "sent_at": row.sent_at, "delivery": row.delivery, "delivery_at": row.delivery_at, "read_at": row.read_at, "case": row.case.number if row.case else "",
    }  # fmt: skip
    if queries.vault_of(row).wrapped_key is None:
        return Item(facts)
    content = queries.open_content(row)
    return Item(facts, content["subject"], {"subject": content["subject"], "body": content["body"]})


def _forget(deed: Deed, person_id: UUID, reason: str) -> None:
    actions.forget_person_notices(person_id=person_id)


holds(
    "notices.told", tables=("notices.Notice", "notices.Alert"), bases="ce", lists=_notices, forgets=_forget,
    clears=lambda vault_ids, now: actions.clear_erased(vault_ids),
)  # fmt: skip
