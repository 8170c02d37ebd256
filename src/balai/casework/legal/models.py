"""Proposed versions of services, with the replay of past cases: counts alone are kept of it."""

import uuid

from django.db import models

from balai.base import marks


class Proposal(models.Model):
    """One proposed version of one service, from its proposal until another person publishes it or somebody takes it back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20, default="service", db_default="service")  # of folder: service or counter
    service_id = models.CharField(max_length=80)
    key = models.CharField(max_length=64)  # of the proposed version
    key_before = models.CharField(max_length=64)  # of the version in force when it was proposed; "" where none was
    version = models.CharField(max_length=40)
    files = models.BinaryField()  # what was proposed, packed as a published version is
    differs = models.JSONField()  # the files that differ, by path
    proposed_at = models.DateTimeField()
    proposed_by = models.UUIDField()
    state = models.CharField(max_length=12, default="open")  # open | published | dropped
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    replay = models.CharField(max_length=8, default="waiting")  # waiting | running | done
    sample = models.JSONField(null=True)  # ids of the cases, emptied once it is done
    closed = models.PositiveIntegerField(default=0)  # closed cases there are, of which the sample is drawn
    size = models.PositiveIntegerField(default=0)  # of the sample
    noted = models.PositiveIntegerField(default=0)  # how many of it stand in the access log
    place = models.PositiveIntegerField(default=0)  # how many of it were replayed
    counts = models.JSONField(default=dict)  # by what came of it; no group under five once it is done
    done_at = models.DateTimeField(null=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "service_id"], name="one_open_proposal", condition=models.Q(state="open")
            ),
            models.CheckConstraint(
                condition=models.Q(settled_by__isnull=True)
                | ~models.Q(settled_by=models.F("proposed_by"), state="published"),
                name="proposal_takes_two",
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="proposal_to_replay", condition=~models.Q(replay="done"))]
