import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issuing", "0001_initial")]

    operations = [
        migrations.AddField(
            "letter",
            "replaced_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="issuing.letter"
            ),
        ),
        migrations.AddConstraint(
            "letter",
            models.CheckConstraint(
                condition=models.Q(replaced_by__isnull=True)
                | models.Q(state="revoked") & ~models.Q(replaced_by=models.F("id")),
                name="letter_replaced_is_revoked",
            ),
        ),
    ]
