"""What the archive holds about a person: how long their cases are kept and why, and their wishes to be forgotten."""

from django.db.models import Q

from balai.base.holdings import Item, Subject, holds
from balai.casework.archive.models import Forgetting, Hold, Record


def _kept(subject: Subject) -> list[Item]:
    mine = Q(case__applicant_id__in=subject.ids) | Q(case__submitted_by_id__in=subject.ids)
    found = Record.objects.select_related("case").filter(mine).order_by("-filed_at")
    held = Hold.objects.select_related("case").filter(mine, lifted_at__isnull=True).order_by("-placed_at")
    return [
        *(
            Item(
                {
                    "class": row.class_code, "until": row.falls_due_on, "then": row.fate, "evidence": row.basis,
                    "confirmed": row.status == "confirmed", "since": row.filed_at,
                },
                row.case.number,
            )
            for row in found
        ),
        *(Item({"held_since": row.placed_at, "evidence": row.basis}, row.case.number) for row in held),
    ]  # fmt: skip


def _wishes(subject: Subject) -> list[Item]:
    found = Forgetting.objects.filter(person_id__in=subject.ids).order_by("-asked_at")
    return [
        Item({"at": row.asked_at, "state": row.state, "decided_at": row.decided_at, "reason": row.reason})
        for row in found
    ]


holds("archive.kept", tables=("archive.Record", "archive.Hold"), bases="c", lists=_kept)
holds("archive.wishes", tables=("archive.Forgetting",), bases="c", lists=_wishes)
