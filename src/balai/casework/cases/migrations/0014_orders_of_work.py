"""Indexes by which a list of work over very many units is read in its own order; only open tasks are in them."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0013_covering_indexes")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=fields, name=name, condition=models.Q(("state", "open"))),
        )
        for name, fields in (
            ("task_by_due", ["due_at", "id"]),
            ("task_by_age", ["opened_at", "id"]),
            ("task_by_service", ["service_id", "due_at", "id"]),
        )
    ]
