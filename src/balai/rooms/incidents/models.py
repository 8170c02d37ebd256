"""Incidents, their chronology, and which of their clocks were answered."""

import uuid

from django.db import models

from balai.base import marks


class Incident(models.Model):
    """One thing that went wrong. Its words are sealed under a key of its own: they may speak of people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12)  # one of rules.KINDS
    drill = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="open")  # one of rules.STATES
    detected_at = models.DateTimeField()
    opened_at = models.DateTimeField(db_index=True)
    moved_at = models.DateTimeField()
    affected = models.PositiveIntegerField(null=True)  # how many people; null while nobody knows
    outage_id = models.UUIDField(null=True)
    announcement_id = models.UUIDField(null=True)
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    told_sealed = models.BinaryField()  # JSON, see rules.TOLD

    objects = marks.Marked()


class Note(models.Model):
    """One line of an incident's chronology; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()  # when it happened
    written_at = models.DateTimeField()
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    text_sealed = models.BinaryField()

    objects = marks.Marked()

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="room_incidents_in_order")]


class Answered(models.Model):
    """That what a clock asks was done."""

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    clock = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = marks.Marked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "clock"], name="room_incidents_answered_once")]
