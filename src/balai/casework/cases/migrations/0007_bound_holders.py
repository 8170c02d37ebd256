"""Binds each case's key to its holders, and marks each case's row under the town's key, as it stands."""

from typing import Any

from django.db import migrations, models


def adopt(apps: Any, editor: Any) -> None:
    """Take the cases over as they are: from now on their plain columns cannot be changed unseen."""
    from balai.casework.cases.actions import bind_all

    bind_all()


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0012_entry_format"),
        ("cases", "0006_draft_at_counter"),
    ]

    operations = [
        migrations.AddField("case", "mac", models.BinaryField(default=b"", max_length=32)),
        migrations.RunPython(adopt, migrations.RunPython.noop),
    ]
