"""Supplies that were drawn for a counter, and what came in from it afterwards."""

import uuid

from django.db import models

from balai.base import marks


class Supply(models.Model):
    """What one officer's device was given for a day: its numbers lie with the cases, under this id as their lot."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    officer = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    count = models.PositiveSmallIntegerField()
    offset_ms = models.BigIntegerField()  # the hall's clock less the device's, when it was drawn
    returned_at = models.DateTimeField(null=True)
    unused = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=8, blank=True)  # one of rules.RETURNS
    key_sealed = models.BinaryField()  # the private key by which a file from this device is opened

    objects = marks.Marked()

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(
                fields=["drawn_at"], name="room_counterdays_out", condition=models.Q(returned_at__isnull=True)
            ),
            models.Index(fields=["unit", "-drawn_at"], name="room_counterdays_of_unit"),
        ]


class Arrival(models.Model):
    """One application that a counter took without a line. Sealed until it is a case; then the case holds it."""

    id = models.UUIDField(primary_key=True)  # its command's, made on the device
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="+")
    brought_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=24, db_index=True)
    service_id = models.CharField(max_length=80)
    service_key = models.CharField(max_length=64)
    taken_at = models.DateTimeField()  # when the counter took it, by the device's clock set right
    arrived_at = models.DateTimeField()
    drift_s = models.IntegerField(default=0)  # by how much the device's clock had moved since the morning
    jumped = models.BooleanField(default=False)
    by_file = models.BooleanField(default=False)
    state = models.CharField(max_length=8, default="waiting")  # one of rules.STATES
    why = models.CharField(max_length=40, blank=True)  # the code of what stands in its way
    moved_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)  # an officer's, for leaving it without a case
    digest = models.BinaryField(max_length=32)  # keyed, of all that was sent
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    draft_id = models.UUIDField(null=True)  # the form in which an officer mends it
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")

    objects = marks.Marked()

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["supply", "state"], name="room_counterdays_by_supply"),
            models.Index(fields=["state", "moved_at"], name="room_counterdays_tray"),
        ]
