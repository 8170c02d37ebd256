"""What issuing holds about a person: the letters in their cases, and those they signed."""

from django.db.models import Q

from balai.base.holdings import Item, Subject, holds
from balai.base.pages import links
from balai.casework.issuing.models import Delivery, Letter, Sight


def _letters(subject: Subject) -> list[Item]:
    mine = Q(case__applicant_id__in=subject.ids) | Q(case__submitted_by_id__in=subject.ids)
    found = Letter.objects.select_related("case").filter(mine, signed_at__isnull=False).order_by("-signed_at")
    return [
        Item(
            {
                "number": row.number, "case": row.case.number, "at": row.signed_at, "until": row.valid_until,
                "state": row.state, "signed_by": row.signer_name, "revoked_at": row.revoked_at,
                "reason": row.revoked_reason, "fixity": row.sha256,
            },
            row.title, url=links.path("letter.check", row.code) if links.leads("letter.check") else "",
        )
        for row in found
    ]  # fmt: skip


def _signed(subject: Subject) -> list[Item]:
    """Count what a person signed, revoked or reserved numbers for as an officer; the letters are others'."""
    counted = {
        "signed": Letter.objects.filter(signed_by_id__in=subject.ids).count(),
        "revoked": Letter.objects.filter(revoked_by_id__in=subject.ids).count(),
        "letters_seen": Sight.objects.filter(person_id__in=subject.ids).count(),
        "letters_handed_over": Delivery.objects.filter(by_id__in=subject.ids).count(),
        "numbers_reserved": Letter.objects.filter(reserved_by_id__in=subject.ids).count(),
    }
    return [Item(counted)] if any(counted.values()) else []


holds(
    "issuing.letters",
    tables=("issuing.Letter", "issuing.LetterFile", "issuing.LetterPart", "issuing.Delivery"),
    bases="ce",
    lists=_letters,
)
holds("issuing.signing", tables=("issuing.Letter", "issuing.Delivery", "issuing.Sight"), bases="ce", lists=_signed)
