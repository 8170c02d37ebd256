"""Outages, what is announced of them, and the last sign of life."""

import uuid

from django.db import models


class Outage(models.Model):
    """A stretch in which citizens could not use the hall; it is over when it is recorded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    began_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField()
    how = models.CharField(max_length=12)  # found | read-only | recorded
    drill = models.BooleanField(default=False)  # extends nothing
    recorded_at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)  # since when every citizen's deadline has its time back

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ended_at__gt=models.F("began_at")), name="outage_has_length"),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="outage_owed", condition=models.Q(spread_at__isnull=True))]


class Announcement(models.Model):
    """What is said of an incident on the status page, in both languages, until it is taken down."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField()
    text_id = models.CharField(max_length=400)
    text_en = models.CharField(max_length=400)
    ended_at = models.DateTimeField(null=True)


class Pulse(models.Model):
    """The last sign of life of any worker; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    at = models.DateTimeField()
