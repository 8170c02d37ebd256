"""How a case stood before an officer's last move, while that may be taken back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0010_search_units"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Undo",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("node", models.CharField(max_length=80)),
                ("seq", models.PositiveIntegerField()),
                ("until", models.DateTimeField()),
                ("body_sealed", models.BinaryField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["person", "until"], name="undo_of_officer")]},
        ),
    ]
