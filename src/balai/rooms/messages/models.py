"""Threads, what was written in them, files, who is named, and how far each side has read."""

import uuid

from django.db import models

from balai.base import marks

PUBLIC, INTERNAL = "public", "internal"
APPLICANT, OFFICE = "applicant", "office"


class Thread(models.Model):
    """One of the two threads of a case; `answer_due_at` is set while the applicant waits for an answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)  # public | internal
    asked_at = models.DateTimeField(null=True)  # since when the applicant waits
    answer_due_at = models.DateTimeField(null=True)
    answerer = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    told_late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="room_messages_thread_once")]
        indexes = [
            models.Index(
                fields=["answer_due_at"], name="room_messages_waiting", condition=models.Q(answer_due_at__isnull=False)
            ),
        ]


class Message(models.Model):
    """What somebody wrote; text and file names are sealed under the case's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField()
    side = models.CharField(max_length=9)  # applicant | office
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=12)
    body_sealed = models.BinaryField()  # JSON {text, files: [{document, name, size, type}]}

    objects = marks.Marked()

    class Meta:
        indexes = [models.Index(fields=["thread", "at"], name="room_messages_in_thread")]


class Attachment(models.Model):
    """A file that came with a message."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")


class Mention(models.Model):
    """An officer who was named in a message among officers."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="room_messages_named_once")]


class Reading(models.Model):
    """Until when an officer has read a thread; the applicant's side has one mark for all, without a person."""

    id = models.BigAutoField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="readings")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "person"], name="room_messages_read_once"),
            models.UniqueConstraint(
                fields=["thread"], name="room_messages_applicant_reads_once", condition=models.Q(person__isnull=True)
            ),
        ]
