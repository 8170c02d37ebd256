"""Indexes that hold all that lists, figures and searches of a million cases ask for."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0012_drawn_numbers")]

    operations: ClassVar = [
        migrations.RemoveIndex(model_name="task", name="task_pile"),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=[
                    "unit", "role", "assignee", "service_id", "node", "operation", "due_at", "opened_at", "returned",
                    "parked_until", "case", "id", "state",
                ],
                name="task_pile",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=[
                    "unit", "status", "submitted_at", "service_id", "outcome", "channel", "sent_back", "due_at", "closed_at",
                ],
                name="case_figures",
            ),
        ),
        migrations.RemoveIndex(model_name="searchword", name="search_in_units"),
        migrations.AddIndex(
            model_name="searchword", index=models.Index(fields=["hash", "unit", "id", "case"], name="search_in_units")
        ),
    ]  # fmt: skip
