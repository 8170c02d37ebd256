"""What is kept and how long, what is held and why, and how far numbers have been given out."""

import uuid

from django.db import models

from balai.base import marks


class Record(models.Model):
    """How one object is kept: its class and schedule as they stood when it was filed. The object's own row may lie in any app."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # of what was filed before there was filing, its case's
    kind = models.CharField(max_length=40)  # `kinds.FiledKind.name`
    object_id = models.UUIDField()
    reference = models.CharField(max_length=80)  # what people call it, such as a case's number; never a name
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)  # who keeps it
    class_code = models.CharField(max_length=40)
    trigger = models.CharField(max_length=20)  # closed | decided | valid_until, or a word of the kind's own
    triggered_on = models.DateField(null=True)
    keep_amount = models.PositiveSmallIntegerField(null=True)  # null: for ever
    keep_unit = models.CharField(max_length=16, blank=True)
    falls_due_on = models.DateField(null=True)
    fate = models.CharField(max_length=10)  # destroy | review | permanent
    basis = models.CharField(max_length=200)
    status = models.CharField(max_length=12)  # confirmed | unconfirmed
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="filed_once")]
        indexes = [
            models.Index(fields=["falls_due_on", "reference"], name="record_falls_due"),
            models.Index(fields=["unit", "class_code", "fate"], name="record_of_unit"),
            models.Index(fields=["reference"], name="record_called"),
        ]


class Hold(models.Model):
    """A reason why an object must not be destroyed, whatever its schedule says, filed or not; several may stand at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    reference = models.CharField(max_length=80)
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=400)
    basis = models.CharField(max_length=200, default="")  # the law, order or letter that asks for it
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=120)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    lifted_reason = models.CharField(max_length=400, blank=True)

    objects = marks.Marked()

    class Meta:
        indexes = [models.Index(fields=["kind", "object_id"], name="hold_of_object")]


class NumberSequence(models.Model):
    """How far the numbers of one unit code, class and year have been given out; the row is the lock."""

    id = models.BigAutoField(primary_key=True)
    unit_code = models.CharField(max_length=20)  # as written in the number: units that share a code share the sequence
    class_code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit_code", "class_code", "year"], name="sequence_once"),
        ]
