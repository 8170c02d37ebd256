"""Pauses of services; their versions are kept by `records/folders`."""

from django.db import models
from django.db.models import Q


class Pause(models.Model):
    """The last time a published service took no applications, for a while or for good: why, in both languages, and until when it was meant to last."""

    service_id = models.CharField(primary_key=True, max_length=80)
    reason_id = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateField(null=True)  # the last day, included; open-ended without
    closed = models.BooleanField(default=False)  # for good: it is listed nowhere any more, and its page says why
    ended_at = models.DateTimeField(null=True)  # taken back by somebody, whatever `until` says

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason_id="") & ~Q(reason_en=""), name="pause_has_a_reason"),
            models.CheckConstraint(condition=Q(closed=False) | Q(until__isnull=True), name="closed_has_no_last_day"),
        ]
