"""What the archive holds about a person: their wishes to be forgotten; how long their cases are kept, filing tells."""

from balai.base.holdings import Item, Subject, holds
from balai.casework.archive.models import Forgetting


def _wishes(subject: Subject) -> list[Item]:
    found = Forgetting.objects.filter(person_id__in=subject.ids).order_by("-asked_at")
    return [
        Item({"at": row.asked_at, "state": row.state, "decided_at": row.decided_at, "reason": row.reason})
        for row in found
    ]


holds("archive.wishes", tables=("archive.Forgetting",), bases="c", lists=_wishes)
