from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("service_id", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("reason_id", models.CharField(max_length=300)),
                ("reason_en", models.CharField(max_length=300)),
                ("since", models.DateTimeField()),
                ("until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason_id", ""), _negated=True)
                        & models.Q(("reason_en", ""), _negated=True),
                        name="pause_has_a_reason",
                    ),
                ],
            },
        ),
    ]
