from django.db import migrations, models

# A token that was made for somebody who holds a post today rests on that post from now on.
ON_POST = """UPDATE api_token SET on_post = EXISTS (
    SELECT 1 FROM offices_appointment o WHERE o.person_id = api_token.person_id
    AND o.from_date <= CURRENT_DATE AND (o.to_date IS NULL OR o.to_date >= CURRENT_DATE))"""


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_initial"),
        ("offices", "0001_initial"),
    ]

    operations = [
        migrations.AddField("token", "on_post", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("token", "last_used_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "token", "revoked_reason", models.CharField(max_length=400, blank=True, default="", db_default="")
        ),
        migrations.RunSQL(ON_POST, migrations.RunSQL.noop),
    ]
