"""A service may be closed for good, which is more than a pause without a last day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_versions_in_folders")]

    operations = [
        migrations.AddField("pause", "closed", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "pause",
            models.CheckConstraint(
                condition=models.Q(("closed", False), ("until__isnull", True), _connector="OR"),
                name="closed_has_no_last_day",
            ),
        ),
    ]
