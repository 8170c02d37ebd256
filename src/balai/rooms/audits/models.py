"""Samples, sealed cases, findings with what they recommend, and what was said to each."""

import uuid

from django.db import models

from balai.base import marks


class Sample(models.Model):
    """One draw from a population of cases; population and seed are kept, so that it can be drawn again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, unique=True)
    at = models.DateTimeField(db_index=True)
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=100)
    service_id = models.CharField(max_length=80, blank=True)  # "": every service
    unit_code = models.CharField(max_length=40, blank=True)  # "": the whole town; else the unit and those below it
    outcome = models.CharField(max_length=20, blank=True)  # "": every outcome, open cases too
    since = models.DateField()
    until = models.DateField()  # included; both by the day of submission
    size = models.PositiveIntegerField()
    seed = models.CharField(max_length=100)
    seed_position = models.BigIntegerField(null=True)  # entries in the journal whose head the seed is; null: typed
    algorithm = models.CharField(max_length=20)
    population = models.BinaryField()  # gzip of the file that rules.population_text writes
    population_count = models.PositiveIntegerField()
    population_sha256 = models.CharField(max_length=64)  # hex, of that file
    drawn = models.JSONField()  # the numbers, in the order they were drawn

    objects = marks.Marked()


class Dossier(models.Model):
    """One case put together as one sealed file, for a purpose; the file goes after a while, the row stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_id = models.UUIDField(db_index=True)
    vault = models.ForeignKey("base.Vault", on_delete=models.PROTECT, related_name="+")  # the case's: forgotten with it
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=100)
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting | made | failed | dropped
    step = models.CharField(max_length=12, blank=True)  # how far it came: gather | typeset | seal
    fault = models.CharField(max_length=40, blank=True)  # a stable error code
    made_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # hex, of the file
    size = models.PositiveIntegerField(null=True)  # bytes
    parts = models.PositiveSmallIntegerField(null=True)
    sealed = models.BinaryField(null=True)  # the file, under the case's key

    objects = marks.Marked()


class Finding(models.Model):
    """One thing an audit found in one unit. Its words are sealed under a key of its own: they may speak of people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, unique=True)
    source = models.CharField(max_length=8)  # one of rules.SOURCES
    unit = models.ForeignKey("offices.Unit", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    received_on = models.DateField()  # the day the office received the report: its clocks run from here
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, null=True, related_name="+")
    cases = models.JSONField(default=list)  # numbers of the cases it rests on
    vault = models.OneToOneField("base.Vault", on_delete=models.PROTECT, related_name="+")
    told_sealed = models.BinaryField()  # JSON, see rules.TOLD

    objects = marks.Marked()


class Recommendation(models.Model):
    """One thing that a finding recommends, and where it stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="recommendations")
    seq = models.PositiveSmallIntegerField()
    text_sealed = models.BinaryField()
    state = models.CharField(max_length=10, default="open")  # one of rules.STATES
    due_on = models.DateField()  # the last day for an answer, included
    moved_at = models.DateTimeField()
    reminded = models.CharField(max_length=4, blank=True)  # "", soon, late: what whoever must answer was told last

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "seq"], name="room_audits_recommendation_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "answered", "accepted", "impossible"]), name="room_audits_state"
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="room_audits_due", condition=models.Q(state="open"))]


class Reply(models.Model):
    """What was said to a recommendation: an office's answer, or the auditor's verdict on it; never changed."""

    id = models.BigAutoField(primary_key=True)
    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="replies")
    at = models.DateTimeField()
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)  # an office's: rules.REPLIES; an auditor's: rules.VERDICTS
    verdict = models.BooleanField()
    text_sealed = models.BinaryField()

    objects = marks.Marked()

    class Meta:
        indexes = [models.Index(fields=["recommendation", "id"], name="room_audits_in_order")]
