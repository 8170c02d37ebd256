"""Tells the formats of entries apart, and marks the rows of the access and security log under the town's key."""

from typing import Any

from django.db import connections, migrations, models


def mark(apps: Any, editor: Any) -> None:
    """Mark what is there, as it is there: from now on it cannot be changed unseen."""
    from balai.base import linking

    line = connections[editor.connection.alias]
    for kept in (linking.ACCESS, linking.SECURITY):
        after = 0
        with line.cursor() as cursor:
            while True:
                cursor.execute(
                    f"SELECT id, {', '.join(kept.told)} FROM {kept.table} WHERE id > %s ORDER BY id LIMIT 2000", [after]
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                marks = [
                    (kept.mark([read(value) for read, value in zip(kept.reads, told, strict=True)]), row_id)
                    for row_id, *told in rows
                ]
                cursor.executemany(f"UPDATE {kept.table} SET mac = %s WHERE id = %s", marks)
                after = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0011_readings"),
    ]

    operations = [
        migrations.AddField("entry", "format", models.PositiveSmallIntegerField(db_default=1, default=1)),
        migrations.AddField("access", "mac", models.BinaryField(default=b"", max_length=32)),
        migrations.AddField("access", "linked", models.BigIntegerField(null=True)),
        migrations.AddField("securityevent", "mac", models.BinaryField(default=b"", max_length=32)),
        migrations.AddField("securityevent", "linked", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "access", models.Index(fields=["id"], name="access_open", condition=models.Q(linked__isnull=True))
        ),
        migrations.AddIndex(
            "securityevent", models.Index(fields=["id"], name="security_open", condition=models.Q(linked__isnull=True))
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
