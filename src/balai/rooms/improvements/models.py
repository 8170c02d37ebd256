"""What was found wrong, and what became of it."""

import uuid

from django.db import models

from balai.base import marks


class Report(models.Model):
    """One thing that somebody found wrong on a page. Subject and answer are an administrator's words, for everybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField()
    page = models.CharField(max_length=120, blank=True)  # the page by its pattern, so that no number or secret is kept
    sealed = models.BinaryField()  # JSON {text, contact}; empty 90 days after it was settled
    state = models.CharField(max_length=8, default="new")  # one of rules.STATES
    moved_at = models.DateTimeField()
    subject = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=600, blank=True)

    objects = marks.Marked()

    class Meta:
        indexes = [
            models.Index(fields=["state", "-moved_at"], name="room_improvements_by_state"),
            models.Index(fields=["-moved_at"], name="room_improvements_public", condition=~models.Q(state="new")),
        ]
