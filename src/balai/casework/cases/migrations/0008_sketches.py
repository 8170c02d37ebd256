"""What officers begin in a task and have not sent, and by how much a document is shown turned."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_bound_holders"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.AddField("evidence", "turn", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.CreateModel(
            name="Sketch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("token", models.CharField(max_length=24)),
                ("updated_at", models.DateTimeField()),
                ("body_sealed", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "token", "person"), name="sketch_once_per_officer")
                ],
            },
        ),
    ]
