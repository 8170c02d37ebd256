"""Published versions of services, whole, so that an old case never depends on what the folder says today."""

from django.db import models
from django.db.models import Q


class ServiceVersion(models.Model):
    """One published state of one folder; `files` is a compressed archive of everything its key is taken over."""

    key = models.CharField(primary_key=True, max_length=64)
    service_id = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    files = models.BinaryField()
    published_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_id"], name="one_current_version", condition=Q(current=True)),
        ]


class Pause(models.Model):
    """The last time a published service took no applications: why, in both languages, and until when it was meant to last."""

    service_id = models.CharField(primary_key=True, max_length=80)
    reason_id = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    since = models.DateTimeField()
    until = models.DateField(null=True)  # the last day, included; open-ended without
    ended_at = models.DateTimeField(null=True)  # taken back by somebody, whatever `until` says

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason_id="") & ~Q(reason_en=""), name="pause_has_a_reason"),
        ]
