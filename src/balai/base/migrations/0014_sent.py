from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0013_marked_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sent",
            fields=[
                ("digest", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("sent_on", models.DateField(db_index=True)),
            ],
        ),
    ]
