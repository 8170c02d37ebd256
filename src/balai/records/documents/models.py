"""Documents and their versions."""

import uuid

from django.db import models


class Document(models.Model):
    """One version of one file; the bytes lie encrypted under BALAI_HOME/documents, addressed by a keyed digest."""

    class Scan(models.TextChoices):
        CLEAN = "clean"
        UNSCANNED = "unscanned"  # the installation runs without a scanner

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    vault = models.ForeignKey("base.Vault", on_delete=models.PROTECT, related_name="+")
    series = models.UUIDField()  # the same for all versions of one document
    version = models.PositiveSmallIntegerField(default=1)
    name_sealed = models.BinaryField()  # the file's name as it came; it may hold personal data
    media_type = models.CharField(max_length=80)  # sniffed, not declared
    size = models.BigIntegerField()  # plaintext bytes
    address = models.CharField(max_length=64)  # hex HMAC-SHA-256 of the plaintext's SHA-256 under the vault's key
    salt = models.BinaryField(max_length=16)  # from which this file's key is derived; binds row and file
    pages = models.PositiveIntegerField(null=True)  # of a PDF; 1 for an image
    scan = models.CharField(max_length=10, choices=Scan.choices)
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=120)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "version"], name="document_version_once")]
        indexes = [models.Index(fields=["vault", "address"], name="document_by_vault_and_address")]
