"""Whether a person wants to be told, what law keeps back for a while, which readings are out of the ordinary, how far the log was judged."""

import uuid

from django.db import models


class Wish(models.Model):
    """That a person wants to be told of the first look from outside; none means no."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    wanted = models.BooleanField()
    at = models.DateTimeField()


class Delay(models.Model):
    """That law keeps one reader's readings of one person back until a moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    reader_id = models.UUIDField()
    kind = models.SlugField(max_length=40)  # one of data/law.yaml
    reference = models.CharField(max_length=120)  # the letter by which it was asked for
    since = models.DateTimeField()
    until = models.DateTimeField()
    set_by = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="delay_has_length"),
        ]
        indexes = [models.Index(fields=["person", "until"], name="delay_of_person")]


class Finding(models.Model):
    """One reading that a rule finds out of the ordinary, until a head has settled it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    access_id = models.BigIntegerField()
    rule = models.SlugField(max_length=40)  # one of data/unusual.yaml
    at = models.DateTimeField()
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    reader_id = models.UUIDField()
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")
    unit_path = models.CharField(max_length=400)  # where the reader holds a post: whose head settles it
    state = models.CharField(max_length=12, default="open")  # open | explained | acted
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["access_id", "rule"], name="finding_once_per_rule")]
        indexes = [models.Index(fields=["state", "-at"], name="finding_newest")]


class Place(models.Model):
    """How far the access log was judged: the last row; one row of its own."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    last = models.BigIntegerField()
