"""Protections: whose, set by which unit's head, why, which two posts see, and when it is looked at again."""

import uuid

from django.db import models


class Protection(models.Model):
    """One person's protection; it holds until a head lifts it, however long its review is overdue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")  # whose head answers for it
    kind = models.CharField(max_length=12)  # violence | witness | other
    reason_sealed = models.BinaryField()  # under the person's vault
    first_post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="+")
    second_post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    review_on = models.DateField()
    set_by = models.UUIDField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_sealed = models.BinaryField(null=True)  # why it was lifted

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="one_protection_runs", condition=models.Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=~models.Q(first_post=models.F("second_post")), name="protection_names_two_posts"
            ),
        ]
