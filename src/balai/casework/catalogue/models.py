"""Published versions of services, whole, so that an old case never depends on what the folder says today."""

from django.db import models


class ServiceVersion(models.Model):
    """One published state of one folder; `files` is a compressed archive of everything its key is taken over."""

    key = models.CharField(primary_key=True, max_length=64)
    service_id = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    files = models.BinaryField()
    published_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_id"], name="one_current_version", condition=models.Q(current=True)
            ),
        ]
