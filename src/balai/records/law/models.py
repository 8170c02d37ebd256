"""Confirmations of law: one row for each value of one folder, from its confirmation until it is withdrawn or reviewed."""

import uuid

from django.db import models

from balai.base import marks


class Confirmation(models.Model):
    """That an office confirmed one value of one folder, on a stated basis; `digest` names the value, so another one is not confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)  # of folder: service
    folder = models.CharField(max_length=80)
    name = models.CharField(max_length=80)  # what the value is: due, value.fee_sku
    written = models.CharField(max_length=400)  # the basis as the folder writes it
    basis = models.CharField(max_length=300)  # as the office states it
    basis_date = models.DateField()
    link = models.CharField(max_length=300, blank=True)
    review_on = models.DateField()
    office = models.CharField(max_length=160)  # by its name of that day
    confirmed_at = models.DateTimeField()
    confirmed_by = models.UUIDField()
    told_on = models.DateField(null=True)  # for which day of review the holders of the role were alerted
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_how = models.CharField(max_length=10, blank=True)  # withdrawn | reviewed
    reason = models.CharField(max_length=400, blank=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "kind", "folder"],
                name="one_confirmation_runs",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_how="")
                | models.Q(ended_at__isnull=False, ended_how__in=["withdrawn", "reviewed"]),
                name="confirmation_ends_somehow",
            ),
        ]
