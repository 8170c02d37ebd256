"""Tokens of machines."""

import uuid

from django.db import models

from balai.base import marks


class Token(models.Model):
    """A machine's key: known by its hash only, bound to the person it acts for, limited to scopes and a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=80)
    hash = models.BinaryField(max_length=32, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    scopes = models.JSONField()
    on_post = models.BooleanField(default=False, db_default=False)  # made for an officer: ends with their last post
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # written at most once a minute
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=400, blank=True, default="", db_default="")

    objects = marks.Marked()
