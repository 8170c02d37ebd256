"""Puts what the lists of work choose by on the tasks, and gives officers lists of their own naming."""

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def adopt(apps: Any, editor: Any) -> None:
    """Fill in the open tasks: the case's service and unit, and whether the step was done before."""
    editor.execute(
        "UPDATE cases_task SET service_id = (SELECT c.service_id FROM cases_case c WHERE c.id = cases_task.case_id),"
        " unit_id = (SELECT c.unit_id FROM cases_case c WHERE c.id = cases_task.case_id) WHERE state = 'open'"
    )
    editor.execute(
        "UPDATE cases_task SET returned = %s WHERE state = 'open' AND role <> 'applicant' AND EXISTS (SELECT 1 FROM"
        " cases_task d WHERE d.case_id = cases_task.case_id AND d.node = cases_task.node AND d.state = 'done')",
        [True],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_sketches"),
        ("offices", "0001_initial"),
        ("people", "0004_freeze"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkView",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("choice", models.CharField(max_length=400)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_mine",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_of_unit",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_pile",
        ),
        migrations.AddField(
            model_name="task",
            name="parked_for",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="task",
            name="parked_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="returned",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="task",
            name="service_id",
            field=models.CharField(db_default="", default="", max_length=80),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["assignee", "due_at", "id"], name="task_mine"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["unit", "role", "due_at", "id"], name="task_of_unit"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=[
                    "unit",
                    "role",
                    "assignee",
                    "service_id",
                    "node",
                    "operation",
                    "due_at",
                    "opened_at",
                    "returned",
                    "parked_until",
                    "case",
                    "id",
                ],
                name="task_pile",
            ),
        ),
        migrations.AddField(
            model_name="workview",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"),
        ),
        migrations.AddConstraint(
            model_name="workview",
            constraint=models.UniqueConstraint(fields=("person", "name"), name="work_view_once"),
        ),
        migrations.AlterField("searchword", "hash", models.BinaryField(max_length=16)),
        migrations.AddIndex("searchword", models.Index(fields=["hash", "case"], name="search_word")),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]
