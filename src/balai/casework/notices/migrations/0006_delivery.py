from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0005_marked_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="carrier",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="notice",
            name="delivery",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="notice",
            name="delivery_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("channel", "sms"), models.Q(("receipt", ""), _negated=True)),
                fields=["receipt"],
                name="notice_by_receipt",
            ),
        ),
    ]
