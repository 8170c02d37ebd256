"""Links by which holders show their letters."""

import uuid

from django.db import models

from balai.base import marks


class Share(models.Model):
    """One link to one letter. Its secret is nowhere; `key_hash` is the keyed hash it is found by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    letter = models.ForeignKey("issuing.Letter", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")  # None: a guest
    key_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)  # the last time

    objects = marks.Marked()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["letter", "-made_at"], name="room_sharing_of_letter")]
