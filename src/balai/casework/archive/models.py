"""Wishes to be forgotten; how cases are kept and held lies in `records/filing`."""

import uuid

from django.db import models


class Forgetting(models.Model):
    """A wish to be forgotten, by the person or begun by an administrator, and what came of it; counts and codes only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    state = models.CharField(max_length=12, default="open")  # open | done | refused | withdrawn
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=400, blank=True)  # the administrator's; the person reads it when refused
    outcome = models.JSONField(default=dict)  # {"destroyed": {what: count}, "kept": {why: count}}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(state="open"), name="one_open_wish")
        ]
        indexes = [models.Index(fields=["state", "-asked_at"], name="forgetting_by_state")]
