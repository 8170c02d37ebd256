"""Protections: whose, set by which unit's head, why, which two posts see, and when it is looked at again."""

import uuid

from django.db import models

from balai.base import marks


class Protection(models.Model):
    """One person's protection, or that of a case whose applicant has no record; it holds until a head lifts it, however late its review."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    vault = models.ForeignKey("base.Vault", null=True, on_delete=models.PROTECT, related_name="+")  # of the case
    number = models.CharField(max_length=40, blank=True)  # of the case
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")  # whose head answers for it
    kind = models.CharField(max_length=12)  # violence | witness | other
    reason_sealed = models.BinaryField()  # under the vault of the person or the case
    first_post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="+")
    second_post = models.ForeignKey("offices.Post", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    review_on = models.DateField()
    set_by = models.UUIDField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_sealed = models.BinaryField(null=True)  # why it was lifted

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="one_protection_runs", condition=models.Q(lifted_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["vault"], name="one_protection_of_a_case_runs", condition=models.Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True, vault__isnull=False)
                | models.Q(person__isnull=False, vault__isnull=True),
                name="protection_is_of_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(first_post=models.F("second_post")), name="protection_names_two_posts"
            ),
        ]
