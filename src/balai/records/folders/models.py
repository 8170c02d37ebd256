"""Published versions of folders, whole, so that what was begun under one never depends on what the folder says today."""

from django.db import models
from django.db.models import Q

from balai.base import marks


class FolderVersion(models.Model):
    """One published state of one folder; `files` is a compressed archive of everything its key is taken over."""

    key = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=40)
    folder_id = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    files = models.BinaryField()
    published_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    objects = marks.Marked()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "folder_id"], name="one_current_version_of_a_folder", condition=Q(current=True)
            ),
        ]
