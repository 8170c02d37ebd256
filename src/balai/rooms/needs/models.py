"""What somebody said they need; one row for each person, or for the application of somebody without a record."""

import uuid

from django.db import models


class Need(models.Model):
    """What a person needs, in kinds and words, sealed under the vault it belongs to; nothing of it stands in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vault = models.OneToOneField(
        "base.Vault", on_delete=models.CASCADE, related_name="+"
    )  # the person's, or the application's
    person = models.OneToOneField("people.Person", null=True, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()  # JSON {kinds, words}
    consented_at = models.DateTimeField()  # when they said it and agreed that it is kept
    heard_by = models.UUIDField(
        null=True
    )  # the officer who wrote it down at a counter; null when they wrote it themselves
