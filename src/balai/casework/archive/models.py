"""Archive records and legal holds."""

import uuid

from django.db import models


class Record(models.Model):
    """How one case is kept: its class and schedule as they stood when it was filed."""

    case = models.OneToOneField("cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="record")
    class_code = models.CharField(max_length=40)
    trigger = models.CharField(max_length=20)  # closed | decided | valid_until
    triggered_on = models.DateField(null=True)
    keep_amount = models.PositiveSmallIntegerField(null=True)  # null: for ever
    keep_unit = models.CharField(max_length=16, blank=True)
    falls_due_on = models.DateField(null=True, db_index=True)
    fate = models.CharField(max_length=10)  # destroy | review | permanent
    basis = models.CharField(max_length=200)
    status = models.CharField(max_length=12)  # confirmed | unconfirmed
    filed_at = models.DateTimeField()


class Hold(models.Model):
    """A reason why a case must not be destroyed, whatever its schedule says; several may stand at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=400)
    basis = models.CharField(max_length=200, default="")  # the law, order or letter that asks for it
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=120)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    lifted_reason = models.CharField(max_length=400, blank=True)


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
