"""Marks the applications that officers write at a counter, so that they open there alone."""

from typing import Any

from django.db import migrations, models


def mark(apps: Any, editor: Any) -> None:
    """Mark what is written for somebody who gave the writer no mandate: that was begun at a counter."""
    drafts, mandates = apps.get_model("cases", "Draft"), apps.get_model("people", "Mandate")
    for draft in drafts.objects.filter(on_behalf_of__isnull=False).iterator():
        if not mandates.objects.filter(principal_id=draft.on_behalf_of_id, agent_id=draft.person_id).exists():
            drafts.objects.filter(id=draft.id).update(at_counter=True)


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0005_extension"),
        ("people", "0003_counter_code"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="at_counter",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
