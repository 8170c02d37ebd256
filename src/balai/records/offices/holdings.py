"""What offices hold about a person: the posts they held and their leave."""

from balai.base.holdings import Item, Subject, holds
from balai.records.offices.models import Absence, Appointment


def _posts(subject: Subject) -> list[Item]:
    found = Appointment.objects.select_related("post__unit").filter(person_id__in=subject.ids).order_by("-from_date")
    away = Absence.objects.filter(person_id__in=subject.ids).order_by("-from_date")
    return [
        *(
            Item({
                "post": row.post.title, "unit": row.post.unit.name, "kind": row.kind, "from": row.from_date,
                "until": row.to_date, "evidence": row.basis,
            })
            for row in found
        ),
        *(Item({"kind": row.kind, "from": row.from_date, "until": row.to_date}) for row in away),
    ]  # fmt: skip


holds("offices.posts", tables=("offices.Appointment", "offices.Absence"), bases="ce", lists=_posts)
