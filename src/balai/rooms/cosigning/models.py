"""Persons who are asked to agree with a case."""

import uuid

from django.db import models

from balai.base import marks


class Cosigner(models.Model):
    """One person who is asked. Who they are and why they refused is sealed under the case's key; their link's secret is nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=100)
    token = models.CharField(max_length=64)  # of the step that waits for them
    place = models.PositiveSmallIntegerField()  # among those the application names
    origin = models.CharField(max_length=64)  # keyed digest of the row that names them, or in whose place they stand
    state = models.CharField(max_length=8)  # asked | agreed | refused | replaced | fallen
    sealed = models.BinaryField()  # JSON {name, phone, email, nik, reason}
    nik_hash = models.BinaryField(max_length=32, null=True)
    link_hash = models.BinaryField(max_length=32, null=True, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    reminded = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField(null=True)  # when they answered
    way = models.CharField(max_length=8, default="")  # link | counter
    seen = models.CharField(max_length=64, default="")  # keyed digest of what they answered to
    officer = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")

    objects = marks.Marked()

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["case", "step", "place"], name="room_cosigning_of_case"),
            models.Index(fields=["nik_hash"], name="room_cosigning_nik", condition=models.Q(nik_hash__isnull=False)),
        ]
