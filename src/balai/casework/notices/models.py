"""Notices, sealed, with what became of them."""

import uuid

from django.db import models

from balai.base import marks


class Notice(models.Model):
    """One message to one person by one channel; about a case, or about the person alone, and sealed under its vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="notices")
    event = models.CharField(max_length=60)  # what a service announces, or the key of a kind
    audience = models.CharField(max_length=12)  # applicant | assignee | superior | person | officer
    channel = models.CharField(max_length=8)  # portal | email | sms | desk
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    address_sealed = models.BinaryField(default=bytes)
    address_masked = models.CharField(max_length=120, blank=True)
    content_sealed = models.BinaryField()  # JSON {subject, body, page, args}: its words, and where it leads by name
    language = models.CharField(max_length=2)
    # queued | sent | failed | dead | no-way | gathered: it waits for the mail that tells of several
    state = models.CharField(max_length=8, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)  # what the carrier answered: a message id, "250 OK"
    carrier = models.CharField(
        max_length=12, default="", db_default=""
    )  # the port whose carrier took it: sms | sms:second
    delivery = models.CharField(
        max_length=12, default="", db_default=""
    )  # what the carrier reports: delivered | undelivered
    delivery_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=400, blank=True)
    read_at = models.DateTimeField(null=True)
    batch = models.UUIDField(null=True)  # the mail that told of it among others
    batched_at = models.DateTimeField(null=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) | models.Q(person__isnull=False), name="notice_has_a_vault"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_of_person"),
            models.Index(fields=["state", "-created_at"], name="notice_by_state"),
            models.Index(fields=["case", "created_at"], name="notice_of_case"),
            models.Index(
                fields=["receipt"], name="notice_by_receipt", condition=models.Q(channel="sms") & ~models.Q(receipt="")
            ),
            models.Index(
                fields=["person"], name="notice_bell", condition=models.Q(channel="desk", read_at__isnull=True)
            ),
            models.Index(fields=["person"], name="notice_gathered", condition=models.Q(state="gathered")),
            models.Index(
                fields=["person", "batched_at"], name="notice_batched", condition=models.Q(batch__isnull=False)
            ),
        ]


class Alert(models.Model):
    """Something administrators must be told of; one row per thing, however often it is said. Nothing in it is personal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # incident | unstaffed | dead | job | voided | revoked | letter, or a room's own: room.kind
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)  # what it is about, in ids: said again it is the same alert
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")
    node = models.CharField(max_length=80, blank=True)
    detail = models.CharField(max_length=120, blank=True)  # an error's code, a role, a topic, a letter's number
    raised_at = models.DateTimeField()  # when it was last said
    times = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField(null=True)
    batch = models.UUIDField(null=True)  # the mail that told of it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="alert_once_per_subject")]
        indexes = [
            models.Index(fields=["raised_at"], name="alert_untold", condition=models.Q(told_at__isnull=True)),
            models.Index(fields=["-told_at"], name="alert_told"),
            models.Index(fields=["batch"], name="alert_of_batch", condition=models.Q(batch__isnull=False)),
        ]
